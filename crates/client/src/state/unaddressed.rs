//! Messages and drafts without an address: what version 0.1.0 stored under the names of users, and what
//! waits until the server says whose name it is. A name may change hands, so nothing is sent by it later.

use std::collections::BTreeMap;

use chat_proto::{RoomName, User, UserName};

use super::{State, UNKNOWN};
use crate::store::{Drafts, OwnMessage};

/// Most names that the server is asked for at once: more than anybody types within a moment.
pub(crate) const QUESTIONS_MAX: usize = 16;

/// What version 0.1.0 stored under the names of users.
#[derive(Debug, Default)]
pub(crate) struct Unaddressed {
    /// The messages, which go back to the user.
    pub(crate) messages: Vec<OwnMessage>,
    /// What is typed.
    pub(crate) texts: BTreeMap<RoomName, String>,
    /// The conversation on the screen.
    pub(crate) shown: Option<RoomName>,
}

/// A name that the server was asked for.
#[derive(Debug)]
pub(crate) struct Question {
    /// The name.
    pub(crate) name: UserName,
    /// The command with which the user asked, as it was typed.
    pub(crate) typed: String,
    /// What is to be sent to the user of that name; empty if nothing is.
    pub(crate) text: String,
}

impl Unaddressed {
    /// Takes the messages and drafts that have no address out of those that were stored.
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
    /// The address of the direct message with the user of that name, and the name as it is written, if
    /// the user's number is known: of a direct message on the screen, of the users who are here, or of
    /// those who were here last.
    pub(crate) fn address(&self, name: &UserName) -> Option<(RoomName, UserName)> {
        let before = self.acquaintances.iter().filter(|_| self.session().is_none());
        self.address_here(name).or_else(|| self.direct(before, name))
    }

    /// The same, of those who are here or have a direct message on the screen.
    #[must_use]
    pub fn address_here(&self, name: &UserName) -> Option<(RoomName, UserName)> {
        if let Some(room) = self.rooms.titled(name) {
            return Some((room.name.clone(), room.title.clone()?));
        }
        let rooms = self.rooms.list().iter();
        self.direct(rooms.flat_map(|room| room.users.iter(self.me)), name)
    }

    fn direct<'a>(
        &self,
        mut users: impl Iterator<Item = &'a User>,
        name: &UserName,
    ) -> Option<(RoomName, UserName)> {
        let user = users.find(|user| user.name == *name)?;
        let is_other = self.me != UNKNOWN && user.id != self.me;
        is_other.then(|| (RoomName::direct(self.me, user.id), user.name.clone()))
    }

    /// All messages that have no answer, as they are stored.
    #[must_use]
    pub fn unanswered(&self) -> Vec<OwnMessage> {
        self.unaddressed.messages.iter().chain(self.outbox.messages()).cloned().collect()
    }

    /// The room that a user means by a name as it is typed: a direct message by its title.
    pub(crate) fn meant(&self, room: RoomName) -> RoomName {
        let address = room.other().and_then(|name| self.address(&name));
        address.map_or(room, |(address, _)| address)
    }

    /// The titles of the direct messages that the next run shows before it has a session.
    pub(super) fn titles(&self, drafts: &Drafts) -> BTreeMap<RoomName, UserName> {
        let is_left = |room: &RoomName| {
            *room == drafts.shown || drafts.texts.contains_key(room) || self.outbox.has_for(room)
        };
        let rooms = self.rooms.list().iter().filter(|room| is_left(&room.name));
        rooms.filter_map(|room| Some((room.name.clone(), room.title.clone()?))).collect()
    }
}
