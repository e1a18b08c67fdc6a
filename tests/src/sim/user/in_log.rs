//! The messages of a room, as the user has read them last. A room that has not changed is not read again: most frames
//! are of keys.

use std::collections::BTreeMap;

use chat_client::entry::{Body, Delivery, Origin};
use chat_client::log::{Bounds, Log};
use chat_proto::Seq;

use super::{Epoch, User};
use crate::findings::Label;

/// The messages of a room, as they were read last.
#[derive(Debug)]
pub(super) struct LogSnapshot {
    epoch: Epoch,
    /// The result of [`lines`].
    lines: Vec<(Option<u64>, Option<String>)>,
    /// The `seq` of each message.
    seqs: BTreeMap<Label, Option<u64>>,
}

impl LogSnapshot {
    pub(super) fn new(user: &User, log: &Log, seqs: BTreeMap<Label, Option<u64>>) -> Self {
        let lines = lines(user, log).map(|(seq, text)| (seq, text.map(str::to_owned)));
        Self { epoch: user.epoch, lines: lines.collect(), seqs }
    }

    /// Returns true if the log has the same messages, in the same epoch.
    pub(super) fn is_like(&self, user: &User, log: &Log) -> bool {
        let read = self.lines.iter().map(|(seq, text)| (*seq, text.as_deref()));
        self.epoch == user.epoch && read.eq(lines(user, log))
    }

    /// Returns the messages that are not in `now`, though they are within the window of the log.
    pub(super) fn gone_from(&self, log: &Log, now: &Self) -> Vec<Label> {
        let gone = self
            .seqs
            .iter()
            .filter(|(label, seq)| !now.seqs.contains_key(label) && !is_left_out(log, **seq));
        gone.map(|(label, _)| *label).collect()
    }
}

/// Returns the messages of a log in their order on the screen, each with its `seq` if it has one, and its text; no text
/// for the rule of a restore.
///
/// # Panics
/// Panics if a message of the user was refused.
pub(super) fn lines<'l>(
    user: &User,
    log: &'l Log,
) -> impl Iterator<Item = (Option<u64>, Option<&'l str>)> + use<'l> {
    let number = user.number;
    log.messages().filter_map(move |(seq, body)| {
        let seq = seq.map(Seq::get);
        match body {
            Body::Restored => Some((seq, None)),
            Body::Message { text, origin: Origin::Own(Delivery::Refused(why)), .. } => {
                panic!("user {number} was refused {text}: {}", why.text)
            }
            // It may still be lost with the client.
            Body::Message { origin: Origin::Own(Delivery::Storing(_)), .. } => None,
            Body::Message { text, .. } => Some((seq, Some(text.as_str()))),
            _ => None,
        }
    })
}

/// Returns true if a message may be missing in a log because the log is a window: the message is before or
/// after it. One without a `seq` was pending and is accepted outside of the window, or is older than a restore.
fn is_left_out(log: &Log, seq: Option<u64>) -> bool {
    match seq.map(Seq::new) {
        Some(seq) => log.oldest().is_none_or(|oldest| seq < oldest) || seq > log.since(),
        None => {
            let is_full = log.messages().count() >= Bounds::BACKGROUND.messages;
            log.is_cut() || log.lacks_older() || is_full
        }
    }
}
