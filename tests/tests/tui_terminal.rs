//! The client on a terminal: job control, output of other programs, input in pieces, missing features.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_tui::testing::emulator::{Emulator, POLICIES, Policy};
use e2e::binary::{Daemon, program};
use e2e::pty::Pty;

/// The size of most terminals here.
const SIZE: (u16, u16) = (70, 10);

/// Starts a client as ana, and waits until it is in the lobby.
async fn ana(daemon: &Daemon) -> Pty {
    let mut ana = client(daemon, "ana");
    ana.sees(" online").await;
    ana
}

fn client(daemon: &Daemon, name: &str) -> Pty {
    Pty::start("chat-tui", &["--name", name, "--server", &daemon.address.to_string()], SIZE)
}

/// Texts whose width differs between terminals.
const WIDE: [&str; 8] = [
    "漢字 かな",
    "ทำ ทำ ทำ",
    "हिन्दी हिन्दी",
    "🇪🇸 🇪🇸",
    "👩🏽\u{200D}💻 👨\u{200D}👩\u{200D}👧",
    "1\u{FE0F}\u{20E3} ❤\u{FE0F}",
    "ｶﾞｷﾞ",
    "கொ கொ",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_text_leaves_remains_on_the_screen() {
    let daemon = Daemon::start(&[]).await;
    let (mut ana, mut bob) = (ana(&daemon).await, client(&daemon, "bob"));
    bob.sees(" online").await;
    for (round, text) in WIDE.into_iter().enumerate() {
        bob.types(&format!("{text}\n").repeat(3));
        // Each row that had wide text now has plain text.
        for line in 0..12 {
            // One by one: a screen that more messages come to than it has rows does not follow them.
            bob.types(&format!("x x x {round} {line}\n"));
            ana.sees(&format!("x x x {round} {line}")).await;
        }
        ana.types("typed");
        ana.sees("› typed").await;
        let before = ana.bytes();
        ana.sends(b"\x0c\x7f\x7f");
        ana.sees_that("the text without two letters", |screen| screen.ends_with("› typ")).await;
        let drawn_again = ana.bytes();
        for policy in POLICIES {
            let [before, after] = [&before, &drawn_again].map(|bytes| rows(bytes, policy));
            assert_eq!(before, after, "{policy:?} has leftovers of {text}");
        }
        ana.sends(b"\x15");
    }
}

/// Returns all rows but the prompt.
fn rows(bytes: &[u8], policy: Policy) -> Vec<String> {
    let shown = Emulator::shows(bytes, policy, SIZE.into());
    shown.rows[..usize::from(SIZE.1) - 1].iter().map(|row| row.concat()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_z_stops_the_client_and_fg_continues_it() {
    let daemon = Daemon::start(&[]).await;
    let mut terminal = Pty::start_shell((100, 40));
    terminal.sees("shell$").await;
    let (program, address) = (program("chat-tui"), daemon.address);
    terminal.types(&format!("{} --name ana --server {address}\n", program.display()));
    terminal.sees(" online").await;
    let running = terminal.modes();
    for (stops, round) in [(1, "first"), (2, "second")] {
        terminal.sends(b"\x1a");
        // Once the shell prints this, it reads the keys.
        let stopped = |screen: &str| screen.matches("Stopped").count() == stops;
        terminal.sees_that("\"Stopped\" of the shell", stopped).await;
        terminal.until_modes_are_restored().await;
        terminal.types("echo in the $((1 + 1))nd program\n");
        terminal.sees("in the 2nd program").await;
        terminal.types("fg\n");
        terminal.sees(" online").await;
        terminal.types(&format!("the {round} time\n"));
        terminal.sees(&format!("   the {round} time")).await;
        assert_eq!(terminal.modes(), running);
    }
    terminal.types("/quit\n");
    terminal.until_modes_are_restored().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_continued_client_sets_the_modes_and_redraws_the_screen() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = ana(&daemon).await;
    let running = ana.modes();
    ana.signal("STOP");
    ana.write_as_other_program(b"\x1b[?1049l\x1b[?2004l\x1b[?1000l\x1b[2J\x1b[Hanother program");
    ana.signal("CONT");
    ana.sees(" online").await;
    ana.types("typed\n");
    let screen = ana.sees("ana   typed").await;
    assert!(!screen.contains("another program"), "{screen}");
    assert_eq!(ana.modes(), running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_shell_ignores_ctrl_z() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = ana(&daemon).await;
    ana.sends(b"\x1a");
    ana.signal("TSTP");
    ana.types("still here\n");
    ana.sees("ana   still here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn split_keys_and_late_replies_of_the_terminal_type_no_text() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = ana(&daemon).await;
    for piece in [
        &b"caf\xe9 ok"[..],
        b"\x1b",
        b"]11;rgb:0000/0000/00",
        b"00\x1b",
        b"\\ yes",
        b"\x1b[",
        b"D!",
    ] {
        ana.sends(piece);
    }
    ana.sees(" ok ye!s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_reports_a_terminal_without_a_full_screen() {
    for (term, reason) in [("dumb", "TERM is \"dumb\""), ("", "TERM is not set")] {
        let mut client = Pty::start_in(&[("TERM", term)], "chat-tui", &[], (100, 10));
        assert_eq!(client.exit_code().await, 1);
        let screen = client.sees(reason).await;
        assert!(
            screen.starts_with("chat-tui: this needs a terminal with a full screen"),
            "{screen}"
        );
        assert_eq!(&client.modes(), client.modes_before());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mode_of_alt_is_saved_and_restored_in_xterm_alone() {
    for (environment, is_saved) in [(&[][..], false), (&[("XTERM_VERSION", "XTerm(379)")], true)] {
        let mut client = Pty::start_in(environment, "chat-tui", &["--demo"], SIZE);
        client.sees(" online").await;
        client.sends(b"\x03");
        client.sends(b"\x03");
        assert_eq!(client.exit_code().await, 0);
        client.until_modes_are_restored().await;
        let bytes = client.bytes();
        for change in [&b"\x1b[?1036;1039s"[..], b"\x1b[?1036;1039r"] {
            let is_written = bytes.windows(change.len()).any(|window| window == change);
            assert_eq!(is_written, is_saved, "{}", change.escape_ascii());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_utf8_locale_the_screen_is_ascii() {
    let daemon = Daemon::start(&[]).await;
    let address = daemon.address.to_string();
    let args = ["--name", "ana", "--server", &address];
    let mut ana = Pty::start_in(&[("LC_ALL", "C")], "chat-tui", &args, SIZE);
    let screen = ana.sees_that("the notice and the header", |screen| {
        screen.contains("The locale is not UTF-8") && screen.contains("1 online")
    });
    let screen = screen.await;
    assert!(screen.is_ascii() && screen.contains("#lobby > "), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_selects_a_message_and_y_copies_it() {
    let daemon = Daemon::start(&[]).await;
    let (mut ana, mut bob) = (ana(&daemon).await, client(&daemon, "bob"));
    bob.sees(" online").await;
    bob.types("see https://a.org/b\n");
    let screen = ana.sees("bob   see https://a.org/b").await;
    let row = screen.lines().position(|row| row.contains("see https")).unwrap();
    ana.sends(format!("\x1b[<0;30;{}M\x1b[<0;30;{}m", row + 1, row + 1).as_bytes());
    ana.sees("bob ▶ see https://a.org/b").await;
    ana.types("y");
    ana.sees("Copied 1 line").await;
    let bytes = String::from_utf8(ana.bytes()).unwrap();
    assert!(bytes.contains("\x1b]52;c;c2VlIGh0dHBzOi8vYS5vcmcvYg==\x07"));
    assert!(bytes.contains(";https://a.org/b\x1b\\") && bytes.contains("\x1b]8;;\x1b\\"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_gets_the_terminal_and_every_key_and_gives_both_back() {
    let daemon = Daemon::start(&[]).await;
    // It waits for a line, adds it to the text, and ends.
    let editor = "sh -c 'echo the editor runs; read -r line; echo \"$line\" >> \"$0\"'";
    let address = daemon.address.to_string();
    let args = ["--name", "ana", "--server", &address];
    let mut ana = Pty::start_in(&[("VISUAL", editor)], "chat-tui", &args, SIZE);
    ana.sees(" online").await;
    let running = ana.modes();
    for round in ["first", "second"] {
        ana.types(&format!("{round}: "));
        ana.sees(&format!("› {round}:")).await;
        ana.sends(b"\x18\x05");
        ana.sees("the editor runs").await;
        ana.until_modes_are_restored().await;
        ana.signal("INT");
        ana.types(&format!("the {round} line is typed there\n"));
        ana.sees(&format!("the {round} line is typed there")).await;
        ana.sees(" online").await;
        ana.types(&format!(" and {round} here\n"));
        ana.sees(&format!("the {round} line is typed there and {round} here")).await;
        assert_eq!(ana.modes(), running);
    }
}
