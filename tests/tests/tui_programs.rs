//! The programs as a user has them: the daemon, and the client on a terminal.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program};
use e2e::pty::Pty;
use e2e::tui::masked;
use e2e::within;
use insta::assert_snapshot;
use tempfile::TempDir;
use tokio::process::Command;

/// The size of most terminals here.
const SIZE: (u16, u16) = (80, 14);

/// The client on a terminal, just started.
fn client(daemon: &Daemon, name: &str) -> Pty {
    Pty::start("chat-tui", &["--name", name, "--server", &daemon.address.to_string()], SIZE)
}

/// `screen` as it is whenever and whatever the daemon's port is.
fn masked_all(screen: &str, daemon: &Daemon) -> String {
    let port = daemon.address.port().to_string();
    masked(screen).replace(&port, &"P".repeat(port.len()))
}

/// How `name` ends with these arguments and no terminal, and what it says on both outputs.
async fn ends(name: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(program(name)).args(args).kill_on_drop(true).output();
    let output = within(format!("the end of {name} {args:?}"), output).await.unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|told| String::from_utf8(told).unwrap());
    (output.status.code(), out, err)
}

#[tokio::test(flavor = "multi_thread")]
async fn they_say_what_they_are() {
    for name in ["chat-server", "chat-tui"] {
        let (code, told, trouble) = ends(name, &["--version"]).await;
        assert_eq!((code, &*trouble), (Some(0), ""));
        assert_eq!(told, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
        let (code, told, trouble) = ends(name, &["--help"]).await;
        assert_eq!((code, &*trouble), (Some(0), ""));
        assert!(told.contains("Examples:") && told.contains("Exit codes: 0"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_says_what_is_wrong_and_the_exit_code_tells_whose_fault_it_is() {
    for (args, code, says) in [
        (&["--nonsense"][..], 2, "--nonsense"),
        (&["--server", "localhost:0"], 2, "HOST:PORT"),
        (&["--name", "a|b"], 2, "a name has none of the characters"),
        (&[], 1, "this needs a terminal, and standard input is not one"),
    ] {
        let (ended, out, told) = ends("chat-tui", args).await;
        assert_eq!((ended, &*out), (Some(code), ""), "{args:?}: {told}");
        assert!(told.contains(says), "{args:?}: {told}");
    }
    let mut client = Pty::start("chat-tui", &["--log-file", "/no/where"], SIZE);
    assert_eq!(client.exit_code().await, 1);
    client.sees("cannot write the log file /no/where").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_chat_and_one_resizes_the_terminal() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = client(&daemon, "ana");
    ana.sees("›ana").await;
    let mut bob = client(&daemon, "bob");
    bob.sees("›bob").await;
    ana.types("hi bob, 漢字 ok?\n");
    bob.sees("@ ana: hi bob, 漢字 ok?").await;
    bob.types("yes, it is\n");
    ana.sees("  bob: yes, it is").await;
    // What is typed is drawn below all else: with it the frame is whole.
    bob.types("and typ");
    bob.sees("› bob: yes").await;
    assert_snapshot!(masked_all(&bob.sees("> and typ").await, &daemon), @r#"
                                                                 │ 2 users
                                                                 │›bob            2
                                                                 │ ana            1
                                                                 │
                                                                 │
                                                                 │
                                                                 │
                                                                 │
    ── a day ─────────────────────────────────────────────────── │
    hh:mm · connected to chat-server 0.1.0 as bob                │
    hh:mm @ ana: hi bob, 漢字 ok?                                │
    hh:mm › bob: yes, it is                                      │
    ── connected · bob in #lobby · 2 users · 127.0.0.1:PPPPP ──────────── F1 keys ──
    > and typ
    "#);
    assert_eq!((ana.bells(), bob.bells()), (0, 1));

    bob.resizes(40, 8);
    bob.sees("bob in #lobby  F1 keys").await;
    bob.types("ing");
    assert_snapshot!(masked_all(&bob.sees("> and typing").await, &daemon), @r#"

    ── a day ───────────────────────────────
    hh:mm · connected to chat-server 0.1.0
            as bob
    hh:mm @ ana: hi bob, 漢字 ok?
    hh:mm › bob: yes, it is
    ── connected · bob in #lobby  F1 keys ──
    > and typing
    "#);
    bob.resizes(100, 20);
    bob.sees_that("status line of 100 columns", |screen| {
        let status = screen.lines().nth(18).unwrap_or_default();
        status.starts_with("── connected") && status.chars().count() == 100
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_come_back_to_a_daemon_that_was_killed() {
    let data = TempDir::new().unwrap();
    let keeping = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&keeping).await;
    let mut ana = client(&daemon, "ana");
    let mut bob = client(&daemon, "bob");
    ana.sees("2 users").await;
    bob.sees("2 users").await;
    bob.types("half a sen");
    bob.sees("> half a sen").await;

    daemon.signal("KILL");
    assert_eq!(daemon.exit_code().await, None);
    for client in [&mut ana, &mut bob] {
        client.sees("reconnecting").await;
    }
    let _daemon = Daemon::start_on(daemon.address, &keeping).await;
    for client in [&mut ana, &mut bob] {
        client.sees("2 users").await;
    }
    bob.types("tence\n");
    ana.sees("  bob: half a sentence").await;
    ana.types("got it, bob\n");
    bob.sees("@ ana: got it, bob").await;
}

/// A client that has taken its terminal, ended by `end` with this exit code, and given it back.
async fn ended(name: &str, end: impl FnOnce(&mut Pty), code: u32) -> Pty {
    let daemon = Daemon::start(&[]).await;
    let mut client = client(&daemon, name);
    client.sees("›").await;
    let (before, taken) = (client.modes_before(), client.modes());
    assert!(taken.alternate_screen && !before.alternate_screen);
    assert!(taken.reports != before.reports && taken.line != before.line);
    end(&mut client);
    assert_eq!(client.exit_code().await, code, "{name}: {}", client.screen());
    client.is_given_back().await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_given_back_as_it_was() {
    let quit = ended("quit", |client| client.types("/quit\n"), 0).await;
    assert_eq!(quit.screen().trim(), "");
    for name in ["TERM", "HUP", "INT"] {
        let stopped = ended(name, |client| client.signal(name), 0).await;
        assert_eq!(stopped.screen().trim(), "");
    }
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_gives_the_terminal_back_and_says_what_happened() {
    let mut client = ended("ana", |client| client.types("/panic\n"), 1).await;
    client.sees("asked for by /panic").await;
}
