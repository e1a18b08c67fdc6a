//! Each message is in the room once, whatever happens to the daemon and to the tab.

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

/// Presses a key on the message with this text.
async fn does(page: &Page, text: &str, key: &str) {
    let focused = format!(
        "(() => {{ const texts = [...document.querySelectorAll('#log article .text')]; \
         const row = texts.find((one) => one.textContent === {})?.closest('article'); \
         row?.focus(); return row && document.activeElement === row; }})()",
        json!(text)
    );
    page.until(text, &focused).await;
    page.presses(key).await;
}

/// Waits until the log shows each change once: texts, marks, reactions, quotes; and this number of messages with the
/// mark of what is not sent.
async fn until_changed(page: &Page, waiting: usize) {
    let script = format!(
        "JSON.stringify([...document.querySelectorAll('#log article')].map((one) => \
           ['.text', '.mark:not(.waiting)', '.reactions', '.quoted-text'].map((part) => one.querySelector(part)?.textContent ?? ''))) \
         === JSON.stringify({}) && document.querySelectorAll('#log .waiting').length === {waiting}",
        json!([
            ["one at ten", "edited", "", ""],
            ["Message deleted", "", "", ""],
            ["three", "pinned", "👍1", ""],
            ["yes", "", "", "three"],
        ])
    );
    page.until("each change once", &script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_messages_while_the_daemon_is_killed_are_stored_once_by_other_tabs() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let (mut daemon, ana) = with_one_message(&browser, &data).await;
    ana.types("two\nthree\n").await;
    ana.has(&["one", "two", "three"]).await;
    let other = browser.open(daemon.address).await;
    other.has(&["one", "two", "three"]).await;

    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.clicks("#text").await;
    does(&ana, "one", "e").await;
    ana.types(" at ten\n").await;
    does(&ana, "two", "d").await;
    ana.clicks("#panel button[type=submit]").await;
    does(&ana, "three", "+").await;
    ana.until("the emoji", "document.activeElement.textContent === '👍'").await;
    ana.presses("Enter").await;
    does(&ana, "three", "p").await;
    does(&ana, "three", "r").await;
    ana.types("yes\n").await;
    until_changed(&ana, 4).await;
    ana.sees("#status", "5 messages").await;
    ana.closes().await;

    let daemon = restarted(&daemon, &data).await;
    let next = browser.open(daemon.address).await;
    for page in [&other, &next] {
        until_changed(page, 0).await;
    }
    // Three messages, and one place in the room for each change and the reply.
    let mut witness = Native::connect(daemon.address).await;
    witness.send(&json!({"type": "hello", "version": 1, "name": "witness"})).await;
    assert_eq!(witness.until("room").await["last_seq"], 8);
    for page in [other, next] {
        assert_eq!(page.faults().await, [""; 0]);
    }
}
