//! The effects: what an update asks the program around the client to do.

use std::time::Duration;

use chat_proto::event::Welcome;
use chat_proto::{Event, Message, RoomName, Seq, Timestamp, UserName};

use crate::error::RequestError;
use crate::link::LinkRequest;
use crate::link::tls::WrongKey;
use crate::notice::Notice;
use crate::store::StoreOp;

/// Something to be done outside. The [`Driver`](crate::Driver) does what concerns the network, the disk and
/// time; the rest is for the front end, which may ignore it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store something. Each is answered by [`Input::Stored`](crate::Input::Stored), in their order.
    Store(StoreOp),
    /// Open what is stored for another user; answered by [`Input::UserOpened`](crate::Input::UserOpened). No other
    /// input may come before.
    OpenUser(UserName),
    /// Open what is stored for the server of this welcome; answered by
    /// [`Input::ServerOpened`](crate::Input::ServerOpened). No other input may come before.
    OpenServer {
        /// The number of the session.
        session: u64,
        /// The welcome of the server.
        welcome: Box<Welcome>,
    },
    /// Give the link a request; answered by [`Input::LinkFull`](crate::Input::LinkFull) if it takes none.
    Link(LinkRequest),
    /// Give an [`Input::Tick`](crate::Input::Tick) after this time or earlier; one tick serves all requests for it.
    Tick(Duration),
    /// To the front end: an unread message of another user that this client did not have. It comes once, or
    /// again after a restart until it is read.
    Received(Box<Message>),
    /// To the front end: a new message is for the user alone, or names them.
    Alert(Box<Message>),
    /// To the front end: this is the current room now, and is to be shown from its first unread message on.
    RoomOpened(RoomName),
    /// To the front end: the room is closed.
    RoomClosed {
        /// Which room.
        room: RoomName,
        /// Its draft.
        draft: String,
    },
    /// To the front end: all rooms but an empty lobby are closed. Their drafts are stored, or follow.
    RoomsForgotten,
    /// To the front end: the client has put another text into the draft of this room.
    DraftChanged(RoomName),
    /// To the front end: the user wrote this, it is not sent, and no draft has it.
    TextReturned(String),
    /// To the front end: the server does not let the user in under the name they have, so the user chooses another one.
    /// This one may be free, or the beginning of one that is; `None` if there is nothing to suggest.
    NameRequired(Option<UserName>),
    /// To the front end: new users need the password of the server, which the user is asked for.
    PasswordRequired,
    /// To the front end: the server has another key than it must have, or none is known. The link waits, and was sent
    /// nothing.
    WrongKey(WrongKey),
    /// To the front end: this notice was added to the log of the current room.
    Noticed(Box<Notice>),
    /// To the front end: the message that a date leads to.
    DateFound {
        /// The room.
        room: RoomName,
        /// The date that was asked for.
        date: Timestamp,
        /// The first message that was stored then or later, or the newest if there is none, and when it was stored;
        /// `None` if the room has no messages.
        found: Option<(Seq, Timestamp)>,
    },
    /// To the front end: messages that were asked for beside the window.
    Fetched {
        /// The room.
        room: RoomName,
        /// The last message that was asked for.
        to: Seq,
        /// All up to it that the server has; `None` if it could not read them.
        messages: Option<Vec<Message>>,
    },
    /// To the front end: what the server has answered to an order of the user. It may have a secret.
    Answered(Box<Event>),
    /// To the front end: the last request is not carried out, for this reason.
    Failed(RequestError),
}
