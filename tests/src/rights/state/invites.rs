//! Invites, devices and passwords.

use super::{Invite, State};
use crate::rights::barred::BanTarget;
use crate::rights::order::{Role, User};
use crate::rights::{device_name, newcomer_name};

impl State {
    pub(super) fn invite(&mut self, by: User, role: Role, uses: u32, label: u64) -> bool {
        if self.roles[by] < role || role > Role::Member && uses > 1 {
            return false;
        }
        self.invites.insert(label, Invite { by, role, uses, used: 0 });
        self.record(by, "invite", "invite ".to_owned(), format!(": {uses} for {}", role.word()));
        true
    }

    pub(super) fn revoke(&mut self, by: User, label: u64, id: u64) -> bool {
        let Some(invite) = self.invites.get(&label).copied() else { return false };
        if invite.by != by && self.roles[by] < invite.role.max(Role::Moderator) {
            return false;
        }
        self.invites.remove(&label);
        let Invite { uses, used, .. } = invite;
        self.record(by, "revoke", format!("invite {id}: {used} of {uses} used"), String::new());
        true
    }

    pub(super) fn admit(&mut self, newcomer: u64, label: u64, id: u64) -> bool {
        let is_barred = |label| {
            let mut barred = self.barred.keys();
            barred.any(|whom| matches!(whom, BanTarget::Invite { label: of, .. } if *of == label))
        };
        if let Some(by) = self.admitted.get(&newcomer) {
            return !is_barred(*by); // with the token that is stored
        }
        let Some(invite) = self.invites.get(&label).copied() else { return false };
        let Invite { by, role, uses, used } = invite;
        if used >= uses || self.roles[by] < role || self.is_banned(by, None) || is_barred(label) {
            return false;
        }
        self.invites.insert(label, Invite { used: used + 1, ..invite });
        self.admitted.insert(newcomer, label);
        let name = newcomer_name(self.group, newcomer);
        self.record(by, "admit", format!("invite {id}: {name} as {}", role.word()), String::new());
        true
    }

    pub(super) fn add_device(&mut self, user: User, label: u64) -> bool {
        if self.is_banned(user, None) || !self.devices.insert((user, label)) {
            return false;
        }
        let device = format!("the token of the device {}, number ", device_name(label));
        self.record(user, "device", device, ", with a code".to_owned());
        true
    }

    pub(super) fn set_password(&mut self, user: User, old: Option<u64>, label: u64) -> bool {
        let is_right = self.passwords[user].replace(label) == old;
        if is_right {
            self.record(user, "password", self.name(user), String::new());
        }
        is_right
    }

    pub(super) fn log_in(&mut self, user: User, label: u64) -> bool {
        let is_in = !self.is_banned(user, None) && self.passwords[user] == Some(label);
        if is_in {
            let device = "the token of the device unnamed, number ".to_owned();
            self.record(user, "device", device, ", with the password".to_owned());
        }
        is_in
    }

    pub(super) fn drop_device(&mut self, by: User, user: User, label: u64, id: u64) -> bool {
        let may = by == user || self.roles[by] == Role::Owner;
        if !may || !self.devices.remove(&(user, label)) {
            return false;
        }
        let device = device_name(label);
        let about = format!("the token of the device {device}, number {id} of {}", self.name(user));
        self.record(by, "drop", about, String::new());
        true
    }
}
