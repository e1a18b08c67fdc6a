use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use crate::fixture::Harness;
use crate::input::Input;
use crate::theme::{Answer, Asked, Rgb};
use crate::view;

/// The colours of the cells of a row, which begins with `text`.
fn colours(harness: &Harness, row: u16, text: &str) -> Vec<Color> {
    let size = harness.state.size;
    let Ok(mut terminal) = Terminal::new(TestBackend::new(size.width, size.height));
    let Ok(frame) = terminal.draw(|frame| drop(view::draw(&harness.state, frame)));
    let cells = (0..size.width).map(|x| &frame.buffer[(x, row)]);
    let shown: Vec<_> = cells.take(text.chars().count()).collect();
    assert_eq!(shown.iter().map(|cell| cell.symbol()).collect::<String>(), text);
    shown.iter().map(|cell| cell.fg).collect()
}

fn dark() -> Harness {
    let mut harness = Harness::connected(80, 12);
    for (asked, colour) in [(Asked::Background, Rgb::BLACK), (Asked::Foreground, Rgb::WHITE)] {
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
fn the_count_of_a_long_input_does_not_dim_it() {
    let mut harness = dark();
    harness.input(Input::Paste("one\ntwo\nthree\nfour".to_owned()));
    let dim = harness.state.look.theme().dim().fg.unwrap();
    let shown = colours(&harness, 8, "#lobby › one");
    assert!(!shown.contains(&dim), "{shown:?}");
}
