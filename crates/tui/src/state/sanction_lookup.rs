//! A mute or a ban that is to end: the server knows it by a number, so it is looked for first.

use chat_proto::event::SanctionInfo;
use chat_proto::{Network, RoomName, SanctionKind, UserName};

/// The target of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A user.
    User(UserName),
    /// The guests and new users of a network.
    Network(Network),
    /// All who came by an invite.
    Invite(u64),
}

/// A mute or a ban that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SanctionLookup {
    /// Which of both.
    pub kind: SanctionKind,
    /// Of whom.
    pub whom: Whom,
    /// Where it is looked for now; `None` for the server.
    pub place: Option<RoomName>,
    /// The room in which it was not found.
    pub asked: Option<RoomName>,
    /// Whether it is looked for on the server, too.
    pub then_server: bool,
}

impl SanctionLookup {
    /// Whether it is this one.
    #[must_use]
    pub fn is(&self, sanction: &SanctionInfo) -> bool {
        let is_whom = match &self.whom {
            Whom::User(name) => sanction.user.as_ref().is_some_and(|user| user.name == *name),
            Whom::Network(network) => sanction.network == Some(*network),
            Whom::Invite(id) => sanction.invite == Some(*id),
        };
        sanction.kind == self.kind && is_whom
    }
}
