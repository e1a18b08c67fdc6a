use chat_proto::{Event, RoomName};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::fixture::{Bench, user};
use crate::input::{Input, Wheel};
use crate::link::News;

fn chatting(width: u16, height: u16) -> Bench {
    let mut bench = Bench::connected(width, height);
    bench.said(3, "ana", "good morning! has anybody tried the new build on a narrow terminal yet?");
    bench.hears(Event::Joined { room: RoomName::lobby(), user: user(9, "漢字") });
    bench.types("I have, ana: it wraps at word borders, 漢字も大丈夫です。\n");
    bench.accepts(1);
    bench.said(3, "ana", "thanks, Bob");
    bench.types("/me goes to lunch\n");
    bench.types("and typ");
    bench
}

#[test]
fn a_conversation() {
    assert_snapshot!(chatting(80, 14).screen(), @r#"
                                                                     │ 4 users
                                                                     │ bob (you)      7
                                                                     │ ana            3
        ── Sunday, 22 November 2026 ──────────────────────────────── │ carl           5
        14:02 · connected to chat-server 0.1.0 as bob                │ 漢字           9
        14:02   ana: good morning! has anybody tried the new build   │
                on a narrow terminal yet?                            │
        14:02 → 漢字 is here                                         │
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大 │
                丈夫です。                                           │
        14:02 @ ana: thanks, Bob                                     │
        14:02 … * bob goes to lunch                                  │
        ── connected · bob in #lobby · 4 users · 127.0.0.1:12345 ──────────── F1 keys ──
        > and typ
        "#);
}

#[test]
fn the_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(chatting(59, 14).screen(), @r#"



        ── Sunday, 22 November 2026 ───────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: good morning! has anybody tried the new build
                on a narrow terminal yet?
        14:02 → 漢字 is here
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も
                大丈夫です。
        14:02 @ ana: thanks, Bob
        14:02 … * bob goes to lunch
        ── connected · bob in #lobby · 4 users ───────── F1 keys ──
        > and typ
        "#);
}

#[test]
fn the_smallest_screen() {
    assert_snapshot!(chatting(20, 6).screen(), @r#"
        14:02 @ ana: thanks,
          Bob
        14:02 … * bob goes
          to lunch
        ── connected ───────
        > and typ
        "#);
}

#[test]
fn reconnecting() {
    let mut bench = chatting(80, 14);
    bench.loses(1);
    bench.tells(News::Waiting { seconds: 4 });
    assert_snapshot!(bench.screen(), @r#"
                                                                     │
        ── Sunday, 22 November 2026 ──────────────────────────────── │
        14:02 · connected to chat-server 0.1.0 as bob                │
        14:02   ana: good morning! has anybody tried the new build   │
                on a narrow terminal yet?                            │
        14:02 → 漢字 is here                                         │
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大 │
                丈夫です。                                           │
        14:02 @ ana: thanks, Bob                                     │
        14:02 … * bob goes to lunch                                  │
        14:02 ! the server closed the connection (it is tried again  │
                by itself; /reconnect tries now)                     │
        ── reconnecting in 4 s · 1 waiting · 127.0.0.1:12345 ──────────────── F1 keys ──
        > and typ
        "#);
}

#[test]
fn a_name_is_asked_for() {
    let mut bench = Bench::new(60, 8);
    bench.types("half a sen");
    bench.refuses_name();
    assert_snapshot!(bench.screen(), @r#"
                                                   │
                                                   │
                                                   │
        ── Sunday, 22 November 2026 ────────────── │
        14:02 ! not let in: the name bob is taken; │
                type another name below            │
        ── name refused · type another name ───────────── F1 keys ──
        name> bob_2
        "#);
}

#[test]
fn reading_back() {
    let mut bench = Bench::connected(60, 10);
    for number in 1..=30 {
        bench.said(3, "ana", &format!("message {number}"));
    }
    bench.presses(KeyCode::PageUp);
    for number in 1..=12 {
        bench.said(3, "ana", &format!("new {number}"));
    }
    assert_snapshot!(bench.screen(), @r#"
        14:02   ana: message 16                    │ 3 users
        14:02   ana: message 17                    │ bob (you)    7
        14:02   ana: message 18                    │ ana          3
        14:02   ana: message 19                    │ carl         5
        14:02   ana: message 20                    │
        14:02   ana: message 21                    │
        14:02   ana: message 22                    │
                         12 new ↓                  │
        ── connected · bob in #lobby · 3 users ────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn help() {
    let mut bench = chatting(80, 20);
    bench.presses(KeyCode::F(1));
    assert_snapshot!(bench.screen(), @r#"
                  ╭ Keys ────────────────────────────────────────────────────╮
                  │ Enter            says it; a / in front makes it a command│u)      7
                  │ Alt-Enter        begins a new line (Ctrl-J, too)         │        3
                  │ Tab              completes a name or a command           │        5
                  │ Up Down          what you said before                    │        9
                  │ PgUp PgDn        scroll; the mouse wheel does, too       │
                  │ Ctrl-Home/End    oldest and newest message               │
                  │ Home End         the same on an empty line               │
                  │                  else start and end of the line          │
        ── Sunday,│ Ctrl-Left/Right  word by word                            │
        14:02 · co│ Ctrl-U Ctrl-K    delete to start, to end of line         │
        14:02   an│ Ctrl-W           deletes a word                          │
                on│ Ctrl-Z Ctrl-Y    undo, redo                              │
        14:02 → 漢│ Ctrl-C           clears the line; quits on an empty one  │
        14:02 › bo│ F1 ?             this help (? on an empty line)          │
                丈│ Shift-mouse      selects text, as the wheel is taken     │
        14:02 @ an│                                                          │
        14:02 … * │ Marks            › yours  … on its way  @ names you      │
        ── connect│                  × refused  ? not known to be kept       │F1 keys ──
        > and typ ╰ Esc closes, Down scrolls ────────────────────────────────╯
        "#);
}

#[test]
fn the_date_changes() {
    let mut bench = Bench::connected(80, 8);
    bench.said(3, "ana", "late");
    bench.at = chat_proto::At::from_millis(bench.at.as_millis() + 86_400_000);
    bench.said(3, "ana", "early");
    assert_snapshot!(bench.screen(), @r#"
                                                                     │ 3 users
        ── Sunday, 22 November 2026 ──────────────────────────────── │ bob (you)      7
        14:02 · connected to chat-server 0.1.0 as bob                │ ana            3
        14:02   ana: late                                            │ carl           5
        ── Monday, 23 November 2026 ──────────────────────────────── │
        14:02   ana: early                                           │
        ── connected · bob in #lobby · 3 users · 127.0.0.1:12345 ──────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn a_long_input_shows_its_cursor() {
    let mut bench = Bench::connected(30, 12);
    bench.takes(Input::Paste("a long text that takes more than the rows it may have: ".repeat(3)));
    bench.types("end");
    assert_snapshot!(bench.screen(), @r#"




        ── Sunday, 22 November 2026 ──
        14:02 · connected to chat-
          server 0.1.0 as bob
        ── connected ────── F1 keys ──
          han the rows it may have: a
          long text that takes more th
          an the rows it may have: end
        "#);
}

#[test]
fn more_users_than_rows_are_counted() {
    let mut bench = Bench::connected(60, 6);
    for id in 10..30 {
        let user = user(id, &format!("a quite long name of {id}"));
        bench.hears(Event::Joined { room: RoomName::lobby(), user });
    }
    assert_snapshot!(bench.screen(), @r#"
        14:02 → a quite long name of 26 is here    │ 23 users
        14:02 → a quite long name of 27 is here    │ bob (you)    7
        14:02 → a quite long name of 28 is here    │ a quite lo… 10
        14:02 → a quite long name of 29 is here    │ and 21 more
        ── connected · bob in #lobby · 23 users ───────── F1 keys ──
        >  say something, /help for commands
        "#);
}

/// Every size there may be, in steps that hit each threshold.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let widths = || (1..=64).chain((65..=300).step_by(47)).chain([300]);
    let heights = (1..=12).chain((13..=100).step_by(29)).chain([100]);
    heights.flat_map(move |height| widths().map(move |width| (width, height)))
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let mut bench = chatting(80, 20);
    bench.takes(Input::Paste("many\nlines\n漢字 👩🏽\u{200D}💻 e\u{301}\n".repeat(4)));
    for (width, height) in sizes() {
        bench.resizes(width, height);
        bench.screen();
        bench.takes(Input::Wheel(Wheel::Up));
        bench.presses(KeyCode::F(1));
        bench.screen();
        bench.presses(KeyCode::PageDown);
        bench.presses(KeyCode::Esc);
    }
}

#[test]
fn the_status_and_the_input_show_on_the_smallest_screen_in_any_state() {
    let mut bench = Bench::new(20, 6);
    let shows = |bench: &Bench, text: &str| {
        let screen = bench.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
    };
    shows(&bench, "connecting");
    bench.tells(News::Waiting { seconds: 30 });
    shows(&bench, "reconnecting in 30 s".get(..17).unwrap());
    bench.types("typed");
    shows(&bench, "> typed");
    bench.refuses_name();
    shows(&bench, "name refused");
    shows(&bench, "name> bob_2");
}

#[test]
fn resizing_keeps_the_place() {
    let mut bench = Bench::connected(80, 20);
    for number in 100..200 {
        bench.said(3, "ana", &format!("message {number} {}", "word ".repeat(30)));
    }
    for _ in 0..20 {
        bench.takes(Input::Wheel(Wheel::Up));
    }
    let place = bench.screen();
    for (width, height) in sizes() {
        bench.resizes(width, height);
        bench.screen();
        bench.said(3, "ana", "something new");
    }
    bench.resizes(80, 20);
    // All but the row that tells how much is new.
    let rows = |screen: String| screen.lines().take(17).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(bench.screen()), rows(place));
}

mod hostile;
