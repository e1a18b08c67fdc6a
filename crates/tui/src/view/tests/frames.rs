//! What is known from earlier frames changes nothing on the screen.

use chat_proto::{Refusal, RefusalCode, Timestamp};
use crossterm::event::KeyCode;
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
            // A terminal that keeps its size keeps what is on it.
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
