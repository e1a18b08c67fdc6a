//! The log as a window: it reaches every message of the room, and nothing is read that was not shown.

use chat_proto::Seq;
use chat_proto::event::Hit;

use super::*;

/// The lobby of a server with messages `first` to `last`, which answers what the client asks for.
pub(super) struct Lobby {
    pub(super) harness: Harness,
    first: u64,
    last: u64,
    /// Most messages in a page: as many as fit a line.
    page: usize,
    /// The pages that the client has asked for.
    pub(super) pages: usize,
    /// The messages that mention the user.
    pub(super) mentions: Vec<u64>,
    /// Milliseconds between two messages.
    pub(super) pause: i64,
}

impl Lobby {
    /// A client that opens the lobby, of which the user has read the messages up to `read`.
    pub(super) fn open(first: u64, last: u64, read: u64, page: usize) -> Self {
        let harness = Harness::new(80, 20);
        let mut lobby =
            Self { harness, first, last, page, pages: 0, mentions: Vec::new(), pause: 0 };
        let welcome = LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") };
        lobby.harness.link_event(welcome);
        lobby.event(room_event("#lobby", last, read));
        lobby
    }

    fn event(&mut self, event: Event) {
        let effects = self.harness.event(event);
        self.answer(&effects);
    }

    /// Answers the commands among these effects, and those that follow.
    pub(super) fn answer(&mut self, effects: &[Effect]) {
        let mut commands = sent(effects);
        while !commands.is_empty() {
            for command in std::mem::take(&mut commands) {
                for event in self.answers(&command) {
                    commands.extend(sent(&self.harness.event(event)));
                }
            }
        }
    }

    pub(super) fn answers(&mut self, command: &Command) -> Vec<Event> {
        match command {
            Command::History { at: Some(at), limit, .. } => {
                let mut all = self.first..=self.last;
                let first = all.find(|seq| self.message(*seq).at.as_millis() >= at.as_millis());
                let first = first.unwrap_or(self.last);
                let end = (first + u64::from(limit.unwrap_or(200))).min(self.last + 1);
                let messages = (first..end).map(|seq| self.message(seq)).collect();
                let more = first > self.first;
                vec![Event::History { room: RoomName::lobby(), messages, more }]
            }
            Command::History { before, limit, .. } => {
                self.pages += 1;
                let before = before.map_or(u64::MAX, Seq::get).min(self.last + 1);
                let limit = self.page.min(limit.unwrap_or(200) as usize) as u64;
                let from = before.saturating_sub(limit).max(self.first);
                let messages = (from..before).map(|seq| self.message(seq)).collect();
                let more = from > self.first && before > self.first;
                vec![Event::History { room: RoomName::lobby(), messages, more }]
            }
            Command::Join { since: Some(since), .. } => {
                let room = room_event("#lobby", self.last, 0);
                let missed = since.get() + 1..=self.last;
                let missed = missed.map(|seq| Event::Message(self.message(seq)));
                std::iter::once(room).chain(missed).collect()
            }
            Command::Search { query, order, .. } => {
                let query = query.clone();
                let words = |text: &str| query.split(' ').all(|word| text.contains(word));
                let all = (self.first..=self.last).rev().map(|seq| self.message(seq));
                let hits = all.filter(|message| words(message.text.as_str())).map(hit).take(50);
                let hits = hits.collect();
                vec![Event::Found { query, order: *order, hits, next: None, indexed: None }]
            }
            _ => Vec::new(),
        }
    }

    fn message(&self, seq: u64) -> Message {
        let mention = if self.mentions.contains(&seq) { " @bob" } else { "" };
        let text = format!("message {seq}.{mention}");
        let ago = self.pause * i64::try_from(self.last - seq).unwrap();
        let at = Timestamp::from_millis(self.harness.at.as_millis() - ago);
        message_in("#lobby", seq, user(3, "ana"), &text, at)
    }

    /// Another user sends a message.
    fn hears(&mut self) {
        self.last += 1;
        let message = Event::Message(self.message(self.last));
        self.event(message);
    }

    pub(super) fn press(&mut self, code: KeyCode) {
        let effects = self.harness.press(code);
        self.answer(&effects);
    }

    pub(super) fn types(&mut self, text: &str) {
        let effects = self.harness.type_text(text);
        self.answer(&effects);
    }

    fn go_to_oldest(&mut self) {
        let effects = self.harness.control_home();
        self.answer(&effects);
    }

    pub(super) fn shows(&self, text: &str) {
        assert_shows(&self.harness, text);
    }

    pub(super) fn read(&self) -> u64 {
        self.harness.state.client.room().read().get()
    }

    fn unread(&self) -> u64 {
        self.harness.state.client.room().unread()
    }

    /// The messages in the window: all of them in order, and none missing.
    pub(super) fn window(&self) -> (u64, u64) {
        let log = self.harness.state.client.room().log();
        let seqs: Vec<u64> = log.messages().filter_map(|(seq, _)| seq).map(Seq::get).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{seqs:?}");
        (seqs[0], seqs[seqs.len() - 1])
    }
}

/// A message as what is found, with nothing marked.
pub(super) fn hit(message: Message) -> Hit {
    let Message { room, seq, from, at, kind, text, .. } = message;
    Hit { room, seq, from, at, kind, text, marks: Vec::new() }
}

#[test]
fn it_opens_at_the_first_of_three_thousand_missed_messages() {
    let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
    lobby.shows("3000 new ─");
    lobby.shows("message 6248.");
    assert!(lobby.window().0 < 6_248 && lobby.window().1 < 6_500, "{:?}", lobby.window());
    let read = lobby.read();
    assert!((6_248..6_262).contains(&read), "{read}");
    assert_eq!(lobby.unread(), 9_247 - read);
    lobby.hears();
    assert_eq!((lobby.read(), lobby.unread()), (read, 9_248 - read), "it counts, and is not read");
}

#[test]
fn messages_that_are_skipped_are_not_read() {
    let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
    let read = lobby.read();
    lobby.press(KeyCode::End);
    lobby.shows("message 9247.");
    lobby.hears();
    lobby.shows("message 9248.");
    // All but those on the screen.
    let (above, all) = (9_248 - read - 15, 9_248 - read);
    lobby.shows(&format!("{above} of {all} unread above · Alt-Home goes there · /read"));
    assert_eq!(lobby.read(), read);
    lobby.press(KeyCode::PageUp);
    lobby.press(KeyCode::PageDown);
    lobby.press(KeyCode::Esc);
    lobby.press(KeyCode::Esc);
    assert_eq!(lobby.read(), read, "no key that one presses by habit reads them");
    lobby.types("/read\n");
    assert_eq!((lobby.read(), lobby.unread()), (9_248, 0));
    lobby.hears();
    assert_eq!((lobby.read(), lobby.unread()), (9_249, 0), "it goes on from there");
}

#[test]
fn the_first_unread_message_is_one_key_or_click_away() {
    for way in ["key", "click", "command"] {
        let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
        let read = lobby.read();
        lobby.press(KeyCode::End);
        let effects = match way {
            "key" => lobby.harness.alt(KeyCode::Home),
            "click" => lobby.harness.click("unread above"),
            _ => lobby.harness.type_text("/unread\n"),
        };
        lobby.answer(&effects);
        lobby.shows(&format!("{} new ─", 9_247 - read));
        lobby.shows(&format!("message {}.", read + 1));
    }
}

#[test]
fn what_is_below_the_screen_is_counted_without_what_is_above() {
    let mut lobby = Lobby::open(1, 9_247, 247, 100);
    lobby.press(KeyCode::End);
    lobby.press(KeyCode::PageUp);
    lobby.shows(" 15 new ↓ End");
}

#[test]
fn the_hint_names_the_key_that_skips_no_unread_message() {
    let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
    for way in ["click", "key"] {
        let read = lobby.read();
        lobby.shows(&format!(" {} new ↓ PgDn", lobby.unread()));
        let effects = match way {
            "click" => lobby.harness.click("new ↓"),
            _ => lobby.harness.press(KeyCode::PageDown),
        };
        lobby.answer(&effects);
        assert!((read + 10..read + 20).contains(&lobby.read()), "{read} to {}", lobby.read());
    }
    let (read, unread) = (lobby.read(), lobby.unread());
    for _ in 0..4 {
        lobby.press(KeyCode::PageUp);
    }
    lobby.shows(&format!(" {unread} new ↓ Alt-Home"));
    let effects = lobby.harness.click("new ↓");
    lobby.answer(&effects);
    lobby.shows(&format!("message {}.", read + 1));
    lobby.press(KeyCode::End);
    lobby.press(KeyCode::PageUp);
    lobby.shows(" 15 new ↓ End");
}

#[test]
fn scrolling_through_all_that_was_missed_reads_it() {
    let mut lobby = Lobby::open(1, 3_050, 50, 100);
    let mut pages = 0;
    while lobby.unread() > 0 {
        let before = lobby.read();
        lobby.press(KeyCode::PageDown);
        pages += 1;
        assert!(lobby.read() > before, "stuck at {before} of {}", lobby.last);
        assert!(lobby.harness.state.client.room().log().len() <= 2_500);
    }
    assert!(pages > 150, "{pages}");
    lobby.shows("message 3050.");
}

#[test]
fn ctrl_home_reaches_the_first_message_and_end_comes_back() {
    let mut lobby = Lobby::open(1, 9_247, 9_247, 100);
    lobby.shows("message 9247.");
    lobby.go_to_oldest();
    lobby.shows("Beginning of #lobby");
    lobby.shows("message 1.");
    assert!(lobby.pages < 5, "{} pages", lobby.pages);
    lobby.hears();
    lobby.shows("1 new ↓ End");
    lobby.press(KeyCode::End);
    lobby.shows("message 9248.");
    assert_eq!(lobby.unread(), 0);
}

#[test]
fn every_message_is_reached_by_scrolling_up_and_down_in_a_bounded_window() {
    let mut lobby = Lobby::open(1, 3_000, 3_000, 100);
    for step in [KeyCode::PageUp, KeyCode::PageDown] {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..210 {
            let (rows, height) = lobby.harness.state.log_rows().unwrap();
            let (first, last) = lobby.harness.state.viewport().seen(rows, height).unwrap();
            seen.extend(first.get()..=last.get());
            let (oldest, newest) = lobby.window();
            assert!(newest - oldest < 2_000, "{oldest} {newest}");
            lobby.press(step);
        }
        let missing = (1..=3_000).find(|seq| !seen.contains(seq));
        assert_eq!(missing, None, "{step:?}");
    }
    assert_eq!(lobby.unread(), 0);
}

#[test]
fn messages_of_which_few_fit_a_page_leave_no_gap() {
    let mut lobby = Lobby::open(1, 2_000, 500, 7);
    lobby.shows("1500 new ─");
    lobby.shows("message 501.");
    for _ in 0..30 {
        lobby.press(KeyCode::PageDown);
        lobby.window();
    }
    assert!(lobby.read() > 700, "{}", lobby.read());
}

#[test]
fn messages_that_the_server_has_deleted_are_passed_over() {
    let mut lobby = Lobby::open(8_000, 9_247, 100, 100);
    lobby.shows("message 8000.");
    assert!(lobby.pages < 40, "{} pages", lobby.pages);
    assert!(lobby.read() >= 8_000, "{}", lobby.read());
    lobby.press(KeyCode::End);
    lobby.go_to_oldest();
    lobby.shows("Older messages have been deleted");
    lobby.shows("message 8000.");
}

#[test]
fn more_messages_at_once_than_fit_the_screen_do_not_scroll_past() {
    let mut lobby = Lobby::open(1, 100, 100, 100);
    lobby.shows("message 100.");
    lobby.harness.lose();
    lobby.last = 160;
    let welcome = LinkEvent::Welcome { session: 2, welcome: welcome(7, "bob") };
    lobby.harness.link_event(welcome);
    let room = room_event("#lobby", 160, 100);
    let commands = sent(&lobby.harness.event(room));
    let events: Vec<Event> =
        commands.into_iter().flat_map(|command| lobby.answers(&command)).collect();
    // All of them before the next frame.
    for event in events {
        let input = Input::Client(ClientInput::Link(LinkEvent::Event(event)));
        let _ = update(&mut lobby.harness.state, input, lobby.harness.at);
    }
    lobby.harness.input(Input::Zone(TimeZone::UTC));
    lobby.shows("60 new ─");
    lobby.shows("message 101.");
    assert!(lobby.read() < 120, "{}", lobby.read());
}

#[test]
fn a_long_absence_is_not_skipped_when_the_client_connects_again() {
    let mut lobby = Lobby::open(1, 100, 100, 100);
    lobby.harness.lose();
    lobby.last = 5_000;
    let welcome = LinkEvent::Welcome { session: 2, welcome: welcome(7, "bob") };
    lobby.harness.link_event(welcome);
    lobby.event(room_event("#lobby", 5_000, 100));
    lobby.shows("4900 new ─");
    lobby.shows("message 101.");
    assert_eq!(lobby.window().1, 200);
    lobby.press(KeyCode::End);
    lobby.shows("message 5000.");
}

#[test]
fn a_room_that_is_left_at_skipped_messages_opens_at_the_first_of_them() {
    let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
    let read = lobby.read();
    lobby.press(KeyCode::End);
    lobby.harness.join_rust();
    assert!(lobby.harness.state.client.rooms().list()[0].log().len() <= 400);
    let effects = lobby.harness.alt(KeyCode::Char('1'));
    lobby.answer(&effects);
    lobby.shows(&format!("{} new ─", 9_247 - read));
    lobby.shows(&format!("message {}.", read + 1));
}

#[test]
fn a_message_of_the_user_goes_to_the_newest_and_reads_nothing() {
    let mut lobby = Lobby::open(1, 9_247, 6_247, 100);
    let read = lobby.read();
    let effects = lobby.harness.type_text("mine\n");
    lobby.answer(&effects);
    lobby.shows("… mine");
    lobby.shows("message 9247.");
    lobby.harness.seq = 9_247;
    lobby.harness.accept(1);
    lobby.last = 9_248;
    lobby.shows("bob   mine");
    assert_eq!(lobby.read(), read);
}
