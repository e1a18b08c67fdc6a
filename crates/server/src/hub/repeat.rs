//! A message that is sent again by a user who has left the room meanwhile.

use std::sync::Arc;

use chat_proto::RoomName;
use chat_proto::command::{self, Word};

use super::HubError;
use super::member::Member;
use crate::journal::{Answer, Sent};
use crate::room::Room;

impl Member {
    /// The answer to a message that was sent before; `None` if its number is not used. Whether the user
    /// is in the room does not matter: a stored message is accepted. `device` is the session's.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read.
    pub(crate) async fn sent_before(
        &self,
        say: &command::Say,
        device: &Word,
    ) -> Result<Option<Answer>, HubError> {
        let Some(n) = say.n else { return Ok(None) };
        let Some(room) = self.any_room(&say.room) else { return Ok(None) };
        let named = say.device.clone();
        let device = named.clone().unwrap_or_else(|| device.clone());
        let (user, kind, text) = (self.id(), say.kind, say.text.clone());
        let sent = Sent { user, device, n, room: room.id, kind, text };
        let outcome = self.hub.journal.sent_before(sent).await?;
        Ok(outcome.map(|outcome| Answer { room, n: say.n, device: named, outcome }))
    }
    /// The room that goes by that name, whether the user is in it or not; not another user's
    /// conversation.
    fn any_room(&self, name: &RoomName) -> Option<Arc<Room>> {
        let state = self.hub.state();
        let called = state.called(self.id(), name).ok()?;
        state.rooms.called(&called).cloned()
    }
}
