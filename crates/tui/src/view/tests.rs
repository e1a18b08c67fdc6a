use chat_client::link::LinkEvent;
use chat_proto::{Event, RoomName, Topic};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::fixture::{Bench, direct_event, room, room_event, user};
use crate::input::{Input, Wheel};

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
        #lobby                                                                  4 online
        ────────────────────────────────────────────────────────────────────────────────


        ── Sunday, 22 November 2026 ────────────────────────────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: good morning! has anybody tried the new build on a narrow terminal
                yet?
        14:02 → 漢字 is here
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大丈夫です。
        14:02 @ ana: thanks, Bob
        14:02 … * bob goes to lunch
                                                                  Ctrl-G users · F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn the_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(chatting(59, 14).screen(), @r#"
        #lobby                                             4 online
        ───────────────────────────────────────────────────────────

        ── Sunday, 22 November 2026 ───────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: good morning! has anybody tried the new build
                on a narrow terminal yet?
        14:02 → 漢字 is here
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も
                大丈夫です。
        14:02 @ ana: thanks, Bob
        14:02 … * bob goes to lunch
                                             Ctrl-G users · F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn the_smallest_screen() {
    assert_snapshot!(chatting(20, 6).screen(), @r#"
        #lobby      4 online
          Bob
        14:02 … * bob goes
          to lunch
                     F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn reconnecting() {
    let mut bench = chatting(80, 14);
    bench.loses();
    bench.tells(LinkEvent::Waiting { seconds: 4 });
    assert_snapshot!(bench.screen(), @r#"
        #lobby
        ────────────────────────────────────────────────────────────────────────────────


        ── Sunday, 22 November 2026 ────────────────────────────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: good morning! has anybody tried the new build on a narrow terminal
                yet?
        14:02 → 漢字 is here
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大丈夫です。
        14:02 @ ana: thanks, Bob
        14:02 … * bob goes to lunch
        Offline, retrying in 4 s · 1 message queued · the server closed the connection
        #lobby › and typ
        "#);
}

#[test]
fn the_room_is_in_the_header_and_before_the_input_on_each_screen_in_any_state() {
    let mut bench = Bench::connected(80, 24);
    bench.in_rust();
    bench.says_in("#lobby", 1, user(3, "ana"), "bob?");
    let check = |bench: &mut Bench, what: &str| {
        for (width, height) in [(20, 6), (40, 12), (79, 24), (80, 24), (120, 30), (300, 100)] {
            bench.resizes(width, height);
            let screen = bench.screen();
            let header = screen.lines().next().unwrap_or_default();
            let prompt = screen.lines().last().unwrap_or_default();
            assert!(header.contains("#rust"), "{what}, {width}x{height}\n{screen}");
            assert!(prompt.starts_with("#rust › "), "{what}, {width}x{height}\n{screen}");
        }
    };
    check(&mut bench, "connected");
    bench.types("x");
    bench.loses();
    check(&mut bench, "lost");
    bench.tells(LinkEvent::Waiting { seconds: 30 });
    check(&mut bench, "waiting");
}

#[test]
fn a_direct_message_says_whether_the_other_user_is_online() {
    let mut bench = Bench::connected(80, 12);
    bench.types("/msg ana\n");
    bench.hears(direct_event(&user(3, "ana"), 0, 0));
    let shows = |bench: &Bench, text: &str| {
        let screen = bench.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
    };
    shows(&bench, " online");
    bench.alt(KeyCode::Char('1'));
    shows(&bench, "● 2 ana");
    bench.alt(KeyCode::Char('2'));
    let room = room("@3-7");
    let reason = chat_proto::LeaveReason::Bye;
    bench.hears(Event::Left { room, user: user(3, "ana"), reason });
    shows(&bench, " offline");
    bench.alt(KeyCode::Char('1'));
    shows(&bench, "○ 2 ana");
}

#[test]
fn a_mention_in_a_room_that_the_list_hides_shows_at_its_end() {
    let mut bench = Bench::connected(80, 14);
    for number in 2..=40 {
        bench.hears(room_event(&format!("#team-{number}"), 0, 0));
    }
    let row = |bench: &Bench, row: usize| {
        let screen = bench.screen();
        screen.lines().nth(row).map(|row| row.chars().take(20).collect::<String>()).unwrap()
    };
    assert_eq!(row(&bench, 11), " ↓ 30 more         │");
    bench.says_in("#team-30", 1, user(3, "ana"), "bob, look at this NOW");
    assert_eq!(row(&bench, 11), " ↓ 30 more       @1│");
    bench.alt(KeyCode::Char('a'));
    assert_eq!(row(&bench, 10), "▌30 #team-30       │");
    assert_eq!(
        (row(&bench, 0), row(&bench, 11)),
        (" ↑ 20 more         │".into(), " ↓ 10 more         │".into())
    );
    bench.says_in("#team-2", 1, user(3, "ana"), "bob?");
    assert_eq!(row(&bench, 0), " ↑ 20 more       @1│");
}

#[test]
fn a_count_does_not_touch_the_name_of_its_room() {
    let mut bench = Bench::connected(80, 14);
    for (name, unread) in [("#backend", 11), ("#incidents-of-today", 9), ("#release-2.0", 1_200)] {
        bench.hears(room_event(name, unread, 0));
    }
    let screen = bench.screen();
    for row in ["2 #backend     11│", "3 #incidents-o… 9│", "4 #release-2… 1k+│"] {
        assert!(screen.contains(row), "no {row:?} on\n{screen}");
    }
}

#[test]
fn the_user_list_opens_and_closes_and_stays_while_offline() {
    let mut bench = Bench::connected(80, 12);
    let closed = bench.screen();
    assert!(!closed.contains("USERS"), "{closed}");
    bench.control('g');
    assert_snapshot!(bench.screen(), @r#"
        #lobby                                              3 online │ USERS
        ──────────────────────────────────────────────────────────── │ bob          you
                                                                     │ ana
                                                                     │ carl
                                                                     │
                                                                     │
                                                                     │
                                                                     │
        ── Sunday, 22 November 2026 ──────────────────────────────── │
        14:02 · connected to chat-server 0.1.0 as bob                │
                                                                  Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
    let columns = |bench: &Bench| {
        let rows = bench.screen().lines().take(10).map(str::to_owned).collect::<Vec<_>>();
        rows.into_iter().map(|row| row.replace("3 online", "")).collect::<Vec<_>>()
    };
    let before = columns(&bench);
    bench.loses();
    assert_eq!(columns(&bench)[2..], before[2..], "nothing moves");
    bench.connects(2);
    bench.types("/users\n");
    assert!(!bench.screen().contains("USERS"));
    bench.resizes(30, 10);
    bench.control('g');
    assert!(bench.screen().contains("The screen is too"), "{}", bench.screen());
}

/// Several rooms: one with a topic on the screen, and news in the others.
fn in_rooms(width: u16, height: u16) -> Bench {
    let mut bench = chatting(width, height);
    bench.control('u');
    bench.in_rust();
    for (seq, text) in [(1, "does it compile?"), (2, "it does, and it runs")] {
        bench.says_in("#rust", seq, user(3, "ana"), text);
    }
    let topic = Topic::new("all about Rust").unwrap();
    bench.hears(Event::Topic { room: room("#rust"), topic, user: user(3, "ana") });
    bench.hears(room_event("#tea", 112, 100));
    bench.says_in("@5-7", 1, user(5, "carl"), "psst, bob");
    bench
}

#[test]
fn several_rooms() {
    assert_snapshot!(in_rooms(100, 12).screen(), @r#"
         ROOMS             │ #rust  all about Rust                                                  3 online
          1 #lobby         │ ───────────────────────────────────────────────────────────────────────────────
        ▌ 2 #rust          │
          3 #tea         12│
                           │
         DIRECT            │
        ○ 4 carl         @1│ ── Sunday, 22 November 2026 ───────────────────────────────────────────────────
                           │ 14:02   ana: does it compile?
                           │ 14:02   ana: it does, and it runs
                           │ 14:02 · ana says #rust is about: all about Rust
                                                                  Alt-A next unread · Ctrl-G users · F1 keys
        #rust ›  Message #rust (/help for commands)
        "#);
}

#[test]
fn the_room_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(in_rooms(70, 12).screen(), @r#"
        #rust  @1 carl  1 room unread  all about Rust                 3 online
        ──────────────────────────────────────────────────────────────────────




        ── Sunday, 22 November 2026 ──────────────────────────────────────────
        14:02   ana: does it compile?
        14:02   ana: it does, and it runs
        14:02 · ana says #rust is about: all about Rust
                                    Alt-A next unread · Ctrl-G users · F1 keys
        #rust ›  Message #rust (/help for commands)
        "#);
}

#[test]
fn what_is_new_begins_at_a_line() {
    let mut bench = in_rooms(100, 14);
    for seq in 1..=30 {
        bench.says_in("#tea", 100 + seq, user(3, "ana"), &format!("cup {seq}"));
    }
    for seq in 51..=100 {
        bench.says_in("#tea", seq, user(3, "ana"), &format!("sip {seq}"));
    }
    bench.alt(KeyCode::Char('3'));
    assert_snapshot!(bench.screen(), @r#"
         ROOMS             │ #tea                                                                   3 online
          1 #lobby         │ ───────────────────────────────────────────────────────────────────────────────
          2 #rust          │ 14:02   ana: sip 98
        ▌ 3 #tea         25│ 14:02   ana: sip 99
                           │ 14:02   ana: sip 100
         DIRECT            │ ── new since 14:02 ────────────────────────────────────────────────────────────
        ○ 4 carl         @1│ 14:02   ana: cup 1
                           │ 14:02   ana: cup 2
                           │ 14:02   ana: cup 3
                           │ 14:02   ana: cup 4
                           │ 14:02   ana: cup 5
                           │                                    25 new ↓
                                                                  Alt-A next unread · Ctrl-G users · F1 keys
        #tea ›  Message #tea (/help for commands)
        "#);
}

#[test]
fn a_name_is_asked_for() {
    let mut bench = Bench::new(60, 8);
    bench.types("half a sen");
    bench.refuses_name();
    assert_snapshot!(bench.screen(), @r#"
        #lobby
        ────────────────────────────────────────────────────────────

        ── Sunday, 22 November 2026 ────────────────────────────────
        14:02 ! not let in: the name bob is taken; type another name
                below
        Choose a name                         Ctrl-G users · F1 keys
        name › bob_2
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
        #lobby                                              3 online
        ────────────────────────────────────────────────────────────
        14:02   ana: message 20
        14:02   ana: message 21
        14:02   ana: message 22
        14:02   ana: message 23
        14:02   ana: message 24
                                  12 new ↓
                                              Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
}

#[test]
fn help() {
    let mut bench = chatting(80, 24);
    bench.presses(KeyCode::F(1));
    assert_snapshot!(bench.screen(), @r#"
        #lobby    ╭ Keys ────────────────────────────────────────────────────╮  4 online
        ──────────│ Enter            says it; a / in front makes it a command│──────────
                  │ Alt-Enter        begins a new line (Ctrl-J, too)         │
                  │ Tab              completes a name, a room or a command   │
                  │ Up Down          what you said before                    │
                  │ PgUp PgDn        scroll; the mouse wheel does, too       │
                  │ Ctrl-Home/End    oldest and newest message               │
                  │ Alt-1 … Alt-9    goes to a room by its number in the list│
                  │ Alt-Up Alt-Down  the room above, the room below          │
                  │ Alt-A            the next room with something new        │
                  │ Ctrl-G           opens or closes the user list           │
                  │ Home End         the same on an empty line               │
                  │                  else start and end of the line          │
                  │ Ctrl-Left/Right  word by word                            │
        ── Sunday,│ Ctrl-U Ctrl-K    delete to start, to end of line         │──────────
        14:02 · co│ Ctrl-W           deletes a word                          │
        14:02   an│ Ctrl-_ Ctrl-Y    undo, redo                              │ terminal
                ye│ Ctrl-C           clears the line; quits on an empty one  │
        14:02 → 漢│ F1 Ctrl-L        this help; draws the screen again       │
        14:02 › bo│ Ctrl-Z           back to the shell; fg returns here      │
        14:02 @ an│ Shift-mouse      selects text, as the wheel is taken     │
        14:02 … * │ Marks            › yours  … on its way  @ names you      │
                  │                  × refused  ▌ this room  @2 names you    │ · F1 keys
        #lobby › a╰ Esc closes, Down scrolls ────────────────────────────────╯
        "#);
}

#[test]
fn the_date_changes() {
    let mut bench = Bench::connected(80, 8);
    bench.said(3, "ana", "late");
    bench.at = chat_proto::Timestamp::from_millis(bench.at.as_millis() + 86_400_000);
    bench.said(3, "ana", "early");
    assert_snapshot!(bench.screen(), @r#"
        #lobby                                                                  3 online
        ────────────────────────────────────────────────────────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: late
        ── Monday, 23 November 2026 ────────────────────────────────────────────────────
        14:02   ana: early
                                                                  Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
}

#[test]
fn a_long_input_shows_its_cursor() {
    let mut bench = Bench::connected(30, 12);
    bench.takes(Input::Paste("a long text that takes more than the rows it may have: ".repeat(3)));
    bench.types("end");
    assert_snapshot!(bench.screen(), @r#"
        #lobby                3 online
        ──────────────────────────────


        ── Sunday, 22 November 2026 ──
        14:02 · connected to chat-
          server 0.1.0 as bob
                Ctrl-G users · F1 keys
                 ave: a long text that
                  takes more than the
                 rows it may have: end
        "#);
}

#[test]
fn more_users_than_rows_are_counted() {
    let mut bench = Bench::connected(120, 6);
    for id in 10..30 {
        let user = user(id, &format!("a quite long name of {id}"));
        bench.hears(Event::Joined { room: RoomName::lobby(), user });
    }
    assert_snapshot!(bench.screen(), @r#"
        #lobby                                                                                     23 online │ USERS
        14:02 → “a quite long name of 27” is here                                                            │ bob          you
        14:02 → “a quite long name of 28” is here                                                            │ a quite long na…
        14:02 → “a quite long name of 29” is here                                                            │ and 21 more
                                                                                                          Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
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
    shows(&bench, "Connecting");
    bench.tells(LinkEvent::Waiting { seconds: 30 });
    shows(&bench, "Offline, retrying");
    bench.types("typed");
    shows(&bench, "› typed");
    bench.refuses_name();
    shows(&bench, "Choose a name");
    shows(&bench, "name › bob_2");
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
