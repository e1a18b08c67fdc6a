//! The page as an app: what is new is said outside of it, and a browser can install it.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;
use serde_json::json;

/// Notes the notifications and the badge. The user has allowed them, and looks at something else.
const NOTED: &str = "globalThis.shown = []; globalThis.badge = null; \
     globalThis.Notification = class { constructor(title, {body, tag}) { shown.push([title, body, tag].join('; ')); } }; \
     Notification.permission = 'granted'; Notification.requestPermission = async () => 'granted'; \
     navigator.setAppBadge = async (count) => { badge = count; }; navigator.clearAppBadge = async () => { badge = 0; }; \
     document.hasFocus = () => globalThis.looks ?? false;";

/// As on a telephone, where only a worker shows notifications.
const OF_A_WORKER: &str = "globalThis.Notification = function () { throw new TypeError('Illegal constructor'); }; \
     Notification.permission = 'granted'; globalThis.shown = []; document.hasFocus = () => false; \
     ServiceWorkerRegistration.prototype.showNotification = async (title, {body, tag}) => { shown.push([title, body, tag].join('; ')); };";

#[tokio::test(flavor = "multi_thread")]
async fn what_mentions_the_user_is_in_the_title_and_the_badge_and_notified_if_that_is_allowed() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open_blank(daemon.address).await;
    ana.runs_first(NOTED).await;
    ana.loads().await;
    ana.comes_in("ana").await;
    bob.say_accepted(1, "@ana not yet").await;
    ana.until("the title", "document.title === '(1) #lobby · chat' && badge === 1").await;
    ana.clicks("#open-settings").await;
    let field = "[...document.querySelectorAll('#panel select')].find((one) => [...one.options].some(({value}) => value === 'mentions'))";
    ana.until("the settings", field).await;
    let chosen =
        format!("(({field}).value = 'mentions', ({field}).dispatchEvent(new Event('change')))");
    ana.value(&chosen).await;
    ana.presses("Escape").await;
    bob.say_accepted(2, "to nobody").await;
    bob.say_accepted(3, "@ana now").await;
    ana.until("the notification", "shown.length > 0").await;
    assert_eq!(ana.value("shown").await, json!(["bob in #lobby; @ana now; #lobby"]));
    ana.value("globalThis.looks = true; dispatchEvent(new Event('focus')); 0").await;
    ana.until("all is read", "document.title === '#lobby · chat' && badge === 0").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_notifies_by_the_worker() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open_blank(daemon.address).await;
    ana.runs_first(OF_A_WORKER).await;
    ana.loads().await;
    ana.comes_in("ana").await;
    ana.opens_without_the_daemon().await;
    ana.types("/notify all\n").await;
    bob.say_accepted(1, "hello").await;
    ana.until("the notification", "shown[0] === 'bob in #lobby; hello; #lobby'").await;
    ana.sees("#log", "hello").await;
    ana.types("/join #rust\n").await;
    ana.sees("#title", "#rust").await;
    // The worker says which one was chosen.
    let chosen = "navigator.serviceWorker.dispatchEvent(new MessageEvent('message', {data: {room: '#lobby'}})); 0";
    ana.value(chosen).await;
    ana.sees("#title", "#lobby").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_can_install_the_page() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.opens_without_the_daemon().await;
    assert_eq!(ana.reasons_against_installing().await, [""; 0]);
}
