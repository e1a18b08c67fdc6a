//! The page without a mouse.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;

/// Keys that are pressed before something is out of reach.
const PRESSES_MAX: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_written_with_keys_alone() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.until("the focus in the box", "document.activeElement.id === 'text'").await;
    bob.say_accepted(1, "a question").await;
    ana.has(&["a question"]).await;
    ana.can_be_used_by_everybody().await;

    let mut presses = 0;
    while ana.value("document.activeElement.tagName").await != "ARTICLE" {
        assert!(presses < PRESSES_MAX, "the messages are out of reach");
        ana.presses("Shift-Tab").await;
        presses += 1;
    }
    let name = ana.value("document.activeElement.getAttribute('aria-label')").await;
    let name = name.as_str().unwrap();
    assert!(name.starts_with("bob, ") && name.ends_with(": a question"), "{name}");
    ana.presses("Enter").await;
    ana.until("the menu", "document.querySelector('#menu:not([hidden]) [role=menuitem]:focus')")
        .await;
    ana.presses("Escape").await;
    ana.until("the focus where it was", "document.activeElement.tagName === 'ARTICLE'").await;
    ana.presses("r").await;
    ana.sees("#compose-bar", "Replying to bob").await;
    ana.can_be_used_by_everybody().await;
    ana.types("an answer\n").await;
    ana.has(&["a question", "an answer"]).await;
    ana.sees("#log article[data-own] .quote", "bob").await;
    assert_eq!(bob.next_message().await.1, "an answer");
    ana.until("the focus in the box", "document.activeElement.id === 'text'").await;
    assert_eq!(ana.faults().await, [""; 0]);
}
