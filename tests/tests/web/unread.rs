//! The messages that count as read.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;

/// More messages than the screen of a phone has.
const MESSAGES: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_while_a_phone_shows_another_pane_are_unread() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&["--limits", "off"]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.resizes(390, 450).await;
    ana.until("the size", "innerWidth === 390 && innerHeight === 450").await;
    bob.say_accepted(1, "message 1").await;
    ana.sees("#log", "message 1").await;
    ana.until("message 1 is read", "!document.querySelector('#room-list .badge')").await;
    ana.clicks("#show-rooms").await;
    for n in 2..=MESSAGES {
        bob.say_accepted(n, &format!("message {n}")).await;
    }
    ana.sees("#room-list .badge", &format!("{}", MESSAGES - 1)).await;
    ana.clicks("#close-rooms").await;
    ana.sees("#log", &format!("message {MESSAGES}")).await;
    // Only the next drawing shows what counts as read by now.
    bob.say_accepted(MESSAGES + 1, "the last one").await;
    ana.sees("#log", "the last one").await;
    ana.sees("#above", &format!("{MESSAGES} unread above")).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_ignored_users_do_not_stay_unread() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("/ignore bob\n").await;
    ana.sees("#status", "You don't see messages of bob any more").await;
    ana.types("/join #rust\n").await;
    ana.until("an entry", "history.state?.room === '#rust'").await;
    bob.say_accepted(1, "one").await;
    bob.say_accepted(2, "two").await;
    // The server counts them.
    ana.loads().await;
    ana.sees("[data-room='#lobby'] .badge", "2").await;
    ana.clicks("[data-room='#lobby']").await;
    ana.sees("#log", "2 messages from ignored users").await;
    ana.until("nothing is unread", "!document.querySelector('.badge')").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_in_a_room_leaves_the_lobby_unread() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("/join #rust\n").await;
    ana.until("an entry", "history.state?.room === '#rust'").await;
    bob.say_accepted(1, "one").await;
    for _ in 0..3 {
        ana.loads().await;
        ana.sees("#title", "#rust").await;
        ana.sees("#log", "No messages yet").await;
        ana.sees("[data-room='#lobby'] .badge", "1").await;
    }
    assert_eq!(ana.faults().await, [""; 0]);
}

/// Counts the changes of the list of rooms.
const COUNT: &str = "globalThis.changes = 0; new MutationObserver((all) => { changes += all.length; }) \
     .observe(document.querySelector('#room-list'), {childList: true, subtree: true, characterData: true, attributes: true}); 0";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_seen_as_it_comes_is_at_no_time_unread() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    bob.say_accepted(1, "one").await;
    ana.has(&["one"]).await;
    ana.until("it is read", "!document.querySelector('.badge')").await;
    ana.value(COUNT).await;
    for (n, text) in [(2, "two"), (3, "three")] {
        bob.say_accepted(n, text).await;
        ana.sees("#log", text).await;
    }
    assert_eq!(ana.value("changes").await, 0);
    assert_eq!(ana.faults().await, [""; 0]);
}
