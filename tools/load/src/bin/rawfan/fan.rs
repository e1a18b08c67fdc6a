//! The event loop: reads from all readable members, then writes to the others in their rooms.

use std::io;
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use crate::member::{Member, ReadOutcome};
use crate::room::{PENDING_BYTES_MAX, Room};

/// The token of the listener; the token of a member is its index.
const LISTENER: Token = Token(usize::MAX);

/// The server.
pub(crate) struct Fan {
    poll: Poll,
    listener: TcpListener,
    members: Vec<Option<Member>>,
    rooms: Vec<Room>,
    /// Members with possibly unread bytes, for which no event will arrive.
    unread: Vec<usize>,
    /// Rooms with pending bytes.
    due: Vec<usize>,
    buffer: Box<[u8; PENDING_BYTES_MAX]>,
}

impl Fan {
    pub(crate) fn new(mut listener: TcpListener) -> io::Result<Self> {
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let (members, rooms, unread, due) = Default::default();
        let buffer = Box::new([0; PENDING_BYTES_MAX]);
        Ok(Self { poll, listener, members, rooms, unread, due, buffer })
    }

    /// Serves until an error of the listener or of the poll.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            // A blocked member waits until another one is writable, which is an event.
            let can_read = self.unread.iter().any(|&at| !self.is_blocked(at));
            let wait = can_read.then_some(Duration::ZERO);
            match self.poll.poll(&mut events, wait) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for at in std::mem::take(&mut self.unread) {
                self.read(at);
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    Token(at) => {
                        if event.is_writable() {
                            self.flush(at);
                        }
                        if event.is_readable() {
                            self.read(at);
                        }
                    }
                }
            }
            self.broadcast();
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            let at = self.members.len();
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(at), both)?;
            stream.set_nodelay(true)?;
            self.members.push(Some(Member::new(stream)));
        }
    }

    /// Reads once from the member at this index.
    fn read(&mut self, at: usize) {
        let Some(Some(member)) = self.members.get_mut(at) else { return };
        let outcome = match member.room {
            None => member.read_room(),
            Some(room) => {
                let room = &mut self.rooms[room];
                if room.blocked > 0 {
                    Ok(ReadOutcome::More)
                } else {
                    member.read_into(at, room, &mut self.buffer)
                }
            }
        };
        match outcome {
            Ok(ReadOutcome::Drained) => {}
            Ok(ReadOutcome::More) => self.unread.push(at),
            Ok(ReadOutcome::Joined(number)) => {
                while self.rooms.len() <= number {
                    self.rooms.push(Room::default());
                }
                self.rooms[number].members.push(at);
                self.unread.push(at);
            }
            Ok(ReadOutcome::Closed) | Err(_) => self.leave(at),
        }
        if let Some(Some(Member { room: Some(number), .. })) = self.members.get(at) {
            let room = &mut self.rooms[*number];
            if !room.is_due && !room.pending.is_empty() {
                room.is_due = true;
                self.due.push(*number);
            }
        }
    }

    /// Writes the pending bytes of each room to the other members.
    fn broadcast(&mut self) {
        let mut closed = Vec::new();
        for number in self.due.drain(..) {
            let room = &mut self.rooms[number];
            room.is_due = false;
            for &at in &room.members {
                let Some(member) = &mut self.members[at] else { continue };
                let was_full = member.is_full();
                if member.send_others(at, &room.pending, &room.parts).is_err() {
                    closed.push(at);
                }
                room.blocked += usize::from(member.is_full() && !was_full);
            }
            room.pending.clear();
            room.parts.clear();
        }
        for at in closed {
            self.leave(at);
        }
    }

    /// Writes the backlog of a member.
    fn flush(&mut self, at: usize) {
        let Some(Some(member)) = self.members.get_mut(at) else { return };
        let was_full = member.is_full();
        let flushed = member.flush();
        if let Some(room) = member.room {
            self.rooms[room].blocked -= usize::from(was_full && !member.is_full());
        }
        if flushed.is_err() {
            self.leave(at);
        }
    }

    fn leave(&mut self, at: usize) {
        let Some(member) = self.members[at].take() else { return };
        if let Some(room) = member.room {
            let room = &mut self.rooms[room];
            room.members.retain(|&member| member != at);
            room.blocked -= usize::from(member.is_full());
        }
    }

    fn is_blocked(&self, at: usize) -> bool {
        let member = self.members.get(at).and_then(Option::as_ref);
        member.and_then(|member| member.room).is_some_and(|room| self.rooms[room].blocked > 0)
    }
}
