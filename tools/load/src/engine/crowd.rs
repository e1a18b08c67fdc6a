//! Connects the users and lets each send a request and wait for its answer.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};

use super::conn::Conn;
use super::stream::Stream;
use super::{EngineError, poll_events};
use crate::dialect::{Carrier, Step};

/// The time for one step of all users: a slow server needs a second for a hundred users.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// A load starts after no bytes arrived for this time, so that the server is done notifying users of each other;
/// and the longest wait for that: notifying 5,000 users of each other can take 25 million lines.
const QUIET: Duration = Duration::from_millis(200);
pub(super) const QUIET_MAX: Duration = Duration::from_secs(20);

/// Received bytes that are searched for an answer; a list of users can be long.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Received bytes that an error shows.
const RECEIVED_BYTES_SHOWN: usize = 300;

/// Bytes of one read.
const READ_BYTES: usize = 64 * 1024;

/// The receive buffer of a laggard: small, so that the server soon notices the lag.
const LAGGARD_BUFFER_BYTES: usize = 16 * 1024;

/// Users who are joining.
pub(super) struct Crowd<'a> {
    poll: &'a mut Poll,
    events: Events,
    address: SocketAddr,
    laggard: Option<usize>,
    carrier: Carrier,
    conns: Vec<Conn>,
    /// The answer that each user waits for; `None` if it waits for none.
    pending: Vec<Option<PendingAnswer>>,
    pending_count: usize,
    read: Box<[u8]>,
}

struct PendingAnswer {
    /// A part of the answer.
    expected: Vec<u8>,
    received: Vec<u8>,
}

impl<'a> Crowd<'a> {
    /// Connections will be registered with `poll` for reading and writing, each under the number of its user. The
    /// connection of `laggard` has a small buffer; `carrier` is put on all of them.
    pub(super) fn new(
        poll: &'a mut Poll,
        address: SocketAddr,
        laggard: Option<usize>,
        carrier: Carrier,
    ) -> Self {
        Self {
            poll,
            events: Events::with_capacity(1024),
            address,
            laggard,
            carrier,
            conns: Vec::new(),
            pending: Vec::new(),
            pending_count: 0,
            read: vec![0; READ_BYTES].into_boxed_slice(),
        }
    }

    /// Runs the step that `step` returns for each of `users` users, at most `at_once` at a time. Connects users that
    /// are not connected. Returns when all answers have arrived.
    ///
    /// # Errors
    /// If a user cannot connect, is disconnected, or has no answer within [`DEADLINE`].
    pub(super) fn run_step(
        &mut self,
        users: usize,
        at_once: usize,
        step: impl Fn(usize) -> Option<Step>,
    ) -> Result<(), EngineError> {
        let deadline = Instant::now() + DEADLINE;
        let mut next = 0;
        while next < users || self.pending_count > 0 {
            while next < users && self.pending_count < at_once {
                self.start(next, step(next))?;
                next += 1;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.timeout(users));
            }
            if self.pending_count > 0 {
                self.step(left)?;
            }
        }
        Ok(())
    }

    /// Waits until no user receives anything for [`QUIET`].
    ///
    /// # Errors
    /// If that does not happen within [`QUIET_MAX`].
    pub(super) fn wait_until_quiet(&mut self) -> Result<(), EngineError> {
        let deadline = Instant::now() + QUIET_MAX;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET {
            if Instant::now() >= deadline {
                return Err(EngineError::NotQuiet);
            }
            if self.step(QUIET)? {
                quiet_since = Instant::now();
            }
        }
        Ok(())
    }

    /// Returns the connections in the order of their users.
    pub(super) fn into_conns(self) -> Vec<Conn> {
        self.conns
    }

    fn start(&mut self, user: usize, step: Option<Step>) -> Result<(), EngineError> {
        if user == self.conns.len() {
            self.connect(user).map_err(|source| EngineError::Connect { user, source })?;
        }
        let Some(Step { request, answer }) = step else { return Ok(()) };
        let conn = &mut self.conns[user];
        conn.out.extend_from_slice(&request);
        conn.flush().map_err(|source| EngineError::Broken { user, source })?;
        self.pending[user] = Some(PendingAnswer { expected: answer, received: Vec::new() });
        self.pending_count += 1;
        Ok(())
    }

    fn connect(&mut self, user: usize) -> io::Result<()> {
        let mut stream = if self.laggard == Some(user) {
            connect_laggard(self.address)?
        } else {
            TcpStream::connect(self.address)?
        };
        stream.set_nodelay(true)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(user), both)?;
        self.conns.push(Conn::new(Stream::new(stream, self.carrier)?));
        self.pending.push(None);
        Ok(())
    }

    /// Handles events, after a wait of at most `wait`. Returns whether bytes were received.
    fn step(&mut self, wait: Duration) -> Result<bool, EngineError> {
        let mut has_received = false;
        poll_events(self.poll, &mut self.events, wait)?;
        let events: Vec<_> =
            self.events.iter().map(|e| (e.token().0, e.is_writable(), e.is_readable())).collect();
        for (user, is_writable, is_readable) in events {
            if is_writable {
                let conn = &mut self.conns[user];
                if let Some(error) = conn.stream().socket().take_error()? {
                    return Err(EngineError::Connect { user, source: error });
                }
                conn.flush().map_err(|source| EngineError::Broken { user, source })?;
            }
            if is_readable {
                has_received = true;
                self.receive(user)?;
            }
        }
        Ok(has_received)
    }

    /// Reads all bytes for a user and searches them for the answer.
    fn receive(&mut self, user: usize) -> Result<(), EngineError> {
        loop {
            match self.conns[user].stream().read(&mut self.read) {
                Ok(0) => return Err(self.closed(user)),
                Ok(read) => {
                    if let Some(answer) = &mut self.pending[user]
                        && answer.is_complete_with(&self.read[..read])
                    {
                        self.pending[user] = None;
                        self.pending_count -= 1;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(EngineError::Broken { user, source: error }),
            }
        }
    }

    /// The error for a closed connection; the last bytes may contain the reason.
    fn closed(&self, user: usize) -> EngineError {
        let received = self.pending[user].as_ref().map(PendingAnswer::end).unwrap_or_default();
        EngineError::Closed { user, received }
    }

    fn timeout(&self, users: usize) -> EngineError {
        let user = self.pending.iter().position(Option::is_some).unwrap_or(self.pending.len());
        let received = self.pending.get(user).and_then(Option::as_ref).map(PendingAnswer::end);
        let ready = self.conns.len() - self.pending_count;
        EngineError::StepTimeout { ready, users, user, received: received.unwrap_or_default() }
    }
}

impl PendingAnswer {
    fn is_complete_with(&mut self, received: &[u8]) -> bool {
        // Bytes from before were searched already, but the answer can be split between two reads.
        let from = self.received.len().saturating_sub(self.expected.len());
        self.received.extend_from_slice(received);
        let is_complete = memmem::find(&self.received[from..], &self.expected).is_some();
        if self.received.len() > ANSWER_BYTES_MAX {
            self.received.drain(..self.received.len() - self.expected.len());
        }
        is_complete
    }

    /// Returns the last received bytes.
    fn end(&self) -> String {
        let from = self.received.len().saturating_sub(RECEIVED_BYTES_SHOWN);
        String::from_utf8_lossy(&self.received[from..]).into_owned()
    }
}

/// Connects a socket with a small receive buffer.
fn connect_laggard(address: SocketAddr) -> io::Result<TcpStream> {
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
    fn an_answer_is_found_in_pieces_and_among_other_bytes() {
        let mut answer = PendingAnswer { expected: b"ready".to_vec(), received: Vec::new() };
        assert!(!answer.is_complete_with(b"hello rea"));
        assert!(answer.is_complete_with(b"dy and more"));
        assert_eq!(answer.end(), "hello ready and more");
    }
}
