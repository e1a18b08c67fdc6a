//! A page, a terminal client and two pages of the original chat in one room.

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::classic::{Classic, Message};
use e2e::native::Native;
use e2e::tui::Tui;
use tempfile::TempDir;

/// Waits until the page of the original chat shows a message.
async fn shows(page: &mut Classic, name: &str, text: &str) {
    let is_it = |message: &Message| message.name == name && message.text == text;
    page.until(text, |view| view.messages.iter().any(is_it)).await;
}

/// Waits until a page shows this text.
async fn sees(page: &Page, text: &str) {
    page.sees("#log", text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_original_chat_talk_with_browsers_and_terminals_through_a_kill() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let flags = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&flags).await;
    let address = daemon.address;
    let ana = browser.open(address).await;
    ana.comes_in("ana").await;
    let mut bob = Tui::join(address, "bob").await;
    let mut first = Classic::join(address, "carla").await;
    let mut second = Classic::join(address, "dario").await;
    first.until("all users", |view| view.lists_only(&["ana", "bob", "carla", "dario"])).await;

    ana.types("from a browser\n").await;
    first.say("from the old page").await;
    bob.types("from a terminal\n").await;
    for page in [&mut first, &mut second] {
        shows(page, "ana", "from a browser").await;
        shows(page, "bob", "from a terminal").await;
    }
    shows(&mut second, "carla", "from the old page").await;
    sees(&ana, "from the old page").await;
    sees(&ana, "from a terminal").await;
    bob.sees("from the old page").await;

    daemon.signal("KILL");
    daemon.exit_code().await;
    for page in [&mut first, &mut second] {
        page.until("the end", |view| view.ended).await;
    }
    ana.types("said without a server\n").await;
    ana.sees("#status", "1 message").await;
    bob.types("also said without a server\n").await;
    ana.closes().await;
    let daemon = Daemon::start_on(address, &flags).await;
    // The original page connects once: its user loads it again.
    let mut first = Classic::join(address, "carla").await;
    let ana = browser.open(address).await;
    sees(&ana, "also said without a server").await;
    first.until("ana again", |view| view.lists("ana") && view.lists("bob")).await;
    first.say("here again").await;
    sees(&ana, "here again").await;
    bob.sees("here again").await;
    ana.clicks("#text").await;
    ana.types("and the last\n").await;
    shows(&mut first, "ana", "and the last").await;

    let mut texts = Native::join(daemon.address, "witness").await.texts().await;
    texts.sort();
    let mut expected = [
        "from a browser",
        "from the old page",
        "from a terminal",
        "said without a server",
        "also said without a server",
        "here again",
        "and the last",
    ];
    expected.sort_unstable();
    assert_eq!(texts, expected, "each once");
    assert_eq!(ana.faults().await, [""; 0]);
}
