//! Brings all users in: connects them, greets, and waits until each is in its room.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{self, Read};

use super::EngineError;
use super::conn::Conn;
use crate::dialect::{Dialect, Place};
use crate::plan::Plan;

/// Users on their way in at most: fewer than a server allows strangers of one address.
const COMING_MAX: usize = 256;

/// How long all users have to come in: a slow server takes a second for a hundred.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// How long nothing must come before the load begins, so that it does not share the server with the
/// news of who came in; and how long this is waited for at most.
const QUIET: Duration = Duration::from_millis(200);
const QUIET_AT_MOST: Duration = Duration::from_secs(5);

/// What is kept of an answer while the right one is waited for; a list of many users is long.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What an answer that never came is shown of.
const TOLD_BYTES: usize = 300;

/// Bytes one read asks for.
const READ_BYTES: usize = 64 * 1024;

struct Crowd<'a> {
    poll: &'a mut Poll,
    conns: Vec<Conn>,
    /// What each user waits for, and was told so far; `None` for those who are in.
    waits: Vec<Option<Answer>>,
    coming: usize,
    read: Box<[u8]>,
}

struct Answer {
    wanted: Vec<u8>,
    told: Vec<u8>,
}

/// Brings the users of `plan` in. Their connections are registered with `poll`, each under the number
/// of its user, for both reading and writing.
pub(super) fn gather(
    poll: &mut Poll,
    plan: &Plan,
    dialect: &Dialect,
    address: SocketAddr,
) -> Result<Vec<Conn>, EngineError> {
    let users = plan.users();
    let read = vec![0; READ_BYTES].into_boxed_slice();
    let mut crowd = Crowd { poll, conns: Vec::new(), waits: Vec::new(), coming: 0, read };
    let mut events = Events::with_capacity(1024);
    let deadline = Instant::now() + DEADLINE;
    while crowd.conns.len() < users || crowd.coming > 0 {
        while crowd.conns.len() < users && crowd.coming < COMING_MAX {
            let user = crowd.conns.len();
            let place = Place { user, room: user / plan.members, is_only_room: plan.rooms == 1 };
            crowd.connect(place, dialect, address)?;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(crowd.missing(users));
        }
        crowd.step(&mut events, left)?;
    }
    crowd.settle(&mut events)?;
    Ok(crowd.conns)
}

impl Crowd<'_> {
    fn connect(
        &mut self,
        place: Place,
        dialect: &Dialect,
        address: SocketAddr,
    ) -> Result<(), EngineError> {
        let user = place.user;
        let failed = |error| EngineError::Connect { user, error };
        let mut stream = TcpStream::connect(address).map_err(failed)?;
        self.poll.registry().register(
            &mut stream,
            Token(user),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        self.conns.push(Conn::new(stream, dialect.greeting(place)));
        self.waits.push(Some(Answer { wanted: dialect.ready(place), told: Vec::new() }));
        self.coming += 1;
        Ok(())
    }

    /// Waits for something to happen, `left` at most. Returns whether something was read.
    fn step(&mut self, events: &mut Events, left: Duration) -> Result<bool, EngineError> {
        let mut has_read = false;
        poll_again(self.poll, events, left)?;
        for event in &*events {
            let user = event.token().0;
            if event.is_writable() {
                let conn = &mut self.conns[user];
                if let Some(error) = conn.stream().take_error()? {
                    return Err(EngineError::Connect { user, error });
                }
                let _ = conn.stream().set_nodelay(true);
                conn.flush().map_err(|error| EngineError::Broken { user, error })?;
            }
            if event.is_readable() {
                has_read = true;
                self.listen(user)?;
            }
        }
        Ok(has_read)
    }

    /// Takes all that a user is told, and looks for the answer in it.
    fn listen(&mut self, user: usize) -> Result<(), EngineError> {
        loop {
            match self.conns[user].stream().read(&mut self.read) {
                Ok(0) => return Err(self.closed(user)),
                Ok(read) => {
                    if let Some(answer) = &mut self.waits[user]
                        && answer.is_complete_with(&self.read[..read])
                    {
                        self.waits[user] = None;
                        self.coming -= 1;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(EngineError::Broken { user, error }),
            }
        }
    }

    /// Waits until nobody is told anything for a moment.
    fn settle(&mut self, events: &mut Events) -> Result<(), EngineError> {
        let at_most = Instant::now() + QUIET_AT_MOST;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET && Instant::now() < at_most {
            if self.step(events, QUIET)? {
                quiet_since = Instant::now();
            }
        }
        Ok(())
    }

    /// The connection of `user` was closed; a user who was told why tells it.
    fn closed(&self, user: usize) -> EngineError {
        match &self.waits[user] {
            Some(answer) if !answer.told.is_empty() => self.missing(self.conns.len()),
            _ => EngineError::Closed { user },
        }
    }

    fn missing(&self, users: usize) -> EngineError {
        let waits = self.waits.iter().position(Option::is_some).unwrap_or(self.waits.len());
        let told = self.waits.get(waits).and_then(Option::as_ref).map(Answer::end);
        EngineError::Greeting {
            ready: self.conns.len() - self.coming,
            users,
            waits,
            told: told.unwrap_or_default(),
        }
    }
}

impl Answer {
    fn is_complete_with(&mut self, told: &[u8]) -> bool {
        self.told.extend_from_slice(told);
        let is_there = memmem::find(&self.told, &self.wanted).is_some();
        if self.told.len() > ANSWER_BYTES_MAX {
            self.told.drain(..self.told.len() - self.wanted.len());
        }
        is_there
    }

    /// The end of what was told.
    fn end(&self) -> String {
        let from = self.told.len().saturating_sub(TOLD_BYTES);
        String::from_utf8_lossy(&self.told[from..]).into_owned()
    }
}

/// Polls, and once more where a signal came between.
pub(super) fn poll_again(poll: &mut Poll, events: &mut Events, left: Duration) -> io::Result<()> {
    loop {
        match poll.poll(events, Some(left)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            polled => return polled,
        }
    }
}
