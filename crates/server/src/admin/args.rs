//! The arguments of `chat-server admin`, and the command that each of them sends.

use chat_proto::limits::{INVITE_S_MAX, INVITE_USES_MAX, SLOW_S_MAX};
use chat_proto::{Command, Privacy, Role, RoomName, SanctionKind, ShortString, TopicBy, UserName};
use chat_server::config::OWNER_INVITE_VALID;
use clap::{Subcommand, ValueEnum};

use super::target::{KickTerms, PardonTerms, Terms};
use super::user::UserOrder;
use crate::address::PublicAddress;
use crate::span;

const EXAMPLES: &str = "\
Examples:
  chat-server admin owner-line                 make an owner, also if all tokens are lost
  chat-server admin invite --uses 5 --for 2d   five new users may come by one line
  chat-server admin revoke 4                   end that invite
  chat-server admin hook '#ops' nightly        an address to which a program posts what it says in #ops
  chat-server admin user role ana owner
  chat-server admin user link bob              a code for bob, who has lost all devices
  chat-server admin mute eva --for 10m --reason 'cool down' --room '#rust'
  chat-server admin unmute eva --room '#rust'
  chat-server admin ban 203.0.113.0/24 --for 1d
  chat-server admin audit --limit 100

Exit codes: 0 if it is done, 1 if the daemon does not run or refuses it, 2 for wrong usage.";

/// The arguments of `chat-server admin`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    pub(super) order: Order,

    /// Print what the daemon answers as it is: lines of JSON, as docs/protocol.md has them.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

impl AdminArgs {
    /// What other machines call this one, if the address line alone is asked for.
    pub(crate) const fn address(&self) -> Option<Option<&PublicAddress>> {
        match &self.order {
            Order::Address { address } => Some(address.as_ref()),
            _ => None,
        }
    }
}

/// The order of the operator.
#[derive(Debug, Subcommand)]
pub(super) enum Order {
    /// Print a line whose first user becomes an owner of the server, within 24 hours.
    OwnerLine,
    /// Make an invite, and print the line by which new users come.
    Invite {
        /// The role that they get.
        #[arg(long, value_name = "ROLE", default_value = "member")]
        role: InviteRole,
        /// Number of users that may come by it.
        #[arg(long, value_name = "N", default_value_t = 1,
              value_parser = clap::value_parser!(u32).range(1..=i64::from(INVITE_USES_MAX)))]
        uses: u32,
        /// How long it is valid, such as 12h or 7d; 30 days at most.
        #[arg(long = "for", value_name = "TIME", default_value = "7d", value_parser = valid_s)]
        valid_s: u32,
        /// A room that the new users join, too; also a private one.
        #[arg(long, value_name = "ROOM")]
        room: Option<RoomName>,
        /// What it is for. Moderators and owners see it.
        #[arg(long, value_name = "TEXT", value_parser = note)]
        note: Option<ShortString>,
    },
    /// List the invites.
    Invites,
    /// End an invite. Users who came by it stay.
    Revoke {
        /// Its number, as `invites` lists it.
        id: u64,
    },
    /// Make a hook, and print the address to which a program posts what it says in a room as a bot.
    Hook {
        /// The room.
        room: RoomName,
        /// The name of the bot: that of no other user, but of a bot whose hook of this room was revoked.
        name: UserName,
    },
    /// List the hooks.
    Hooks,
    /// End a hook. The messages of its bot stay.
    RevokeHook {
        /// Its number, as `hooks` lists it.
        id: u64,
    },
    /// Show a user, or change its role, password, devices or name.
    User {
        #[command(subcommand)]
        order: UserOrder,
    },
    /// List the sessions of all users.
    Sessions,
    /// End a session. The user may come back.
    End {
        /// Its number, as `sessions` lists it.
        session: u64,
    },
    /// List the rooms with a name, also private ones.
    Rooms,
    /// Give a room other rules. What is left out stays.
    Rule {
        /// The room.
        room: RoomName,
        /// Who finds and joins it, and writes there: public, private or announce.
        #[arg(long, value_name = "WHO", value_parser = privacy)]
        privacy: Option<Privacy>,
        /// Seconds between two messages of one member; 0 for no pause.
        #[arg(long, value_name = "SECONDS",
              value_parser = clap::value_parser!(u32).range(..=i64::from(SLOW_S_MAX)))]
        slow: Option<u32>,
        /// Who sets the topic and pins messages: all or moderators.
        #[arg(long, value_name = "WHO", value_parser = topic_by)]
        topic_by: Option<TopicBy>,
    },
    /// Keep a user or a network from writing. They can read.
    Mute(Terms),
    /// End the mute of a user or a network.
    Unmute(PardonTerms),
    /// Send a user out of a room, or end its sessions. It may come back.
    Kick(KickTerms),
    /// Send a user out, and keep it out; or keep out the guests and the new users of a network.
    Ban(Terms),
    /// End the ban of a user or a network.
    Unban(PardonTerms),
    /// List the mutes and bans that have not ended.
    Sanctions {
        /// Those in this room; without it, those on the server.
        #[arg(long, value_name = "ROOM")]
        room: Option<RoomName>,
    },
    /// List what owners, moderators and the operator have done, the newest first.
    Audit {
        /// Number of records at most.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Print the line with which chat-tui connects from another machine, as `chat-server address` does.
    Address {
        /// What other machines call this one: HOST:PORT, or HOST with the port on which the daemon listens.
        #[arg(value_name = "ADDR")]
        address: Option<PublicAddress>,
    },
}

/// The roles that an invite gives.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum InviteRole {
    /// Without further rights.
    Member,
    /// Mutes, kicks and bans users, and deletes messages of others.
    Moderator,
    /// May do everything.
    Owner,
}

impl From<InviteRole> for Role {
    fn from(role: InviteRole) -> Self {
        match role {
            InviteRole::Member => Self::Member,
            InviteRole::Moderator => Self::Moderator,
            InviteRole::Owner => Self::Owner,
        }
    }
}

impl Order {
    /// The command that the daemon is sent; `None` if it is none, or more than one.
    pub(super) fn command(&self) -> Option<Command> {
        Some(match self {
            Self::OwnerLine => Command::Invite {
                uses: Some(1),
                valid_s: u32::try_from(OWNER_INVITE_VALID.as_secs()).ok(),
                role: Some(Role::Owner),
                room: None,
                note: None,
            },
            Self::Invite { role, uses, valid_s, room, note } => Command::Invite {
                uses: Some(*uses),
                valid_s: Some(*valid_s),
                role: Some((*role).into()),
                room: room.clone(),
                note: note.clone(),
            },
            Self::Invites => Command::Invites { before: None },
            Self::Revoke { id } => Command::Revoke { id: *id },
            Self::Hook { room, name } => Command::Hook { room: room.clone(), name: name.clone() },
            Self::Hooks => Command::Hooks { before: None },
            Self::RevokeHook { id } => Command::RevokeHook { id: *id },
            Self::Mute(terms) => Command::Sanction(Box::new(terms.command(SanctionKind::Mute))),
            Self::Ban(terms) => Command::Sanction(Box::new(terms.command(SanctionKind::Ban))),
            Self::Kick(terms) => Command::Sanction(Box::new(terms.command())),
            Self::Rule { room, privacy, slow, topic_by } => Command::Rule {
                room: room.clone(),
                privacy: *privacy,
                slow_s: *slow,
                topic_by: *topic_by,
            },
            Self::End { session } => Command::End { session: *session },
            Self::User { .. }
            | Self::Sessions
            | Self::Rooms
            | Self::Unmute(_)
            | Self::Unban(_)
            | Self::Sanctions { .. }
            | Self::Audit { .. }
            | Self::Address { .. } => return None,
        })
    }
}

impl Order {
    /// The result in words, if the answer does not say it.
    pub(super) fn done(&self) -> Option<String> {
        match self {
            Self::Revoke { id } => {
                Some(format!("Invite {id} has ended. Users who came by it stay.\n"))
            }
            Self::RevokeHook { id } => {
                Some(format!("Hook {id} has ended. The messages of its bot stay.\n"))
            }
            Self::End { session } => Some(format!("Session {session} has ended.\n")),
            _ => None,
        }
    }
}

/// Reads for how long an invite is valid, in seconds.
fn valid_s(written: &str) -> Result<u32, String> {
    let span = span::parse(written).ok_or("write a time as 12h or 7d")?;
    let valid_s = u32::try_from(span.as_secs()).ok();
    valid_s
        .filter(|valid_s| (1..=INVITE_S_MAX).contains(valid_s))
        .ok_or_else(|| "an invite is valid for one second at least and 30 days at most".to_owned())
}

fn privacy(written: &str) -> Result<Privacy, &'static str> {
    let privacy = Privacy::of(written);
    if privacy == Privacy::Unknown { Err("write public, private or announce") } else { Ok(privacy) }
}

fn topic_by(written: &str) -> Result<TopicBy, &'static str> {
    let topic_by = TopicBy::of(written);
    if topic_by == TopicBy::Unknown { Err("write all or moderators") } else { Ok(topic_by) }
}

pub(super) fn role(written: &str) -> Result<Role, String> {
    match Role::of(written) {
        Role::Guest | Role::Unknown => Err("write member, voice, moderator or owner".to_owned()),
        role => Ok(role),
    }
}

fn note(written: &str) -> Result<ShortString, String> {
    ShortString::new(written).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_is_valid_for_thirty_days_at_most() {
        assert_eq!(valid_s("7d"), Ok(604_800));
        assert_eq!(valid_s("30d"), Ok(INVITE_S_MAX));
        assert!(valid_s("31d").is_err() && valid_s("0s").is_err() && valid_s("soon").is_err());
    }
}
