//! The log as a window: which part of the room is loaded, and what is removed if that is too much.
//!
//! The window has no gap, except at the end of the room, until missed messages have come. It is loaded in
//! pages at both ends, and what is too much is removed at the end that is further from what the user reads.

use chat_proto::{Seq, Timestamp};

use super::entries::LAST;
use super::{Body, Log, LogEntry};
use crate::entry::Extras;

/// How much a log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most messages.
    pub messages: usize,
    /// Most bytes of text in them.
    pub bytes: usize,
    /// Most notices. They have a bound of their own, so that a thousand users who come and go push out no
    /// message.
    pub notices: usize,
}

impl Bounds {
    /// The log of the current room: some hours of a busy room, so that one scrolls in it without waiting.
    pub const CURRENT: Self = Self { messages: 2_000, bytes: 4 * 1024 * 1024, notices: 500 };

    /// The log of a thread: all pages that are loaded of it, and what comes while it is open.
    pub const THREAD: Self = Self { messages: 2_500, bytes: 4 * 1024 * 1024, notices: 0 };

    /// The log of any other room: all that is loaded when a room opens. With as many rooms as there may be,
    /// their messages take 200 × 128 KiB = 25 MiB at most, and 120,000 entries of some 200 bytes another
    /// 24 MB; what is removed is loaded again when it is looked at.
    pub const BACKGROUND: Self = Self { messages: 600, bytes: 128 * 1024, notices: 100 };
}

/// Why the log does not load messages by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The user has cleared the log.
    Cleared,
    /// The server could not read older messages.
    OlderFailed,
    /// The server could not read newer messages.
    NewerFailed,
}

/// The facts about a page of messages.
#[derive(Debug, Default, Clone, Copy)]
pub struct PageInfo {
    /// Its first `seq`, if that is an event about a message.
    pub first: Option<Seq>,
    /// The greatest `seq` whose events surely count in its messages.
    pub as_of: Seq,
}

impl Log {
    /// Adds a page of older messages; `more` says whether there are still older ones. If no message was
    /// loaded, it is the newest page.
    pub fn insert_older(
        &mut self,
        older: impl IntoIterator<Item = (Seq, Timestamp, Body)>,
        page: PageInfo,
        more: bool,
    ) {
        let (before, oldest_before) = (self.first(), self.oldest());
        for (seq, at, mut body) in older {
            let as_of = page.as_of.max(take_as_of(&mut body));
            self.place_message(seq.clamp(Seq::FIRST, LAST), at, body, as_of);
        }
        let first = [self.oldest(), page.first, before].into_iter().flatten().min();
        // A page without an older message would be asked for again and again.
        let is_last = !more || first == before;
        self.coverage.insert_older(before.map(Seq::get), first.map(Seq::get), is_last);
        if oldest_before.is_none() {
            self.drop_old_notices();
        }
        self.trim();
    }

    /// Adds the messages after the window up to `to`, as far as the server has them.
    pub fn insert_newer(
        &mut self,
        newer: impl IntoIterator<Item = (Seq, Timestamp, Body)>,
        page: PageInfo,
        to: Seq,
    ) {
        let since = self.since();
        for (seq, at, mut body) in newer.into_iter().filter(|(seq, ..)| *seq > since && *seq <= to)
        {
            let as_of = page.as_of.max(take_as_of(&mut body));
            self.place_message(seq.clamp(Seq::FIRST, LAST), at, body, as_of);
        }
        self.coverage.insert_newer(to.get());
        self.trim();
    }

    /// Removes all messages but pending ones, and begins a window after `seq`, which is loaded as the user
    /// scrolls.
    pub(crate) fn restart_after(&mut self, seq: Seq) {
        self.remove_messages();
        self.coverage.restart_after(seq.get());
        self.drop_notices_before(seq);
        self.draw_line(self.entries.read());
    }

    /// Removes the messages after `seq`, up to which none is missing. They are loaded as the user scrolls.
    pub(crate) fn cut_after(&mut self, seq: Seq) {
        self.entries.remove_messages_after(seq);
        self.coverage.cut_after(seq.get());
    }

    /// Removes all messages but pending ones, and begins a window at the newest message.
    pub(crate) fn restart_at_newest(&mut self) {
        self.remove_messages();
        self.coverage.restart_at_newest();
        self.draw_line(self.entries.read());
    }

    /// Removes all entries but pending messages. Older ones are not loaded before [`Log::retry`].
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.coverage.restart_at_newest();
        self.hold = Some(Hold::Cleared);
        self.draw_line(self.entries.read());
    }

    /// Sets how much it holds.
    pub(crate) fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.trim();
    }

    /// Sets the message that the window is kept around.
    pub(crate) const fn set_anchor(&mut self, seq: Seq) {
        self.anchor = seq;
    }

    /// Whether the window ends before the newest message. What comes is not in it.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.coverage.is_cut()
    }

    /// How many messages of the room are after the window.
    #[must_use]
    pub fn newer_count(&self) -> u64 {
        if self.is_cut() { Seq::new(self.coverage.reached()).since(self.since()) } else { 0 }
    }

    /// Whether the first message after `read` is in the window, or is to come without being asked for.
    #[must_use]
    pub fn has_after(&self, read: Seq) -> bool {
        self.coverage.has_after(read.get())
    }

    /// The first message after `seq` that is not of the user.
    #[must_use]
    pub fn next_of_others(&self, seq: Seq) -> Option<Seq> {
        self.entries.next_of_others(seq)
    }

    /// Whether older messages are to be loaded as the user comes near the oldest one.
    #[must_use]
    pub fn has_older(&self) -> bool {
        let is_held = matches!(self.hold, Some(Hold::Cleared | Hold::OlderFailed));
        // A window that was begun and is empty is loaded from its end on.
        let is_empty = self.is_cut() && self.oldest().is_none();
        !is_held && !is_empty && self.lacks_older()
    }

    /// Whether newer messages are to be loaded as the user comes near the end of the window.
    #[must_use]
    pub fn has_newer(&self) -> bool {
        self.is_cut() && self.hold != Some(Hold::NewerFailed)
    }

    /// Whether the room has messages that are older than the loaded ones, as far as is known.
    #[must_use]
    pub fn lacks_older(&self) -> bool {
        self.coverage.lacks_older(self.oldest().map(Seq::get))
    }

    /// Whether it begins with the oldest message of the room that is stored, or with notices before it.
    #[must_use]
    pub fn has_beginning(&self) -> bool {
        let is_void = self.entries.get(0).is_some_and(|entry| entry.is_void);
        !is_void && !self.lacks_older() && self.oldest().is_some()
    }

    /// The first `seq` of the window: that of its oldest message, or of an event before it.
    pub(crate) fn first(&self) -> Option<Seq> {
        self.coverage.first(self.oldest().map(Seq::get)).map(Seq::new)
    }

    /// Why it does not load messages by itself, if it does not.
    #[must_use]
    pub const fn hold(&self) -> Option<Hold> {
        self.hold
    }

    /// It does not load messages by itself until [`Log::retry`].
    pub(crate) const fn set_hold(&mut self, hold: Hold) {
        self.hold = Some(hold);
    }

    /// It loads messages by itself again.
    pub(crate) const fn retry(&mut self) {
        self.hold = None;
    }

    /// Removes the entries over the bounds, at the end that is further from the anchor. Pending messages stay.
    pub(super) fn trim(&mut self) {
        while self.entries.counts().0 > self.bounds.notices {
            let Some(oldest) = self.entries.iter().position(LogEntry::is_notice) else { break };
            self.entries.remove(oldest);
        }
        let mut has_dropped = false;
        while self.entries.counts().1 > self.bounds.messages
            || self.entries.bytes() > self.bounds.bytes
        {
            let before = self.entries.end_of(self.anchor.min(LAST));
            let after = self.entries.end_of(LAST) - before;
            let is_dropped = if before >= after { self.drop_oldest() } else { self.drop_newest() };
            if !is_dropped {
                break;
            }
            has_dropped = true;
        }
        if has_dropped {
            self.drop_old_notices();
        }
    }

    /// Removes the oldest message or rule. Returns whether there is one.
    fn drop_oldest(&mut self) -> bool {
        let is_old = |entry: &LogEntry| !entry.is_pending() && !entry.is_notice();
        let Some(oldest) = self.entries.iter().position(is_old) else {
            return false;
        };
        if let Some(entry) = self.entries.remove(oldest).filter(LogEntry::is_message) {
            self.coverage.drop_oldest(entry.seq.get());
        }
        true
    }

    /// Removes the newest message, and those after the first gap. Returns whether there is one.
    fn drop_newest(&mut self) -> bool {
        let Some(newest) = self.entries.last_message(self.entries.len()) else {
            return false;
        };
        let end = newest.minus(1).min(self.since());
        self.cut_after(end);
        true
    }

    fn remove_messages(&mut self) {
        self.entries.remove_messages_after(Seq::NONE);
        self.hold = None;
    }

    /// Removes the notices that stand before messages which are not loaded.
    fn drop_old_notices(&mut self) {
        if let Some(oldest) = self.oldest().filter(|_| self.lacks_older()) {
            self.drop_notices_before(oldest);
        }
    }

    fn drop_notices_before(&mut self, seq: Seq) {
        self.entries.remove_notices_before(seq);
    }
}

/// The greatest `seq` whose events count in a message, if it says so. The entry has it.
pub(super) fn take_as_of(body: &mut Body) -> Seq {
    let Body::Message { extras, .. } = body else { return Seq::NONE };
    let as_of = extras.as_mut().and_then(|extras| extras.details.as_of.take());
    extras.take_if(|extras| **extras == Extras::default());
    as_of.unwrap_or(Seq::NONE)
}
