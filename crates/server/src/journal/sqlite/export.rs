//! Reads a whole room, also while a daemon writes to the journal.

use std::path::Path;

use chat_proto::{RoomName, Seq, UserId};

use super::stored::{DirectKey, Page, Part, RoomKey, StoredMessage, View};
use super::{JournalError, file, fold, load};
use crate::config::PAGE_MESSAGES;

/// Calls `each` with every message of the room `name` of the journal in `directory`, oldest first, as it is now; without
/// events and deleted messages. `name` may be the address of a direct message. Holds one page at a time. Returns false if
/// there is no such room.
///
/// # Errors
/// Returns an error if the journal cannot be read, or that of `each`.
pub fn export<E: From<JournalError>>(
    directory: &Path,
    name: &RoomName,
    mut each: impl FnMut(&StoredMessage) -> Result<(), E>,
) -> Result<bool, E> {
    let db = file::visit(&file::of(directory))?;
    let key = match name.pair() {
        Some([one, other]) => RoomKey::Direct(DirectKey::of(one, other)),
        None => RoomKey::Named(name.clone()),
    };
    let (restored, _) = load::load(&db).map_err(JournalError::from)?;
    let is_it = |stored: &RoomKey| stored.to_stored() == key.to_stored();
    let Some(room) = restored.rooms.iter().find(|room| is_it(&room.key)) else { return Ok(false) };
    let mut last = Seq::NONE;
    loop {
        let page = Page { of: Part::After(last), limit: PAGE_MESSAGES };
        let page = fold::page(&db, room.id, page, View::Now(UserId::SERVER));
        let page = page.map_err(JournalError::from)?;
        let Some(newest) = page.last() else { return Ok(true) };
        last = newest.seq;
        for message in page.iter().filter(|message| message.kind.is_read() && !message.is_deleted())
        {
            each(message)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::command::Body;
    use chat_proto::{DeviceId, Text, Timestamp, User, UserName};

    use super::*;
    use crate::journal::{Durability, Engine, Entry, Journal, Location, Message, RoomId};

    fn send(engine: &mut Engine, body: Body) {
        let from = User { id: UserId::new(1), name: UserName::new("ana").unwrap() };
        let message = Message {
            room: RoomId::LOBBY,
            from,
            device: DeviceId::default(),
            n: None,
            body,
            mentions: Box::default(),
            deletes_others: false,
            is_repeat_only: false,
            changes: Box::default(),
        };
        let at = Timestamp::from_millis(1_795_356_127_123);
        let commit = engine.append(vec![Entry::Message(message)], at).unwrap();
        engine.finish(commit);
    }

    #[test]
    fn a_room_is_read_as_it_is_now_while_the_daemon_uses_the_journal() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::DirectoryInTask(directory.path().to_path_buf());
        let (mut engine, _journal, _) = Journal::open(&location, Durability::Os).unwrap();
        let text = |text: &str| Text::new(text).unwrap();
        for number in 1..=3 * u64::from(PAGE_MESSAGES) {
            send(&mut engine, Body::text(text(&number.to_string())));
        }
        let target = Seq::new(2);
        send(&mut engine, Body::Edit { target, text: text("two") });
        send(&mut engine, Body::Delete { target: Seq::new(3) });
        send(&mut engine, Body::Pin { target, on: true });
        let mut texts = Vec::new();
        let mut take = |message: &StoredMessage| {
            texts.push(message.text.to_string());
            Ok::<_, JournalError>(())
        };
        let lobby = RoomName::lobby();
        assert!(export(directory.path(), &lobby, &mut take).unwrap());
        assert_eq!(texts.len(), 3 * PAGE_MESSAGES as usize - 1);
        assert_eq!(texts[..4], ["1", "two", "4", "5"]);
        let other = RoomName::new("#other").unwrap();
        assert!(!export(directory.path(), &other, |_| Ok::<_, JournalError>(())).unwrap());
    }
}
