//! Finds messages without an answer in all outboxes of a state directory.

use std::path::Path;

use super::device::slot_device;
use super::home::JOURNALS;
use super::narrow::directories;
use super::{MessageId, StoreError, slot};

/// Returns the messages among `ids` that are in an outbox below `state`. A later client may have sent the others. If
/// an outbox cannot be read, returns all: any of them may be there.
#[must_use]
pub fn still_pending(state: &Path, ids: &[MessageId]) -> Vec<MessageId> {
    if ids.is_empty() {
        return Vec::new();
    }
    match all(state) {
        Ok(all) => ids.iter().filter(|id| all.contains(id)).cloned().collect(),
        Err(error) => {
            tracing::warn!(%error, "an outbox cannot be read");
            ids.to_vec()
        }
    }
}

fn all(state: &Path) -> Result<Vec<MessageId>, StoreError> {
    let device = slot_device(state)?;
    let mut all = Vec::new();
    for server in directories(&state.join(JOURNALS)).chain(directories(state)) {
        for user in directories(&server) {
            let messages = slot::messages_in(&user, &device)?.into_iter();
            all.extend(messages.map(|message| message.id));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use chat_proto::command::Body;
    use chat_proto::{RoomName, ShortString, Text};

    use super::*;
    use crate::store::{OwnMessage, Store, StoreOp};
    use crate::testing::{name, own};

    #[test]
    fn a_message_is_pending_until_a_later_client_has_sent_it_under_another_address() {
        let state = tempfile::tempdir().unwrap();
        let open = |address| Store::open(Some(state.path()), address, name("bob")).unwrap().0;
        let mut store = open("localhost:1");
        let ids = [own(1), own(2)];
        for id in ids.clone() {
            let (room, text) = (RoomName::lobby(), Text::new("hi").unwrap());
            let message =
                OwnMessage { id, room, body: Body::text(text), epoch: None, named_at: None };
            store.apply(StoreOp::Message(message)).unwrap();
        }
        drop(store);
        assert_eq!(still_pending(state.path(), &ids), ids);
        let mut later = open("localhost:1");
        later.open_server(Some(ShortString::new("journal").unwrap())).unwrap();
        assert_eq!(still_pending(state.path(), &ids), ids);
        later.apply(StoreOp::Acknowledged(vec![ids[0].clone()])).unwrap();
        assert_eq!(still_pending(state.path(), &ids), ids[1..]);
    }
}
