//! The protocols on the wire, and nothing else: no sockets, no tasks, no clock.
//!
//! ```text
//!           native: JSON lines                    classic: unframed text
//! bytes ──▶ NativeCodec<Command> ──▶ Command ◀── classic::ServerEnd ◀── bytes
//! bytes ◀── NativeCodec<Event>   ◀── Event   ──▶ classic::message   ──▶ bytes
//! ```
//!
//! * [`name`] and [`text`]: what users, rooms and messages may be called and may say; checked once
//!   at construction and valid ever after.
//! * [`unsafe_chars`]: which characters do not show, and when they are text all the same.
//! * [`secret`]: what must not appear in a log.
//! * [`command`] and [`event`]: the two vocabularies, of clients and of the server.
//! * [`native`]: the codec of the native protocol, for both of its ends.
//! * [`classic`]: the text of the original chat, for both of its ends.
//! * [`address_line`] and [`server_key`]: where a server is, and how a client knows it again.
//! * [`features`]: what a client and a server can do, as each tells the other.
//! * [`id`]: what identifies a user, a session, a device, each with a type of its own.
//! * [`mention`]: where a text names a user.
//! * [`code`]: the closed lists of words that say why something was refused or ended.

mod account;
pub mod address_line;
pub mod classic;
pub mod code;
pub mod command;
mod emoji;
pub mod event;
pub mod export;
pub mod features;
pub mod id;
pub mod limits;
pub mod mention;
pub mod name;
pub mod native;
mod role;
mod sanction;
pub mod secret;
pub mod server_key;
mod short_line;
mod short_string;
pub mod text;
pub mod time;
pub mod unsafe_chars;

pub use account::{AccountChange, Door};
pub use address_line::{AddressLine, BadAddressLine};
pub use code::{EndCode, LeaveReason, RefusalCode};
pub use command::Command;
pub use emoji::{Emoji, EmojiError};
pub use event::{Event, Message, Refusal, User};
pub use features::Features;
pub use id::{DeviceId, Seq, SessionId, UserId};
pub use name::{NameError, RoomName, UserName};
pub use native::{NATIVE_ALPN, NativeCodec};
pub use role::{AuditKind, Privacy, Role, Rules, TopicBy};
pub use sanction::{Network, NetworkError, SanctionKind};
pub use secret::Secret;
pub use server_key::ServerKey;
pub use short_line::{AwayText, Reason, ShortLineError};
pub use short_string::{ShortString, ShortStringTooLong};
pub use text::{Text, TextError, Topic, TopicError};
pub use time::Timestamp;
