//! The terminal client's screen while messages arrive: the scroll position, hostile texts, the smallest size.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_client::Tcp;
use chat_server::Config;
use crossterm::event::KeyCode;
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::server::Server;
use e2e::tui::{Tui, masked};
use insta::assert_snapshot;

/// Texts that attack terminals, and texts that are hard to lay out.
const HOSTILE: [&str; 10] = [
    "\x1b[2J\x1b[H\x1b[31mcleared",
    "\x1b]0;title\x07\x1b]52;c;cm0gLXJmIH4=\x07",
    "\u{9b}2J\u{9d}0;title\u{9c}",
    "over\rwritten \x08\x08\x08\x0b\x0c\x07",
    "\u{202e}gnp.exe \u{2066}isolated",
    "in\u{200b}vis\u{feff}ible\u{e0041}",
    "za\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}lgo",
    "👩🏽\u{200d}💻 ❤\u{fe0f} 漢字 ﷺ \u{301}",
    "tab\tand\nline\u{2028}ends",
    "longer-than-any-row-is-without-a-single-place-where-it-could-be-broken-漢字漢字漢字",
];

/// Returns true if the status line is in this row: the screen was drawn for its size.
fn has_status_at(screen: &str, row: usize) -> bool {
    screen.lines().nth(row).is_some_and(|row| row.ends_with("F1 keys"))
}

#[tokio::test(flavor = "multi_thread")]
async fn new_messages_do_not_move_a_screen_that_is_scrolled_back() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    let mut bob = Tui::join(server.address, "bob").await;
    for n in 1..=40 {
        ana.say_accepted(
            n,
            &format!("message {n} of many, and as long as a row is, or two of them"),
        )
        .await;
        bob.sees(&format!("message {n} of")).await;
    }
    bob.presses(KeyCode::PageUp).await;
    let before = bob.sees("Latest ↓ End").await;
    for n in 41..=45 {
        ana.say_accepted(n, &format!("message {n}")).await;
    }
    let back = bob.sees("5 new ↓").await;
    assert_snapshot!(masked(&back), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────
             ana   message 22 of many, and as long as a row is, or two of them
                   message 23 of many, and as long as a row is, or two of them
                   message 24 of many, and as long as a row is, or two of them
                   message 25 of many, and as long as a row is, or two of them
                   message 26 of many, and as long as a row is, or two of them
                   message 27 of many, and as long as a row is, or two of them
                   message 28 of many, and as long as a row is, or two of them
                   message 29 of many, and as long as a row is, or two of them
                   message 30 of many, and as long as a row is, or two of them
                   message 31 of many, and as long as a row is, or two  5 new ↓ End
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
    let rows = |screen: &str| screen.lines().take(11).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&back), rows(&before));

    bob.resizes(50, 10).await;
    let narrow = bob.sees_that("narrow screen", |screen| has_status_at(screen, 8)).await;
    assert_snapshot!(masked(&narrow), @r#"
    #lobby                                    2 online
    ana hh:mm ────────────────────────────────────────
      message 22 of many, and as long as a row is, or
      two of them
      message 23 of many, and as long as a row is, or
      two of them
      message 24 of many, and as long as a row is, or
      two of them                         5 new ↓ End
                Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
    bob.resizes(80, 14).await;
    let wide = bob.sees_that("wide screen", |screen| has_status_at(screen, 12)).await;
    assert_eq!(wide, back);
    bob.presses(KeyCode::End).await;
    let newest = bob.sees("message 45").await;
    assert!(!newest.contains('↓'), "{newest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_shown_as_text() {
    let server = Server::start(Config::default());
    let mut bob = Tui::open_with(Tcp::new(server.address), "bob", (80, 40)).until_joined().await;
    let mut ana = Native::join(server.address, "ana").await;
    let eva = Classic::join(server.address, "eva").await;
    bob.sees("→ ana and eva joined").await;
    for (n, text) in (1..).zip(HOSTILE) {
        // Texts with control characters are refused to a native client, and cleaned for a classic one.
        ana.say(n, text).await;
        while !matches!(ana.next().await.unwrap()["type"].as_str(), Some("accepted" | "refused")) {}
        eva.say(text).await;
        let next = format!("next {n}");
        eva.say(&next).await;
        bob.sees(&format!("   {next}")).await;
    }
    assert_snapshot!(masked(&bob.sees("next 10").await), @r#"
    #lobby                                                                  3 online
    ────────────────────────────────────────────────────────────────────────────────
                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, bob. You're in #lobby.
                   → ana and eva joined
             eva   [2J[H[31mcleared
                   next 1
                   ]0;title]52;c;cm0gLXJmIH4=
                   next 2
                   2J0;title
                   next 3
                   overwritten
                   next 4
             ana   �gnp.exe �isolated
             eva   �gnp.exe �isolated
                   next 5
             ana   invisible
             eva   invisible
                   next 6
             ana   zá̂̃̄̅̆̇̈lgo
             eva   zá̂̃̄̅̆̇̈lgo
                   next 7
             ana   👩🏽‍💻 ❤️ 漢字 ﷺ ́
             eva   👩🏽‍💻 ❤️ 漢字 ﷺ ́
                   next 8
             ana   tab    and
                   line
                   ends
             eva   tab    and
                   line
                   ends
                   next 9
             ana   longer-than-any-row-is-without-a-single-place-where-it-could-be-
                   broken-漢字漢字漢字
             eva   longer-than-any-row-is-without-a-single-place-where-it-could-be-
                   broken-漢字漢字漢字
                   next 10
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_works_on_the_smallest_screen() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    let mut bob = Tui::open_with(Tcp::new(server.address), "bob", (20, 6));
    bob.sees(" online").await;
    ana.say_accepted(1, "are you there, @bob?").await;
    bob.sees("▌ are you").await;
    bob.types("yes, on a tiny screen\n").await;
    assert_eq!(ana.next_message().await.1, "yes, on a tiny screen");
    bob.types("漢字 and more than a row").await;
    // A message that is not stored yet has no mark, like one that is sent; but it is queued.
    let is_sent = |screen: &str| {
        screen.lines().any(|row| row == "  yes, on a tiny") && !screen.contains("queued")
    };
    let is_typed = |screen: &str| screen.contains("re than a r");
    let screen = bob.sees_that("the message is sent", |s| is_sent(s) && is_typed(s)).await;
    assert_snapshot!(masked(&screen), @r#"
    #lobby      2 online
      yes, on a tiny
      screen
                 F1 keys
             re than a r
             ow
    "#);
}
