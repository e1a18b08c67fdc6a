//! Bans that name no user; and what owners do to the sessions and the names of others.

use super::newcomer_name;
use super::order::{Role, SANCTION_S, User, has_end, reason};
use super::state::State;

/// Whom a ban of the server is about that names no user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BanTarget {
    /// A network from which nobody comes.
    Network,
    /// Those who come by the invite with that label, which has this number.
    Invite { label: u64, id: u64 },
}

impl BanTarget {
    /// As the audit log describes it.
    pub(super) fn words(self, group: u32) -> String {
        match self {
            Self::Network => format!("network {}", network(group)),
            Self::Invite { id, .. } => format!("invite {id}"),
        }
    }
}

/// The network that a group bans.
pub(super) fn network(group: u32) -> String {
    format!("198.51.{group}.0/24")
}

impl State {
    /// Bans a network, or those who come by an invite.
    pub(super) fn bar(&mut self, by: User, whom: BanTarget, label: u64) -> bool {
        let replaced = self.barred.get(&whom).copied();
        let may_replace = replaced.is_none_or(|(author, _)| self.may_end_of_server(by, author));
        if self.roles[by] < Role::Moderator || !may_replace {
            return false;
        }
        self.barred.insert(whom, (by, label));
        let about = format!("ban {}, the server{}", whom.words(self.group), end_in_words(label));
        self.record(by, "sanction", about, String::new());
        self.records.last_mut().expect("it was just added").reason = reason(label);
        true
    }

    pub(super) fn may_end_of_server(&self, by: User, author: User) -> bool {
        let needed = if self.roles[author] == Role::Owner { Role::Owner } else { Role::Moderator };
        self.roles[by] >= needed
    }

    pub(super) fn end(&mut self, by: User, user: User, id: u64) -> bool {
        let may = by == user || self.roles[by] == Role::Owner;
        if may {
            let about = format!("session {id} of {}", self.name(user));
            self.record(by, "end", about, String::new());
        }
        may
    }

    pub(super) fn free(&mut self, by: User, newcomer: u64) -> bool {
        let may = self.roles[by] == Role::Owner && self.admitted.contains_key(&newcomer);
        if !may || !self.freed.insert(newcomer) {
            return false;
        }
        let about = format!("{} → ", newcomer_name(self.group, newcomer));
        self.record(by, "free", about, String::new());
        true
    }

    pub(super) fn unbar(&mut self, by: User, whom: BanTarget, id: u64) -> bool {
        let about = format!("number {id}, ban {}, the server", whom.words(self.group));
        self.record(by, "pardon", about, String::new());
        self.barred.remove(&whom).is_some()
    }
}

/// The end of a mute or a ban with that label, as the audit log describes it.
pub(super) fn end_in_words(label: u64) -> String {
    if has_end(label) { format!(", {SANCTION_S} s") } else { ", no end".to_owned() }
}
