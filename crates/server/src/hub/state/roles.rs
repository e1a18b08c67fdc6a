//! The roles of users on the server.

use chat_proto::UserId;

use super::State;
use crate::journal::UserRole;

impl State {
    /// Number of users who own the server.
    pub(in crate::hub) const fn owners(&self) -> usize {
        self.owners
    }

    /// Gives a user another role on the server.
    pub(in crate::hub) fn set_role(&mut self, user: UserId, role: UserRole) {
        let Some(account) = self.accounts.get_mut(&user) else { return };
        self.owners -= usize::from(account.role == UserRole::Owner);
        self.owners += usize::from(role == UserRole::Owner);
        account.role = role;
        if role > UserRole::Member {
            self.staff.insert(user);
        } else {
            self.staff.remove(&user);
        }
    }

    /// Whether a user owns or moderates the server.
    pub(in crate::hub) fn is_staff(&self, user: UserId) -> bool {
        self.staff.contains(&user)
    }
}
