//! The seats of a session, one for each room, polled in turn.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chat_proto::{RoomName, UserName};
use futures_util::Stream;
use tokio::sync::Semaphore;

use crate::journal::RoomId;
use crate::room::Room;
use crate::seat::Brought;

/// The session's seat in a room, and what its client knows of it.
pub(super) struct Seat {
    pub(super) room: Arc<Room>,
    /// How far the user has read it.
    pub(super) read: u64,
    /// The last message of it that the client has been sent.
    pub(super) seq: u64,
    /// The name of the other user of a direct message, as its `room` had it.
    pub(super) title: Option<UserName>,
    brings: Pin<Box<dyn Stream<Item = Brought> + Send>>,
    /// Whether nothing more comes.
    has_ended: bool,
}

/// The seats, polled in turn, from the one behind the last that had an item: a busy room does not hold up a
/// quiet one, and runs can be repeated.
pub(super) struct Seats {
    seats: Vec<Seat>,
    first: usize,
    pages: Arc<Semaphore>,
}

impl Default for Seats {
    fn default() -> Self {
        Self { seats: Vec::new(), first: 0, pages: Arc::new(Semaphore::new(1)) }
    }
}

impl Seats {
    /// Permits one page of the journal: those of all seats would be too many for a session that does
    /// not take them.
    pub(super) fn pages(&self) -> Arc<Semaphore> {
        Arc::clone(&self.pages)
    }

    /// Takes a seat, in place of one in the same room.
    pub(super) fn insert(
        &mut self,
        room: &Arc<Room>,
        title: Option<UserName>,
        read: u64,
        seq: u64,
        brings: impl Stream<Item = Brought> + Send + 'static,
    ) {
        self.remove(room.id);
        let (room, brings) = (Arc::clone(room), Box::pin(brings));
        self.seats.reserve_exact(1);
        self.seats.push(Seat { room, read, seq, title, brings, has_ended: false });
    }

    /// The seat in `room`.
    pub(super) fn get(&self, room: RoomId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.room.id == room)
    }

    /// The seat in `room`, to note what the client knows.
    pub(super) fn get_mut(&mut self, room: RoomId) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.room.id == room)
    }

    /// The room with that name or address, if there is a seat in it.
    pub(super) fn in_room(&self, name: &RoomName) -> Option<Arc<Room>> {
        let is_it = |seat: &&Seat| seat.room.name() == name;
        self.seats.iter().find(is_it).map(|seat| Arc::clone(&seat.room))
    }

    /// Leaves the seat in `room`; the room, if there was one.
    pub(super) fn remove(&mut self, room: RoomId) -> Option<Arc<Room>> {
        let index = self.seats.iter().position(|seat| seat.room.id == room)?;
        Some(self.seats.remove(index).room)
    }

    /// The seats in direct messages.
    pub(super) fn direct(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| seat.title.is_some())
    }

    /// The rooms of all seats.
    pub(super) fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.seats.iter().map(|seat| seat.room.id)
    }

    /// Whether nothing comes any more.
    pub(super) fn have_ended(&self) -> bool {
        self.seats.iter().all(|seat| seat.has_ended)
    }

    /// What happens next in one of the rooms. Cancel safe; waits for ever where nothing comes.
    pub(super) async fn next(&mut self) -> (RoomId, Brought) {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// See [`Seats::next`].
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(RoomId, Brought)> {
        let count = self.seats.len();
        for index in (self.first..count).chain(0..self.first.min(count)) {
            let seat = &mut self.seats[index];
            if seat.has_ended {
                continue;
            }
            match seat.brings.as_mut().poll_next(cx) {
                Poll::Ready(Some(brought)) => {
                    seat.has_ended = matches!(brought, Brought::End);
                    seat.seq = last_seq(&brought).unwrap_or(seat.seq);
                    self.first = index + 1;
                    return Poll::Ready((self.seats[index].room.id, brought));
                }
                Poll::Ready(None) => seat.has_ended = true,
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }
}

/// The `seq` of the last message in `brought`; `None` if there is no message in it.
fn last_seq(brought: &Brought) -> Option<u64> {
    match brought {
        Brought::Live(batch) => batch.last_seq(),
        Brought::Missed(missed) => missed.last().map(|last| last.seq),
        Brought::Again(_) | Brought::Skipped(_) | Brought::Unreadable(_) | Brought::End => None,
    }
}
