//! Chooses at random what a user does next. Much of it is not allowed.

use super::USERS;
use super::barred::BanTarget;
use super::board::Board;
use super::entry::Secrets;
use super::order::{Kind, Order, Privacy, Role, Room, Rules, User};
use super::state::State;

/// Most invites of a group: the server has a bound for each user.
const INVITES_MAX: usize = 15;

/// Most further devices of a group: the server has a bound for each user.
const DEVICES_MAX: usize = 60;

impl Board {
    /// The next order; `None` if there is none to give now. The number of a sanction or of a device is to be found out.
    pub(super) fn draft(&mut self, secrets: &mut Secrets) -> Option<Order> {
        let online: Vec<User> = (0..USERS).filter(|user| self.users[*user].is_online).collect();
        let any = self.random.choice(online.iter().copied())?;
        // The owner may do the most, and undoes what the others suffer.
        let by = if self.users[0].is_online && self.random.u8(..5) < 2 { 0 } else { any };
        let (room, user) = (self.random.usize(..super::ROOMS), self.random.usize(1..USERS));
        let kinds = match (self.settings.has_codes, self.settings.is_simulated) {
            (false, _) => 33,
            (true, true) => 36,
            (true, false) => 44,
        };
        match self.random.u8(..kinds) {
            0 => {
                let role = self.role(&[Role::Moderator, Role::Owner])?;
                Some(Order::Grant { by, user, room: None, role })
            }
            1..6 => {
                let role = self.role(&[Role::Voice, Role::Moderator, Role::Owner])?;
                Some(Order::Grant { by, user, room: Some(room), role })
            }
            6..9 => Some(Order::Rule { by, room, rules: self.rules() }),
            9..11 => Some(Order::AskIn { by, room, user }),
            11..17 => Some(Order::Join { by: any, room }),
            17 => Some(Order::Leave { by: any, room }),
            18 => {
                let label = self.next_label();
                Some(Order::Topic { by, room, label })
            }
            19 => Some(Order::Read { by: any, room }),
            20..24 => Some(self.sanction(by, user, room)),
            24..28 => {
                let made = |state: &'_ State| -> Vec<_> {
                    state.sanctions.values().chain(state.barred.values()).copied().collect()
                };
                let labels = self.worlds.iter().flat_map(made);
                let labels: Vec<u64> = labels.map(|(_, label)| label).collect();
                let label = self.random.choice(labels)?;
                Some(Order::Pardon { by, label, id: 0 })
            }
            28..31 => {
                let text = self.random.choice(self.texts.iter().copied())?;
                let (room, seq, of) = text;
                (of != by).then_some(Order::Delete { by, room, seq, of })
            }
            31 => Some(Order::End { by, user: any, id: 0 }),
            32 => {
                let label = self.next_label();
                Some(Order::Bar { by, whom: BanTarget::Network, label })
            }
            33 => {
                let label = self.next_label();
                let is_full = secrets.devices.len() >= DEVICES_MAX;
                (!is_full).then_some(Order::AddDevice { user: any, label })
            }
            34 => {
                let device = self.random.choice(&secrets.devices)?;
                Some(Order::UseDevice { user: device.user, label: device.label })
            }
            35 => {
                let device = self.random.choice(&secrets.devices)?;
                let (user, label) = (device.user, device.label);
                Some(Order::Drop { by, user, label, id: 0 })
            }
            36 => self.invite(by, secrets),
            37 => {
                let invite = self.random.choice(&secrets.invites)?;
                let (label, id) = (invite.label, invite.id);
                Some(Order::Revoke { by, label, id })
            }
            38..41 => self.admit(secrets),
            41 => self.password(any),
            42 => {
                let invite = self.random.choice(&secrets.invites)?;
                let whom = BanTarget::Invite { label: invite.label, id: invite.id };
                let label = self.next_label();
                Some(Order::Bar { by, whom, label })
            }
            _ => self.free(by),
        }
    }

    /// One of these roles, or none: a user without one is refused the most.
    fn role(&mut self, roles: &[Role]) -> Option<Role> {
        if self.random.bool() { Some(Role::Member) } else { self.random.choice(roles).copied() }
    }

    fn rules(&mut self) -> Rules {
        let privacy = [Privacy::Public, Privacy::Private, Privacy::Announce];
        let privacy = self.random.choice(privacy).unwrap_or_default();
        Rules { privacy, is_slow: self.random.u8(..4) == 0, by_moderators: self.random.bool() }
    }

    fn sanction(&mut self, by: User, user: User, room: Room) -> Order {
        let kind = self.random.choice([Kind::Mute, Kind::Mute, Kind::Kick, Kind::Ban]);
        let room = (self.random.u8(..5) > 0).then_some(room);
        let label = self.next_label();
        Order::Sanction { by, kind: kind.unwrap_or(Kind::Mute), user, room, label }
    }

    fn invite(&mut self, by: User, secrets: &Secrets) -> Option<Order> {
        if secrets.invites.len() >= INVITES_MAX {
            return None;
        }
        let role =
            self.random.choice([Role::Member, Role::Member, Role::Moderator, Role::Owner])?;
        let uses = if self.random.bool() { 1 } else { 3 };
        let label = self.next_label();
        Some(Order::Invite { by, role, uses, label })
    }

    /// Frees the name of a user whose `welcome` has arrived: another one may come again, and take it back.
    fn free(&mut self, by: User) -> Option<Order> {
        let mut newcomers: Vec<u64> =
            self.worlds.iter().flat_map(|state| state.admitted.keys().copied()).collect();
        let unanswered = self.worlds.iter().flat_map(|state| &state.unanswered);
        let may_come_again: Vec<u64> = unanswered
            .filter_map(|order| match order {
                Order::Admit { newcomer, .. } => Some(*newcomer),
                _ => None,
            })
            .collect();
        newcomers.retain(|newcomer| !may_come_again.contains(newcomer));
        let newcomer = self.random.choice(newcomers)?;
        Some(Order::Free { by, newcomer })
    }

    /// A new user, or one whose `welcome` was lost.
    fn admit(&mut self, secrets: &mut Secrets) -> Option<Order> {
        let is_admission = |order: &&Order| matches!(order, Order::Admit { .. });
        let unanswered = self.worlds.iter().flat_map(|state| &state.unanswered).find(is_admission);
        if let Some(again) = unanswered {
            return Some(again.clone());
        }
        let invite = self.random.choice(&secrets.invites)?;
        let (label, id) = (invite.label, invite.id);
        secrets.newcomers += 1;
        Some(Order::Admit { newcomer: secrets.newcomers, label, id })
    }

    /// Another password if the present one is known; else finds out which it is. A wrong one is sent as seldom as
    /// possible, since the server takes few of them.
    fn password(&mut self, user: User) -> Option<Order> {
        let mut known: Vec<_> = self.worlds.iter().map(|state| state.passwords[user]).collect();
        known.sort_unstable();
        known.dedup();
        match *known {
            [Some(label)] if self.random.bool() => Some(Order::LogIn { user, label }),
            [old] => {
                let label = self.next_label();
                Some(Order::SetPassword { user, old, label })
            }
            [.., Some(label)] => Some(Order::LogIn { user, label }),
            _ => None,
        }
    }

    /// The room of a sanction in one of the states; `None` if there is none.
    pub(super) fn room_of_sanction(&self, label: u64) -> Option<Option<Room>> {
        let made = self.worlds.iter().flat_map(|state| &state.sanctions);
        let mut made = made.map(|(key, made)| (key.2, made.1));
        let of_user = made.find(|(_, of)| *of == label).map(|(room, _)| room);
        let mut barred = self.worlds.iter().flat_map(|state| state.barred.values());
        of_user.or_else(|| barred.any(|(_, of)| *of == label).then_some(None))
    }
}
