//! The stored state of a group, and who may do what. The model follows the page of the protocol, and knows nothing of
//! the code of the rights.

mod invites;
mod sanctions;

use std::collections::{BTreeMap, BTreeSet};

use super::barred::BanTarget;
use super::order::{Kind, Order, Privacy, Role, Room, Rules, User};
use super::record::Record;
use super::{ROOMS, USERS, room_name, user_name};

/// The stored state of a group.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    pub(super) group: u32,
    pub(super) roles: [Role; USERS],
    pub(super) rooms: [RoomState; ROOMS],
    /// Mutes and bans: who has made each, and its label.
    pub(super) sanctions: BTreeMap<(Kind, User, Option<Room>), (User, u64)>,
    /// Bans of the server that name no user.
    pub(super) barred: BTreeMap<BanTarget, (User, u64)>,
    /// Invites, by their labels.
    pub(super) invites: BTreeMap<u64, Invite>,
    /// The users who have come by invites, and the labels of these.
    pub(super) admitted: BTreeMap<u64, u64>,
    /// Those of them whose names are free.
    pub(super) freed: BTreeSet<u64>,
    /// Devices of users beside the first one, by their labels.
    pub(super) devices: BTreeSet<(User, u64)>,
    /// The labels of the passwords.
    pub(super) passwords: [Option<u64>; USERS],
    /// Messages of others that were deleted.
    pub(super) deleted: BTreeSet<(Room, u64)>,
    /// Number of records that were compared with the audit log, and those that come after them.
    pub(super) verified: usize,
    pub(super) records: Vec<Record>,
    /// Orders without an answer, which may be carried out later.
    pub(super) unanswered: Vec<Order>,
}

/// A room of a group.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RoomState {
    pub(super) rules: Rules,
    pub(super) members: [bool; USERS],
    /// Users with a membership, current or former.
    pub(super) known: [bool; USERS],
    pub(super) asked: [bool; USERS],
    pub(super) roles: [Role; USERS],
    pub(super) topic: Option<u64>,
}

/// An invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Invite {
    pub(super) by: User,
    pub(super) role: Role,
    pub(super) uses: u32,
    pub(super) used: u32,
}

/// Whether something is allowed, as far as a model knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Unknown,
}

impl Answer {
    pub(super) const fn of(is_allowed: bool) -> Self {
        if is_allowed { Self::Yes } else { Self::No }
    }
}

impl State {
    /// The role that counts in a room.
    pub(super) fn rank(&self, user: User, room: Room) -> Role {
        let at = &self.rooms[room];
        let of_server = match self.roles[user] {
            Role::Owner => Role::Owner,
            Role::Moderator if at.members[user] || at.rules.privacy != Privacy::Private => {
                Role::Moderator
            }
            _ => Role::Member,
        };
        at.roles[user].max(of_server)
    }

    pub(super) fn is_banned(&self, user: User, room: Option<Room>) -> bool {
        self.has(Kind::Ban, user, room)
    }

    fn is_muted(&self, user: User, room: Room) -> bool {
        self.has(Kind::Mute, user, Some(room))
    }

    /// Whether a sanction of the room or the server applies to the user.
    fn has(&self, kind: Kind, user: User, room: Option<Room>) -> bool {
        [None, room].iter().any(|room| self.sanctions.contains_key(&(kind, user, *room)))
    }

    /// Whether the user may write a text.
    pub(super) fn may_write(&self, user: User, room: Room) -> Answer {
        let (at, rank) = (&self.rooms[room], self.rank(user, room));
        let may = at.members[user]
            && !self.is_muted(user, room)
            && !self.is_banned(user, Some(room))
            && (at.rules.privacy != Privacy::Announce || rank >= Role::Voice);
        match Answer::of(may) {
            Answer::Yes if self.has_to_wait(user, room) => Answer::Unknown,
            answer => answer,
        }
    }

    /// Whether the user has to wait between two messages.
    pub(super) fn has_to_wait(&self, user: User, room: Room) -> bool {
        self.rooms[room].rules.is_slow && self.rank(user, room) < Role::Moderator
    }

    /// Carries an order out. Returns `None` if it is not allowed.
    pub(super) fn after(&self, order: &Order) -> Option<Self> {
        let mut after = self.clone();
        // A user who is banned from the server does nothing, and a user who is banned from a room nothing there.
        if order.by().is_some_and(|by| self.is_banned(by, None)) {
            return None;
        }
        after.carry_out(order).then_some(after)
    }

    fn carry_out(&mut self, order: &Order) -> bool {
        match order {
            Order::Grant { by, user, room: None, role } => self.grant(*by, *user, *role),
            Order::Grant { by, user, room: Some(room), role } => {
                self.grant_in_room(*by, *user, *room, *role)
            }
            Order::Rule { by, room, rules } => self.rule(*by, *room, *rules),
            Order::AskIn { by, room, user } => self.ask_in(*by, *room, *user),
            Order::Join { by, room } => self.join(*by, *room),
            Order::Leave { by, room } => std::mem::take(&mut self.rooms[*room].members[*by]),
            Order::Topic { by, room, label } => self.set_topic(*by, *room, *label),
            Order::Read { by, room } => self.rooms[*room].members[*by],
            Order::Sanction { by, kind, user, room, label } => {
                self.sanction(*by, (*kind, *user, *room), *label)
            }
            Order::Bar { by, whom, label } => self.bar(*by, *whom, *label),
            Order::End { by, user, id } => self.end(*by, *user, *id),
            Order::Free { by, newcomer } => self.free(*by, *newcomer),
            Order::Pardon { by, label, id } => self.pardon(*by, *label, *id),
            Order::Delete { by, room, seq, of } => self.delete(*by, *room, *seq, *of),
            Order::Invite { by, role, uses, label } => self.invite(*by, *role, *uses, *label),
            Order::Revoke { by, label, id } => self.revoke(*by, *label, *id),
            Order::Admit { newcomer, label, id } => self.admit(*newcomer, *label, *id),
            Order::AddDevice { user, label } => self.add_device(*user, *label),
            Order::UseDevice { user, label } => {
                !self.is_banned(*user, None) && self.devices.contains(&(*user, *label))
            }
            Order::Drop { by, user, label, id } => self.drop_device(*by, *user, *label, *id),
            Order::SetPassword { user, old, label } => self.set_password(*user, *old, *label),
            Order::LogIn { user, label } => self.log_in(*user, *label),
        }
    }

    pub(super) fn record(&mut self, by: User, what: &'static str, begin: String, end: String) {
        self.records.push(Record { by, what, about: [begin, end], reason: String::new() });
    }

    pub(super) fn name(&self, user: User) -> String {
        user_name(self.group, user)
    }

    fn grant(&mut self, by: User, user: User, role: Role) -> bool {
        let from = self.roles[user];
        let steps_down = by == user && role < from;
        if !steps_down && self.roles[by] != Role::Owner {
            return false;
        }
        if from != role {
            self.roles[user] = role;
            let about = format!("{}: {} → {}", self.name(user), from.word(), role.word());
            self.record(by, "role", about, String::new());
        }
        true
    }

    fn grant_in_room(&mut self, by: User, user: User, room: Room, role: Role) -> bool {
        let (from, is_known) = (self.rooms[room].roles[user], self.rooms[room].known[user]);
        let steps_down = by == user && role < from;
        let is_small = from.max(role) <= Role::Voice;
        let needed = if is_small { Role::Moderator } else { Role::Owner };
        let is_allowed = steps_down || self.rank(by, room) >= needed;
        if !is_allowed || !is_known || self.is_banned(by, Some(room)) {
            return false;
        }
        if from != role {
            self.rooms[room].roles[user] = role;
            let (user, room) = (self.name(user), room_name(self.group, room));
            let about = format!("{user} in {room}: {} → {}", from.word(), role.word());
            self.record(by, "role", about, String::new());
        }
        true
    }

    fn rule(&mut self, by: User, room: Room, rules: Rules) -> bool {
        if self.rank(by, room) < Role::Owner || self.is_banned(by, Some(room)) {
            return false;
        }
        let was = std::mem::replace(&mut self.rooms[room].rules, rules);
        if was != rules {
            let name = room_name(self.group, room);
            let about = format!("{name}: {} → {}", was.words(), rules.words());
            self.record(by, "rules", about, String::new());
        }
        true
    }

    fn ask_in(&mut self, by: User, room: Room, user: User) -> bool {
        let at = &mut self.rooms[room];
        let is_private = at.rules.privacy == Privacy::Private;
        if !at.members[by] || !is_private || at.members[user] {
            return false;
        }
        if !at.asked[user] {
            (at.asked[user], at.known[user]) = (true, true);
            let about = format!("{} into {}", self.name(user), room_name(self.group, room));
            self.record(by, "ask_in", about, String::new());
        }
        true
    }

    fn join(&mut self, by: User, room: Room) -> bool {
        let is_banned = self.is_banned(by, Some(room));
        let at = &mut self.rooms[room];
        let is_invited = at.members[by] || at.asked[by] || at.roles[by] > Role::Member;
        if is_banned || !is_invited && at.rules.privacy == Privacy::Private {
            return false;
        }
        (at.members[by], at.known[by], at.asked[by]) = (true, true, false);
        true
    }

    fn set_topic(&mut self, by: User, room: Room, label: u64) -> bool {
        let (at, rank) = (&self.rooms[room], self.rank(by, room));
        let is_free = !at.rules.by_moderators && at.rules.privacy != Privacy::Announce;
        let may =
            at.members[by] && !self.is_muted(by, room) && (is_free || rank >= Role::Moderator);
        if may {
            self.rooms[room].topic = Some(label);
        }
        may
    }

    fn delete(&mut self, by: User, room: Room, seq: u64, of: User) -> bool {
        let is_moderator = self.rank(by, room) >= Role::Moderator && !self.is_muted(by, room);
        if !self.rooms[room].members[by] || !is_moderator || !self.deleted.insert((room, seq)) {
            return false;
        }
        let about = format!("a message of {}, {}", self.name(of), room_name(self.group, room));
        self.record(by, "delete", about, String::new());
        true
    }
}
