//! Reads a whole room, also while a daemon writes to the journal.

use std::path::Path;

use chat_proto::event::MessageKind;
use chat_proto::{RoomName, Seq, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::stored::{DirectKey, Page, Part, RoomId, RoomKey, StoredMessage, View};
use super::{JournalError, file, fold, schema};
use crate::config::PAGE_MESSAGES;

/// Calls `each` with every message and every topic of the room `name` of the journal in `directory`, oldest first, as
/// it is now; without other events and deleted messages. `name` may be the address of a direct message. Holds one page
/// at a time. Returns false if there is no such room.
///
/// # Errors
/// Returns an error if the journal cannot be read, or that of `each`.
pub fn export<E: From<JournalError>>(
    directory: &Path,
    name: &RoomName,
    mut each: impl FnMut(&StoredMessage) -> Result<(), E>,
) -> Result<bool, E> {
    let db = open(directory)?;
    let key = match name.pair() {
        Some([one, other]) => RoomKey::Direct(DirectKey::of(one, other)),
        None => RoomKey::Named(name.clone()),
    };
    let Some(room) = find(&db, &key).map_err(JournalError::from)? else { return Ok(false) };
    let mut last = Seq::NONE;
    loop {
        let page = Page { of: Part::After(last), limit: PAGE_MESSAGES };
        let page = fold::page(&db, room, page, View::Now(UserId::SERVER));
        let page = page.map_err(JournalError::from)?;
        let Some(newest) = page.last() else { return Ok(true) };
        last = newest.seq;
        let is_shown = |message: &&StoredMessage| {
            (message.kind.is_read() || message.kind == MessageKind::Topic) && !message.is_deleted()
        };
        for message in page.iter().filter(is_shown) {
            each(message)?;
        }
    }
}

/// Opens the journal in `directory`, and forbids changes: a daemon may have it open.
fn open(directory: &Path) -> Result<Connection, JournalError> {
    let db = file::visit(&file::of(directory))?;
    db.pragma_update(None, "query_only", true)?;
    match schema::version(&db)? {
        found if found < schema::KNOWN => Err(JournalError::Older { found, known: schema::KNOWN }),
        _ => Ok(db),
    }
}

fn find(db: &Connection, key: &RoomKey) -> rusqlite::Result<Option<RoomId>> {
    let find = "SELECT id FROM room WHERE key = ?";
    db.query_row(find, [key.to_stored()], |row| row.get(0).map(RoomId)).optional()
}

#[cfg(test)]
mod tests {
    use chat_proto::command::Body;
    use chat_proto::{DeviceId, Text, Timestamp, Topic, User, UserName};

    use super::*;
    use crate::journal::tests::execute;
    use crate::journal::{Durability, Engine, Entry, Journal, Location, Message, RoomId};

    fn send(engine: &mut Engine, body: Body) {
        let from = User { id: UserId::new(1), name: UserName::new("ana").unwrap() };
        let message = Message {
            room: RoomId::LOBBY,
            from,
            device: DeviceId::default(),
            n: None,
            body,
            named_at: None,
            mentions: Box::default(),
            deletes_others: None,
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
        let (mut engine, _journal, _) =
            Journal::open(&location, Durability::Os, Timestamp::from_millis(0)).unwrap();
        let text = |text: &str| Text::new(text).unwrap();
        for number in 1..=3 * u64::from(PAGE_MESSAGES) {
            send(&mut engine, Body::text(text(&number.to_string())));
        }
        let target = Seq::new(2);
        send(&mut engine, Body::Edit { target, text: text("two") });
        send(&mut engine, Body::Delete { target: Seq::new(3) });
        send(&mut engine, Body::Pin { target, on: true });
        send(&mut engine, Body::Topic { topic: Topic::from_lossy("crabs") });
        let mut texts = Vec::new();
        let mut take = |message: &StoredMessage| {
            texts.push(message.text.to_string());
            Ok::<_, JournalError>(())
        };
        let lobby = RoomName::lobby();
        assert!(export(directory.path(), &lobby, &mut take).unwrap());
        assert_eq!(texts.len(), 3 * PAGE_MESSAGES as usize);
        assert_eq!(texts.last().map(String::as_str), Some("set the topic: crabs"));
        assert_eq!(texts[..4], ["1", "two", "4", "5"]);
        let other = RoomName::new("#other").unwrap();
        assert!(!export(directory.path(), &other, |_| Ok::<_, JournalError>(())).unwrap());
    }

    #[test]
    fn an_export_changes_nothing_and_refuses_an_earlier_version() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::DirectoryInTask(directory.path().to_path_buf());
        let (mut engine, journal, _) =
            Journal::open(&location, Durability::Os, Timestamp::from_millis(0)).unwrap();
        send(&mut engine, Body::text(Text::new("hi").unwrap()));
        drop((engine, journal));
        // A start of the daemon would replace this record, whose checksum is wrong.
        execute(directory.path(), "UPDATE room SET topic = 'damaged'");
        let mut count = 0;
        let count_one = |_: &StoredMessage| {
            count += 1;
            Ok::<_, JournalError>(())
        };
        assert!(export(directory.path(), &RoomName::lobby(), count_one).unwrap());
        assert_eq!(count, 1);
        let db = file::connect(&file::of(directory.path())).unwrap();
        let topic = "SELECT topic FROM room WHERE id = 1";
        let topic: String = db.query_row(topic, [], |row| row.get(0)).unwrap();
        assert_eq!(topic, "damaged");

        db.pragma_update(None, "user_version", schema::KNOWN - 1).unwrap();
        drop(db);
        let none = |_: &StoredMessage| Ok(());
        let refused = export(directory.path(), &RoomName::lobby(), none).unwrap_err();
        assert!(matches!(refused, JournalError::Older { .. }), "{refused}");
    }
}
