//! Brings users in: connects them, and has each say its part and wait for the answer.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};

use super::conn::Conn;
use super::{EngineError, poll_again};
use crate::dialect::Step;

/// How long all users have for one step: a slow server takes a second for a hundred.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// How long nothing must come before a load begins, so that it does not share the server with the
/// news of who came in; and how long this is waited for at most: what 5,000 are told of each other are
/// 25 million lines where a server tells it.
const QUIET: Duration = Duration::from_millis(200);
pub(super) const QUIET_AT_MOST: Duration = Duration::from_secs(20);

/// What is kept of an answer while the right one is waited for; a list of many users is long.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What is shown of an answer that is not the right one.
const TOLD_BYTES: usize = 300;

/// Bytes one read asks for.
const READ_BYTES: usize = 64 * 1024;

/// Bytes the system holds for a laggard: little, so that the server soon knows that it lags.
const LAGGARD_BUFFER_BYTES: usize = 16 * 1024;

/// Users on their way in.
pub(super) struct Crowd<'a> {
    poll: &'a mut Poll,
    events: Events,
    address: SocketAddr,
    laggard: Option<usize>,
    conns: Vec<Conn>,
    /// What each user waits for, and was told so far; `None` for those who wait for nothing.
    waits: Vec<Option<Answer>>,
    waiting: usize,
    read: Box<[u8]>,
}

struct Answer {
    wanted: Vec<u8>,
    told: Vec<u8>,
}

impl<'a> Crowd<'a> {
    /// Nobody yet. Connections will be registered with `poll`, each under the number of its user, for
    /// both reading and writing; that of `laggard` with a small buffer.
    pub(super) fn new(poll: &'a mut Poll, address: SocketAddr, laggard: Option<usize>) -> Self {
        Self {
            poll,
            events: Events::with_capacity(1024),
            address,
            laggard,
            conns: Vec::new(),
            waits: Vec::new(),
            waiting: 0,
            read: vec![0; READ_BYTES].into_boxed_slice(),
        }
    }

    /// Has each of `users` users take the step that `step` gives it, no more than `at_once` of them at
    /// a time; connects those who are not. Returns when all have their answer.
    ///
    /// # Errors
    /// Where one is not let in, or has no answer within [`DEADLINE`].
    pub(super) fn wave(
        &mut self,
        users: usize,
        at_once: usize,
        step: impl Fn(usize) -> Option<Step>,
    ) -> Result<(), EngineError> {
        let deadline = Instant::now() + DEADLINE;
        let mut next = 0;
        while next < users || self.waiting > 0 {
            while next < users && self.waiting < at_once {
                self.begin(next, step(next))?;
                next += 1;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.missing(users));
            }
            if self.waiting > 0 {
                self.step(left)?;
            }
        }
        Ok(())
    }

    /// Waits until nobody is told anything for a moment.
    ///
    /// # Errors
    /// Where that does not come within [`QUIET_AT_MOST`].
    pub(super) fn settle(&mut self) -> Result<(), EngineError> {
        let at_most = Instant::now() + QUIET_AT_MOST;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET {
            if Instant::now() >= at_most {
                return Err(EngineError::Unsettled);
            }
            if self.step(QUIET)? {
                quiet_since = Instant::now();
            }
        }
        Ok(())
    }

    /// The connections, in the order of their users.
    pub(super) fn into_conns(self) -> Vec<Conn> {
        self.conns
    }

    fn begin(&mut self, user: usize, step: Option<Step>) -> Result<(), EngineError> {
        if user == self.conns.len() {
            self.connect(user).map_err(|source| EngineError::Connect { user, source })?;
        }
        let Some(Step { say, answer }) = step else { return Ok(()) };
        let conn = &mut self.conns[user];
        conn.out.extend_from_slice(&say);
        conn.flush().map_err(|source| EngineError::Broken { user, source })?;
        self.waits[user] = Some(Answer { wanted: answer, told: Vec::new() });
        self.waiting += 1;
        Ok(())
    }

    fn connect(&mut self, user: usize) -> io::Result<()> {
        let mut stream = if self.laggard == Some(user) {
            connect_narrow(self.address)?
        } else {
            TcpStream::connect(self.address)?
        };
        stream.set_nodelay(true)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(user), both)?;
        self.conns.push(Conn::new(stream));
        self.waits.push(None);
        Ok(())
    }

    /// Waits for something to happen, `left` at most. Returns whether something was read.
    fn step(&mut self, left: Duration) -> Result<bool, EngineError> {
        let mut has_read = false;
        poll_again(self.poll, &mut self.events, left)?;
        let happened: Vec<_> =
            self.events.iter().map(|e| (e.token().0, e.is_writable(), e.is_readable())).collect();
        for (user, is_writable, is_readable) in happened {
            if is_writable {
                let conn = &mut self.conns[user];
                if let Some(error) = conn.stream().take_error()? {
                    return Err(EngineError::Connect { user, source: error });
                }
                conn.flush().map_err(|source| EngineError::Broken { user, source })?;
            }
            if is_readable {
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
                        self.waiting -= 1;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(EngineError::Broken { user, source: error }),
            }
        }
    }

    /// The connection of `user` was closed; where it was told why, that is what is shown.
    fn closed(&self, user: usize) -> EngineError {
        let told = self.waits[user].as_ref().map(Answer::end).unwrap_or_default();
        EngineError::Closed { user, told }
    }

    fn missing(&self, users: usize) -> EngineError {
        let waits = self.waits.iter().position(Option::is_some).unwrap_or(self.waits.len());
        let told = self.waits.get(waits).and_then(Option::as_ref).map(Answer::end);
        let ready = self.conns.len() - self.waiting;
        EngineError::Greeting { ready, users, waits, told: told.unwrap_or_default() }
    }
}

impl Answer {
    fn is_complete_with(&mut self, told: &[u8]) -> bool {
        // What was told before was searched before, but for an answer that was cut off.
        let from = self.told.len().saturating_sub(self.wanted.len());
        self.told.extend_from_slice(told);
        let is_there = memmem::find(&self.told[from..], &self.wanted).is_some();
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

/// Connects a socket for which the system holds little.
fn connect_narrow(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(LAGGARD_BUFFER_BYTES)?;
    socket.connect(&address.into())?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_come_in_pieces_and_among_others() {
        let mut answer = Answer { wanted: b"ready".to_vec(), told: Vec::new() };
        assert!(!answer.is_complete_with(b"hello rea"));
        assert!(answer.is_complete_with(b"dy and more"));
        assert_eq!(answer.end(), "hello ready and more");
    }
}
