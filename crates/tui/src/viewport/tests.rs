use std::sync::LazyLock;

use chat_client::entry::{Body, Origin};
use chat_client::log::PageInfo;
use chat_client::log::{Bounds, Log};
use chat_client::{Notice, NoticeKind};
use chat_proto::command::Kind;
use chat_proto::{Timestamp, UserName};
use jiff::tz::TimeZone;

use super::*;
use crate::keymap::KeyMap;

/// The zone of the times.
static ZONE: TimeZone = TimeZone::UTC;

/// The keys that notices name.
static KEYS: LazyLock<KeyMap> = LazyLock::new(KeyMap::default);

/// A log, and a viewport on it.
struct Reader {
    log: Log,
    viewport: Viewport,
}

impl Reader {
    fn new(notes: usize) -> Self {
        let mut reader = Self { log: Log::new(), viewport: Viewport::default() };
        for number in 1..=notes {
            reader.notice(&format!("{number} {}", "word ".repeat(20)));
        }
        reader
    }

    fn notice(&mut self, text: &str) {
        self.log.notice(at(), Notice::Front(NoticeKind::Info, text.into()));
    }

    fn hear(&mut self, seqs: impl IntoIterator<Item = u64>) {
        for seq in seqs {
            self.log.insert(Seq::new(seq), at(), body(&seq.to_string()));
        }
    }

    fn moves(&mut self, width: usize, moves: impl FnOnce(&mut Viewport, LogRows<'_>)) {
        let rows = LogRows::new(&self.log, &ZONE, &KEYS, width, None);
        moves(&mut self.viewport, rows);
    }

    fn scrolls(&mut self, count: isize, width: usize, height: usize) {
        self.moves(width, |viewport, rows| viewport.scroll(count, rows, height));
    }

    fn scroll_to_oldest(&mut self, width: usize, height: usize) {
        self.scrolls(-1_000_000, width, height);
    }

    fn follows(&mut self) {
        self.moves(40, |viewport, rows| viewport.follow(rows, 10));
    }

    fn seen(&self) -> u64 {
        let rows = LogRows::new(&self.log, &ZONE, &KEYS, 40, None);
        self.viewport.seen(rows, 10).map_or(0, |(_, last)| last.get())
    }

    /// The row at the top of the screen: which one it is of its entry, and how that begins.
    fn top(&self, width: usize, height: usize) -> (usize, String) {
        let rows = LogRows::new(&self.log, &ZONE, &KEYS, width, None);
        let (index, row) = self.viewport.top(rows, height);
        match self.log.get(index).map(|entry| &entry.body) {
            Some(Body::Notice(Notice::Front(_, text)) | Body::Message { text, .. }) => {
                (row, text.chars().take(3).collect::<String>().trim().to_owned())
            }
            other => (row, format!("{other:?}")),
        }
    }
}

fn at() -> Timestamp {
    Timestamp::from_millis(0)
}

fn body(text: &str) -> Body {
    let from = UserName::new("ana").unwrap();
    Body::Message {
        from,
        kind: Kind::Text,
        text: text.to_owned(),
        origin: Origin::Other(Vec::new()),
        extras: None,
    }
}

#[test]
fn reading_back_keeps_its_place() {
    let mut reader = Reader::new(100);
    reader.scrolls(-40, 60, 10);
    let place = reader.top(60, 10);
    reader.notice("new");
    assert_eq!(reader.top(60, 10), place);
    assert_eq!(reader.top(20, 10).1, place.1, "in a narrower log");
    assert_eq!(reader.top(60, 10), place, "and back");
    reader.scrolls(1_000, 60, 10);
    assert_eq!(reader.viewport.position(), ScrollPosition::Newest);
}

#[test]
fn scrolling_there_and_back_ends_where_it_began() {
    let mut reader = Reader::new(100);
    reader.scrolls(-50, 40, 10);
    let place = reader.top(40, 10);
    reader.scrolls(-17, 40, 10);
    reader.scrolls(17, 40, 10);
    assert_eq!(reader.top(40, 10), place);
    reader.scroll_to_oldest(40, 10);
    reader.scrolls(-5, 40, 10);
    assert_eq!(reader.top(40, 10), (0, "1 w".to_owned()));
}

#[test]
fn a_log_that_fits_does_not_scroll() {
    let mut reader = Reader::new(2);
    reader.scrolls(-5, 80, 20);
    assert_eq!(reader.viewport.position(), ScrollPosition::Newest);
}

#[test]
fn the_place_goes_to_the_next_entry_if_its_own_is_dropped() {
    let mut reader = Reader::new(Bounds::CURRENT.notices);
    reader.scroll_to_oldest(80, 10);
    for _ in 0..10 {
        reader.notice("new");
    }
    assert_eq!(reader.log.len(), Bounds::CURRENT.notices);
    assert_eq!(reader.top(80, 10), (0, "11".to_owned()));
}

#[test]
fn a_day_line_comes_with_each_new_date() {
    let mut log = Log::new();
    for hours in [0, 1, 23, 24, 25] {
        let note = Notice::Front(NoticeKind::Info, "note".to_owned());
        log.notice(Timestamp::from_millis(hours * 3_600_000), note);
    }
    let rows = LogRows::new(&log, &ZONE, &KEYS, 40, None);
    let days = (0..log.len()).filter(|index| rows.above(*index).day.is_some());
    assert_eq!(days.count(), 2);
}

#[test]
fn older_messages_go_above_and_the_place_stays() {
    let mut reader = Reader::new(0);
    reader.hear(101..=200);
    reader.scrolls(-60, 40, 10);
    let place = reader.top(40, 10);
    let page = (51..=100).map(|seq| (Seq::new(seq), at(), body(&seq.to_string())));
    reader.log.insert_older(page, PageInfo::default(), true);
    assert_eq!(reader.top(40, 10), place);
    reader.log.insert_older(
        (1..=50).map(|seq| (Seq::new(seq), at(), body("old"))),
        PageInfo::default(),
        false,
    );
    assert_eq!(reader.top(40, 10), place);
}

#[test]
fn a_line_that_goes_away_above_the_place_does_not_move_it() {
    let mut reader = Reader::new(0);
    reader.hear(1..=100);
    reader.log.draw_line(Some(Seq::new(50)));
    reader.scrolls(-42, 40, 10);
    // The line over the new messages is the first row of its entry, and the name is the second.
    assert_eq!(reader.top(40, 10), (0, "51".to_owned()));
    reader.scrolls(2, 40, 10);
    assert_eq!(reader.top(40, 10), (2, "51".to_owned()));
    reader.log.draw_line(None);
    assert_eq!(reader.top(40, 10), (0, "51".to_owned()));
    reader.log.draw_line(Some(Seq::new(50)));
    reader.scrolls(-1, 40, 10);
    reader.log.draw_line(None);
    assert_eq!(reader.top(40, 10), (0, "50".to_owned()));
}

#[test]
fn a_log_opens_at_what_is_new_and_follows_once_all_is_seen() {
    let mut reader = Reader::new(0);
    reader.log.reach(Seq::new(60));
    reader.log.draw_line(Some(Seq::new(30)));
    reader.viewport.to_new();
    reader.hear(1..=60);
    reader.follows();
    assert_eq!((reader.top(40, 10).1.as_str(), reader.seen()), ("28", 34));
    reader.scrolls(100, 40, 10);
    assert_eq!((reader.viewport.position(), reader.seen()), (ScrollPosition::Newest, 60));
    let mut reader = Reader::new(0);
    reader.log.reach(Seq::new(3));
    reader.log.draw_line(Some(Seq::FIRST));
    reader.viewport.to_new();
    reader.hear(1..=2);
    reader.follows();
    assert_eq!(reader.viewport.position(), ScrollPosition::New, "the last is still to come");
    reader.hear([3]);
    reader.follows();
    assert_eq!(reader.viewport.position(), ScrollPosition::Newest);
}
