//! A telephone shows one pane at a time; what is beside a message or a user leads to the box that it is about.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_in_the_box_from_another_pane_shows_the_box() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.resizes(390, 844).await;
    ana.comes_in("ana").await;

    ana.clicks("#show-users").await;
    ana.clicks(&format!("#user-list [data-user='{}']", bob.id)).await;
    ana.until("the menu", "document.querySelector('#menu:not([hidden])')").await;
    ana.presses("m").await;
    ana.presses("Enter").await;
    ana.until(
        "the box",
        "document.activeElement.id === 'text' && document.activeElement.value === '@bob '",
    )
    .await;
    ana.types("look\n").await;
    ana.has(&["@bob look"]).await;

    ana.value("document.querySelector('#log article').focus(); 0").await;
    ana.presses("t").await;
    ana.until("the thread", "document.activeElement.id === 'thread-text'").await;
    ana.value("document.querySelector('#thread-log article').focus(); 0").await;
    ana.presses("e").await;
    ana.until("the box", "document.activeElement.id === 'text'").await;
    ana.sees("#compose-bar", "Editing your message").await;
    ana.types(" here\n").await;
    ana.has(&["@bob look here"]).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_typed_on_a_message_of_a_thread_goes_into_the_box_of_the_thread() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("a question\n").await;
    ana.has(&["a question"]).await;
    ana.value("document.querySelector('#log article').focus(); 0").await;
    ana.presses("t").await;
    ana.until("the thread", "document.activeElement.id === 'thread-text'").await;
    ana.value("document.querySelector('#thread-log article').focus(); 0").await;
    ana.presses("x").await;
    ana.until("the letter", "document.querySelector('#thread-text').value === 'x'").await;
    assert_eq!(ana.value("document.querySelector('#text').value").await, "");
    assert_eq!(ana.faults().await, [""; 0]);
}
