//! State that is never stored: who is writing, and who is away. A client is sent it if it has the feature for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use chat_proto::event::SanctionInfo;
use chat_proto::{AwayText, EndCode, Event, Features, RoomName, UserId, features};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::config::{AWAY_EVERY, TYPING_EVERY};
use crate::hub::Counts;
use crate::journal::{Kinds, RoomId, View};

/// The bit of [`ClientFeatures`] for the number of messages that its user has not read, and so on.
const UNREAD: u8 = 1;
const TYPING: u8 = 1 << 1;
const AWAY: u8 = 1 << 2;
const LAST_SEEN: u8 = 1 << 3;
const ROLES: u8 = 1 << 4;
const ACCOUNTS: u8 = 1 << 5;

/// The features of a client: the events and fields that it shows.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ClientFeatures {
    /// A bit for each of [`UNREAD`] and those after it: six bools would make each idle session larger.
    parts: u8,
    /// Which kinds of messages.
    pub(super) kinds: Kinds,
    /// Whether a change of a topic is sent as the event `topic`.
    pub(super) topics: Topics,
}

/// Which changes of a topic are sent as the event `topic`. A client shows that event, and a client that does not know
/// messages of the kind `topic` shows them as any other: it would show the change twice. Of the changes that are left
/// out, it is sent the state of the room instead, which it does not show.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topics {
    /// All.
    #[default]
    All,
    /// Those of its own user: version 0.1.0 answers the command `topic` so.
    Own,
    /// None.
    None,
}

impl ClientFeatures {
    pub(super) fn of(features: &Features) -> Self {
        let parts = [
            (UNREAD, features::UNREAD),
            (TYPING, features::TYPING),
            (AWAY, features::AWAY),
            (LAST_SEEN, features::LAST_SEEN),
            (ROLES, features::ROLES),
            (ACCOUNTS, features::ACCOUNTS),
        ];
        let shown = parts.into_iter().filter(|(_, feature)| features.has(feature));
        Self {
            parts: shown.fold(0, |bits, (bit, _)| bits | bit),
            kinds: match (features.has(features::EVENTS), features.has(features::UNKNOWN_KINDS)) {
                (true, _) => Kinds::All,
                (false, true) => Kinds::Unknown,
                (false, false) => Kinds::Plain,
            },
            topics: match (features.has(features::EVENTS), features.is_empty()) {
                (true, _) => Topics::All,
                (false, true) => Topics::Own,
                (false, false) => Topics::None,
            },
        }
    }

    /// Whether it shows how many messages its user has not read.
    pub(super) const fn unread(self) -> bool {
        self.parts & UNREAD != 0
    }

    /// Whether it shows who is writing.
    pub(super) const fn typing(self) -> bool {
        self.parts & TYPING != 0
    }

    /// Whether it shows who is away.
    pub(super) const fn away(self) -> bool {
        self.parts & AWAY != 0
    }

    /// Whether it shows when the other user of a direct message was last connected.
    pub(super) const fn last_seen(self) -> bool {
        self.parts & LAST_SEEN != 0
    }

    /// Whether it shows roles, and the rules of rooms.
    pub(super) const fn roles(self) -> bool {
        self.parts & ROLES != 0
    }

    /// Whether it shows that an owner has changed the account of its user.
    pub(super) const fn accounts(self) -> bool {
        self.parts & ACCOUNTS != 0
    }

    /// The form in which `user` is sent messages of the journal.
    pub(super) const fn view(self, user: UserId) -> View {
        match self.kinds {
            Kinds::All => View::Now(user),
            Kinds::Unknown | Kinds::Plain => View::Described,
        }
    }

    /// Whether the client of this user is sent this change of a room.
    pub(super) fn has(self, event: &Event, user: UserId) -> bool {
        match event {
            Event::Away { .. } | Event::Back { .. } => self.away(),
            Event::Role { .. }
            | Event::Rules { .. }
            | Event::Sanction(_)
            | Event::Pardoned { .. } => self.roles(),
            Event::Topic { user: setter, .. } => match self.topics {
                Topics::All => true,
                Topics::Own => setter.id == user,
                Topics::None => false,
            },
            _ => true,
        }
    }
}

/// When a client last sent commands that have a limit in time, and what it was sent that is not stored. Boxed, since
/// most clients are silent, and most users were asked into no room.
#[derive(Default)]
pub(super) struct LiveState(Option<Box<Live>>);

#[derive(Default)]
struct Live {
    /// The rooms in which it was writing less than [`TYPING_EVERY`] ago.
    typing: Vec<(RoomId, Instant)>,
    away_at: Option<Instant>,
    /// The rooms for which the client was sent an `asked_in` to the user.
    sent_asked: BTreeSet<RoomId>,
    /// The sanctions of the user that the client was sent.
    sent_sanctions: BTreeMap<u64, SanctionInfo>,
}

impl LiveState {
    /// The rooms for which the client was sent an `asked_in` to the user.
    pub(super) fn sent_asked(&mut self) -> &mut BTreeSet<RoomId> {
        &mut self.0.get_or_insert_default().sent_asked
    }

    /// The sanctions of the user that the client was sent.
    pub(super) fn sent_sanctions(&mut self) -> &mut BTreeMap<u64, SanctionInfo> {
        &mut self.0.get_or_insert_default().sent_sanctions
    }

    /// Whether the client was sent a sanction that applies to the user.
    pub(super) fn knows_sanctions(&self) -> bool {
        self.0.as_ref().is_some_and(|live| !live.sent_sanctions.is_empty())
    }

    /// The user was asked into no room.
    pub(super) fn forget_asked(&mut self) {
        if let Some(live) = &mut self.0 {
            live.sent_asked.clear();
        }
    }

    /// Whether a `typing` for `room` is passed on now.
    fn take_typing(&mut self, room: RoomId, now: Instant) -> bool {
        let live = self.0.get_or_insert_default();
        live.typing.retain(|(_, at)| now.duration_since(*at) < TYPING_EVERY);
        let is_new = live.typing.iter().all(|(typed, _)| *typed != room);
        if is_new {
            live.typing.push((room, now));
        }
        is_new
    }

    /// When the user may next be away or back, at the earliest.
    fn next_away(&mut self, now: Instant) -> Instant {
        let live = self.0.get_or_insert_default();
        let at = live.away_at.map_or(now, |before| now.max(before + AWAY_EVERY));
        live.away_at = Some(at);
        at
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Takes what has changed for the user: its rooms, and who is writing there. The latter also while a command
    /// waits, or a user would be writing after its message has come.
    pub(super) fn take_changes(&mut self, counts: Counts) -> ControlFlow<End> {
        let changes = self.member.take_changes(counts);
        if self.shows.typing() {
            for typing in &changes.typing {
                if self.subscriptions.get(typing.room).is_some() {
                    self.connection.send(&typing.event());
                }
            }
        }
        match changes.rooms {
            true => self.sync_rooms_counting(),
            false => ControlFlow::Continue(()),
        }
    }

    /// Ends the session of a user who was kicked or banned.
    pub(super) fn end_expelled(&self) -> ControlFlow<End> {
        let (code, text) = self.member.expulsion().unwrap_or((EndCode::Kicked, String::new()));
        ControlFlow::Break(End::Expelled(code, text.into()))
    }

    /// Passes on that the user is writing. If a client sends it too often, it is dropped: it was shown already.
    pub(super) fn type_in(&mut self, name: RoomName) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room.id,
            Err(error) => return self.refuse_in(name, error),
        };
        if self.live.take_typing(room, Instant::now())
            && let Err(error) = self.member.type_in(&name)
        {
            return self.refuse_in(name, error);
        }
        ControlFlow::Continue(())
    }

    /// The user is away, or not any more. A client that changes it too often waits.
    pub(super) fn set_away(&mut self, text: Option<AwayText>) -> ControlFlow<End> {
        let actor = self.member.actor().clone();
        let next = self.live.next_away(Instant::now());
        self.pending.wait(async move {
            sleep_until(next).await;
            CommandResult::Away(actor.set_away(text).await)
        });
        ControlFlow::Continue(())
    }
}
