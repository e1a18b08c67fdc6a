//! Stored hooks.

use chat_proto::{Timestamp, UserId};

use super::RoomId;
use crate::token::TokenHash;

/// A hook, by which a program says something in a room as a bot.
#[derive(Debug, Clone)]
pub struct HookRecord {
    /// Its number. No other hook ever has it.
    pub id: u64,
    /// The hash of its secret.
    pub(crate) hash: TokenHash,
    /// The user that says it.
    pub bot: UserId,
    /// The room.
    pub room: RoomId,
    /// Who made it; [`UserId::SERVER`] for the operator.
    pub by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
}
