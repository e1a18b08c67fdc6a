//! Pages that the server cannot read: asked for again after a pause, without a word each time.

use std::time::Duration;

use chat_proto::{Refusal, RefusalCode};

use super::*;
use crate::log::Hold;
use crate::request::LoadTarget;

/// A client in #rust, of which it has asked for a page that the server cannot read.
fn not_readable() -> Harness {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 9_000, 1_000));
    refuse(&mut harness, 0);
    harness
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// The server refuses a page at that time. Returns the notices, and the pause.
fn refuse(harness: &mut Harness, millis: i64) -> (usize, Vec<Duration>) {
    let refusal = Refusal::new(RefusalCode::NotReadable, "the disk is ill");
    let refusal = Event::Refused(Refusal { room: Some(room("#rust")), ..refusal });
    let input = Input::Link(LinkEvent::Event(refusal));
    let effects = update(&mut harness.state, input, at(millis));
    let notices = effects.iter().filter(|effect| matches!(effect, Effect::Noticed(_)));
    let pauses = effects.iter().filter_map(|effect| match effect {
        Effect::Tick(pause) => Some(*pause),
        _ => None,
    });
    (notices.count(), pauses.collect())
}

/// The pages that are asked for at a tick of that time.
fn asked(effects: &[Effect]) -> usize {
    let is_page = |effect: &&Effect| {
        matches!(effect, Effect::Link(LinkRequest::Send { command: Command::History { .. }, .. }))
    };
    effects.iter().filter(is_page).count()
}

fn tick(harness: &mut Harness, millis: i64) -> usize {
    asked(&update(&mut harness.state, Input::Tick, at(millis)))
}

fn load(harness: &mut Harness, what: LoadTarget) -> usize {
    asked(&harness.request(Request::Load(room("#rust"), what)))
}

#[test]
fn a_window_that_the_server_cannot_read_is_asked_for_again_after_a_pause_that_grows() {
    let mut harness = not_readable();
    let (at_7, oldest) = (LoadTarget::At(Seq::new(7)), LoadTarget::Oldest);
    for what in
        [LoadTarget::Newer, LoadTarget::Unread, LoadTarget::Newest, LoadTarget::Older, at_7, oldest]
    {
        assert_eq!(load(&mut harness, what), 0, "{what:?}");
    }
    assert_eq!(tick(&mut harness, 1_999), 0);
    assert_eq!(tick(&mut harness, 2_000), 1, "also without a screen");
    assert_eq!(refuse(&mut harness, 2_100), (0, vec![Duration::from_secs(4)]));
    assert_eq!(tick(&mut harness, 6_000), 0);
    assert_eq!(tick(&mut harness, 6_100), 1);
    assert_eq!(refuse(&mut harness, 6_200).1, [Duration::from_secs(8)]);
    let page = (951..=1_050).map(|seq| message_in("#rust", seq, user(3, "ana"), "x", at(0)));
    tick(&mut harness, 20_000);
    let name = room("#rust");
    harness.event(Event::History { room: name, messages: page.collect(), more: true });
    assert!(!harness.state.rooms().get(&room("#rust")).unwrap().is_waiting_to_load());
    assert_eq!(load(&mut harness, LoadTarget::Newer), 1);
    assert_eq!(refuse(&mut harness, 0), (1, vec![Duration::from_secs(2)]), "the first pause again");
}

#[test]
fn a_page_for_an_export_does_not_end_the_retries_of_the_window() {
    let mut harness = not_readable();
    let fetch = Request::Fetch { room: room("#rust"), after: Seq::NONE, to: Seq::new(1) };
    assert_eq!(asked(&harness.request(fetch)), 1);
    let messages = vec![message_in("#rust", 1, user(3, "ana"), "x", at(0))];
    harness.event(Event::History { room: room("#rust"), messages, more: false });
    assert_eq!(tick(&mut harness, 2_000), 1);
}

#[test]
fn the_user_and_the_next_session_do_not_wait_for_the_pause() {
    let mut harness = not_readable();
    harness.request(Request::Retry(room("#rust")));
    assert_eq!(load(&mut harness, LoadTarget::Newer), 1);
    refuse(&mut harness, 0);
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    let welcome = welcome(7, "bob");
    harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
    harness.event(room_event("#rust", 9_000, 1_000));
    let rust = harness.state.rooms().get(&room("#rust")).unwrap();
    assert!(rust.is_loading() && rust.log().hold().is_none());
}

#[test]
fn the_end_of_a_pause_shows_nothing_that_the_user_has_cleared() {
    let mut harness = not_readable();
    harness.request(Request::Clear(room("#rust")));
    assert_eq!(tick(&mut harness, 2_000), 0);
    let hold = harness.state.rooms().get(&room("#rust")).unwrap().log().hold();
    assert_eq!(hold, Some(Hold::Cleared));
}

#[test]
fn a_page_that_is_a_line_that_cannot_be_read_is_asked_for_again_after_a_pause() {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 9_000, 1_000));
    harness.input(Input::Link(unreadable(Some("message"), "of another version")));
    assert!(harness.state.rooms().get(&room("#rust")).unwrap().is_loading(), "it is no page");
    harness.input(Input::Link(unreadable(Some("history"), "of another version")));
    let rust = harness.state.rooms().get(&room("#rust")).unwrap();
    assert_eq!((rust.is_loading(), rust.log().hold()), (false, Some(Hold::NewerFailed)));
    assert_eq!((tick(&mut harness, 1_999), tick(&mut harness, 2_000)), (0, 1));
}
