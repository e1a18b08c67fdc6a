//! What is known from earlier frames changes nothing on the screen.

use chat_proto::{Refusal, RefusalCode, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use super::*;
use crate::testing::Screen;
use crate::view::{self, Canvas, Painter};

/// Texts of messages: short ones, long ones, with markup, and wide ones.
const TEXTS: [&str; 6] = [
    "hi",
    "a message that is so long that it takes more than one row on every screen of the test",
    "**bold** and `code`, see https://example.org/a",
    "漢字 👩🏽\u{200D}💻 e\u{301}",
    "hello @bob",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15",
];

#[derive(Debug, Clone)]
enum Step {
    Heard(&'static str, &'static str),
    Own(&'static str),
    Accepted,
    Refused,
    Joined(u64),
    Time(i64),
    Zone(i8),
    Size(u16, u16),
    Setting(&'static str),
    Wheel(Wheel),
    Key(KeyCode),
    Typed(char),
    Letter(char),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = || prop::sample::select(&TEXTS[..]);
    let keys = [KeyCode::Up, KeyCode::Down, KeyCode::Enter, KeyCode::Esc, KeyCode::PageUp];
    let edits = [KeyCode::Left, KeyCode::Right, KeyCode::Backspace, KeyCode::Delete];
    let step = prop_oneof![
        6 => (prop::sample::select(&["ana", "Ana", "constantine"][..]), text())
            .prop_map(|(from, text)| Step::Heard(from, text)),
        3 => text().prop_map(Step::Own),
        2 => Just(Step::Accepted),
        1 => Just(Step::Refused),
        1 => (10..14_u64).prop_map(Step::Joined),
        2 => prop::sample::select(vec![20_000, 400_000, 90_000_000]).prop_map(Step::Time),
        1 => (-3..3_i8).prop_map(Step::Zone),
        1 => (20..100_u16, 6..30_u16).prop_map(|(width, height)| Step::Size(width, height)),
        1 => prop::sample::select(vec!["/set time 12h", "/set time seconds", "/set theme mono"])
            .prop_map(Step::Setting),
        2 => prop::sample::select(vec![Step::Wheel(Wheel::Up), Step::Wheel(Wheel::Down)]),
        3 => prop::sample::select(keys.to_vec()).prop_map(Step::Key),
        3 => prop::sample::select(edits.to_vec()).prop_map(Step::Key),
        6 => prop::sample::select(&['a', ' ', '/', '@', ':', '漢', '\u{301}'][..])
            .prop_map(Step::Typed),
        2 => prop::sample::select(&['r', 't', 'e', 'd', '+', 'p', 'm', 'u', 'k'][..])
            .prop_map(Step::Letter),
    ];
    prop::collection::vec(step, 1..40)
}

fn take(harness: &mut Harness, step: &Step, sent: &mut u64) {
    match step {
        Step::Heard(from, text) => drop(harness.message(3, from, text)),
        Step::Own(text) => {
            harness.input(Input::Paste((*text).to_owned()));
            harness.press(KeyCode::Enter);
        }
        Step::Accepted => {
            *sent += 1;
            harness.accept(*sent);
        }
        Step::Refused => {
            *sent += 1;
            let refusal = Refusal::new(RefusalCode::BadField, "it is too long");
            let room = Some(RoomName::lobby());
            harness.event(Event::Refused(Refusal { n: Some(*sent), room, ..refusal }));
        }
        Step::Joined(id) => {
            let user = user(*id, &format!("user{id}"));
            harness.event(Event::Joined { room: RoomName::lobby(), user });
        }
        Step::Time(millis) => {
            harness.at = Timestamp::from_millis(harness.at.as_millis() + millis);
        }
        Step::Zone(hours) => {
            harness.input(Input::Zone(TimeZone::fixed(Offset::constant(*hours))));
        }
        Step::Size(width, height) => harness.resize(*width, *height),
        Step::Setting(command) => drop(harness.type_text(&format!("{command}\n"))),
        Step::Wheel(wheel) => drop(harness.wheel(*wheel)),
        Step::Key(code) => drop(harness.press(*code)),
        Step::Typed(c) => drop(harness.press(KeyCode::Char(*c))),
        Step::Letter(letter) => {
            harness.control('s');
            harness.press(KeyCode::Char(*letter));
        }
    }
}

/// Draws what has changed, as the loop of the client does.
fn draw(harness: &mut Harness, painter: &mut Painter, screen: &mut Screen) {
    let redraw = harness.state.redraw;
    let frame = |canvas: &mut Canvas| view::draw(&harness.state, canvas);
    if let Some(area) = redraw.drawn_box.filter(|_| redraw.input_box) {
        let Ok(()) = painter.draw_rows(screen, area, frame);
    }
    if redraw.rest {
        let Ok(()) = painter.draw(screen, false, frame);
    }
    harness.state.redraw.drew_all();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_frame_looks_the_same_if_nothing_is_known_from_earlier_ones(steps in steps()) {
        let mut harness = Harness::connected(80, 20);
        let mut screen = Screen::new(80, 20);
        let mut painter = Painter::default();
        let mut sent = 0;
        for step in &steps {
            take(&mut harness, step, &mut sent);
            // A terminal that keeps its size keeps its content.
            if let Step::Size(width, height) = *step
                && screen.cells().area.as_size() != (width, height).into()
            {
                screen = Screen::new(width, height);
            }
            draw(&mut harness, &mut painter, &mut screen);
        }
        harness.state.forget_heights();
        let known = screen.cells();
        let mut new = Screen::new(known.area.width, known.area.height);
        let Ok(()) = Painter::default().draw(&mut new, false, |canvas| view::draw(&harness.state, canvas));
        prop_assert_eq!(known, new.cells());
    }
}

/// What is on the screen, and how it comes to be there.
type Kind = (&'static str, fn(&mut Harness));

/// What can be on the screen while a key is pressed that changes the text of the input box.
const KINDS: &[Kind] = &[
    ("nothing else", |_| {}),
    ("a text", |harness| drop(harness.type_text("hello"))),
    ("offline", |harness| harness.lose()),
    ("a page of help", |harness| drop(harness.press(KeyCode::F(1)))),
    ("a list with an input line", |harness| drop(harness.control('k'))),
    ("a list in which something is typed", |harness| {
        harness.control('k');
        harness.type_text("lo");
    }),
    ("a search", |harness| drop(harness.type_text("/search h\n"))),
    ("the question for a name", |harness| {
        harness.lose();
        harness.refuse_name();
    }),
    ("the first of two keys", |harness| drop(harness.control('x'))),
    ("the question whether to quit", |harness| drop(harness.control('d'))),
    ("a selected message", |harness| drop(harness.control('s'))),
    ("an answer", |harness| drop(harness.alt(KeyCode::Home))),
    ("a mention that is looked for", |harness| {
        harness.event(room_event("#lobby", 900, 900));
        harness.alt(KeyCode::Char('p'));
    }),
    ("a message that is gone to", |harness| {
        let (room, seq) = (RoomName::lobby(), chat_proto::Seq::new(300));
        harness.event(room_event("#lobby", 900, 900));
        harness.state.goto = Some(crate::state::GoTo {
            room,
            seq,
            tries: 3,
            arrival: crate::state::Arrival::Select,
        });
    }),
    ("the way back from a message", |harness| {
        harness.state.origin = Some(harness.state.here());
    }),
    ("a reply", |harness| on(harness, 'r')),
    ("an edit", |harness| drop(harness.press(KeyCode::Up))),
    ("a thread", |harness| on(harness, 't')),
    ("a thread beside", |harness| {
        on(harness, 't');
        harness.press(KeyCode::F(6));
    }),
    ("a thread that is scrolled", |harness| {
        on(harness, 't');
        harness.control_home();
        harness.press(KeyCode::F(6));
    }),
    ("the question whether to delete", |harness| on(harness, 'd')),
    ("the messages alone", |harness| drop(harness.alt(KeyCode::Char('l')))),
    ("a completion", |harness| drop(harness.type_text(":sm"))),
    ("a search of the input", |harness| {
        harness.type_text("/topic\n");
        harness.control('r');
        harness.type_text("to");
    }),
    ("older messages", |harness| drop(harness.press(KeyCode::PageUp))),
    ("older messages and a text", |harness| {
        harness.press(KeyCode::PageUp);
        harness.type_text("x");
    }),
];

fn on(harness: &mut Harness, letter: char) {
    harness.control('s');
    harness.press(KeyCode::Char(letter));
}

/// A client whose last message is its own.
fn talking() -> Harness {
    let mut harness = Harness::connected(80, 16);
    for number in 0..20 {
        harness.message(3, "ana", &format!("text {number}"));
    }
    harness.type_text("mine\n");
    harness.accept(1);
    harness
}

/// What a part of the screen depends on must not be left out of `State::is_only_typing`.
#[test]
fn a_key_that_edits_draws_all_that_depends_on_the_text() {
    let keys = [KeyCode::Char('x'), KeyCode::Char('i'), KeyCode::Backspace, KeyCode::Left];
    let esc_and_slash = KeyEvent::new(KeyCode::Char('/'), KeyModifiers::ALT);
    for (kind, begin) in KINDS {
        for key in keys.map(KeyEvent::from).into_iter().chain([esc_and_slash]) {
            let (mut harness, mut painter) = (talking(), Painter::default());
            begin(&mut harness);
            let mut screen = Screen::new(80, 16);
            draw(&mut harness, &mut painter, &mut screen);
            for _ in 0..2 {
                harness.input(Input::Key(key));
                draw(&mut harness, &mut painter, &mut screen);
            }
            let mut new = Screen::new(80, 16);
            let frame = |canvas: &mut Canvas| view::draw(&harness.state, canvas);
            let Ok(()) = Painter::default().draw(&mut new, false, frame);
            assert_eq!(screen.text(), new.text(), "{kind}, {key:?}");
            assert_eq!(screen.cells(), new.cells(), "{kind}, {key:?}");
        }
    }
}
