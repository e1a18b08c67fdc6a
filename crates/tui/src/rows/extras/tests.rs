use chat_client::entry::Origin;
use chat_client::entry::{Body, Extras};
use chat_client::log::Log;
use chat_proto::command::Kind;
use chat_proto::event::{Details, Edited, Reaction, Replies};
use chat_proto::{Emoji, Seq, Timestamp, UserName};
use jiff::tz::TimeZone;

use crate::keymap::KeyMap;
use crate::rows::{Heights, LogRows};
use crate::wrap::columns;

fn reaction(emoji: &str, count: u64, own: bool) -> Reaction {
    Reaction { emoji: Emoji::new(emoji).unwrap(), count, own, users: Vec::new() }
}

fn message(text: &str, details: Details, is_pending: bool) -> Body {
    let (from, origin) = (UserName::new("ana").unwrap(), Origin::Other(Vec::new()));
    let extras = Extras { details, is_pending };
    let extras = (extras != Extras::default()).then(|| Box::new(extras));
    Body::Message { from, kind: Kind::Text, text: text.to_owned(), origin, extras }
}

/// A log with all that can be shown beside a text.
fn log() -> Log {
    log_of(|_| true)
}

/// The same, with those messages alone.
fn log_of(wants: impl Fn(u64) -> bool) -> Log {
    let (at, mut log) = (Timestamp::from_millis(0), Log::new());
    let none = Details::default;
    let emoji = ["👍", "🎉", "👀", "✅", "🚀", "🙏", "😄", "💓"];
    let reactions =
        || emoji.into_iter().zip(1..).map(|(emoji, count)| reaction(emoji, count, count == 2));
    let edited = Some(Edited { at, count: 1 });
    let replies = Some(Replies { count: 3, last_seq: Seq::new(9), last_at: at });
    let answers = |seq| Details { reply_to: Some(Seq::new(seq)), ..none() };
    let thread = Some(Seq::new(1));
    let all = [
        message(
            "see you on Friday, at ten",
            Details { edited, reactions: reactions().collect(), replies, pinned: true, ..none() },
            false,
        ),
        message("", Details { deleted: true, replies, ..none() }, false),
        message("yes", answers(1), false),
        message("and another answer to the same", answers(1), false),
        message("gone", answers(2), false),
        message("```\ncode\n```", Details { edited, ..none() }, true),
        message("in the thread", Details { thread, ..none() }, false),
        message("an answer within it", Details { thread, ..answers(7) }, false),
        message("to one that is not loaded", answers(77), false),
    ];
    for (seq, body) in (1..).zip(all).filter(|(seq, _)| wants(*seq)) {
        log.insert(Seq::new(seq), at, body);
    }
    log
}

/// The rows of the log, or of a thread of it.
fn shown(log: &Log, width: usize, thread: Option<u64>) -> Vec<String> {
    let (zone, keys, heights) = (TimeZone::UTC, KeyMap::default(), Heights::default());
    let rows = LogRows::new(log, &zone, &keys, width, Some(&heights));
    let rows = thread.map_or(rows, |root| rows.in_thread(Seq::new(root)));
    let mut all = Vec::new();
    for index in 0..log.len() {
        let entry = rows.rows(index);
        assert_eq!(entry.len(), rows.height(index), "{width}: {entry:?}");
        assert_eq!(entry.len(), rows.height(index), "as it is known then");
        all.extend(entry);
    }
    let text = |row: &std::sync::Arc<crate::rows::Row>| {
        row.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
    };
    all.iter().map(text).collect()
}

#[test]
fn what_is_beside_a_text_has_rows_of_its_own() {
    insta::assert_snapshot!(shown(&log(), 60, None)[1..].join("\n"), @"
    00:00    ana   see you on Friday, at ten (edited)
                   pinned  👍 1  🎉 2  👀 3  ✅ 4  🚀 5  🙏 6
                   😄 7  💓 8
                   └ 3 replies · last 00:00
                   Message deleted
                   └ 3 replies · last 00:00
                   ↳ ana: see you on Friday, at ten
                   yes
                   and another answer to the same
                   ↳ ana: Message deleted
                   gone
                 … ┃ code (edited)
                   ↳ ana: see you on Friday, at ten
                   in the thread
                   ↳ ana: in the thread
                   an answer within it
                   ↳ an earlier message
                   to one that is not loaded
    ");
}

#[test]
fn no_row_says_that_a_message_of_a_thread_answers_its_first_one() {
    let thread = log_of(|seq| [1, 3, 4, 7, 8].contains(&seq));
    insta::assert_snapshot!(shown(&thread, 60, Some(1))[1..].join("\n"), @"
    00:00    ana   see you on Friday, at ten (edited)
                   pinned  👍 1  🎉 2  👀 3  ✅ 4  🚀 5  🙏 6
                   😄 7  💓 8
                   yes
                   and another answer to the same
                   in the thread
                   ↳ ana: in the thread
                   an answer within it
    ");
}

#[test]
fn the_rows_fit_and_their_number_is_known_at_every_width() {
    for width in 1..130 {
        for thread in [None, Some(1)] {
            for row in shown(&log(), width, thread) {
                assert!(columns(&row) <= width.max(2), "{width}: {row:?}");
            }
        }
    }
}
