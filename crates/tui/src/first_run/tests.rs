use std::ops::ControlFlow;

use chat_client::store::KnownKey;
use chat_proto::{ServerKey, Timestamp};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use insta::assert_snapshot;

use super::*;
use crate::fixture::{name, within};
use crate::input::Report;
use crate::state::Look;
use crate::testing::Screen;
use crate::view::Painter;

fn first_run() -> FirstRun {
    FirstRun::new(&name("ana"), &"127.0.0.1".parse().unwrap(), None)
}

/// Types a text; `\n` is Enter, `\t` is Tab, `\u{15}` is Ctrl-U, `\u{5}` is Ctrl-E.
fn type_text(screen: &mut FirstRun, text: &str) -> Outcome {
    let mut outcome = Outcome::Stays;
    for c in text.chars() {
        outcome = screen.update(Input::Key(key(c)));
    }
    outcome
}

fn key(c: char) -> KeyEvent {
    match c {
        '\n' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
        '\t' => KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE),
        '\u{15}' => KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL),
        '\u{1b}' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
        '\u{5}' => KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL),
        c => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
    }
}

fn shown(screen: &impl Form, width: u16, height: u16) -> String {
    let mut shown = Screen::new(width, height);
    let Ok(()) = Painter::default().draw(&mut shown, false, |canvas| {
        screen.draw(Look::default().theme(), canvas);
        Vec::new()
    });
    shown.text()
}

fn answers(name: &str, server: &str) -> Outcome {
    let server = server.parse().unwrap();
    Outcome::Done(Answers { name: crate::fixture::name(name), server })
}

#[test]
fn enter_twice_takes_the_suggestions() {
    assert_eq!(type_text(&mut first_run(), "\n\n"), answers("ana", "127.0.0.1:12345"));
}

#[test]
fn both_fields_can_be_changed_in_any_order() {
    let mut screen = first_run();
    let typed = "\t\u{15}chat.example.org\t\u{15}Ana María\n\n";
    assert_eq!(type_text(&mut screen, typed), answers("Ana María", "chat.example.org:12345"));
}

#[test]
fn what_is_typed_replaces_a_suggestion_that_was_not_touched() {
    let typed = "nina\nlocalhost\n";
    assert_eq!(type_text(&mut first_run(), typed), answers("nina", "localhost:12345"));
    let mut screen = first_run();
    screen.update(Input::Paste("nina".to_owned()));
    assert_eq!(type_text(&mut screen, "\u{5}_2\n\n"), answers("nina_2", "127.0.0.1:12345"));
    let edited = "\u{5}_2\n\n";
    assert_eq!(type_text(&mut first_run(), edited), answers("ana_2", "127.0.0.1:12345"));
    let (bob, server) = (name("bob"), "localhost:1".parse().unwrap());
    let mut after_trouble = FirstRun::new(&bob, &server, Some("connection refused"));
    assert_eq!(type_text(&mut after_trouble, "2\n"), answers("bob", "localhost:12"));
}

#[test]
fn an_error_stands_at_its_field() {
    let mut screen = first_run();
    assert_eq!(type_text(&mut screen, "|x\n\t\u{15}http://x\n"), Outcome::Stays);
    assert!(!screen.is_at_server, "the name comes first");
    type_text(&mut screen, "\u{15}ana\n\n");
    assert_snapshot!(shown(&screen, 80, 13), @r#"
        Welcome to chat

        Your name  ana

        Server     http://x
                   Expected HOST or HOST:PORT, e.g. chat.example.org:12345

        Enter next · Tab switch · Esc quit

        No server yet? Run chat-server
        Just looking? Run chat-tui --demo
        "#);
    assert_eq!(type_text(&mut screen, "\u{15}localhost\n"), answers("ana", "localhost:12345"));
}

#[test]
fn an_address_where_nobody_answers_can_be_changed() {
    let (bob, server) = (name("bob"), "localhost:1".parse().unwrap());
    let mut screen = FirstRun::new(&bob, &server, Some("connection refused"));
    let form = shown(&screen, 80, 13);
    let rows: Vec<&str> = form.lines().map(str::trim).collect();
    let is_there = |pair: &[&str]| pair == ["Server     localhost:1", "Connection refused"];
    assert!(rows.windows(2).any(is_there), "{form}");
    assert_eq!(type_text(&mut screen, "\u{15}localhost:2\n"), answers("bob", "localhost:2"));
}

#[test]
fn esc_goes_back_to_a_client_that_was_there() {
    let mut screen = first_run();
    assert_eq!(type_text(&mut screen, "\u{1b}"), Outcome::Quit);
    screen.goes_back = true;
    assert_eq!(type_text(&mut screen, "\u{1b}"), Outcome::Back);
    assert!(shown(&screen, 80, 13).contains("Esc back · Ctrl-C quit"));
}

#[test]
fn a_wrong_name_suggests_another_one() {
    let mut screen = first_run();
    type_text(&mut screen, "\u{5}|x\n");
    assert_snapshot!(shown(&screen, 80, 13), @r#"
        Welcome to chat

        Your name  ana|x
                   Try ana_x: a name has no |
        Server     127.0.0.1:12345


        Enter next · Tab switch · Esc quit

        No server yet? Run chat-server
        Just looking? Run chat-tui --demo
        "#);
}

#[test]
fn it_fits_on_every_screen() {
    let mut screen = first_run();
    type_text(&mut screen, &"\u{15}x".repeat(60));
    type_text(&mut screen, &format!("{}\n", "字".repeat(200)));
    for (width, height) in [(1, 1), (5, 2), (20, 6), (40, 12), (300, 100)] {
        shown(&screen, width, height);
    }
    assert_snapshot!(shown(&first_run(), 40, 12), @r#"
        Welcome to chat

        Your name  ana

        Server     127.0.0.1:12345


        Enter next · Tab switch · Esc quit

        No server yet? Run chat-server
        Just looking? Run chat-tui --demo
        "#);
}

#[test]
fn a_paste_is_one_line() {
    let mut screen = first_run();
    type_text(&mut screen, "\n\u{15}");
    screen.update(Input::Paste("chat.example.org\nrm".to_owned()));
    assert_eq!(type_text(&mut screen, "\n"), answers("ana", "chat.example.org:12345"));
}

#[tokio::test(start_paused = true)]
async fn the_loop_ends_with_the_answers_or_without() {
    for (typed, expected) in [("\n\n", Some("ana")), ("\u{1b}", None), ("x", None)] {
        let mut shown = Screen::new(80, 24);
        let keys = stream::iter(typed.chars().map(|c| Ok(Report::from(Event::Key(key(c))))));
        let mut bell = || ();
        let never = std::future::pending();
        let asked = ask(&mut shown, first_run(), Look::default(), keys, &mut bell, never);
        let outcome = within("the end", asked).await.unwrap();
        let name = match &outcome {
            Outcome::Done(answers) => Some(answers.name.as_str()),
            outcome => {
                assert_eq!(*outcome, Outcome::Quit);
                None
            }
        };
        assert_eq!(name, expected, "{typed:?}");
    }
}

fn key_question(known: Option<(KnownKey, Timestamp)>) -> KeyQuestion {
    let (server, key) = ("chat.example.org:12345".to_owned(), ServerKey::from_sha256([7; 32]));
    KeyQuestion { server, key, known }
}

#[test]
fn a_new_server_is_shown_with_its_key() {
    assert_snapshot!(shown(&key_question(None), 80, 13), @"
        This server is new

        chat.example.org:12345 has the key
        SHA256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc

        Compare it with what chat-server address prints on the server, or ask
        the person who runs it. Connect, and accept only this key from now on?

        y connect · n choose another server · Ctrl-C quit
    ");
}

#[test]
fn another_key_is_shown_with_the_one_that_is_known() {
    let at = |days: i64| Timestamp::from_millis(1_800_000_000_000 + days * 24 * 60 * 60 * 1000);
    let known = KnownKey { key: ServerKey::from_sha256([3; 32]), since: at(0) };
    assert_snapshot!(shown(&key_question(Some((known, at(24)))), 80, 13), @"
        Another key

        chat.example.org:12345 is known for 24 days by the key
        SHA256:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM
        The address line has the key
        SHA256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc

        Replace it only if you have the line from the person who runs
        the server.

        y replace the key · n choose another server · Ctrl-C quit
    ");
    for (days, words) in [(-1, "less than a day"), (0, "less than a day"), (1, "1 day")] {
        let question = key_question(Some((known, at(days))));
        assert!(shown(&question, 80, 13).contains(&format!("known for {words} by")));
    }
}

#[test]
fn only_y_accepts_a_key() {
    let press = |c| key_question(None).take(Input::Key(key(c)));
    for (c, answer) in [('y', Answer::Yes), ('n', Answer::No), ('\u{1b}', Answer::No)] {
        assert_eq!(press(c), ControlFlow::Break(answer));
    }
    for other in ['\n', '\t', 'x'] {
        assert_eq!(press(other), ControlFlow::Continue(()));
    }
    let pasted = key_question(None).take(Input::Paste("y".to_owned()));
    assert_eq!(pasted, ControlFlow::Continue(()));
}
