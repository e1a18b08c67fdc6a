//! Stored invites.

use chat_proto::{ShortString, Timestamp, UserId};

use super::{RoomId, UserRole};
use crate::token::TokenHash;

/// An invite, by which new users come in if they need one.
#[derive(Debug, Clone)]
pub struct InviteRecord {
    /// Its number. No other invite ever has it.
    pub id: u64,
    /// The hash of its secret.
    pub(crate) hash: TokenHash,
    /// Who made it; [`UserId::SERVER`] for the operator.
    pub by: UserId,
    /// The role that it gives.
    pub role: UserRole,
    /// The room that the users join, too.
    pub room: Option<RoomId>,
    /// How many users may come by it.
    pub uses: u32,
    /// How many have.
    pub used: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Its purpose, in the words of its author.
    pub note: ShortString,
}
