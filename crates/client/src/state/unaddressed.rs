//! Messages and drafts without an address: those that version 0.1.0 stored under the names of users, and
//! those for a name that the server is asked about. A name may change hands, so nothing is sent by name
//! later.

use std::collections::BTreeMap;

use chat_proto::{RoomName, User, UserName};

use super::State;
use crate::store::{Drafts, OwnMessage};

/// Most names that the server is asked about at once: more than anybody types within a moment.
pub(crate) const LOOKUPS_MAX: usize = 16;

/// Messages and drafts that version 0.1.0 stored under the names of users.
#[derive(Debug, Default)]
pub(crate) struct UnaddressedTexts {
    /// The messages, which go back to the user.
    pub(crate) messages: Vec<OwnMessage>,
    /// The drafts.
    pub(crate) texts: BTreeMap<RoomName, String>,
    /// The direct message that was open.
    pub(crate) shown: Option<RoomName>,
}

/// A name that the server is asked about.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// The name.
    pub(crate) name: UserName,
    /// The command of the user as it was typed, if it was.
    pub(crate) typed: Option<String>,
    /// The text to send to the user.
    pub(crate) text: Option<String>,
}

impl UnaddressedTexts {
    /// Takes the messages and drafts without an address out of the stored ones.
    pub(crate) fn take(
        &mut self,
        messages: Vec<OwnMessage>,
        drafts: &mut Drafts,
    ) -> Vec<OwnMessage> {
        let has_address = |room: &RoomName| room.other().is_none();
        let (addressed, others) = messages.into_iter().partition(|own| has_address(&own.room));
        self.messages = others;
        let texts = std::mem::take(&mut drafts.texts);
        (drafts.texts, self.texts) = texts.into_iter().partition(|(room, _)| has_address(room));
        if !has_address(&drafts.shown) {
            self.shown = Some(std::mem::replace(&mut drafts.shown, RoomName::lobby()));
        }
        addressed
    }
}

impl State {
    /// The address of the direct message with the user of that name, and the name as it is written, if the
    /// number of the user is known: from a direct message, from the users of the rooms, or, without a
    /// session, from the users of the last one.
    pub(crate) fn address(&self, name: &UserName) -> Option<(RoomName, UserName)> {
        let before = self.last_lobby_users.iter().filter(|_| self.session().is_none());
        self.address_here(name).or_else(|| self.direct(before, name))
    }

    /// The same, from direct messages and the users of the rooms alone.
    #[must_use]
    pub fn address_here(&self, name: &UserName) -> Option<(RoomName, UserName)> {
        if let Some(room) = self.rooms.titled(name) {
            return Some((room.name.clone(), room.title.clone()?));
        }
        // Without a session, the lists are as they were last.
        let rooms = self.rooms.list().iter().filter(|_| self.session().is_some());
        self.direct(rooms.flat_map(|room| room.users.iter()), name)
    }

    fn direct<'a>(
        &self,
        mut users: impl Iterator<Item = &'a User>,
        name: &UserName,
    ) -> Option<(RoomName, UserName)> {
        let user = users.find(|user| user.name == *name)?;
        let address = self.direct_with(user.id).filter(|_| !self.is_me(user.id))?;
        Some((address, user.name.clone()))
    }

    /// All messages without an answer, as they are stored.
    #[must_use]
    pub fn unanswered(&self) -> Vec<OwnMessage> {
        self.unaddressed.messages.iter().chain(self.outbox.messages()).cloned().collect()
    }

    /// The room that the user means by a name: a direct message by the name of the other user.
    #[must_use]
    pub fn meant(&self, room: RoomName) -> RoomName {
        let address = room.other().and_then(|name| self.address(&name));
        address.map_or(room, |(address, _)| address)
    }

    /// The titles of the direct messages that the next run shows before its first session.
    pub(super) fn titles(&self, drafts: &Drafts) -> BTreeMap<RoomName, UserName> {
        let is_left = |room: &RoomName| {
            let has_draft = drafts.texts.contains_key(room)
                || drafts.threads.iter().any(|draft| draft.room == *room);
            *room == drafts.shown || has_draft || self.outbox.has_for(room)
        };
        let rooms = self.rooms.list().iter().filter(|room| is_left(&room.name));
        rooms.filter_map(|room| Some((room.name.clone(), room.title.clone()?))).collect()
    }
}
