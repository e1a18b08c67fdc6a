//! Messages as they are now: with the events about them.

use std::collections::BTreeMap;

use chat_proto::event::{Details, Edited, MessageKind, Reaction, Replies, Version};
use chat_proto::limits::REACTORS_LISTED_MAX;
use chat_proto::{Seq, Text, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, COLUMNS, ValueCache, place, seq_of};
use super::stored::{Page, RoomId, StoredMessage, Versions, View, excerpt};
use super::{events, messages, salvage};

/// Reads the messages of `room` within `page`, in their order, as `view` says.
pub(super) fn page(
    db: &Connection,
    room: RoomId,
    page: Page,
    view: View,
) -> rusqlite::Result<Vec<StoredMessage>> {
    if view == View::Stored {
        return messages::messages(db, room, page);
    }
    // In one transaction, so that all is of one moment.
    let snapshot = db.unchecked_transaction()?;
    let mut found = messages::messages(db, room, page)?;
    let done = match view {
        View::Now(reader) => fold(db, room, &mut found, reader),
        View::Stored | View::Described => describe(db, room, &mut found),
    };
    match done {
        // The messages are there, and what is deleted is not: the next event has the table made again.
        Err(error) if salvage::is_damage(&error) => {}
        done => done?,
    }
    snapshot.finish()?;
    messages::cut(&mut found, page.of);
    Ok(found)
}

/// Adds to reactions and pins the beginning of the text that they are about.
fn describe(db: &Connection, room: RoomId, found: &mut [StoredMessage]) -> rusqlite::Result<()> {
    for event in found {
        if !matches!(event.kind, MessageKind::Reaction | MessageKind::Pin) {
            continue;
        }
        let Some(target) = event.target() else { continue };
        let target = messages::at(db, room, target)?;
        let is_shown = |target: &StoredMessage| !target.damaged && !target.is_deleted();
        if let (Some(target), Some(details)) = (target.filter(is_shown), &mut event.details) {
            details.excerpt = Some(excerpt(target.text.as_str()));
        }
    }
    Ok(())
}

/// Adds the state of each message, as it is now for `reader`: one range of `about`.
pub(super) fn fold(
    db: &Connection,
    room: RoomId,
    found: &mut [StoredMessage],
    reader: UserId,
) -> rusqlite::Result<()> {
    let [Some(first), Some(last)] = [found.first(), found.last()] else { return Ok(()) };
    let range = params![place(room, first.seq), place(room, last.seq)];
    let sql = format!(
        "SELECT {COLUMNS}, about.target FROM about JOIN message ON message.place = about.place
         WHERE about.target BETWEEN ? AND ? ORDER BY about.target, about.place"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(range)?;
    let (mut states, mut cache) = (BTreeMap::<Seq, State>::new(), ValueCache::default());
    while let Some(row) = rows.next()? {
        let target = seq_of(row.get(rows::COLUMNS_COUNT)?);
        // The index may be damaged: what counts is the event itself.
        let Ok(event) = rows::read(row, &mut cache) else { continue };
        if event.target().or_else(|| event.answers()) == Some(target) {
            states.entry(target).or_default().add(&event, reader);
        }
    }
    if states.is_empty() {
        return Ok(());
    }
    let as_of = messages::last_seq(db, room)?;
    for message in found {
        if let Some(state) = states.remove(&message.seq) {
            state.put(message, as_of);
        }
    }
    Ok(())
}

/// Those of the messages `places` that exist, as they are now for `reader`.
pub(super) fn each(
    db: &Connection,
    places: &[(RoomId, Seq)],
    reader: UserId,
) -> rusqlite::Result<Vec<(RoomId, StoredMessage)>> {
    let snapshot = db.unchecked_transaction()?;
    let mut found = Vec::with_capacity(places.len());
    for (room, seq) in places {
        let Some(message) = messages::at(db, *room, *seq)? else { continue };
        let mut message = vec![message];
        fold(db, *room, &mut message, reader)?;
        found.extend(message.pop().map(|message| (*room, message)));
    }
    snapshot.finish()?;
    Ok(found)
}

/// The state of one message in the making.
#[derive(Default)]
struct State {
    text: Option<Text>,
    edited: Option<Edited>,
    reactions: Vec<Reaction>,
    replies: Option<Replies>,
    is_pinned: bool,
}

impl State {
    /// Adds an event that counts. They come in their order.
    fn add(&mut self, event: &StoredMessage, reader: UserId) {
        let (at, last_seq) = (event.at, event.seq);
        match event.kind {
            MessageKind::Text | MessageKind::Action => {
                let count = self.replies.map_or(0, |replies| replies.count) + 1;
                self.replies = Some(Replies { count, last_seq, last_at: at });
            }
            MessageKind::Edit => {
                let count = self.edited.map_or(0, |edited| edited.count) + 1;
                self.edited = Some(Edited { at, count });
                self.text = Some(event.text.clone());
            }
            MessageKind::Reaction => self.react(event, reader),
            MessageKind::Pin => self.is_pinned = true,
            // The message itself says that it was deleted.
            MessageKind::Delete | MessageKind::Topic | MessageKind::Unknown => {}
        }
    }

    fn react(&mut self, event: &StoredMessage, reader: UserId) {
        let emoji = event.details.as_ref().and_then(|details| details.wire.emoji.clone());
        let Some(emoji) = emoji else { return };
        let known = self.reactions.iter().position(|reaction| reaction.emoji == emoji);
        let index = known.unwrap_or_else(|| {
            self.reactions.push(Reaction { emoji, count: 0, own: false, users: Vec::new() });
            self.reactions.len() - 1
        });
        let reaction = &mut self.reactions[index];
        reaction.count += 1;
        reaction.own |= event.from.id == reader;
        if reaction.users.len() < REACTORS_LISTED_MAX {
            reaction.users.push(event.from.clone());
        }
    }

    fn put(self, message: &mut StoredMessage, as_of: Seq) {
        let Self { text, edited, reactions, replies, is_pinned } = self;
        if let Some(text) = text.filter(|_| !message.is_deleted()) {
            message.text = text;
        }
        let wire = &mut message.details.get_or_insert_default().wire;
        *wire = Details {
            edited,
            reactions,
            replies,
            pinned: is_pinned,
            as_of: Some(as_of),
            ..std::mem::take(wire)
        };
    }
}

/// The texts that the message `seq` of `room` has had, those after `after`.
pub(super) fn versions(
    db: &Connection,
    room: RoomId,
    seq: Seq,
    after: Seq,
) -> rusqlite::Result<Versions> {
    let snapshot = db.unchecked_transaction()?;
    let message = match events::target(db, room, seq)?.and_then(events::is_there) {
        Ok(message) => message,
        Err(rejection) => return Ok(Versions::None(rejection)),
    };
    let edits = events::edits(db, room, seq)?;
    let (mut versions, mut bytes, mut is_cut) = (Vec::new(), 0, false);
    for edit in [seq].into_iter().chain(edits).filter(|edit| *edit > after) {
        let version =
            if edit == seq { Some(message.clone()) } else { messages::at(db, room, edit)? };
        let Some(StoredMessage { seq, at, text, .. }) = version else { continue };
        bytes += VERSION_BYTES + 2 * text.as_str().len();
        if !versions.is_empty() && bytes > messages::PAGE_BYTES_MAX {
            is_cut = true;
            break;
        }
        versions.push(Version { seq, at, text });
    }
    snapshot.finish()?;
    Ok(Versions::Of(versions, is_cut))
}

/// Bytes on the wire of a version without its text.
const VERSION_BYTES: usize = 90;
