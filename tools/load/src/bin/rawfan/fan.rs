//! The loop: reads from all who have said something, then writes to all who are to get it.

use std::io;
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use crate::member::{Heard, Member};
use crate::room::{Room, SAID_BYTES_MAX};

/// What the listener is known by; members are known by their place.
const LISTENER: Token = Token(usize::MAX);

/// All there is: who is connected, and the rooms.
pub(crate) struct Fan {
    poll: Poll,
    listener: TcpListener,
    members: Vec<Option<Member>>,
    rooms: Vec<Room>,
    /// Members of whom there may be more to read, though nothing will tell.
    unread: Vec<usize>,
    /// Rooms with something to be written.
    due: Vec<usize>,
    buffer: Box<[u8; SAID_BYTES_MAX]>,
}

impl Fan {
    /// Nobody is connected.
    pub(crate) fn new(mut listener: TcpListener) -> io::Result<Self> {
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let (members, rooms, unread, due) = Default::default();
        let buffer = Box::new([0; SAID_BYTES_MAX]);
        Ok(Self { poll, listener, members, rooms, unread, due, buffer })
    }

    /// Serves for ever.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            // Who is not read from waits for others to be written to, which an event tells.
            let may_go_on = self.unread.iter().any(|&at| !self.is_blocked(at));
            let wait = may_go_on.then_some(Duration::ZERO);
            match self.poll.poll(&mut events, wait) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for at in std::mem::take(&mut self.unread) {
                self.hear(at);
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    Token(at) => {
                        if event.is_writable() {
                            self.catch_up(at);
                        }
                        if event.is_readable() {
                            self.hear(at);
                        }
                    }
                }
            }
            self.tell();
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

    /// Reads what the member at this place has said, once.
    fn hear(&mut self, at: usize) {
        let Some(Some(member)) = self.members.get_mut(at) else { return };
        let heard = match member.room {
            None => member.enter(),
            Some(room) => {
                let room = &mut self.rooms[room];
                if room.blocked > 0 {
                    Ok(Heard::More)
                } else {
                    member.hear(at, room, &mut self.buffer)
                }
            }
        };
        match heard {
            Ok(Heard::All) => {}
            Ok(Heard::More) => self.unread.push(at),
            Ok(Heard::Room(number)) => {
                while self.rooms.len() <= number {
                    self.rooms.push(Room::default());
                }
                self.rooms[number].members.push(at);
                self.unread.push(at);
            }
            Ok(Heard::End) | Err(_) => self.leave(at),
        }
        if let Some(Some(Member { room: Some(number), .. })) = self.members.get(at) {
            let room = &mut self.rooms[*number];
            if !room.is_due && !room.said.is_empty() {
                room.is_due = true;
                self.due.push(*number);
            }
        }
    }

    /// Writes what has been said in each room to all others in it.
    fn tell(&mut self) {
        let mut gone = Vec::new();
        for number in self.due.drain(..) {
            let room = &mut self.rooms[number];
            room.is_due = false;
            for &at in &room.members {
                let Some(member) = &mut self.members[at] else { continue };
                let was_full = member.is_full();
                if member.tell(at, &room.said, &room.by).is_err() {
                    gone.push(at);
                }
                room.blocked += usize::from(member.is_full() && !was_full);
            }
            room.said.clear();
            room.by.clear();
        }
        for at in gone {
            self.leave(at);
        }
    }

    /// Writes what a member has not taken before.
    fn catch_up(&mut self, at: usize) {
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
