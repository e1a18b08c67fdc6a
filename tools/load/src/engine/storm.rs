//! What it costs that users come: all at once into one room, or idle once they are there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::Poll;

use super::EngineError;
use super::crowd::Crowd;
use crate::dialect::{Dialect, Member};
use crate::process::Process;

/// What users coming in took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Storm {
    /// How many users.
    pub(crate) users: usize,
    /// How many of them were on their way at the same time.
    pub(crate) at_once: usize,
    /// From the first one's word to the last one's answer.
    pub(crate) took: Duration,
    /// Processor time of the server meanwhile, and until all were told of each other.
    pub(crate) cpu: Duration,
}

/// Connects `users` users, has them all join one room at the same moment, and waits until each is
/// answered. Where a dialect has no join, they come as they connect, as many at once as may be.
///
/// # Errors
/// Where one cannot come in.
pub(crate) fn storm(
    users: usize,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<Storm, EngineError> {
    let mut poll = Poll::new()?;
    let mut crowd = Crowd::new(&mut poll, address, None);
    let member = |user| Member { user, room: 0, is_only_room: false };
    let comes_by_joining = dialect.join(member(0)).is_some();
    if comes_by_joining {
        crowd.wave(users, dialect.coming_max, |user| dialect.hello(member(user)))?;
        crowd.settle()?;
    }
    let at_once = if comes_by_joining { users } else { users.min(dialect.coming_max) };
    let (before, began) = (server.usage()?, Instant::now());
    if comes_by_joining {
        crowd.wave(users, at_once, |user| dialect.join(member(user)))?;
    } else {
        crowd.wave(users, at_once, |user| dialect.hello(member(user)))?;
    }
    let took = began.elapsed();
    crowd.settle()?;
    let cpu = server.usage()?.cpu.saturating_sub(before.cpu);
    Ok(Storm { users, at_once, took, cpu })
}

/// Brings `users` users in, in rooms of `members`, and returns the bytes of memory that the server
/// has taken for them.
///
/// # Errors
/// Where one cannot come in.
pub(crate) fn idle(
    users: usize,
    members: usize,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<u64, EngineError> {
    let mut poll = Poll::new()?;
    let before = server.usage()?;
    let mut crowd = Crowd::new(&mut poll, address, None);
    let member = |user| Member { user, room: user / members, is_only_room: members >= users };
    crowd.wave(users, dialect.coming_max, |user| dialect.hello(member(user)))?;
    crowd.wave(users, dialect.coming_max, |user| dialect.join(member(user)))?;
    crowd.settle()?;
    Ok(server.usage()?.memory.saturating_sub(before.memory))
}
