//! The loop's side of the store: what is not taken while it works, and how it ends.

use std::ops::ControlFlow;
use std::time::Duration;

use chat_client::store::{Done, Job, StoreError};
use chat_proto::event::Welcome;
use tokio::time::{Instant, timeout_at};

use super::{App, Control};
use crate::input::Input;
use crate::unsent::{Place, Unsent};
use crate::update::{Effect, update};

/// How long the end of the program may wait for the disk: a busy one needs a second or two, and nobody wants
/// to wait for a program to end.
pub const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the client goes on with, once the store has opened it.
pub(super) enum Opening {
    User,
    Server { session: u64, welcome: Box<Welcome> },
}

impl<C: Control> App<C> {
    /// Whether keys, news and ticks may come: not while it is not known whose they are, nor while too much
    /// waits for the disk.
    pub(super) const fn may_take(&self) -> bool {
        self.opening.is_none() && !self.store.is_full()
    }

    /// Takes in what the store has done.
    pub(super) fn take_done(&mut self, done: Done) -> ControlFlow<()> {
        let in_words = |error: StoreError| {
            tracing::error!(%error, "not stored");
            error.to_string()
        };
        let input = match done {
            Done::Kept(kept) => Input::Stored(kept.map_err(in_words)),
            Done::Opened(profile) => match (self.opening.take(), profile.map_err(in_words)) {
                (Some(Opening::Server { session, welcome }), profile) => {
                    Input::Filed { session, welcome, profile }
                }
                (_, profile) => Input::Became(profile),
            },
        };
        self.take(input)
    }

    /// Waits until all that was said is stored, and sends it; says goodbye, takes in what the server still
    /// answers, and stores that. Returns what it has not answered.
    pub(super) async fn close(mut self) -> Unsent {
        let deadline = Instant::now() + STORE_TIMEOUT;
        while !self.store.is_idle() {
            let Ok(Some(done)) = timeout_at(deadline, self.store.done()).await else {
                break;
            };
            let _ = self.take_done(done);
        }
        let Self { mut state, mut store, link, clock, .. } = self;
        link.close(|news| {
            for effect in update(&mut state, Input::News(news), clock()) {
                if let Effect::Keep(keep) = effect {
                    store.give(Job::Keep(keep));
                }
            }
        })
        .await;
        let place = match store.close(deadline).await {
            Some(store) if store.is_lasting() => Place::Disk,
            Some(_) => Place::Memory,
            None => Place::Unknown,
        };
        Unsent::new(&state, place)
    }
}
