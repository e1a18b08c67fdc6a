//! What a front end asks of the client.

use chat_proto::command::Kind;
use chat_proto::limits::TEXT_BYTES_MAX;
use chat_proto::{AwayText, RoomName, Seq, TextError, Topic, UserName};

use crate::choices::{IGNORED_MAX, Level};
use crate::entry::NoticeKind;
use crate::outbox::OUTBOX_MAX;
use crate::presence::JoinPolicy;

/// Longest draft, in bytes: two messages, so that one that is too long can be cut to size.
pub const DRAFT_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;

/// Which messages of a room to load. The log has a part of the room without a gap: its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadWhat {
    /// Those before the window.
    Older,
    /// Those after the window, if it does not have the newest.
    Newer,
    /// The first that are stored, if the window does not have them: begins another one.
    Oldest,
    /// The newest, if the window does not have them: begins another one.
    Newest,
    /// The first unread ones, if the window does not have them: begins another one.
    Unread,
}

/// A request of the user, or of a program that is one. [`Effect::Failed`](crate::Effect::Failed) says that it
/// is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Send a message to a room. It is stored, shown as pending, and sent once there is a session.
    Say {
        /// The room; a direct message by its address.
        room: RoomName,
        /// Whether the text is a message or says what the user does.
        kind: Kind,
        /// The text.
        text: String,
    },
    /// Open the direct message with a user, and send a text there. The server is asked about a name that is
    /// not known here.
    SayTo {
        /// The name of the user.
        name: UserName,
        /// The text; empty to send nothing.
        text: String,
        /// What goes back into the draft if there is no such user.
        typed: String,
    },
    /// Open a room, and join it if the user is not in it: at once, or with the next session.
    Join(RoomName),
    /// Make a room that is here the current one.
    Open(RoomName),
    /// Leave a room; a direct message by its address or by the name of the other user.
    Leave(RoomName),
    /// Set the topic of a room.
    SetTopic {
        /// The room.
        room: RoomName,
        /// Its topic; empty for none.
        topic: Topic,
    },
    /// Ask for the rooms of the server, unless they are on their way: [`State::listing`](crate::State::listing).
    ListRooms,
    /// Ask for all users of a room: [`Room::users`](crate::Room::users). The server does not say of a large room
    /// who joins and leaves.
    ListUsers(RoomName),
    /// Take another name. If the server has not accepted the name of now, this is another user.
    Rename(UserName),
    /// The user has read all messages of a room up to this one.
    Read {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        seq: Seq,
    },
    /// Messages of a room were shown. They count as read if those before them are, and none is missing.
    Seen {
        /// The room.
        room: RoomName,
        /// The `seq` of the first message.
        first: Seq,
        /// The `seq` of the last message.
        last: Seq,
    },
    /// Draw the line over the first unread message of a room.
    DrawLine(RoomName),
    /// Load messages of a room, if there are some and none are on their way.
    Load(RoomName, LoadWhat),
    /// Messages of a room may be loaded again after the user has cleared the log, or after the server could
    /// not read them.
    Retry(RoomName),
    /// Remove all entries of a room but pending messages, until [`Request::Retry`]. The messages count as read,
    /// if all unread ones are among them.
    Clear(RoomName),
    /// Connect again now.
    Reconnect,
    /// Forget the token that the server has refused, and connect as a new user.
    ForgetToken,
    /// This is typed for a room and not sent. It is stored a moment later, and at once if it is empty.
    Draft {
        /// The room.
        room: RoomName,
        /// The text.
        text: String,
    },
    /// Notify of this in a room; `None` for the default of the front end. It is stored.
    SetLevel {
        /// The room.
        room: RoomName,
        /// Of what.
        level: Option<Level>,
    },
    /// Make a room quiet, or not. It is stored.
    Mute {
        /// The room; a direct message by its address or by the name of the other user.
        room: RoomName,
        /// Whether it is quiet.
        is_muted: bool,
    },
    /// Hide the messages of a user from now on. It is stored.
    Ignore(UserName),
    /// Hide them no longer.
    Unignore(UserName),
    /// The user is writing in a room: tell the other users, unless they were told a moment ago.
    Typing(RoomName),
    /// The user is away, with a text that may be empty; `None` if it is not away any more.
    Away(Option<AwayText>),
    /// Show these users who join and leave, from now on.
    ShowJoins(JoinPolicy),
    /// Show a notice in the current room.
    Notice(NoticeKind, String),
}

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It needs a session.
    #[error("You're offline. Try again once connected")]
    NotConnected,
    /// The text cannot be a message.
    #[error("{}", in_words(.0))]
    Text(TextError),
    /// As many messages as the outbox holds have no answer.
    #[error("Not sent: {OUTBOX_MAX} messages are queued already")]
    OutboxFull,
    /// There are as many rooms as the client shows.
    #[error("You have too many rooms. /leave one")]
    TooManyRooms,
    /// The user is not in that room.
    #[error("You're not in {0}")]
    NotInRoom(RoomName),
    /// A direct message to the user alone.
    #[error("You can't message yourself")]
    Yourself,
    /// The server is of version 0.1.0. It takes the address of a direct message for a name, and a name may
    /// belong to another user by the time the message is there.
    #[error(
        "Not sent: this server delivers direct messages by name, and a name may belong to somebody else by \
         now. Ask who runs the server to update it, or write in a room"
    )]
    OldServer,
    /// As many names are being looked up as may be.
    #[error("Too many names are being looked up. Try again in a moment")]
    TooManyLookups,
    /// A user of that name cannot be found.
    #[error("There is no user \"{0}\" here. Ignore users while they are online")]
    NobodyHere(UserName),
    /// The user is not ignored.
    #[error("{0} is not ignored")]
    NotIgnored(UserName),
    /// As many users are ignored as may be.
    #[error("{IGNORED_MAX} users are ignored already. /unignore one")]
    TooManyIgnored,
    /// Only the server can say whose name it is.
    #[error("Not sent: {0} is not known here, and you're offline. Try again once connected")]
    UnknownName(UserName),
    /// The server has refused no token.
    #[error("/forget is only for a user that the server doesn't know any more")]
    NoTokenRefused,
    /// The server does not know users who are away.
    #[error("This server is too old to tell others that you are away")]
    NoAway,
    /// The draft has more than [`DRAFT_BYTES_MAX`] bytes: this many.
    #[error("A draft has at most {DRAFT_BYTES_MAX} bytes, this one has {0}")]
    DraftTooLong(usize),
}

fn in_words(error: &TextError) -> String {
    /// Bytes of a tenth of a kB, in which lengths are shown.
    const TENTH: usize = 100;
    let shown = |bytes: usize| {
        let tenths = bytes.div_ceil(TENTH);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match error {
        TextError::TooLong(bytes) => {
            let (bytes, most) = (shown(*bytes), shown(TEXT_BYTES_MAX));
            format!("Too long: {bytes} of {most} kB. Shorten it and press Enter")
        }
        error => format!("Not sent: {error}"),
    }
}
