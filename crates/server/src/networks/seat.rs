//! One connection, as the networks know it.

use std::fmt;
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Poll, Waker};

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use super::{Busy, Network, Networks};
use crate::plain::is_loopback;

/// The kind of user of a connection, in the order in which connections are ended for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A guest's.
    Guest,
    /// A user's who is new.
    Newcomer,
    /// That of a user who is known for long.
    Known,
}

impl Kind {
    pub(super) const COUNT: usize = Self::Known as usize + 1;
}

/// The state that a connection shares with the networks.
pub(super) struct Seat {
    /// Where it is until its slot is dropped.
    networks: Arc<Networks>,
    pub(super) number: u64,
    pub(super) address: IpAddr,
    pub(super) network: Arc<Network>,
    /// When the client last sent something, see [`Networks::millis`].
    active: AtomicU64,
    is_ended: AtomicBool,
    waker: AtomicWaker,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Seat {
    pub(super) fn new(
        networks: Arc<Networks>,
        number: u64,
        address: IpAddr,
        network: Arc<Network>,
    ) -> Self {
        let (active, is_ended) = (AtomicU64::new(0), AtomicBool::new(false));
        let waker = AtomicWaker::new();
        Self { networks, number, address, network, active, is_ended, waker }
    }

    pub(super) fn active(&self) -> u64 {
        self.active.load(Ordering::Relaxed)
    }

    /// Ends the connection, for another one.
    pub(super) fn end(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// A connection's part of what there may be; it counts until it is dropped, or ended for another one.
pub(crate) struct Slot(Arc<Seat>);

impl Slot {
    pub(super) const fn new(seat: Arc<Seat>) -> Self {
        Self(seat)
    }

    /// The network that the connection comes from.
    pub(crate) fn network(&self) -> &Network {
        &self.0.network
    }

    /// The address of the network, for bans; `None` for this machine: all who use it have one address.
    pub(crate) fn origin(&self) -> Option<IpAddr> {
        Some(self.0.address).filter(|address| !is_loopback(*address))
    }

    /// Makes a session of the connection, possibly in the place of another one.
    ///
    /// # Errors
    /// Returns an error if there are too many sessions, and none may be ended for this one.
    pub(crate) fn identify(&self, kind: Kind) -> Result<(), Busy> {
        self.touch(Instant::now());
        self.0.networks.identify(&self.0, kind)
    }

    /// Records that the client has sent something.
    pub(crate) fn touch(&self, now: Instant) {
        self.0.active.store(self.0.networks.millis(now), Ordering::Relaxed);
    }

    /// Whether the connection is to end, since another one needs its place.
    pub(crate) fn is_ended(&self) -> bool {
        self.0.is_ended.load(Ordering::Acquire)
    }

    /// Wakes `waker` when the connection is to end.
    pub(crate) fn register_waker(&self, waker: &Waker) {
        self.0.waker.register(waker);
    }

    /// Waits until the connection is to end.
    pub(crate) async fn ended(&self) {
        poll_fn(|cx| {
            self.register_waker(cx.waker());
            if self.is_ended() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.networks.remove(&self.0);
    }
}
