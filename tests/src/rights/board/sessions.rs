//! The sessions of users: how they begin, are refused, and end.

use serde_json::{Value, json};

use super::Board;
use crate::rights::order::{Order, User};
use crate::rights::state::Answer;
use crate::rights::worlds::Outcome;
use crate::rights::{Backup, device, user_name};

impl Board {
    /// The `hello` of a user, which makes its token itself.
    pub(in crate::rights) fn hello(&mut self, user: User) -> Value {
        self.users[user].hello = self.tick();
        let group = self.settings.group;
        json!({"type": "hello", "version": 1, "name": user_name(group, user), "new": true,
               "token": self.settings.token(user as u64), "device": device(group, user),
               "features": ["accounts", "events", "roles", "unknown_kinds"]})
    }

    /// A client of the user is in.
    pub(in crate::rights) fn welcome(&mut self, user: User, welcome: &Value) {
        let epoch = welcome["journal"]["epoch"].as_str().map(str::to_owned);
        if self.epoch.is_some() && self.epoch != epoch {
            self.is_restored = true;
            self.life += 1;
            self.texts.clear();
            self.set_certain();
        }
        self.epoch = epoch;
        self.tick();
        if self.certain.is_banned_since(user, self.users[user].hello) == Answer::Yes {
            self.fault(
                |findings| &mut findings.wrong_orders,
                || format!("user {user} is banned: {welcome}"),
            );
        }
        let role = self.certain.role_since(user, self.users[user].hello);
        if role.is_some_and(|role| welcome["role"] != role.word()) {
            self.fault(
                |findings| &mut findings.wrong_orders,
                || format!("user {user} is {role:?}: {welcome}"),
            );
        }
        let peer = &mut self.users[user];
        peer.id = welcome["id"].as_u64();
        (peer.is_online, peer.is_new, peer.may_have_ghosts) = (true, true, true);
        peer.connection += 1;
        self.findings.connections += 1;
    }

    /// A user is not let in.
    pub(in crate::rights) fn kept_out(&mut self, user: User, refused: &Value) {
        self.tick();
        let is_wrong = match refused["code"].as_str().unwrap_or_default() {
            "banned" => {
                self.certain.is_banned_since(user, self.users[user].hello) == Answer::No
                    && !self.is_banned_in_backup(user)
            }
            "shutdown" | "busy" => false,
            _ => true,
        };
        if is_wrong {
            self.fault(|findings| &mut findings.wrong_orders, || format!("user {user}: {refused}"));
        }
    }

    /// Whether the user may be banned in the backup. If it was restored, a refusal does not say so, and may come before
    /// the first `welcome`, which does.
    fn is_banned_in_backup(&self, user: User) -> bool {
        self.settings.backup.get() != Backup::None
            && self.saved.iter().any(|state| state.is_banned(user, None))
    }

    /// The earlier connections of a user have ended.
    pub(in crate::rights) fn forget_ghosts(&mut self, user: User) {
        self.users[user].may_have_ghosts = false;
        let is_over = |order: &Order| order.session_of() == Some(user);
        self.worlds = self.worlds.without_unanswered(is_over);
        self.set_certain();
    }

    /// Orders that were sent by a client that was killed have no answer.
    pub(in crate::rights) fn abandon(&mut self) {
        let outcomes = vec![Outcome::Unanswered; self.in_flight.len()];
        self.answer(&outcomes, &[]);
        self.users.iter_mut().for_each(|user| user.is_online = false);
    }
}
