//! The argument `--join`.

use chat_server::config::Join;
use clap::ValueEnum;

/// Which new users come in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum JoinArg {
    /// Everybody who can connect, also the original clients.
    Open,
    /// Those who have an invite.
    Invite,
    /// Those who have an invite that the operator has made.
    Closed,
}

impl JoinArg {
    /// The choice; or by default everybody who can connect, if that is this machine alone.
    pub(super) const fn policy(chosen: Option<Self>, is_reachable: bool) -> Join {
        match chosen {
            Some(Self::Open) => Join::Open,
            Some(Self::Invite) => Join::Invite,
            Some(Self::Closed) => Join::Closed,
            None if is_reachable => Join::Invite,
            None => Join::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_may_join_by_default_only_if_no_other_machine_can_connect() {
        assert_eq!(JoinArg::policy(None, false), Join::Open);
        assert_eq!(JoinArg::policy(None, true), Join::Invite);
        assert_eq!(JoinArg::policy(Some(JoinArg::Open), true), Join::Open);
        assert_eq!(JoinArg::policy(Some(JoinArg::Invite), false), Join::Invite);
        assert_eq!(JoinArg::policy(Some(JoinArg::Closed), false), Join::Closed);
    }
}
