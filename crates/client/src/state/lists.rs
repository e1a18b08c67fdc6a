//! The lists that the server was asked for.

use chat_proto::event::{AuditEntry, HookInfo, InviteInfo, SanctionInfo};

use super::State;
use crate::listing::{ListedAccount, MessageList, OrderList, RoomListing, VersionList};
use crate::search::Search;

impl State {
    /// The rooms of the server, as far as they were asked for.
    #[must_use]
    pub const fn listing(&self) -> &RoomListing {
        &self.listing
    }

    /// The invites that the user may see, as far as they were asked for: the newest first.
    #[must_use]
    pub const fn invites(&self) -> &OrderList<InviteInfo> {
        &self.invites
    }

    /// The hooks of the rooms that the user moderates, as far as they were asked for: the newest first.
    #[must_use]
    pub const fn hooks(&self) -> &OrderList<HookInfo> {
        &self.hooks
    }

    /// The mutes and bans that were asked for last: by their numbers.
    #[must_use]
    pub const fn sanctions(&self) -> &OrderList<SanctionInfo> {
        &self.sanctions
    }

    /// The records of the audit log, as far as they were asked for: the newest first.
    #[must_use]
    pub const fn audit(&self) -> &OrderList<AuditEntry> {
        &self.audit
    }

    /// The account that was asked for last, with its devices and sessions.
    #[must_use]
    pub const fn listed_account(&self) -> &ListedAccount {
        &self.account
    }

    /// The messages that mention the user, as far as they were asked for.
    #[must_use]
    pub const fn mention_list(&self) -> &MessageList {
        &self.mention_list
    }

    /// The pinned messages of the room that was asked about last.
    #[must_use]
    pub const fn pin_list(&self) -> &MessageList {
        &self.pin_list
    }

    /// The texts of the message that was asked about last.
    #[must_use]
    pub const fn version_list(&self) -> &VersionList {
        &self.version_list
    }

    /// The query of the user, and its results.
    #[must_use]
    pub const fn search(&self) -> &Search {
        &self.search
    }
}
