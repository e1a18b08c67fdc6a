//! The unread messages of a room: the messages of others after the last one that the user has read.
//!
//! The server counts what is not loaded, and knows which messages are the user's own. The client takes its count
//! once, leaves out what the user reads since, and adds what comes.

use chat_proto::Seq;

use super::Room;
use crate::entry::{Body, Origin};
use crate::thread::answered;

/// Most mentions that are counted in one room: more say nothing new.
const MENTIONS_MAX: usize = 99;

/// Most unread messages of ignored users that are left out of the counts of one room.
const IGNORED_MESSAGES_MAX: usize = 1_000;

/// Most groups of messages and events that are left out of the counts of one room. A group is what stands between two
/// messages of others.
const UNCOUNTED_MAX: usize = 1_000;

/// The count of the server of unread messages of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerCount {
    /// The last message that the user had read.
    read: Seq,
    /// The last counted message.
    last_seq: Seq,
    unread: u64,
    mentions: u64,
}

impl ServerCount {
    /// The count of an event; `None` if it has none.
    pub(crate) fn from_event(
        read: Seq,
        last_seq: Seq,
        (unread, mentions): (Option<u64>, Option<u64>),
        more: bool,
    ) -> Option<Self> {
        let (unread, mentions) = (unread?, mentions?);
        // If there are too many, the server has not counted them: counts all, the messages of the user included.
        let unread = if more { last_seq.since(read) } else { unread };
        Some(Self { read, last_seq, unread, mentions })
    }
}

/// How many answers to a message are unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadReplies {
    /// How many of those that are loaded.
    pub count: u64,
    /// Whether all that may be unread are loaded.
    pub is_all: bool,
}

impl Room {
    /// How many messages are unread.
    #[must_use]
    pub fn unread(&self) -> u64 {
        let (before, after) = match &self.counted {
            Some(counted) => (counted.unread, counted.last_seq),
            None => (0, self.read),
        };
        let unread = before.saturating_add(self.last_seq.since(after));
        unread.saturating_sub(self.uncounted.count_after(after.get()) + self.ignored.len() as u64)
    }

    /// How many messages before `seq` are unread, as far as it is known which of the later ones are the user's.
    #[must_use]
    pub fn unread_before(&self, seq: Seq) -> u64 {
        self.unread().saturating_sub(self.unread_from(seq))
    }

    /// The same for those from `seq` on.
    #[must_use]
    pub fn unread_from(&self, seq: Seq) -> u64 {
        let before = seq.minus(1);
        if before <= self.read {
            return self.unread();
        }
        let ignored = self.ignored.iter().filter(|(ignored, _)| *ignored >= seq).count() as u64;
        let left_out = self.uncounted.count_after(before.get()) + ignored;
        self.last_seq.since(before).saturating_sub(left_out).min(self.unread())
    }

    /// How many unread messages name the user.
    #[must_use]
    pub fn mentions(&self) -> usize {
        let known = self.mentions.len();
        let Some(counted) = &self.counted else { return known };
        let after = self.mentions.iter().filter(|seq| **seq > counted.last_seq).count();
        // Each direct message counts as one that names the user.
        let before = if self.is_private() { counted.unread } else { counted.mentions };
        let is_counted =
            |(seq, names): &&(Seq, bool)| *seq <= counted.last_seq && (*names || self.is_private());
        let ignored = self.ignored.iter().filter(is_counted).count();
        let before = usize::try_from(before).unwrap_or(MENTIONS_MAX).min(MENTIONS_MAX);
        let before = before.saturating_sub(ignored);
        (before + after).max(known).min(MENTIONS_MAX)
    }

    /// How many unread messages before `seq` name the user.
    #[must_use]
    pub fn mentions_before(&self, seq: Seq) -> usize {
        let later = self.mentions.iter().filter(|mention| **mention >= seq).count();
        self.mentions().saturating_sub(later)
    }

    /// Sets the count of the server, if there is one. One from before the user read on is of no use.
    pub(crate) fn set_counts(&mut self, counted: Option<ServerCount>) {
        self.counted = counted.filter(|counted| counted.read >= self.read).or(self.counted.take());
    }

    /// A message of an ignored user has come.
    pub(crate) fn ignore(&mut self, seq: Seq, names: bool) {
        let is_new = seq > self.read && self.received.around(seq.get()).is_none();
        if is_new && self.ignored.len() < IGNORED_MESSAGES_MAX {
            self.received.insert(seq.get(), seq.get());
            self.ignored.push((seq, names));
        }
    }

    /// A message of another user has come; `counts` if it is counted as a mention. Returns whether it is unread and
    /// has come for the first time.
    pub(crate) fn receive(&mut self, seq: Seq, counts: bool) -> bool {
        let number = seq.get();
        if seq <= self.read || self.received.around(number).is_some() {
            return false;
        }
        self.received.insert(number, number);
        if counts && self.mentions.len() < MENTIONS_MAX {
            self.mentions.push(seq);
        }
        true
    }

    /// Records that `seq` does not count as unread: a message of the user, or an event about a message. It is read once
    /// all messages before it are read.
    pub(crate) fn mark_uncounted(&mut self, seq: Seq) {
        if seq > self.read && self.uncounted.len() < UNCOUNTED_MAX {
            self.uncounted.insert(seq.get(), seq.get());
        }
        if seq == self.read.next() {
            self.mark_read(seq);
        }
    }

    /// How many answers to a message are unread, as far as they are loaded.
    #[must_use]
    pub fn unread_replies(&self, root: Seq) -> UnreadReplies {
        let unread = |(seq, body): &(Seq, &Body)| {
            let Body::Message { origin: Origin::Other(_), extras: Some(extras), .. } = body else {
                return false;
            };
            let details = &extras.details;
            let is_read = self.uncounted.around(seq.get()).is_some();
            answered(details) == Some(root) && !details.deleted && !is_read
        };
        let loaded = self.log.messages_between(self.read.next(), Seq::MAX);
        let count = loaded.filter(unread).count() as u64;
        UnreadReplies {
            count,
            is_all: self.log.has_newest() && self.log.is_complete_after(self.read),
        }
    }

    /// Records that a message of another user was shown apart from the log, in its thread: it is not unread any more.
    pub(crate) fn mark_shown(&mut self, seq: Seq) {
        if !self.is_kept_unread {
            self.leave_out(seq, Seq::MAX);
        }
    }

    /// Records that event `by` has deleted a message of another user: it is not unread any more.
    pub(crate) fn mark_deleted(&mut self, seq: Seq, by: Seq) {
        self.leave_out(seq, by);
    }

    /// Leaves a message out of the counts. A count of the server that ends at `by` or later has left it out already.
    fn leave_out(&mut self, seq: Seq, by: Seq) {
        if seq <= self.read || self.uncounted.around(seq.get()).is_some() {
            return;
        }
        let is_mention = self.mentions.contains(&seq) || self.ignored.contains(&(seq, true));
        let counts = |counted: &&mut ServerCount| (seq..by).contains(&counted.last_seq);
        if let Some(counted) = self.counted.as_mut().filter(counts) {
            counted.unread = counted.unread.saturating_sub(1);
            counted.mentions = counted.mentions.saturating_sub(u64::from(is_mention));
        }
        self.mentions.retain(|mention| *mention != seq);
        self.ignored.retain(|(ignored, _)| *ignored != seq);
        self.mark_uncounted(seq);
    }

    /// Marks a message and all after it as unread. The server does not go back: it is so in this run alone.
    pub(crate) fn mark_unread(&mut self, seq: Seq) {
        let (from, read) = (seq.minus(1), self.read);
        if from < read {
            self.marked.get_or_insert(read);
            // They were received, and mention the user no more than they did.
            self.received.insert(seq.get(), read.get());
            self.uncounted.insert(seq.get(), read.get());
            for (seq, mentions) in self.log.others_in(from, read) {
                self.uncounted.remove(seq.get());
                if mentions && self.mentions.len() < MENTIONS_MAX {
                    self.mentions.push(seq);
                }
            }
            (self.read, self.counted) = (from, None);
        }
        self.is_kept_unread = true;
        self.keep_around();
        self.draw_line();
    }

    /// Whether the user has read up to `seq` in another session, and not only before messages were marked as unread.
    pub(crate) fn reads_to(&self, seq: Seq) -> bool {
        self.marked.is_none_or(|marked| seq > marked)
    }

    /// Marks all messages up to `seq` as read, here or in another session, with what follows on them and is not
    /// counted. An earlier `seq` changes nothing.
    pub(crate) fn mark_read(&mut self, seq: Seq) {
        let read = self.read.max(seq);
        let read =
            self.uncounted.around(read.next().get()).map_or(read, |(_, last)| Seq::new(last));
        self.counted = self.counted.take().and_then(|counted| self.counted_after(read, counted));
        self.read = read;
        if self.marked.is_some_and(|marked| read >= marked) {
            (self.marked, self.is_kept_unread) = (None, false);
        }
        self.mentions.retain(|mention| *mention > read);
        self.ignored.retain(|(seq, _)| *seq > read);
        self.uncounted.remove_to(read.get());
        self.received.remove_to(read.get());
        self.keep_around();
    }

    /// What the server has counted without what the user has read up to `read`; `None` if that is all of it.
    fn counted_after(&self, read: Seq, counted: ServerCount) -> Option<ServerCount> {
        if read >= counted.last_seq {
            return None;
        }
        let is_read = |seq: Seq| seq <= read;
        let own =
            self.uncounted.count_after(counted.read.get()) - self.uncounted.count_after(read.get());
        let mentions = self.mentions.iter().filter(|seq| is_read(**seq)).count();
        let ignored = self.ignored.iter().filter(|(seq, names)| is_read(*seq) && *names).count();
        Some(ServerCount {
            read,
            unread: counted.unread.saturating_sub(read.since(counted.read).saturating_sub(own)),
            mentions: counted.mentions.saturating_sub((mentions + ignored) as u64),
            ..counted
        })
    }
}

#[cfg(test)]
mod tests;
