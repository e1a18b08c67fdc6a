//! Commits the items of the queue: decides about them, stores them, applies them. If that fails, commits each item
//! alone.

use std::sync::Arc;
use std::time::Instant;

use chat_proto::Timestamp;

use super::HubError;
use super::apply::answer;
use super::decide::Decision;
use super::directory::Directory;
use super::request::{Item, Request};
use crate::clock::Clock;
use crate::journal::{AppendError, Engine};

/// Commits the items of the queue, on the thread of its caller.
#[derive(Debug)]
pub(super) struct Commits {
    engine: Engine,
    directory: Arc<Directory>,
    clock: Clock,
    /// The decisions about the items of this commit; a field, to reuse its memory.
    decisions: Vec<Decision>,
}

impl Commits {
    pub(super) const fn new(engine: Engine, directory: Arc<Directory>, clock: Clock) -> Self {
        Self { engine, directory, clock, decisions: Vec::new() }
    }

    pub(super) const fn has_thread(&self) -> bool {
        self.engine.has_thread()
    }

    /// Commits all items at once; if that fails, each alone, so that an item that cannot be stored does
    /// not affect the others.
    pub(super) fn commit(&mut self, items: &mut [Item]) {
        let (now, begun) = ((self.clock)(), Instant::now());
        if let Err(error) = self.try_to_commit(items, now) {
            match items {
                [item] => self.refuse(item, error),
                items => {
                    // All items have waited for another program that uses the file; none waits again.
                    self.engine.wait_if_busy(false);
                    self.commit_each(items, now);
                    self.engine.wait_if_busy(true);
                }
            }
        }
        self.directory.counters.commits.add(begun.elapsed());
        self.remove_unused_rooms(now);
    }

    /// Closes the journal. To be called last.
    pub(super) fn close(&mut self) {
        self.engine.close();
    }

    fn commit_each(&mut self, items: &mut [Item], now: Timestamp) {
        let mut disk_is_full = None;
        for item in items.chunks_mut(1) {
            if let (Item::Message(submission), Some(reason)) = (&item[0], &disk_is_full) {
                submission.refuse(HubError::NotStored(String::clone(reason)));
                continue;
            }
            if let Err(error) = self.try_to_commit(item, now) {
                disk_is_full = error.is_of_the_disk().then(|| error.reason().to_owned());
                self.refuse(&mut item[0], error);
            }
        }
    }

    /// Decides about all items, stores them with one commit and applies it; tries once more if the journal could be
    /// repaired.
    ///
    /// # Errors
    /// Returns an error if nothing is stored; nothing has changed then.
    fn try_to_commit(&mut self, items: &mut [Item], now: Timestamp) -> Result<(), AppendError> {
        match self.try_once(items, now) {
            Err(error) if self.engine.repair(&error, now) => self.try_once(items, now),
            committed => committed,
        }
    }

    fn try_once(&mut self, items: &mut [Item], now: Timestamp) -> Result<(), AppendError> {
        let entries = self.directory.decide(items, &mut self.decisions);
        let mut commit = self.engine.append(entries, now)?;
        self.directory.apply(items, self.decisions.drain(..), &mut commit);
        self.engine.finish(commit);
        Ok(())
    }

    /// Removes rooms that have become unused by this commit.
    fn remove_unused_rooms(&mut self, now: Timestamp) {
        if !self.directory.state().rooms.take_became_unused() {
            return;
        }
        let mut items = [Item::Request(Box::new(Request::ExpireRooms), None)];
        // If this fails, the rooms are removed later.
        if let Err(error) = self.try_to_commit(&mut items, now) {
            self.engine.refuse(&error);
        }
    }

    fn refuse(&mut self, item: &mut Item, error: AppendError) {
        self.engine.refuse(&error);
        let refusal = |error: AppendError| match error.is_a_conflict() {
            true => HubError::Failed(error.reason().to_owned()),
            false => HubError::NotStored(error.reason().to_owned()),
        };
        match item {
            Item::Message(submission) => submission.refuse(refusal(error)),
            Item::Task(task) => task.finish(Err(error.into())),
            Item::Request(_, reply) => answer(reply, Err(refusal(error))),
            Item::Close(_) => unreachable!("nothing is stored when the hub closes"),
        }
    }
}
