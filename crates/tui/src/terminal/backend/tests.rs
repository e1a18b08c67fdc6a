use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::*;
use crate::testing::emulator::{Emulator, POLICIES};
use crate::view::{Canvas, Painter};

const SIZE: Size = Size { width: 30, height: 5 };

/// The column of the border between two panes.
const BORDER: u16 = 20;

/// Bytes that were sent, and whether something else has written on the screen.
#[derive(Clone, Default)]
struct FakeScreen {
    bytes: Rc<RefCell<Vec<u8>>>,
    stale: Rc<RefCell<bool>>,
}

impl Sink for FakeScreen {
    fn size(&self) -> io::Result<Size> {
        Ok(SIZE)
    }

    fn send(&mut self, frame: Vec<u8>) -> io::Result<()> {
        self.bytes.borrow_mut().extend(frame);
        Ok(())
    }

    fn take_stale(&mut self) -> bool {
        self.stale.replace(false)
    }
}

/// Texts on whose width terminals disagree, and some on which they agree.
const TEXTS: [&str; 24] = [
    "x x x x x x x x",
    "hello",
    "",
    "漢字 かな",
    "ทำ ทำ ทำ",
    "हिन्दी हिन्दी",
    "கொ கொ",
    "🇪🇸 🇪🇸",
    "👩\u{200D}👩\u{200D}👧\u{200D}👦 family",
    "👩🏽\u{200D}💻",
    "🏳\u{FE0F}\u{200D}🌈",
    "1\u{FE0F}\u{20E3} 2\u{FE0F}\u{20E3}",
    "❤\u{FE0F} ⌨\u{FE0F}",
    "ｶﾞｷﾞ ﾊﾟ",
    "e\u{301}e\u{301}",
    "Привет Ελλάδα",
    "شكرا עברית",
    "─────",
    "· × … ›",
    "ﷺ",
    "각 \u{1100}\u{1161}\u{11A8}",
    "ကျွန်ုပ်",
    "한글 ＡＢＣ",
    "日本語日本語日本語日本語日本語日本語",
];

/// A screen: for each row, a text on either side of the border.
type Screen = Vec<(&'static str, &'static str)>;

fn draw(screen: &Screen, buffer: &mut Buffer) {
    for (y, (left, right)) in (0..).zip(screen) {
        buffer.set_stringn(0, y, format!("> {left}"), BORDER.into(), Style::new());
        buffer.set_string(BORDER, y, "│", Style::new());
        let room = usize::from(SIZE.width - BORDER - 2);
        buffer.set_stringn(BORDER + 2, y, right, room, Style::new());
    }
}

/// What is sent to show these screens one after the other.
fn sent(screens: &[Screen], is_ascii: bool) -> Vec<u8> {
    let sink = FakeScreen::default();
    let mut terminal = Terminal::new(RowBackend::new(sink.clone(), is_ascii)).unwrap();
    for screen in screens {
        terminal.draw(|frame| draw(screen, frame.buffer_mut())).unwrap();
    }
    sink.bytes.take()
}

fn screens() -> impl Strategy<Value = Vec<Screen>> {
    let text = || prop::sample::select(&TEXTS[..]);
    let rows = usize::from(SIZE.height);
    prop::collection::vec(prop::collection::vec((text(), text()), rows..=rows), 1..6)
}

proptest! {
    #[test]
    fn no_terminal_keeps_anything_of_an_earlier_frame(screens in screens()) {
        for policy in POLICIES {
            let after_all = Emulator::shows(&sent(&screens, false), policy, SIZE);
            let last = &screens[screens.len() - 1..];
            let alone = Emulator::shows(&sent(last, false), policy, SIZE);
            prop_assert_eq!(&after_all.rows, &alone.rows, "{:?}", policy);
        }
    }

    #[test]
    fn the_border_stays_in_its_column_on_every_terminal(screens in screens()) {
        for policy in POLICIES {
            let shown = Emulator::shows(&sent(&screens, false), policy, SIZE);
            for row in &shown.rows {
                prop_assert_eq!(&row[usize::from(BORDER)], "│", "{:?} {:?}", policy, row);
            }
        }
    }

    #[test]
    fn vt100_keeps_nothing_of_an_earlier_frame(screens in screens()) {
        let shows = |bytes: &[u8]| {
            let mut parser = vt100::Parser::new(SIZE.height.try_into().unwrap(), SIZE.width.try_into().unwrap(), 0);
            parser.process(bytes);
            // A blank cell and one that nothing was written in look the same; `rows` leaves out only the latter.
            let rows = parser.screen().rows(0, SIZE.width);
            rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>()
        };
        let last = &screens[screens.len() - 1..];
        prop_assert_eq!(shows(&sent(&screens, false)), shows(&sent(last, false)));
    }

    #[test]
    fn a_terminal_without_utf8_is_sent_ascii_alone(screens in screens()) {
        let bytes = sent(&screens, true);
        prop_assert!(bytes.is_ascii());
        let shown = Emulator::shows(&bytes, POLICIES[0], SIZE);
        let last = &screens[screens.len() - 1..];
        prop_assert_eq!(&shown.rows, &Emulator::shows(&sent(last, true), POLICIES[0], SIZE).rows);
        for row in &shown.rows {
            prop_assert_eq!(&row[usize::from(BORDER)], "|");
        }
    }
}

#[test]
fn a_screen_that_another_program_has_written_on_is_written_whole() {
    let screen: Screen = vec![("hello", "漢字"), ("plain", "")];
    let sink = FakeScreen::default();
    let mut terminal = Terminal::new(RowBackend::new(sink.clone(), false)).unwrap();
    terminal.draw(|frame| draw(&screen, frame.buffer_mut())).unwrap();
    let first = sink.bytes.take();
    terminal.draw(|frame| draw(&screen, frame.buffer_mut())).unwrap();
    let same = sink.bytes.take();
    assert!(!same.windows(5).any(|bytes| bytes == b"hello"), "nothing has changed");
    sink.stale.replace(true);
    terminal.draw(|frame| draw(&screen, frame.buffer_mut())).unwrap();
    let scribbled = [b"\x1b[1;1Hdisk full\x1b[3;1Hdisk full", &sink.bytes.take()[..]].concat();
    for policy in POLICIES {
        let shown = Emulator::shows(&scribbled, policy, SIZE);
        assert_eq!(shown.rows, Emulator::shows(&first, policy, SIZE).rows, "{policy:?}");
    }
}

/// As after a client that was killed.
#[test]
fn the_first_frame_leaves_nothing_of_an_earlier_program() {
    let sink = FakeScreen::default();
    sink.bytes.borrow_mut().extend(b"\x1b[2;1H\x1b[31m> left, and \xe6\xbc\xa2\x1b[3;25Hmore");
    let mut backend = RowBackend::new(sink.clone(), false);
    let row = |canvas: &Canvas| Rect { y: 1, ..canvas.area() };
    let draw = |canvas: &mut Canvas| {
        canvas.line(&Line::raw("> new"), row(canvas));
        Vec::new()
    };
    Painter::default().draw(&mut backend, false, draw).unwrap();
    for policy in POLICIES {
        let shown = Emulator::shows(&sink.bytes.borrow(), policy, SIZE);
        let rows: Vec<String> = shown.rows.iter().map(|row| row.concat()).collect();
        let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
        assert_eq!(rows, ["", "> new", "", "", ""], "{policy:?}");
    }
}

#[test]
fn a_key_typed_costs_a_cell_and_not_a_row() {
    let buffer = |typed| {
        let mut buffer = Buffer::empty((Position::ORIGIN, SIZE).into());
        buffer.set_string(0, 1, typed, Style::new());
        buffer
    };
    let sink = FakeScreen::default();
    let mut terminal = Terminal::new(RowBackend::new(sink.clone(), false)).unwrap();
    for typed in ["> hell", "> hello"] {
        sink.bytes.take();
        terminal.draw(|frame| *frame.buffer_mut() = buffer(typed)).unwrap();
    }
    let bytes = sink.bytes.take();
    assert!(bytes.len() < 60, "{}", bytes.escape_ascii());
}

/// A link to a page of that name.
fn link(name: &str) -> Arc<Link> {
    let id = name.bytes().map(u64::from).sum();
    Arc::new(Link::new(id, &format!("https://a.org/{name}")).unwrap())
}

/// Some of the cells of a screen, and where they lead.
fn links() -> impl Strategy<Value = Vec<LinkCells>> {
    let cells = (0..SIZE.height, 0..BORDER, 1..8_u16, prop::sample::select(&["x", "y", "z"][..]));
    let cells = cells.prop_map(|(row, start, width, name)| LinkCells {
        row,
        columns: start..start + width,
        link: link(name),
    });
    prop::collection::vec(cells, 0..4)
}

/// What is sent to show these screens with their links.
fn sent_with_links(screens: &[(Screen, Vec<LinkCells>)]) -> Vec<u8> {
    let sink = FakeScreen::default();
    let mut terminal = Terminal::new(RowBackend::new(sink.clone(), false)).unwrap();
    for (screen, links) in screens {
        terminal.backend().link_slot().set(links.clone());
        terminal.draw(|frame| draw_texts(screen, frame.buffer_mut())).unwrap();
    }
    sink.bytes.take()
}

/// Draws the texts alone: the border would have every row written whole.
fn draw_texts(screen: &Screen, buffer: &mut Buffer) {
    for (y, (left, right)) in (0..).zip(screen) {
        buffer.set_string(0, y, format!("{left} {right}"), Style::new());
    }
}

proptest! {
    #[test]
    fn cells_lead_where_the_last_frame_says(
        frames in screens().prop_flat_map(|screens| {
            screens.into_iter().map(|screen| (Just(screen), links())).collect::<Vec<_>>()
        })
    ) {
        let bytes = sent_with_links(&frames);
        let shown = Emulator::shows(&bytes, POLICIES[0], SIZE);
        let last = &frames[frames.len() - 1..];
        let alone = Emulator::shows(&sent_with_links(last), POLICIES[0], SIZE);
        prop_assert_eq!(&shown.links, &alone.links);
        let without = [(last[0].0.clone(), Vec::new())];
        let plain = Emulator::shows(&sent_with_links(&without), POLICIES[0], SIZE);
        prop_assert_eq!(&shown.rows, &plain.rows, "links change no text");
        for cells in &last[0].1 {
            let row = usize::from(cells.row);
            let of_row = last[0].1.iter().filter(|other| other.row == cells.row);
            let names: Vec<_> = of_row.map(|other| other.link.opening()).collect();
            let column = usize::from(cells.columns.start);
            let shows_text = shown.rows[row][column].is_ascii() && shown.rows[row][column] != " ";
            prop_assert!(
                !shows_text || names.iter().any(|name| name.contains(&shown.links[row][column])),
            );
        }
    }
}

#[test]
fn a_link_opens_and_closes_around_its_cells() {
    let screen: Screen = vec![("at http://a/x .", "")];
    let cells = LinkCells { row: 0, columns: 3..13, link: link("x") };
    let bytes = sent_with_links(&[(screen.clone(), vec![cells]), (screen, Vec::new())]);
    let text = String::from_utf8(bytes).unwrap();
    let (with, without) = text.rsplit_once("at").unwrap();
    let opening = link("x").opening();
    assert!(with.contains(&format!("at {opening}http://a/x{CLOSING} .")), "{with:?}");
    assert!(!without.contains("\x1b]8"), "{without:?}");
}

#[test]
fn a_frame_that_says_nothing_of_links_leaves_them_where_they_are() {
    let sink = FakeScreen::default();
    let mut terminal = Terminal::new(RowBackend::new(sink.clone(), false)).unwrap();
    let cells = LinkCells { row: 0, columns: 0..5, link: link("x") };
    terminal.backend().link_slot().set(vec![cells]);
    for typed in ["", "y", "yz"] {
        let screen = vec![("hello", ""), (typed, "")];
        terminal.draw(|frame| draw_texts(&screen, frame.buffer_mut())).unwrap();
    }
    let shown = Emulator::shows(&sink.bytes.take(), POLICIES[0], SIZE);
    assert!(shown.links[0][4].contains("https://a.org/x"), "{:?}", shown.links[0]);
}

#[test]
fn a_row_that_changes_and_loses_its_link_leads_nowhere() {
    let cells = LinkCells { row: 0, columns: 0..5, link: link("x") };
    let frames = [(vec![("hello", "")], vec![cells]), (vec![("hello", "you")], Vec::new())];
    let shown = Emulator::shows(&sent_with_links(&frames), POLICIES[0], SIZE);
    assert!(shown.links[0].iter().all(String::is_empty), "{:?}", shown.links[0]);
    let shown = Emulator::shows(&sent_with_links(&frames[..1]), POLICIES[0], SIZE);
    assert!(shown.links[0][4].contains("https://a.org/x") && shown.links[0][5].is_empty());
}
