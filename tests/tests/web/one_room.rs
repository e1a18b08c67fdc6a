//! A browser, a terminal client, two classic clients and a hook in one room, through a kill of the daemon and a tab
//! that is closed and opened again.

use e2e::binary::{Daemon, program, run};
use e2e::browser::Browser;
use e2e::classic::{Classic, Message, View};
use e2e::hook::post_until_answered;
use e2e::native::Native;
use e2e::pty::Pty;
use e2e::within;
use tempfile::TempDir;
use tokio::process::Command;

/// A terminal that shows the whole room.
const SIZE: (u16, u16) = (80, 40);

/// The messages of each user, in their order. While there is no daemon, a classic client cannot be used.
const SAID: [&str; 13] = [
    "ana-1", "ana-2", "ana-3", "ana-4", "bob-1", "bob-2", "bob-3", "bob-4", "carl-1", "carl-4",
    "ci-1", "ci-3", "ci-4",
];

/// Makes a hook of the lobby, as the operator. Returns its path.
async fn hook(data: &TempDir) -> String {
    let mut command = Command::new(program("chat-server"));
    command.arg("--data").arg(data.path()).args(["admin", "hook", "#lobby", "ci"]);
    let (code, made, errors) = run(&mut command).await;
    assert_eq!(code, Some(0), "{errors}");
    let secret = made.split("/hook/").nth(1).expect("the address").split_whitespace().next();
    format!("/hook/{}", secret.expect("the secret"))
}

/// The words of `screen` that were said, from top to bottom.
fn said_on(screen: &str) -> Vec<&str> {
    screen.split_whitespace().filter(|word| SAID.contains(word)).collect()
}

/// The texts that a classic client has received.
fn read_by(carl: &Classic) -> Vec<String> {
    carl.view().messages.iter().map(|message| message.text.clone()).collect()
}

async fn until_read(carl: &mut Classic, texts: [&str; 3]) {
    let has = |text: &str, view: &View| view.messages.iter().any(|one| one.text == text);
    carl.until(&format!("{texts:?}"), |view| texts.iter().all(|text| has(text, view))).await;
}

/// Waits until a classic client shows a message of the user of that name.
async fn shows(client: &mut Classic, name: &str, text: &str) {
    let is_it = |message: &Message| message.name == name && message.text == text;
    client.until(text, |view| view.messages.iter().any(is_it)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_clients_show_each_text_once_and_in_one_order() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let args = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&args).await;
    let address = daemon.address;
    let ana = browser.open(address).await;
    ana.comes_in("ana").await;
    let server = address.to_string();
    let mut bob = Pty::start("chat-tui", &["--name", "bob", "--server", &server], SIZE);
    bob.sees("Welcome, ").await;
    let mut carl = Classic::join(address, "carl").await;
    let mut dario = Classic::join(address, "dario").await;
    carl.until("all users", |view| view.lists_only(&["ana", "bob", "carl", "dario"])).await;
    ana.opens_without_the_daemon().await;
    let hook = hook(&data).await;

    ana.types("ana-1\n").await;
    bob.types("bob-1\n");
    carl.say("carl-1").await;
    post_until_answered(address, &hook, "ci-1").await;
    for text in ["ana-1", "bob-1", "carl-1", "ci-1"] {
        ana.sees("#log", text).await;
        bob.sees(text).await;
    }
    until_read(&mut carl, ["ana-1", "bob-1", "ci-1"]).await;
    for client in [&mut carl, &mut dario] {
        shows(client, "ana", "ana-1").await;
        shows(client, "bob", "bob-1").await;
    }
    shows(&mut dario, "carl", "carl-1").await;

    // Killed while messages are on their way, and while others wait.
    ana.types("ana-2\n").await;
    bob.types("bob-2\n");
    let path = hook.clone();
    let posting = tokio::spawn(async move { post_until_answered(address, &path, "ci-3").await });
    daemon.signal("KILL");
    daemon.exit_code().await;
    for client in [&mut carl, &mut dario] {
        client.until("the end", |view| view.ended).await;
    }
    ana.clicks("#text").await;
    ana.types("ana-3\n").await;
    bob.types("bob-3\n");
    let waits = "[...document.querySelectorAll('#log article[data-delivery=pending]:has(.waiting) .text')].at(-1)?.innerText === 'ana-3'";
    ana.until("ana-3 is stored", waits).await;
    bob.sees("queued").await;
    ana.closes().await;
    let ana = browser.open(address).await;
    ana.until("what waits", "/[12] message/.test(document.querySelector('#status').innerText)")
        .await;

    let daemon = Daemon::start_on(address, &args).await;
    let before = read_by(&carl);
    // A classic client connects once: its user starts it again.
    let mut carl = Classic::join(daemon.address, "carl").await;
    carl.until("ana and bob again", |view| view.lists("ana") && view.lists("bob")).await;
    within("ci-3 is answered", posting).await.unwrap();
    for text in ["ana-2", "ana-3", "bob-2", "bob-3", "ci-3"] {
        ana.sees("#log", text).await;
        bob.sees(text).await;
    }
    ana.clicks("#text").await;
    ana.types("ana-4\n").await;
    bob.types("bob-4\n");
    carl.say("carl-4").await;
    // A program that does not know what was answered posts again.
    for text in ["ci-1", "ci-3", "ci-4"] {
        post_until_answered(address, &hook, text).await;
    }
    for text in ["ana-4", "bob-4", "carl-4", "ci-4"] {
        ana.sees("#log", text).await;
        bob.sees(text).await;
    }
    until_read(&mut carl, ["ana-4", "bob-4", "ci-4"]).await;

    let stored = Native::join(address, "witness").await.texts().await;
    let mut sorted = stored.clone();
    sorted.sort();
    assert_eq!(sorted, SAID, "each is stored once");
    let shown: Vec<_> = stored.iter().map(String::as_str).collect();
    ana.has(&shown).await;
    bob.sees_that(&format!("{shown:?}"), |screen| said_on(screen) == shown).await;
    // He has no history, and does not hear himself.
    let read = [before, read_by(&carl)].concat();
    let heard: Vec<_> = stored.iter().filter(|text| read.contains(text)).cloned().collect();
    assert_eq!(read, heard, "each once, in the order of {stored:?}");
    assert_eq!(ana.faults().await, [""; 0]);
}
