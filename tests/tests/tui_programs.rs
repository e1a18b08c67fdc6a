//! The programs as a user runs them: the daemon, and the client on a terminal.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{self, Daemon, program};
use e2e::pty::Pty;
use e2e::tui::masked;
use insta::assert_snapshot;
use tempfile::TempDir;
use tokio::process::Command;

/// The size of most terminals here.
const SIZE: (u16, u16) = (80, 14);

/// Starts the client on a terminal.
fn client(daemon: &Daemon, name: &str) -> Pty {
    Pty::start("chat-tui", &["--name", name, "--server", &daemon.address.to_string()], SIZE)
}

/// Masks the times, the dates and the daemon's port of `screen`.
fn masked_all(screen: &str, daemon: &Daemon) -> String {
    let port = daemon.address.port().to_string();
    masked(screen).replace(&port, &"P".repeat(port.len()))
}

/// Runs `name` with these arguments and without a terminal. Returns its exit code, its output and its errors.
async fn run(name: &str, args: &[&str]) -> (Option<i32>, String, String) {
    binary::run(Command::new(program(name)).args(args)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_print_their_version_and_help() {
    for name in ["chat-server", "chat-tui"] {
        let (code, printed, errors) = run(name, &["--version"]).await;
        assert_eq!((code, &*errors), (Some(0), ""));
        assert_eq!(printed, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
        let (code, printed, errors) = run(name, &["--help"]).await;
        assert_eq!((code, &*errors), (Some(0), ""));
        assert!(printed.contains("Examples:") && printed.contains("Exit codes: 0"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_reports_errors_and_its_exit_code_marks_wrong_usage() {
    for (args, code, message) in [
        (&["--nonsense"][..], 2, "--nonsense"),
        (&["--server", "localhost:0"], 2, "HOST:PORT"),
        (&["--name", "a|b"], 2, "a name has none of the characters"),
        (&[], 1, "this needs a terminal, and standard input is not one"),
    ] {
        let (ended, out, errors) = run("chat-tui", args).await;
        assert_eq!((ended, &*out), (Some(code), ""), "{args:?}: {errors}");
        assert!(errors.contains(message), "{args:?}: {errors}");
    }
    let mut client = Pty::start("chat-tui", &["--log-file", "/no/where"], SIZE);
    assert_eq!(client.exit_code().await, 1);
    client.sees("cannot write the log file /no/where").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_chat_and_one_resizes_the_terminal() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = client(&daemon, "ana");
    ana.sees("1 online").await;
    let mut bob = client(&daemon, "bob");
    bob.sees("2 online").await;
    ana.types("hi @bob, 漢字 ok?\n");
    bob.sees("ana ▌ hi @bob, 漢字 ok?").await;
    bob.types("yes, it is\n");
    ana.sees("bob   yes, it is").await;
    // The prompt is drawn last, so a frame with this text is complete.
    bob.types("and typ");
    bob.sees("bob   yes").await;
    assert_snapshot!(masked_all(&bob.sees("› and typ").await, &daemon), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────





                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, bob. You're in #lobby.
             ana ▌ hi @bob, 漢字 ok?
             bob   yes, it is
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby › and typ
    "#);
    assert_eq!((ana.bells(), bob.bells()), (0, 1));

    bob.resizes(40, 8);
    bob.sees_that("screen of 40 columns", |screen| {
        let header = screen.lines().next().unwrap_or_default();
        header.ends_with("2 online") && header.chars().count() == 40
    })
    .await;
    bob.types("ing");
    assert_snapshot!(masked_all(&bob.sees("› and typing").await, &daemon), @r#"
    #lobby                          2 online
    ────────────────────────────────────────
    ana hh:mm
    ▌ hi @bob, 漢字 ok?
    bob hh:mm
      yes, it is
      Ctrl-S select · Ctrl-G users · F1 keys
    #lobby › and typing
    "#);
    bob.resizes(100, 20);
    bob.sees_that("status line of 100 columns", |screen| {
        let status = screen.lines().nth(18).unwrap_or_default();
        status.ends_with("F1 keys") && status.chars().count() == 100
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_reconnect_to_a_daemon_that_was_killed() {
    let data = TempDir::new().unwrap();
    let on_disk = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&on_disk).await;
    let mut ana = client(&daemon, "ana");
    let mut bob = client(&daemon, "bob");
    ana.sees("2 online").await;
    bob.sees("2 online").await;
    bob.types("half a sen");
    bob.sees("› half a sen").await;

    daemon.signal("KILL");
    assert_eq!(daemon.exit_code().await, None);
    for client in [&mut ana, &mut bob] {
        client.sees("Offline").await;
    }
    let _daemon = Daemon::start_on(daemon.address, &on_disk).await;
    for client in [&mut ana, &mut bob] {
        client.sees("2 online").await;
    }
    bob.types("tence\n");
    ana.sees("bob   half a sentence").await;
    ana.types("got it, @bob\n");
    bob.sees("ana ▌ got it, @bob").await;
}

/// Starts a client, ends it with `end`, and checks its exit code and that it restores the modes of its
/// terminal.
async fn start_and_end(name: &str, end: impl FnOnce(&mut Pty), code: u32) -> Pty {
    let daemon = Daemon::start(&[]).await;
    let mut client = client(&daemon, name);
    client.sees("1 online").await;
    let (before, during) = (client.modes_before(), client.modes());
    assert!(during.alternate_screen && !before.alternate_screen);
    assert!(during.reports != before.reports && during.line != before.line);
    end(&mut client);
    assert_eq!(client.exit_code().await, code, "{name}: {}", client.screen());
    client.until_modes_are_restored().await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_restores_the_terminal_when_it_ends() {
    let quit = start_and_end("quit", |client| client.types("/quit\n"), 0).await;
    assert_eq!(quit.screen().trim(), "");
    for name in ["TERM", "HUP", "INT"] {
        let stopped = start_and_end(name, |client| client.signal(name), 0).await;
        assert_eq!(stopped.screen().trim(), "");
    }
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_panic_the_terminal_is_restored_and_shows_the_reason() {
    let mut client = start_and_end("ana", |client| client.types("/panic\n"), 1).await;
    client.sees("asked for by /panic").await;
}
