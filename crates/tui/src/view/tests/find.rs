//! The page of a search.

use chat_proto::command::SearchOrder;
use chat_proto::event::{Hit, MessageKind};
use chat_proto::{Event, Seq, ShortString, Text};
use insta::assert_snapshot;
use ratatui::style::Modifier;

use super::cells::drawn;
use crate::fixture::{Harness, direct_event, room, user};
use crate::theme::Role;

fn hit(room_name: &str, seq: u64, from: (u64, &str), at: &str, text: &str) -> Hit {
    let at: jiff::Timestamp = at.parse().unwrap();
    let start = text.find("migration").map(|start| text[..start].chars().count());
    let start = u32::try_from(start.unwrap()).unwrap();
    Hit {
        room: room(room_name),
        seq: Seq::new(seq),
        from: user(from.0, from.1),
        at: at.into(),
        kind: if text.starts_with("begins") { MessageKind::Action } else { MessageKind::Text },
        text: Text::new(text).unwrap(),
        marks: vec![[start, start + 9]],
    }
}

/// A search with four results, the second one chosen.
fn found(width: u16, height: u16) -> Harness {
    let mut harness = Harness::connected(width, height);
    harness.event(direct_event(&user(3, "ana"), 0, 0));
    harness.type_text("/search migration\n");
    let hits = vec![
        hit("#lobby", 9, (3, "ana"), "2026-11-22T13:05:00Z", "begins the migration"),
        hit(
            "#rust",
            8,
            (5, "carl"),
            "2026-11-17T09:30:00Z",
            "staging fails on the migration step again",
        ),
        hit("@3-7", 4, (3, "ana"), "2026-11-03T17:02:00Z", "長いメッセージの後で migration の話"),
        hit("#rust", 1, (5, "carl"), "2025-12-31T23:59:00Z", "who has the old migration script?"),
    ];
    let next = ShortString::new("more").ok();
    let (query, order) = ("migration".to_owned(), SearchOrder::Newest);
    harness.event(Event::Found { query, order, hits, next, indexed: Some(83) });
    harness.press(crossterm::event::KeyCode::Down);
    harness
}

#[test]
fn a_result_has_its_time_its_room_its_author_and_its_text() {
    assert_snapshot!(found(100, 12).screen(), @r#"
         ROOMS             │ Find  83 % of the messages indexed  newest first                        2 of 4+
        ▌ 1 #lobby         │ ───────────────────────────────────────────────────────────────────────────────
                           │         today 13:05  #lobby   ana  * begins the migration
         DIRECT            │ ▶      17 Nov 09:30  #rust   carl  staging fails on the migration step again
        ● 2 ana            │         3 Nov 17:02  @ana     ana  長いメッセージの後で migration の話
                           │   31 Dec 2025 23:59  #rust   carl  who has the old migration script?
                           │
                           │
                           │
                           │
                                    Tab filters · Ctrl-O best first · ↑↓ choose · Enter go there · Esc close
        Find › migration
        "#);
}

#[test]
fn a_result_takes_two_rows_on_a_narrow_screen() {
    assert_snapshot!(found(50, 12).screen(), @r#"
        Find  83 % of the messages indexed         2 of 4+
        ──────────────────────────────────────────────────
          #lobby ana today 13:05
          * begins the migration
        ▶ #rust carl 17 Nov 09:30
          staging fails on the migration step again
          @ana ana 3 Nov 17:02
          長いメッセージの後で migration の話
          #rust carl 31 Dec 2025 23:59
          who has the old migration script?
                    ↑↓ choose · Enter go there · Esc close
        Find › migration
        "#);
}

#[test]
fn the_chosen_result_shows_on_the_smallest_screen() {
    assert_snapshot!(found(20, 6).screen(), @r#"
        Find         2 of 4+
        ▶ #rust carl 17 Nov
          …e migration step…
          @ana ana 3 Nov
                   Esc close
        Find › migration
        "#);
}

#[test]
fn the_empty_page_says_what_can_be_searched_for() {
    let mut harness = Harness::connected(100, 14);
    harness.control('f');
    assert_snapshot!(harness.screen(), @r#"
        Find  newest first
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        What you can search for, in all your rooms
        migration  mig*                 messages with this word, or with one that begins so
        "on Friday"                     messages with these words next to each other
        from:ana  from:me               messages of ana, or your own
        in:#rust  in:@ana               messages in a room, or a direct message
        after:2026-05-01  before:today  messages of these days; also 2026-05, 2026, yesterday
        has:link  has:code              messages with a link, or with code
        mentions:me                     messages that mention you
        -word  -from:ana                messages without it

                                                                 Tab filters · Ctrl-O best first · Esc close
        Find ›  words, from:ana, in:#room, has:link
        "#);
}

#[test]
fn matches_are_marked_with_and_without_colours() {
    for theme in ["dark", "mono"] {
        let mut harness = found(100, 12);
        harness.state.look.set("theme", theme).unwrap();
        let (cells, _) = drawn(&harness.state);
        let style = harness.state.look.theme().style(Role::Match);
        assert_eq!(style.fg.is_some(), theme == "dark");
        let y = 3;
        let row: String = (0..100).map(|x| cells[(x, y)].symbol()).collect();
        let start = u16::try_from(row[..row.find("migration").unwrap()].chars().count()).unwrap();
        let marked = |x: u16| {
            let cell = &cells[(x, y)];
            cell.modifier.contains(Modifier::BOLD | Modifier::UNDERLINED)
                && style.fg.is_none_or(|colour| cell.fg == colour)
        };
        assert!((start..start + 9).all(marked), "{theme}: {row}");
        assert!(!marked(start - 1) && !marked(start + 9), "{theme}: {row}");
    }
}

#[test]
fn no_size_is_too_small_for_the_results() {
    let mut harness = found(80, 20);
    for (width, height) in super::sizes() {
        harness.resize(width, height);
        harness.screen();
    }
}
