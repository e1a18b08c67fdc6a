//! Messages that were sent before: a device gives a number to one message only.

use chat_proto::Text;
use chat_proto::command::{Kind, Word};
use rusqlite::Connection;

use super::kept::RoomId;
use super::numbers::{self, Device};
use super::writer::Outcome;
use super::{Journal, JournalError, messages};

/// What identifies a message that is sent again.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The user who sends it.
    pub user: u64,
    /// The device that numbered it.
    pub device: Word,
    /// The number.
    pub n: u64,
    /// The room it is sent to.
    pub room: RoomId,
    /// Whether it is text or an action.
    pub kind: Kind,
    /// The text.
    pub text: Text,
}

impl Journal {
    /// What became of a message that was sent before; `None` if no stored message has its number.
    /// Messages in the queue are stored first.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read.
    pub async fn sent_before(&self, sent: Sent) -> Result<Option<Outcome>, JournalError> {
        let device = (sent.user, sent.device);
        self.change(move |db| outcome(db, &device, sent.n, (sent.room, sent.kind, &sent.text)))
            .await
    }
}

/// What becomes of a message if its device has given the number `n` to a stored one; `None` if it has
/// not. A damaged message counts as another one.
pub(super) fn outcome(
    db: &Connection,
    device: &Device,
    n: u64,
    (room, kind, text): (RoomId, Kind, &Text),
) -> rusqlite::Result<Option<Outcome>> {
    let Some(place) = numbers::place_of(db, device, n)? else { return Ok(None) };
    Ok(messages::numbered(db, place, device, n)?.map(|found| match found {
        (its_room, Some(kept)) if its_room == room && kept.kind == kind && kept.text == *text => {
            Outcome::Repeat { seq: kept.seq, at: kept.at }
        }
        _ => Outcome::NumberUsed,
    }))
}
