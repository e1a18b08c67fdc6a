//! The seats of a session, and what comes next in any of them.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::journal::RoomId;
use crate::seat::Brought;

type Seat = Pin<Box<dyn Stream<Item = Brought> + Send>>;

/// Seats that are asked in turn, from the one behind that which had something last: a busy room
/// holds up no quiet one, and what happens is the same each time it happens.
#[derive(Default)]
pub(super) struct Seats {
    seats: Vec<(RoomId, Seat)>,
    first: usize,
}

impl Seats {
    /// Takes a seat, in place of one in the same room.
    pub(super) fn insert(
        &mut self,
        room: RoomId,
        seat: impl Stream<Item = Brought> + Send + 'static,
    ) {
        self.remove(room);
        self.seats.push((room, Box::pin(seat)));
    }

    /// Leaves the seat in `room`, if there is one.
    pub(super) fn remove(&mut self, room: RoomId) {
        self.seats.retain(|(id, _)| *id != room);
    }

    /// Whether there is no seat.
    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// What happens next in one of the rooms. Cancel safe; waits for ever where there is none.
    pub(super) async fn next(&mut self) -> (RoomId, Brought) {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(RoomId, Brought)> {
        let count = self.seats.len();
        for step in 0..count {
            let index = (self.first + step) % count;
            let (room, seat) = &mut self.seats[index];
            // A seat ends after its `Brought::End`, at which it was removed.
            if let Poll::Ready(Some(brought)) = seat.as_mut().poll_next(cx) {
                let room = *room;
                self.first = index + 1;
                return Poll::Ready((room, brought));
            }
        }
        Poll::Pending
    }
}
