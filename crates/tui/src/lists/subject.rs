//! The subjects of lists with an input line of their own.

use std::cmp::Reverse;

use chat_client::State as ClientState;
use chat_proto::{Role, Seq, Timestamp, User};

use super::{Offer, OfferAction, accounts, found, orders, people, places, reactions};
use crate::action::Action;
use crate::keymap::KeyMap;
use crate::wording;

/// The subject of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Where to go: rooms, users, commands.
    GoTo,
    /// The rooms of the server.
    Rooms,
    /// The users of the current room.
    People,
    /// The pinned messages of the current room.
    Pins,
    /// The messages that the user remembers.
    Saved,
    /// The messages that mention the user, in all rooms.
    Mentions,
    /// The invites that the user may see.
    Invites,
    /// The hooks of the rooms that the user moderates.
    Hooks,
    /// The mutes and bans of the current room, or of the server.
    Sanctions {
        /// Whether they are those of the server.
        is_server: bool,
    },
    /// The records of the audit log.
    Audit,
    /// The devices and sessions of the user, or of another one.
    Devices,
    /// A secret that is typed and not shown.
    Secret(SecretKind),
    /// What to react with to a message of the current room.
    React(Seq),
    /// The texts that a message of the current room has had.
    Versions(Seq),
}

/// Which secret is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The present password, if there is one.
    OldPassword,
    /// The new one.
    NewPassword,
    /// The new one again.
    Again,
    /// The password, to log in.
    Login,
    /// The password of the server, which new users need.
    Server,
}

impl SecretKind {
    /// The label before the input.
    const fn label(self) -> &'static str {
        match self {
            Self::OldPassword => "Present password › ",
            Self::NewPassword => "New password › ",
            Self::Again => "The same again › ",
            Self::Login => "Password › ",
            Self::Server => "Password of the server › ",
        }
    }

    /// A hint below the input: there is no list to choose from.
    const fn explains(self) -> &'static str {
        match self {
            Self::OldPassword => "Leave it empty if you have none",
            Self::NewPassword => "At least 8 characters; nothing is shown or stored here",
            Self::Again => "To rule out a typing error",
            Self::Login => {
                "It is not shown. Or /login CODE: an owner of the server can give you a code"
            }
            Self::Server => {
                "The person who runs the server tells you. If you have an account: Esc, then /login"
            }
        }
    }
}

impl Subject {
    /// Whether the typed text must not be shown.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret(_))
    }

    /// Whether the server is asked for it by an order, which it may refuse.
    #[must_use]
    pub const fn is_order(self) -> bool {
        matches!(
            self,
            Self::Invites | Self::Hooks | Self::Sanctions { .. } | Self::Audit | Self::Devices
        )
    }

    /// The label before the input.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::GoTo => "Go to › ",
            Self::Rooms => "Rooms › ",
            Self::People => "Users › ",
            Self::Pins => "Pinned › ",
            Self::Saved => "Remembered › ",
            Self::Mentions => "Mentions › ",
            Self::Invites => "Invites › ",
            Self::Hooks => "Hooks › ",
            Self::Sanctions { .. } => "Mutes and bans › ",
            Self::Audit => "Audit › ",
            Self::Devices => "Devices › ",
            Self::Secret(kind) => kind.label(),
            Self::React(_) => "React › ",
            Self::Versions(_) => "Versions › ",
        }
    }

    /// The hint in the input as long as nothing is typed.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::GoTo => "a room, a user, or > and a command",
            Self::Rooms => "part of the name of a room",
            Self::People => "part of the name of a user",
            Self::Pins | Self::Saved | Self::Mentions => "part of a name, a room or a text",
            Self::Versions(_) => "part of a text",
            Self::Secret(_) => "",
            Self::Invites => "part of a note or a name",
            Self::Hooks => "part of a name or a room",
            Self::Sanctions { .. } => "part of a name or a reason",
            Self::Audit => "part of a name, an action or a reason",
            Self::Devices => "part of a name or a number",
            Self::React(_) => "part of the name of an emoji, or an emoji",
        }
    }

    /// What the key that takes the chosen offer does.
    #[must_use]
    pub const fn enter(self) -> &'static str {
        match self {
            Self::GoTo | Self::Pins | Self::Saved | Self::Mentions => "go there",
            Self::Rooms => "join",
            Self::People => "direct message",
            Self::Invites | Self::Hooks | Self::Sanctions { .. } => "end it",
            Self::Audit => "copy",
            Self::Devices => "drop or end it",
            Self::Secret(_) => "go on",
            Self::React(_) => "react",
            Self::Versions(_) => "copy the text",
        }
    }

    /// What the list says if nothing is found.
    #[must_use]
    pub fn empty(self, client: &ClientState, keys: &KeyMap) -> String {
        match self {
            Self::Rooms | Self::People | Self::Mentions | Self::Versions(_)
                if client.session().is_none() =>
            {
                wording::OFFLINE.to_owned()
            }
            order if order.is_order() && client.session().is_none() => wording::OFFLINE.to_owned(),
            Self::Secret(kind) => kind.explains().to_owned(),
            list if list.is_unreadable(client) => wording::UNREADABLE.to_owned(),
            Self::Sanctions { .. } if client.sanctions().is_loading() => "Loading…".to_owned(),
            Self::Sanctions { .. } => "Nobody is muted or banned".to_owned(),
            Self::Audit if client.audit().is_loading() => "Loading…".to_owned(),
            Self::Audit => "There are no records".to_owned(),
            Self::Invites if client.invites().is_loading() => "Loading…".to_owned(),
            Self::Invites => "No invite is valid. /invite makes one".to_owned(),
            Self::Hooks if client.hooks().is_loading() => "Loading…".to_owned(),
            Self::Hooks => "No room that you moderate has a hook. /hook NAME makes one".to_owned(),
            Self::Devices => accounts::empty(client),
            Self::Mentions if client.mention_list().is_loading() => "Loading…".to_owned(),
            Self::Pins if client.session().is_none() => {
                "No loaded message here is pinned. Try again once connected".to_owned()
            }
            Self::Pins if client.pin_list().is_loading() => "Loading…".to_owned(),
            Self::Pins => "No message here is pinned".to_owned(),
            Self::Saved => "Select a message and press m to remember it".to_owned(),
            Self::Mentions => "No message mentions you".to_owned(),
            Self::Versions(_) if client.version_list().is_loading() => "Loading…".to_owned(),
            Self::Versions(_) => match client.version_list().refusal() {
                Some(refusal) => format!("The server can't send them: {}", refusal.text),
                None => "No version has this text".to_owned(),
            },
            Self::GoTo | Self::Rooms | Self::React(_) => "Nothing found".to_owned(),
            Self::People => {
                let key = keys.name(Action::GoTo).unwrap_or_else(|| "/go".to_owned());
                format!("No match in this room. {key} finds users of other rooms, too")
            }
        }
    }

    /// Whether the server has sent something for the list that this version cannot read.
    fn is_unreadable(self, client: &ClientState) -> bool {
        match self {
            Self::Rooms => client.listing().is_unreadable(),
            Self::Mentions => client.mention_list().is_unreadable(),
            Self::Pins => client.pin_list().is_unreadable(),
            Self::Invites => client.invites().is_unreadable(),
            Self::Hooks => client.hooks().is_unreadable(),
            Self::Sanctions { .. } => client.sanctions().is_unreadable(),
            Self::Audit => client.audit().is_unreadable(),
            Self::Devices => client.listed_account().is_unreadable(),
            _ => false,
        }
    }

    /// The heading of the list.
    #[must_use]
    pub fn title(self, client: &ClientState) -> String {
        match self {
            Self::GoTo => "Go to".to_owned(),
            Self::Rooms => "Rooms".to_owned(),
            Self::People => format!("Users in {}", client.room().label()),
            Self::Pins => format!("Pinned in {}", client.room().label()),
            Self::Saved => "Messages you remember".to_owned(),
            Self::Mentions => "Messages that mention you".to_owned(),
            Self::Secret(SecretKind::Login) => format!("Log in as {}", client.name()),
            Self::Secret(SecretKind::Server) => {
                "This server asks new users for its password".to_owned()
            }
            Self::Secret(_) => "Your password".to_owned(),
            Self::Invites => "Invites".to_owned(),
            Self::Hooks => "Hooks".to_owned(),
            Self::Sanctions { is_server: true } => "Mutes and bans on this server".to_owned(),
            Self::Sanctions { .. } => format!("Mutes and bans in {}", client.room().label()),
            Self::Audit => "Who changed what".to_owned(),
            Self::Devices => accounts::title(client),
            Self::React(seq) => {
                format!("React to {}", wording::beginning_of(client.message(seq)))
            }
            Self::Versions(seq) => {
                format!("Versions of {}", wording::beginning_of(client.message(seq)))
            }
        }
    }

    /// The offers for the typed text, the best first, and how many there are without a text. `when` writes a time.
    #[must_use]
    pub fn offers(
        self,
        client: &ClientState,
        typed: &str,
        when: impl Fn(Timestamp) -> String,
    ) -> (Vec<Offer>, usize) {
        match self {
            Self::GoTo => {
                let offers = places::go_to(client, typed);
                let count = offers.len();
                (offers, count)
            }
            Self::Rooms => {
                let mut all: Vec<_> = places::counted_rooms(client).collect();
                all.sort_by_key(|(users, _)| Reverse(*users));
                let count = all.len();
                let all = all.into_iter().map(|(_, offer)| offer).collect();
                (places::best(all, typed.trim_start_matches('#'), |_| ()), count)
            }
            Self::Pins
            | Self::Saved
            | Self::Mentions
            | Self::Versions(_)
            | Self::Invites
            | Self::Hooks
            | Self::Sanctions { .. }
            | Self::Audit
            | Self::Devices => {
                let all = match self {
                    Self::Sanctions { .. } => orders::sanctions(client, when),
                    Self::Audit => orders::audit(client, when),
                    Self::Devices => accounts::devices(client, when),
                    Self::Invites => orders::invites(client, when),
                    Self::Hooks => orders::hooks(client, when),
                    Self::Pins => found::pinned(client),
                    Self::Versions(seq) => found::versions(client, seq, when),
                    Self::Saved => found::saved(client),
                    _ => found::mentions(client),
                };
                let count = all.len();
                (found::with(all, typed), count)
            }
            Self::Secret(_) => (Vec::new(), 0),
            Self::React(seq) => {
                let offers = reactions::offers(client, seq, typed);
                let count = offers.len();
                (offers, count)
            }
            Self::People => {
                let all = users(client);
                let count = all.len().max(client.room().users().count());
                (places::best(all, typed.trim_start_matches('@'), |_| ()), count)
            }
        }
    }
}

/// The users of the current room.
fn users(client: &ClientState) -> Vec<Offer> {
    let users = people::of_room(client.room(), client.me()).into_iter();
    let offer = |user: &User| {
        let away = client.away(user.id);
        let own = client.is_me(user.id).then(|| "you".to_owned());
        let role = client.room().role(user.id);
        let role = (role != Role::Member).then(|| role.to_string());
        let away = away.map(wording::away);
        let detail: Vec<String> = [own, role, away.clone()].into_iter().flatten().collect();
        let detail = detail.join(" · ");
        let presence = Some(client.session().is_some() && away.is_none());
        let does = OfferAction::Direct(user.name.clone());
        Offer { presence, ..Offer::new(user.name.as_str(), does).detail(detail) }
    };
    users.map(offer).collect()
}
