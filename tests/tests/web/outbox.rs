//! What is said is said once, whatever happens to the daemon and to the tab.

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::native::Native;
use serde_json::json;
use tempfile::TempDir;

/// Waits until these texts are shown as waiting, with the mark that says that they are stored.
async fn until_waiting(page: &Page, texts: &[&str]) {
    let script = format!(
        "JSON.stringify([...document.querySelectorAll('#log article[data-delivery=pending]:has(.waiting) .text')].map((one) => one.innerText)) \
         === JSON.stringify({})",
        json!(texts)
    );
    page.until("the waiting messages", &script).await;
}

/// A daemon with this data, and a page of ana, who has said "one".
async fn with_one_message(browser: &Browser, data: &TempDir) -> (Daemon, Page) {
    let daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("one\n").await;
    ana.has(&["one"]).await;
    (daemon, ana)
}

/// The same daemon again.
async fn restarted(daemon: &Daemon, data: &TempDir) -> Daemon {
    Daemon::start_on(daemon.address, &["--data", data.path().to_str().unwrap()]).await
}

/// The texts in the lobby, as a new user reads them.
async fn stored(daemon: &Daemon) -> Vec<String> {
    Native::join(daemon.address, "witness").await.texts().await
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_said_while_the_daemon_is_killed_are_sent_once_and_in_order() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let (mut daemon, ana) = with_one_message(&browser, &data).await;

    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.clicks("#text").await;
    ana.types("two\nthree\n").await;
    until_waiting(&ana, &["two", "three"]).await;
    ana.sees("#status", "2 messages").await;
    ana.types("half a sen").await;
    let daemon = restarted(&daemon, &data).await;
    ana.has(&["one", "two", "three"]).await;
    ana.types("tence\n").await;
    ana.has(&["one", "two", "three", "half a sentence"]).await;
    assert_eq!(stored(&daemon).await, ["one", "two", "three", "half a sentence"]);
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_closed_tab_are_sent_once_by_the_next_one() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let (mut daemon, ana) = with_one_message(&browser, &data).await;
    ana.opens_without_the_daemon().await;

    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.clicks("#text").await;
    ana.types("two\nthree\nfour\nand typed").await;
    until_waiting(&ana, &["two", "three", "four"]).await;
    ana.closes().await;
    let next = browser.open(daemon.address).await;
    next.sees("#status", "3 messages").await;
    let daemon = restarted(&daemon, &data).await;
    next.has(&["one", "two", "three", "four"]).await;
    assert_eq!(stored(&daemon).await, ["one", "two", "three", "four"]);
    assert_eq!(next.faults().await, [""; 0]);
}
