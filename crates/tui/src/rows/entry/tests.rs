use std::sync::{Arc, LazyLock};

use chat_client::log::Log;
use chat_proto::{Seq, Timestamp, UserName};

use crate::rows::{Heights, LogRows};

use super::*;

/// The zone of the times.
static ZONE: TimeZone = TimeZone::UTC;

/// The keys that notices name.
static KEYS: LazyLock<KeyMap> = LazyLock::new(KeyMap::default);

/// A log with these messages: the second, the name, the text.
fn log(messages: &[(i64, &str, &str)]) -> Log {
    let mut log = Log::new();
    for (seq, (second, from, text)) in (1..).zip(messages) {
        let from = UserName::new(from).unwrap();
        let origin = Origin::Other(Vec::new());
        let (text, extras) = ((*text).to_owned(), None);
        let body = Body::Message { from, kind: Kind::Text, text, origin, extras };
        log.insert(Seq::new(seq), Timestamp::from_millis(second * 1_000), body);
    }
    log
}

/// The rows of a log without the rule over its first entry.
fn shown(log: &Log, width: usize) -> Vec<String> {
    let heights = Heights::default();
    let rows = LogRows::new(log, &ZONE, &KEYS, width, Some(&heights));
    let mut all = Vec::new();
    for index in 0..log.len() {
        let entry = rows.rows(index);
        assert_eq!(entry.len(), rows.height(index));
        assert_eq!(entry.len(), rows.height(index), "as it is known then");
        all.extend(entry);
    }
    all.iter().skip(1).map(|row| plain(row)).collect()
}

fn plain(row: &Row) -> String {
    row.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
}

#[test]
fn the_text_has_one_left_edge() {
    let text = "one two three four five six seven eight nine ten eleven\n```\n  code\n```";
    let log = log(&[(0, "ana", text), (1, "constantine", "hi")]);
    assert_eq!(
        shown(&log, 60),
        [
            "00:00         ana   one two three four five six seven eight",
            "                    nine ten eleven",
            "                    ┃   code",
            "      constantine   hi",
        ]
    );
}

#[test]
fn names_and_times_are_shown_if_they_change() {
    let log = log(&[
        (0, "ana", "one"),
        (59, "ana", "two"),
        (60, "ana", "three"),
        (61, "bob", "four"),
        (360, "bob", "five"),
        (661, "bob", "six"),
    ]);
    assert_eq!(
        shown(&log, 60),
        [
            "00:00    ana   one",
            "               two",
            "00:01          three",
            "         bob   four",
            "00:06          five",
            "00:11    bob   six",
        ]
    );
}

#[test]
fn the_first_row_of_the_screen_has_its_author_and_time() {
    let log = log(&[
        (0, "ana", "one"),
        (59, "ana", "two words that take a second row, since there are more of them than fit"),
        (60, "ana", "three"),
    ]);
    let heights = Heights::default();
    let top = |width, at: (usize, usize)| {
        let rows = LogRows::new(&log, &ZONE, &KEYS, width, Some(&heights));
        plain(&rows.at_top(at, Arc::clone(&rows.rows(at.0)[at.1])))
    };
    assert_eq!(top(60, (0, 0)), "───────────────── Thursday, 1 January 1970 ─────────────────");
    assert_eq!(top(60, (0, 1)), "00:00    ana   one");
    assert_eq!(top(60, (1, 0)), "00:00    ana   two words that take a second row, since there");
    assert_eq!(top(60, (1, 1)), "00:00    ana   are more of them than fit");
    assert_eq!(top(60, (2, 0)), "00:01    ana   three");
    let rows = LogRows::new(&log, &ZONE, &KEYS, 40, Some(&heights));
    let over = |at| rows.over_top(at).map(|(_, row)| plain(&row));
    assert_eq!(over((0, 1)), None, "the row of the name is on the screen");
    for (at, expected) in [((0, 2), "ana 00:00"), ((1, 1), "ana 00:00"), ((2, 0), "ana 00:01")] {
        assert_eq!(over(at).as_deref(), Some(expected), "{at:?}");
        assert_eq!(top(40, at), plain(&rows.rows(at.0)[at.1]), "the text stays where it is");
    }
}

#[test]
fn in_a_narrow_log_a_name_has_a_row_of_its_own() {
    let log = log(&[(0, "ana", "one two three four"), (1, "ana", "five"), (2, "bob", "six")]);
    assert_eq!(
        shown(&log, 20),
        ["ana 00:00", "  one two three four", "  five", "bob 00:00", "  six"]
    );
    assert_eq!(shown(&log, 3)[..3], ["ana", "one", "two"]);
}

#[test]
fn a_wide_log_has_texts_of_at_most_100_columns() {
    let log = log(&[(0, "ana", &"word ".repeat(60))]);
    let widest = shown(&log, 300).iter().map(|row| row.chars().count()).max();
    assert_eq!(widest, Some(15 + 99));
}

#[test]
fn known_heights_are_those_of_the_width() {
    let log = log(&[(0, "ana", &"word ".repeat(60))]);
    let heights = Heights::default();
    for width in [60, 20, 300, 60] {
        let rows = LogRows::new(&log, &ZONE, &KEYS, width, Some(&heights));
        assert_eq!(rows.height(0), rows.rows(0).len(), "{width}");
    }
}
