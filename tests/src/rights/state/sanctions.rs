//! Mutes, kicks and bans of users.

use super::State;
use crate::rights::barred::end_in_words;
use crate::rights::order::{Kind, Privacy, Role, Room, User, reason};
use crate::rights::room_name;

impl State {
    pub(super) fn sanction(
        &mut self,
        by: User,
        (kind, user, room): (Kind, User, Option<Room>),
        label: u64,
    ) -> bool {
        let is_above = match room {
            Some(room) => {
                let (own, of) = (self.rank(by, room), self.rank(user, room));
                let needed = if of < Role::Moderator { Role::Moderator } else { Role::Owner };
                own >= needed && own > of && !self.is_banned(by, Some(room))
            }
            None => {
                let (own, of) = (self.roles[by], self.roles[user]);
                own >= Role::Moderator && own > of
            }
        };
        let key = (kind, user, room);
        let replaced = self.sanctions.get(&key).copied();
        let may_replace = replaced.is_none_or(|(author, _)| self.may_end(by, key, author));
        let is_here = room.is_none_or(|room| self.rooms[room].members[user]);
        if by == user || !is_above || !may_replace || kind == Kind::Kick && !is_here {
            return false;
        }
        if kind != Kind::Kick {
            self.sanctions.insert(key, (by, label));
        }
        if let (Kind::Kick | Kind::Ban, Some(room)) = (kind, room) {
            self.rooms[room].members[user] = false;
        }
        let end = if kind == Kind::Kick { String::new() } else { end_in_words(label) };
        let about = self.describe(key) + &end;
        self.record(by, "sanction", about, String::new());
        self.records.last_mut().expect("it was just added").reason = reason(label);
        true
    }

    /// Whether a user may end a sanction that `author` has made.
    fn may_end(&self, by: User, (_, user, room): (Kind, User, Option<Room>), author: User) -> bool {
        let rank = |user| room.map_or(self.roles[user], |room| self.rank(user, room));
        let needed = if rank(author) == Role::Owner { Role::Owner } else { Role::Moderator };
        by != user && rank(by) >= needed
    }

    /// A sanction, as the audit log describes it.
    fn describe(&self, (kind, user, room): (Kind, User, Option<Room>)) -> String {
        let at = room.map_or("the server".to_owned(), |room| room_name(self.group, room));
        format!("{} {}, {at}", kind.word(), self.name(user))
    }

    pub(super) fn pardon(&mut self, by: User, label: u64, id: u64) -> bool {
        let barred = self.barred.iter().find(|(_, (_, of))| *of == label);
        if let Some((whom, (author, _))) = barred.map(|(whom, made)| (*whom, *made)) {
            return self.may_end_of_server(by, author) && self.unbar(by, whom, id);
        }
        let found = self.sanctions.iter().find(|(_, (_, of))| *of == label);
        let Some((key, (author, _))) = found.map(|(key, made)| (*key, *made)) else { return false };
        let finds = key.2.is_none_or(|room| {
            let at = &self.rooms[room];
            let is_open = at.members[by] || at.rules.privacy != Privacy::Private;
            is_open && !self.is_banned(by, Some(room))
        });
        if !finds || !self.may_end(by, key, author) {
            return false;
        }
        self.sanctions.remove(&key);
        let about = format!("number {id}, {}", self.describe(key));
        self.record(by, "pardon", about, String::new());
        true
    }
}
