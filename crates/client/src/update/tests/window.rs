//! The window of a log: whatever happens in whatever order, it has no gap, and nothing unseen is read.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::log::Bounds;
use crate::request::LoadTarget;

/// Most messages of the server in a page.
const SERVER_PAGE: u64 = 100;

/// A client in the lobby and in #rust, of which the server has many messages.
struct Rust {
    harness: Harness,
    first: u64,
    last: u64,
    session: u64,
    /// Messages that the server has sent and the client has not received.
    answers: VecDeque<Event>,
    /// The messages that were shown, or that the user has dismissed.
    shown: BTreeSet<u64>,
    read_at_start: u64,
    received: BTreeSet<u64>,
}

impl Rust {
    fn new(first: u64, last: u64, read: u64) -> Self {
        let harness = Harness::connected();
        let shown = (1..=read).collect();
        let (answers, received) = (VecDeque::new(), BTreeSet::new());
        let mut rust = Self {
            harness,
            first,
            last,
            session: 1,
            answers,
            shown,
            read_at_start: read,
            received,
        };
        rust.event(room_event("#rust", last, read));
        rust
    }

    fn room(&self) -> &crate::Room {
        self.harness.state.rooms().get(&room("#rust")).unwrap()
    }

    fn event(&mut self, event: Event) {
        let effects = self.harness.event(event);
        self.take(&effects);
    }

    fn request(&mut self, request: Request) {
        let effects = self.harness.request(request);
        self.take(&effects);
    }

    /// The server answers the commands among the effects; the client receives the answers later.
    fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Link(LinkRequest::Send { command, .. }) => self.answer(command),
                Effect::Received(message) => {
                    assert!(self.received.insert(message.seq.get()), "{} twice", message.seq);
                }
                _ => {}
            }
        }
    }

    fn answer(&mut self, command: &Command) {
        match command {
            Command::History { before, limit, .. } => {
                let before = before.map_or(u64::MAX, Seq::get).min(self.last + 1);
                let limit = u64::from(limit.unwrap_or(200)).min(SERVER_PAGE);
                let from = before.saturating_sub(limit).max(self.first);
                let messages = (from..before).map(message).collect();
                let more = from > self.first && before > self.first;
                self.answers.push_back(Event::History { room: room("#rust"), messages, more });
            }
            Command::Join { since: Some(since), room, .. } if room.as_str() == "#rust" => {
                self.answers.push_back(room_event("#rust", self.last, 0));
                let missed = since.get().max(self.first - 1) + 1..=self.last;
                self.answers.extend(missed.map(|seq| Event::Message(message(seq))));
            }
            _ => {}
        }
    }

    fn step(&mut self, (step, number): (u8, u64)) {
        let name = room("#rust");
        match step {
            0 | 1 => {
                self.last += 1;
                self.answers.push_back(Event::Message(message(self.last)));
            }
            2..=5 => {
                for _ in 0..=number % 130 {
                    let Some(event) = self.answers.pop_front() else { break };
                    self.event(event);
                }
            }
            6 => self.show(number),
            7 => self.show_next(number),
            8 => self.request(Request::Load(name, LoadTarget::Older)),
            9 => self.request(Request::Load(name, LoadTarget::Newer)),
            10 => {
                let what = [LoadTarget::Oldest, LoadTarget::Newest, LoadTarget::Unread];
                self.request(Request::Load(name, what[usize::try_from(number % 3).unwrap()]));
            }
            11 if number % 4 == 0 => {
                let log = self.room().log();
                if !log.is_cut() {
                    self.shown.extend(1..=log.since().get());
                }
                self.request(Request::Clear(name));
            }
            11 => self.request(Request::Retry(name)),
            12 => self.request(Request::Open(name)),
            13 => self.request(Request::Open(RoomName::lobby())),
            _ if number % 3 == 0 => self.connect_again(),
            _ => {}
        }
    }

    /// Some messages of the window are shown, wherever they are.
    fn show(&mut self, number: u64) {
        let window = self.window();
        let Some(first) = window.get(usize::try_from(number).unwrap() % window.len().max(1)) else {
            return;
        };
        self.show_from(*first);
    }

    /// The first unread messages are shown, if they are loaded.
    fn show_next(&mut self, number: u64) {
        let read = self.room().read().get();
        let window = self.window();
        if !number.is_multiple_of(8)
            && let Some(next) = window.iter().find(|seq| **seq > read)
        {
            self.show_from(*next);
        }
    }

    fn show_from(&mut self, first: u64) {
        let last = self.window().into_iter().filter(|seq| *seq >= first).take(20).last().unwrap();
        self.shown.extend(self.window().into_iter().filter(|seq| (first..=last).contains(seq)));
        let (first, last) = (Seq::new(first), Seq::new(last));
        self.request(Request::Seen { room: room("#rust"), first, last });
    }

    fn connect_again(&mut self) {
        self.answers.clear();
        self.session += 1;
        let lost = LinkEvent::Lost(crate::link::LinkError::Closed);
        let welcome = LinkEvent::Welcome { session: self.session, welcome: welcome(7, "bob") };
        for event in [lost, welcome] {
            let effects = self.harness.input(Input::Link(event));
            self.take(&effects);
        }
        let read = self.room().read.get();
        self.event(room_event("#rust", self.last, read));
    }

    /// The messages that can be shown.
    fn window(&self) -> Vec<u64> {
        let log = self.room().log();
        let all = (0..log.len()).filter_map(|index| log.get(index));
        all.filter(|entry| matches!(entry.body, Body::Message { .. }))
            .map(|entry| entry.seq.get())
            .collect()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let (log, window) = (self.room().log(), self.window());
        prop_assert!(window.windows(2).all(|pair| pair[0] < pair[1]), "order: {:?}", window);
        let since = log.since().get();
        let inside: Vec<u64> = window.iter().copied().filter(|seq| *seq <= since).collect();
        prop_assert!(inside.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a gap: {:?}", inside);
        let all = log.messages().filter_map(|(seq, _)| seq);
        let after = all.filter(|seq| log.is_cut() && *seq > log.since()).count();
        prop_assert_eq!(after, 0, "messages after the end");
        prop_assert!(window.len() <= Bounds::CURRENT.messages);
        let read = self.room().read().get();
        let unseen = (self.read_at_start + 1..=read)
            .find(|seq| *seq >= self.first && !self.shown.contains(seq));
        prop_assert_eq!(unseen, None, "read up to {}", read);
        Ok(())
    }
}

fn message(seq: u64) -> chat_proto::event::Message {
    message_in("#rust", seq, user(3, "ana"), "x", Timestamp::from_millis(0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Messages come, pages come late, the user scrolls, jumps, clears, goes to another room, and the
    /// connection is lost: the window is in order and without a gap, and no unseen message is read. At the
    /// end every message can be reached.
    #[test]
    fn the_window_has_no_gap_and_nothing_unseen_is_read(
        first in 1_u64..60,
        missed in 0_u64..900,
        steps in prop::collection::vec((0_u8..15, 0_u64..1_000), 0..60),
    ) {
        let mut rust = Rust::new(first, 1_000, 1_000 - missed);
        for step in steps {
            rust.step(step);
            rust.check()?;
        }
        while let Some(event) = rust.answers.pop_front() {
            rust.event(event);
        }
        rust.check()?;
        let name = room("#rust");
        rust.request(Request::Open(name.clone()));
        rust.request(Request::Retry(name.clone()));
        for what in [LoadTarget::Newest, LoadTarget::Older, LoadTarget::Unread, LoadTarget::Newer] {
            for _ in 0..30 {
                rust.request(Request::Load(name.clone(), what));
                while let Some(event) = rust.answers.pop_front() {
                    rust.event(event);
                }
                rust.check()?;
            }
            if what == LoadTarget::Older {
                prop_assert_eq!(rust.window()[0], rust.first);
            }
        }
        prop_assert_eq!(rust.window().pop(), Some(rust.last));
    }
}

#[test]
fn a_program_without_a_screen_receives_all_that_was_missed_as_it_reads_on() {
    let mut rust = Rust::new(1, 3_000, 100);
    let mut read = 100;
    while let Some(event) = rust.answers.pop_front() {
        rust.event(event);
        for seq in read + 1..=rust.received.last().copied().unwrap_or_default() {
            rust.request(Request::Read { room: room("#rust"), seq: Seq::new(seq) });
            read = seq;
        }
    }
    assert_eq!(rust.received, (101..=3_000).collect());
    assert!(rust.room().log().len() <= Bounds::BACKGROUND.messages);
}

#[test]
fn a_room_in_the_background_stays_small_and_keeps_its_first_unread_message() {
    let mut rust = Rust::new(1, 100, 100);
    while let Some(event) = rust.answers.pop_front() {
        rust.event(event);
    }
    for seq in 101..=5_000 {
        rust.event(Event::Message(message(seq)));
    }
    let window = rust.window();
    assert!(window.len() <= Bounds::BACKGROUND.messages, "{}", window.len());
    assert!(window.contains(&101) && !window.contains(&5_000), "{window:?}");
    assert_eq!((rust.room().unread(), rust.received.len()), (4_900, 4_900));
}
