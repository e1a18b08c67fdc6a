//! The arguments that name a user or a network, and the reason and the length of a sanction.

use anyhow::ensure;
use chat_proto::{Network, Reason, RoomName, SanctionKind, UserName, command};

use super::control::Control;
use super::user::quoted;
use crate::span;

/// The target of a sanction. An address is a network, also if a user has it for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    User(UserName),
    Network(Network),
}

/// Reads a target.
pub(super) fn target(written: &str) -> Result<Target, String> {
    if let Ok(network) = written.parse() {
        return Ok(Target::Network(network));
    }
    match UserName::new(written) {
        Ok(name) => Ok(Target::User(name)),
        Err(error) => Err(format!("{error}. {}", chat_proto::NetworkError)),
    }
}

/// The room, the time and the reason of a sanction.
#[derive(Debug, clap::Args)]
pub(super) struct Terms {
    /// The name of a user, or the address of a network for its guests and new users.
    #[arg(value_name = "NAME|NETWORK", value_parser = target)]
    target: Target,
    /// In this room alone.
    #[arg(long, value_name = "ROOM")]
    room: Option<RoomName>,
    /// How long, such as 10m or 7d [default: without an end].
    #[arg(long = "for", value_name = "TIME", value_parser = for_s)]
    for_s: Option<u64>,
    /// Why. The user is shown it.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<Reason>,
}

impl Terms {
    /// The command for a sanction of that kind.
    pub(super) fn command(&self, kind: SanctionKind) -> command::Sanction {
        let (user, network) = match &self.target {
            Target::User(name) => (Some(name.clone()), None),
            Target::Network(network) => (None, Some(*network)),
        };
        let (room, reason) = (self.room.clone(), self.reason.clone().unwrap_or_default());
        command::Sanction {
            kind,
            user,
            network,
            invite: None,
            room,
            for_s: self.for_s,
            remove_since_s: None,
            reason,
        }
    }
}

/// The target, the room and the reason of a kick.
#[derive(Debug, clap::Args)]
pub(super) struct KickTerms {
    /// The name of the user.
    name: UserName,
    /// Out of this room alone; without it, all sessions of the user end.
    #[arg(long, value_name = "ROOM")]
    room: Option<RoomName>,
    /// Why. The user is shown it.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<Reason>,
}

impl KickTerms {
    /// Makes sure that there is somebody to send out: the daemon would end no session, and say that it is done.
    ///
    /// # Errors
    /// Returns an error if the user is not connected, or there is none.
    pub(super) fn check(&self, control: &mut Control) -> anyhow::Result<()> {
        let Self { name, room, .. } = self;
        ensure!(
            room.is_some() || !control.account(name)?.sessions.is_empty(),
            "{name} is not connected, so there is no session to end; chat-server admin ban {} keeps the user out",
            quoted(name)
        );
        Ok(())
    }

    pub(super) fn command(&self) -> command::Sanction {
        let kind = SanctionKind::Kick;
        let (user, room) = (Some(self.name.clone()), self.room.clone());
        let reason = self.reason.clone().unwrap_or_default();
        command::Sanction {
            kind,
            user,
            network: None,
            invite: None,
            room,
            for_s: None,
            remove_since_s: None,
            reason,
        }
    }
}

/// The target whose mute or ban ends.
#[derive(Debug, clap::Args)]
pub(super) struct PardonTerms {
    /// The name of a user, or a network.
    #[arg(value_name = "NAME|NETWORK", value_parser = target)]
    pub(super) target: Target,
    /// The one in this room; without it, the one on the server.
    #[arg(long, value_name = "ROOM")]
    pub(super) room: Option<RoomName>,
}

fn for_s(written: &str) -> Result<u64, String> {
    let span = span::parse(written).ok_or("write a time as 10m, 12h or 7d")?;
    match span.as_secs() {
        0 => Err("it has one second at least".to_owned()),
        seconds => Ok(seconds),
    }
}

fn reason(written: &str) -> Result<Reason, String> {
    Reason::new(written).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_and_anything_else_is_a_user() {
        let network = |written: &str| Ok(Target::Network(written.parse().unwrap()));
        assert_eq!(target("203.0.113.0/24"), network("203.0.113.0/24"));
        assert_eq!(target("::1"), network("::1"));
        assert_eq!(target("eva"), Ok(Target::User(UserName::new("eva").unwrap())));
        let error = target("a@b").unwrap_err();
        assert!(error.contains("203.0.113.0/24"), "{error}");
    }

    #[test]
    fn a_sanction_lasts_a_second_at_least() {
        assert_eq!(for_s("1d"), Ok(86_400));
        assert!(for_s("0s").is_err() && for_s("always").is_err());
    }
}
