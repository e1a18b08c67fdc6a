//! The cost of arriving users: simultaneous joins of one room, and the memory of idle users.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::Poll;

use super::EngineError;
use super::crowd::Crowd;
use crate::dialect::{Dialect, Member};
use crate::process::Process;

/// The cost of a simultaneous join.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Storm {
    pub(crate) users: usize,
    /// Users who were joining at the same time.
    pub(crate) at_once: usize,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// Processor time of the server until it has notified all users of each other.
    pub(crate) cpu: Duration,
}

/// Connects `users` users, lets them join one room at the same moment, and waits for all answers. If the dialect has
/// no `join`, they join with `hello`, as many at a time as the dialect allows.
///
/// # Errors
/// If a user cannot join.
pub(crate) fn storm(
    users: usize,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<Storm, EngineError> {
    let mut poll = Poll::new()?;
    let mut crowd = Crowd::new(&mut poll, address, None, dialect.carrier);
    let member = |user| Member { user, room: 0, is_only_room: false };
    let has_join = dialect.join(member(0)).is_some();
    if has_join {
        crowd.run_step(users, dialect.joining_max, |user| dialect.hello(member(user)))?;
        crowd.wait_until_quiet()?;
    }
    let at_once = if has_join { users } else { users.min(dialect.joining_max) };
    let (before, began) = (server.usage()?, Instant::now());
    if has_join {
        crowd.run_step(users, at_once, |user| dialect.join(member(user)))?;
    } else {
        crowd.run_step(users, at_once, |user| dialect.hello(member(user)))?;
    }
    let took = began.elapsed();
    crowd.wait_until_quiet()?;
    let cpu = server.usage()?.cpu.saturating_sub(before.cpu);
    Ok(Storm { users, at_once, took, cpu })
}

/// The cost of users who have joined and are idle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdleCost {
    /// Bytes by which the server's private memory grew.
    pub(crate) memory: u64,
    /// Processor time of the server from the first connection on.
    pub(crate) cpu: Duration,
}

/// Connects `users` users in rooms of `members`. Returns what they cost.
///
/// # Errors
/// If a user cannot join.
pub(crate) fn idle(
    users: usize,
    members: usize,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<IdleCost, EngineError> {
    let mut poll = Poll::new()?;
    let before = server.usage()?;
    let mut crowd = Crowd::new(&mut poll, address, None, dialect.carrier);
    let member = |user| Member { user, room: user / members, is_only_room: members >= users };
    crowd.run_step(users, dialect.joining_max, |user| dialect.hello(member(user)))?;
    crowd.run_step(users, dialect.joining_max, |user| dialect.join(member(user)))?;
    crowd.wait_until_quiet()?;
    let after = server.usage()?;
    let (memory, cpu) =
        (after.memory.saturating_sub(before.memory), after.cpu.saturating_sub(before.cpu));
    Ok(IdleCost { memory, cpu })
}
