use ratatui::style::Color;

use super::cells::drawn;
use crate::fixture::{Harness, room, room_event, user};
use crate::input::Input;
use crate::theme::{Answer, Rgb, TerminalColour};

/// The colours of the cells of a row, which begins with `text`.
fn colours(harness: &Harness, row: u16, text: &str) -> Vec<Color> {
    let size = harness.state.size;
    let (buffer, _) = drawn(&harness.state);
    let cells = (0..size.width).map(|x| &buffer[(x, row)]);
    let shown: Vec<_> = cells.take(text.chars().count()).collect();
    assert_eq!(shown.iter().map(|cell| cell.symbol()).collect::<String>(), text);
    shown.iter().map(|cell| cell.fg).collect()
}

fn dark() -> Harness {
    let mut harness = Harness::connected(80, 12);
    for (asked, colour) in
        [(TerminalColour::Background, Rgb::BLACK), (TerminalColour::Foreground, Rgb::WHITE)]
    {
        harness.input(Input::Colour(Answer { asked, colour }));
    }
    harness
}

#[test]
fn what_is_beside_the_name_of_the_room_does_not_dim_it() {
    let harness = dark();
    let dim = harness.state.look.theme().dim().fg.unwrap();
    let name = colours(&harness, 0, "#lobby");
    assert!(!name.contains(&dim), "{name:?}");
}

#[test]
fn what_is_not_read_elsewhere_is_said_as_fully_as_there_is_room() {
    let mut harness = Harness::connected(70, 12);
    let header = |harness: &Harness| {
        let screen = harness.screen();
        screen.lines().next().unwrap_or_default().replace("3 online", "").trim_end().to_owned()
    };
    for (name, from, text) in [("#pets", 3, "hi"), ("#pets", 3, "@bob hi"), ("#tea", 5, "hi")] {
        harness.event(room_event(name, 0, 0));
        let seq =
            1 + harness.state.client.rooms().get(&room(name)).map_or(0, |it| it.last_seq().get());
        harness.message_in(name, seq, user(from, "ana"), text);
    }
    assert_eq!(header(&harness), "#lobby  1 mention in #pets · 1 unread in #tea");
    harness.event(room_event("#dev", 4, 0));
    assert_eq!(header(&harness), "#lobby  1 mention in #pets · 5 unread in 2 rooms");
    harness.resize(40, 12);
    assert_eq!(header(&harness), "#lobby  1 mention in #pets · 5 unread");
    harness.resize(24, 12);
    assert_eq!(header(&harness), "#lobby  @1 #pets");
}

#[test]
fn the_room_list_counts_messages_beside_mentions_if_there_is_room() {
    let mut harness = Harness::connected(100, 12);
    for (name, read) in [("#pets", 11), ("#incidents", 1)] {
        harness.event(room_event(name, read, 0));
        harness.message_in(name, read + 1, user(3, "ana"), "@bob hi");
    }
    let screen = harness.screen();
    for row in [" 3 #incidents   @1│", " 2 #pets     12 @1│"] {
        assert!(screen.contains(row), "no {row:?} on\n{screen}");
    }
}

#[test]
fn the_count_of_a_long_input_does_not_dim_it() {
    let mut harness = dark();
    harness.input(Input::Paste("one\ntwo\nthree\nfour".to_owned()));
    let dim = harness.state.look.theme().dim().fg.unwrap();
    let shown = colours(&harness, 8, "#lobby › one");
    assert!(!shown.contains(&dim), "{shown:?}");
}
