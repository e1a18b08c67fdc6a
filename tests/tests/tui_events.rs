//! Edits, deletions, reactions and replies of the terminal client: each is there once, whatever is killed meanwhile.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::Daemon;
use e2e::native::Native;
use e2e::pty::Pty;
use serde_json::json;
use tempfile::TempDir;

/// Selects the newest message.
const SHIFT_UP: &str = "\u{1b}[1;2A";

/// Starts the client on a terminal, with `state` as its state directory.
fn client(daemon: &Daemon, name: &str, state: &TempDir) -> Pty {
    let (server, state) = (daemon.address.to_string(), state.path().to_str().unwrap());
    let args = ["--name", name, "--server", &server, "--state", state];
    Pty::start("chat-tui", &args, (80, 26))
}

/// Starts the client of bob on another device, with `state` as its state directory. It logs in by a code of `known`.
async fn other_device(daemon: &Daemon, known: &mut Pty, state: &TempDir) -> Pty {
    known.types("/link\n");
    let page = known.sees("Then type").await;
    let code = page.split("/login ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    known.types("\u{1b}");
    known.sees_that("no code", |screen| !screen.contains(&code)).await;
    let mut other = client(daemon, "bob", state);
    other.sees("name › bob_2").await;
    // Ctrl-U empties the input.
    other.types(&format!("\x15/login {code}\n"));
    other.sees("Welcome, bob.").await;
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_made_offline_are_there_once_after_a_kill_of_daemon_and_client() {
    let [data, ana_state, bob_state, other_state] = [(); 4].map(|()| TempDir::new().unwrap());
    let on_disk = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&on_disk).await;
    let mut ana = client(&daemon, "ana", &ana_state);
    ana.sees("Welcome, ana.").await;
    let mut bob = client(&daemon, "bob", &bob_state);
    bob.sees("Welcome, bob.").await;
    // Another device of the same user, which only reads.
    let mut other = other_device(&daemon, &mut bob, &other_state).await;
    for text in ["on Friday", "a slip"] {
        bob.types(&format!("{text}\n"));
        ana.sees(&format!("   {text}")).await;
        bob.sees(&format!("   {text}")).await;
    }
    ana.types("is it settled?\n");
    bob.sees("ana   is it settled?").await;
    other.sees("ana   is it settled?").await;

    daemon.signal("KILL");
    daemon.exit_code().await;
    bob.sees("Offline").await;
    bob.types(SHIFT_UP);
    bob.sees("▶ is it settled?").await;
    bob.types("+");
    bob.sees("React to ana: is it settled?").await;
    bob.types("\n");
    bob.sees("👍 1").await;
    bob.types(SHIFT_UP);
    bob.types("p");
    bob.sees("pinned").await;
    bob.types(SHIFT_UP);
    bob.types("k");
    bob.sees("▶ a slip").await;
    bob.types("d");
    bob.sees("y deletes it").await;
    bob.types("y");
    bob.sees("Message deleted").await;
    bob.types(SHIFT_UP);
    bob.types("kk");
    bob.sees("▶ on Friday").await;
    bob.types("e");
    bob.sees("edit › on Friday").await;
    bob.types(", at ten\n");
    bob.sees("on Friday, at ten (edited)").await;
    bob.types(SHIFT_UP);
    bob.sees("▶ is it settled?").await;
    bob.types("r");
    bob.sees("Replying to ana: is it settled?").await;
    bob.types("yes\n");
    bob.sees("5 messages queued").await;
    bob.sees("… ↳ ana: is it settled?").await;
    bob.types(SHIFT_UP);
    bob.types("k");
    bob.sees("▶ is it settled?").await;
    bob.types("t");
    bob.sees("Thread in #lobby").await;
    bob.types("signed, too\n");
    bob.sees("6 messages queued").await;
    // The mark says that it is stored, and so is what was done before it. A text that was typed and not stored is lost
    // with its client.
    bob.sees("… signed, too").await;
    bob.sees_that("it in the thread and in the log", |screen| {
        screen.matches("signed, too").count() == 2 && !screen.contains("thread › signed")
    })
    .await;
    bob.signal("KILL");
    bob.exit_code().await;

    let daemon = Daemon::start_on(daemon.address, &on_disk).await;
    let mut bob = client(&daemon, "bob", &bob_state);
    let shown = [
        "on Friday, at ten (edited)",
        "Message deleted",
        "pinned  👍 1",
        "   yes",
        "   signed, too",
        "└ 2 replies",
    ];
    let once = |screen: &str| {
        let has_each = shown.iter().all(|text| screen.matches(text).count() == 1);
        // Once for both answers, or for each if a notice is between them.
        let answers = screen.contains("↳ ana: is it settled?");
        has_each && answers && !screen.contains('…') && !screen.contains("a slip")
    };
    bob.sees_that("each change once", once).await;
    ana.sees_that("each change once", once).await;
    other.sees_that("each change once", once).await;
    let mut third = client(&daemon, "bob", &bob_state);
    third.sees_that("each change once", once).await;
    other.types(SHIFT_UP);
    other.sees("▶ signed, too").await;
    other.types("t");
    other.sees("Thread in #lobby · 2 replies").await;
    other
        .sees_that("the answer in the thread once more", |screen| {
            screen.matches("signed, too").count() == 2
        })
        .await;
    // Each took one place in the room, after the three messages.
    let mut witness = Native::connect(daemon.address).await;
    witness.send(&json!({"type": "hello", "version": 1, "name": "witness"})).await;
    assert_eq!(witness.until("room").await["last_seq"], 9);
}
