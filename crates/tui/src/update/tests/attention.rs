//! Notifications, the focus of the terminal, and the title of the window.

use super::*;
use crate::notification::{Note, Notifier, NotifyMethod};

/// The titles that are set.
fn titles(harness: &mut Harness, input: Input) -> Vec<Option<String>> {
    let effects = harness.input_all(input);
    let titles = effects.into_iter().filter_map(|effect| match effect {
        Effect::SetTitle(title) => Some(title),
        _ => None,
    });
    titles.collect()
}

fn message(harness: &mut Harness, text: &str) -> Input {
    harness.seq += 1;
    let event = message_in("#lobby", harness.seq, user(3, "ana"), text, harness.at);
    Input::Client(ClientInput::Link(LinkEvent::Event(Event::Message(event))))
}

#[test]
fn nothing_rings_for_the_room_that_the_user_looks_at() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    harness.input(Input::Focus(true));
    assert!(!harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
    let elsewhere = harness.message_in("#rust", 1, user(3, "ana"), "hi @bob");
    assert!(elsewhere.contains(&Effect::Ring));
    harness.input(Input::Focus(false));
    assert!(harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
}

#[test]
fn messages_shown_without_focus_are_not_read() {
    let mut harness = Harness::connected(80, 20);
    harness.input(Input::Focus(false));
    harness.message(3, "ana", "hi");
    assert_eq!(harness.state.client.room().unread(), 1);
    harness.input(Input::Focus(true));
    assert_eq!(harness.state.client.room().unread(), 0);
}

#[test]
fn the_settings_choose_what_notifies_and_how() {
    let mut harness = Harness::connected(100, 20);
    harness.state.attention.notifier = Notifier { way: NotifyMethod::Osc9, has_title: true };
    let note = Note::new("ana in #lobby", "hi @bob");
    assert!(
        harness.message(3, "ana", "hi @bob").contains(&Effect::Notify(NotifyMethod::Osc9, note))
    );
    harness.type_text("/set notify_by bell\n/set notify all\n");
    assert!(harness.message(3, "ana", "hi").contains(&Effect::Ring));
    let rings = |effect: &&Effect| **effect == Effect::Ring;
    assert_eq!(harness.message(3, "ana", "hi @bob").iter().filter(rings).count(), 1);
    harness.type_text("/set notify_by none\n");
    assert!(!harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
}

#[test]
fn the_title_has_the_room_and_the_mentions_and_changes_only_with_them() {
    let mut harness = Harness::connected(80, 20);
    harness.input(Input::Focus(false));
    assert_eq!(harness.state.attention.title.as_deref(), Some("#lobby · chat"));
    let input = message(&mut harness, "hi");
    assert!(titles(&mut harness, input).is_empty());
    let input = message(&mut harness, "hi @bob");
    assert_eq!(titles(&mut harness, input), [Some("(1) #lobby · chat".to_owned())]);
    assert_eq!(titles(&mut harness, Input::Focus(true)), [Some("#lobby · chat".to_owned())]);
    harness.type_text("/set title off\n");
    assert_eq!(harness.state.attention.title, None);
}
