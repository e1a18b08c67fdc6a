//! The header, the prompt, and the two lists.

use chat_client::link::LinkEvent;
use chat_proto::Event;
use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::fixture::{Harness, direct_event, room, room_event, user};

#[test]
fn the_room_is_in_the_header_and_before_the_input_on_each_screen_in_any_state() {
    let mut harness = Harness::connected(80, 24);
    harness.join_rust();
    harness.message_in("#lobby", 1, user(3, "ana"), "@bob?");
    let check = |harness: &mut Harness, what: &str| {
        for (width, height) in [(20, 6), (40, 12), (79, 24), (80, 24), (120, 30), (300, 100)] {
            harness.resize(width, height);
            let screen = harness.screen();
            let header = screen.lines().next().unwrap_or_default();
            let prompt = screen.lines().last().unwrap_or_default();
            assert!(header.contains("#rust"), "{what}, {width}x{height}\n{screen}");
            assert!(prompt.starts_with("#rust › "), "{what}, {width}x{height}\n{screen}");
        }
    };
    check(&mut harness, "connected");
    harness.type_text("x");
    harness.lose();
    check(&mut harness, "lost");
    harness.link_event(LinkEvent::Waiting { seconds: 30 });
    check(&mut harness, "waiting");
}

#[test]
fn a_direct_message_says_whether_the_other_user_is_online() {
    let mut harness = Harness::connected(80, 12);
    harness.type_text("/msg ana\n");
    harness.event(direct_event(&user(3, "ana"), 0, 0));
    let shows = |harness: &Harness, text: &str| {
        let screen = harness.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
    };
    shows(&harness, " online");
    harness.alt(KeyCode::Char('1'));
    shows(&harness, "● 2 ana");
    harness.alt(KeyCode::Char('2'));
    let room = room("@3-7");
    let reason = chat_proto::LeaveReason::Bye;
    for room in [room, chat_proto::RoomName::lobby()] {
        harness.event(Event::Left { room, user: user(3, "ana"), reason });
    }
    shows(&harness, " last seen 14:02");
    harness.alt(KeyCode::Char('1'));
    shows(&harness, "○ 2 ana");
}

#[test]
fn a_mention_in_a_room_that_the_list_hides_shows_at_its_end() {
    let mut harness = Harness::connected(80, 14);
    for number in 2..=40 {
        harness.event(room_event(&format!("#team-{number}"), 0, 0));
    }
    let row = |harness: &Harness, row: usize| {
        let screen = harness.screen();
        screen.lines().nth(row).map(|row| row.chars().take(20).collect::<String>()).unwrap()
    };
    assert_eq!(row(&harness, 11), " ↓ 30 more         │");
    harness.message_in("#team-30", 1, user(3, "ana"), "bob, look at this NOW");
    assert_eq!(row(&harness, 11), " ↓ 30 more       @1│");
    harness.alt(KeyCode::Char('a'));
    assert_eq!(row(&harness, 10), "▌30 #team-30       │");
    assert_eq!(
        (row(&harness, 0), row(&harness, 11)),
        (" ↑ 20 more         │".into(), " ↓ 10 more         │".into())
    );
    harness.message_in("#team-2", 1, user(3, "ana"), "@bob?");
    assert_eq!(row(&harness, 0), " ↑ 20 more       @1│");
}

#[test]
fn a_count_does_not_touch_the_name_of_its_room() {
    let mut harness = Harness::connected(80, 14);
    for (name, unread) in [("#backend", 11), ("#incidents-of-today", 9), ("#release-2.0", 1_200)] {
        harness.event(room_event(name, unread, 0));
    }
    let screen = harness.screen();
    for row in ["2 #backend     11│", "3 #incidents-o… 9│", "4 #release-2… 1k+│"] {
        assert!(screen.contains(row), "no {row:?} on\n{screen}");
    }
}

#[test]
fn the_user_list_opens_and_closes_and_stays_while_offline() {
    let mut harness = Harness::connected(80, 12);
    let closed = harness.screen();
    assert!(!closed.contains("USERS"), "{closed}");
    harness.control('g');
    assert_snapshot!(harness.screen(), @r#"
        #lobby                                              3 online │ USERS
        ──────────────────────────────────────────────────────────── │ ● bob        you
                                                                     │ ● ana
                                                                     │ ● carl
                                                                     │
                                                                     │
                                                                     │
                                                                     │
        ───────────────── Sunday, 22 November 2026 ───────────────── │
        14:02          · Welcome, bob. You're in #lobby.             │
                                                                  Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
    let columns = |harness: &Harness| {
        let rows = harness.screen().lines().take(10).map(str::to_owned).collect::<Vec<_>>();
        rows.into_iter()
            .map(|row| row.replace("3 online", "").replace('●', "○"))
            .collect::<Vec<_>>()
    };
    let before = columns(&harness);
    harness.lose();
    assert_eq!(columns(&harness)[2..], before[2..], "nothing moves");
    harness.connect(2);
    harness.type_text("/users\n");
    assert!(!harness.screen().contains("USERS"));
    harness.resize(30, 10);
    harness.control('g');
    assert!(harness.screen().contains("Users in #lobby · 3"), "{}", harness.screen());
}
