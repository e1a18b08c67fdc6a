//! The state as the journal has it, at the start.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chat_proto::UserId;

use super::{State, member_in};
use crate::hub::account::Account;
use crate::hub::away::AwayUsers;
use crate::hub::hooks::Hooks;
use crate::hub::invites::Invites;
use crate::hub::names::Names;
use crate::hub::naming::ReservedNames;
use crate::hub::pauses::Pauses;
use crate::hub::proposed_names::ProposedNames;
use crate::hub::rooms::Rooms;
use crate::hub::sanctions::Sanctions;
use crate::hub::sessions::Sessions;
use crate::id_map::IdMap;
use crate::journal::{Contents, MemberRole, MembershipRecord, RoomId, UserRecord};

impl State {
    /// The stored state, with nobody connected; and the users whose name differs from the stored one.
    pub(in crate::hub) fn restore(
        contents: Contents,
        presence_users: usize,
        reserved: ReservedNames,
    ) -> (Self, Vec<UserRecord>) {
        let Contents { rooms, users, credentials, members, invites, hooks, sanctions, .. } =
            contents;
        // The number of a guest that wrote nothing is stored with its sanctions only. Nobody else gets it.
        let sanctioned = sanctions.iter().filter_map(|record| record.user).max();
        let last_user = contents.last_user.max(sanctioned.unwrap_or(UserId::NONE));
        let mut state = Self {
            accounts: IdMap::default(),
            names: Names::new(reserved),
            tokens: BTreeSet::new(),
            stored: 0,
            users_connected: 0,
            rooms: Rooms::restore(rooms, contents.last_room, presence_users),
            away: AwayUsers::default(),
            invites: Invites::default(),
            hooks: Hooks::default(),
            sanctions: Sanctions::restore(sanctions),
            pauses: Pauses::default(),
            sessions: Sessions::default(),
            invited: IdMap::default(),
            last_user,
            last_record: contents.last_record,
            owners: 0,
            staff: BTreeSet::new(),
            is_closed: false,
        };
        let renamed = state.restore_users(users);
        for credential in credentials {
            state.add_credential(credential);
        }
        for member in members {
            state.restore_member(member);
        }
        invites.into_iter().for_each(|invite| state.invites.put(invite));
        hooks.into_iter().for_each(|hook| state.hooks.put(hook));
        state.rooms.find_unused();
        (state, renamed)
    }

    /// Two users may have one name in a journal of an earlier version, which compared names in another way, such as
    /// `Ana María` and `Ana_María`: the user seen last keeps the name. Returns the others, whose names get a number.
    fn restore_users(&mut self, mut users: Vec<UserRecord>) -> Vec<UserRecord> {
        users.sort_by_key(|record| (Reverse(record.seen_at), record.user.id));
        let mut doubled = Vec::new();
        for record in users {
            match self.names.holder(&record.user.name) {
                None => self.put_account(Account::of(record)),
                Some(_) => doubled.push(record),
            }
        }
        for record in &mut doubled {
            let user = &mut record.user;
            user.name = ProposedNames::new(&self.names).numbered(Some(user.id), &user.name);
            self.put_account(Account::of(record.clone()));
        }
        doubled
    }

    /// Adds a membership, unless its user or its room is missing in the journal.
    fn restore_member(&mut self, member: MembershipRecord) {
        let MembershipRecord { user, room: id, is_in, read_seq, role, asked_by, .. } = member;
        let Some(room) = self.rooms.get(id) else { return };
        let member = member_in(room, &member);
        let Some(account) = self.accounts.get_mut(&user) else { return };
        if id == RoomId::LOBBY {
            let lobby = account.rooms.get_or_former_mut(id).expect("everybody is in the lobby");
            (lobby.read, lobby.role) = (read_seq, role);
            self.rooms.note_role(id, user, role > MemberRole::Member);
            return;
        }
        let is_new = is_in && account.rooms.join(id, member);
        account.rooms.add_former(id, member);
        account.rooms.set_asked(id, asked_by);
        self.rooms.add_member(id, user, is_new);
        self.rooms.note_role(id, user, role > MemberRole::Member);
    }
}
