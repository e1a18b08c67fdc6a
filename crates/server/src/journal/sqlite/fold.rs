//! Messages as they are now: with the events about them.

use std::collections::BTreeMap;

use chat_proto::event::{Details, Edited, MessageKind, Reaction, Replies, Version};
use chat_proto::limits::REACTORS_LISTED_MAX;
use chat_proto::{Seq, Text, UserId};
use rusqlite::Connection;

use super::events::{EDIT, REPLY};
use super::rows::{self, COLUMNS, ValueCache, place, room_of, seq_of};
use super::store::unsigned;
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
    // In one transaction, so that everything is read as of one moment.
    let snapshot = db.unchecked_transaction()?;
    let mut found = messages::messages(db, room, page)?;
    let done = match view {
        View::Now(reader) => fold(db, room, &mut found, reader),
        View::Stored | View::Described => describe(db, room, &mut found),
    };
    match done {
        // The messages can be read, and deleted texts are gone; the next event makes the writer rebuild the table.
        Err(error) if salvage::is_damage(&error) => {}
        done => done?,
    }
    snapshot.finish()?;
    messages::cut(&mut found, page.of);
    Ok(found)
}

/// Adds the beginning of the text of its target to each reaction and pin.
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
    let range = [place(room, first.seq), place(room, last.seq)];
    let mut states = BTreeMap::new();
    add_each(db, range, reader, &mut states)?;
    add_last(db, range, &mut states)?;
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

type States = BTreeMap<Seq, State>;

/// Adds reactions, pins and deletions, each of which is read.
fn add_each(
    db: &Connection,
    range: [i64; 2],
    reader: UserId,
    states: &mut States,
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {COLUMNS}, about.target FROM about JOIN message ON message.place = about.place
         WHERE about.target BETWEEN ? AND ? AND about.kind NOT IN (?, ?)
         ORDER BY about.target, about.place"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([range[0], range[1], REPLY, EDIT])?;
    let mut cache = ValueCache::default();
    while let Some(row) = rows.next()? {
        let target = seq_of(row.get(rows::COLUMNS_COUNT)?);
        // The index may be damaged: what counts is the event itself.
        let Ok(event) = rows::read(row, &mut cache) else { continue };
        if event.target() == Some(target) {
            states.entry(target).or_default().add(&event, reader);
        }
    }
    Ok(())
}

/// Adds replies and edits: their number, and the last. The others are not read, since the replies of a message have no
/// bound, and its edits may have 100 long texts.
fn add_last(db: &Connection, range: [i64; 2], states: &mut States) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT target, kind, count(*), max(place) FROM about
         WHERE target BETWEEN ? AND ? AND kind IN (?, ?) GROUP BY target, kind",
    )?;
    let mut rows = statement.query([range[0], range[1], REPLY, EDIT])?;
    while let Some(row) = rows.next()? {
        let (target, kind) = (row.get(0)?, row.get(1)?);
        let (count, last): (_, i64) = (unsigned(row, 2)?, row.get(3)?);
        let event = messages::at(db, room_of(last), seq_of(last))?;
        let counted = match event.filter(|event| is_about(event, target, kind)) {
            Some(event) => Some((event, count)),
            None => last_undamaged(db, target, kind)?,
        };
        if let Some((event, count)) = counted {
            states.entry(seq_of(target)).or_default().add_last(event, count);
        }
    }
    Ok(())
}

/// The last undamaged event of a kind about the message at `target`, and the number of them.
fn last_undamaged(
    db: &Connection,
    target: i64,
    kind: i64,
) -> rusqlite::Result<Option<(StoredMessage, u64)>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM about JOIN message ON message.place = about.place
         WHERE about.target = ? AND about.kind = ? ORDER BY about.place"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([target, kind])?;
    let (mut last, mut count, mut cache) = (None, 0, ValueCache::default());
    while let Some(row) = rows.next()? {
        let event = rows::read(row, &mut cache).ok();
        if let Some(event) = event.filter(|event| is_about(event, target, kind)) {
            (last, count) = (Some(event), count + 1);
        }
    }
    Ok(last.map(|event| (event, count)))
}

/// Whether an event is what its row in `about` says: the row may be damaged.
fn is_about(event: &StoredMessage, target: i64, kind: i64) -> bool {
    let found = if kind == EDIT { event.target() } else { event.answers() };
    found == Some(seq_of(target)) && (kind == EDIT) == (event.kind == MessageKind::Edit)
}

/// The messages at `places` that exist, as they are now for `reader`.
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

/// The state of one message, while its events are added.
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
        match event.kind {
            MessageKind::Reaction => self.react(event, reader),
            MessageKind::Pin => self.is_pinned = true,
            // The message itself says that it was deleted.
            _ => {}
        }
    }

    /// Adds `count` edits, or messages that answer this one, of which `last` is the last.
    fn add_last(&mut self, last: StoredMessage, count: u64) {
        let at = last.at;
        if last.kind == MessageKind::Edit {
            (self.edited, self.text) = (Some(Edited { at, count }), Some(last.text));
        } else {
            self.replies = Some(Replies { count, last_seq: last.seq, last_at: at });
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
