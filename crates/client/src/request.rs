//! The requests of a front end to the client.

use chat_proto::Command;
use chat_proto::command::{Kind, Links, SearchOrder};
use chat_proto::limits::TEXT_BYTES_MAX;
use chat_proto::{AwayText, Emoji, RoomName, Seq, Timestamp, Topic, UserName};

use crate::choices::Level;
use crate::link::Login;
use crate::mentions::MentionPolicy;
use crate::notice::NoticeKind;
use crate::presence::JoinPolicy;

/// Longest draft, in bytes: two messages, so that one that is too long can be cut to size.
pub const DRAFT_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;

/// Which messages of a room to load. The log has a part of the room without a gap: its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadTarget {
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
    /// Those around this one, if the window does not have it: begins another one.
    At(Seq),
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
        /// The messages that it answers.
        links: Links,
    },
    /// Give a message of the user another text. This request and those that follow are stored, shown at once, and sent
    /// like messages.
    Edit {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        target: Seq,
        /// Its new text.
        text: String,
    },
    /// Delete a message of the user.
    Delete {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        target: Seq,
    },
    /// React to a message with an emoji, or take that back.
    React {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        target: Seq,
        /// With what.
        emoji: Emoji,
        /// Whether the user reacts with it from now on.
        on: bool,
    },
    /// Pin a message in the room, or unpin it.
    Pin {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        target: Seq,
        /// Whether it is pinned from now on.
        on: bool,
    },
    /// Open the direct message with a user, and send a text there. The server is asked about a name that is
    /// not known here.
    SayTo {
        /// The name of the user.
        name: UserName,
        /// The text; `None` to send nothing.
        text: Option<String>,
        /// The text that goes back into the draft if there is no such user; `None` for none.
        typed: Option<String>,
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
    /// Ask for the messages that mention the user, in all rooms: [`State::mention_list`](crate::State::mention_list).
    ListMentions,
    /// Ask for the pinned messages of a room: [`State::pin_list`](crate::State::pin_list).
    ListPins(RoomName),
    /// Ask for the texts that a message has had: [`State::version_list`](crate::State::version_list).
    ListVersions {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        seq: Seq,
    },
    /// Search the messages of all rooms of the user: [`State::search`](crate::State::search). The question before is
    /// dropped.
    Search {
        /// The typed query; nothing is searched for if it is blank.
        query: String,
        /// Which messages come first.
        order: SearchOrder,
        /// Whether the user is typing: the server is asked once they pause.
        is_typed: bool,
    },
    /// Ask for further results, unless they are on their way.
    SearchMore,
    /// Forget the results.
    EndSearch,
    /// Open the thread of a message: [`State::thread`](crate::State::thread). The server is asked for all of it.
    OpenThread {
        /// The room, which must be the current one.
        room: RoomName,
        /// The `seq` of its first message.
        root: Seq,
    },
    /// Close the thread.
    CloseThread,
    /// Messages of the open thread were shown: they are not unread any more.
    SeenInThread {
        /// The `seq` of the first message.
        first: Seq,
        /// The `seq` of the last message.
        last: Seq,
    },
    /// Ask for the first message of a room from a time on: [`Effect::DateFound`](crate::Effect::DateFound).
    FindDate {
        /// The room.
        room: RoomName,
        /// The time.
        date: Timestamp,
    },
    /// Ask for messages of a room beside its window: [`Effect::Fetched`](crate::Effect::Fetched). A session that ends
    /// ends this, too.
    Fetch {
        /// The room.
        room: RoomName,
        /// The `seq` after which they begin.
        after: Seq,
        /// The last one. If these are too many for a page, it is one that comes earlier.
        to: Seq,
    },
    /// Remember a message of a room, or not any more: [`Choices::saved`](crate::choices::Choices::saved). It is stored.
    Save {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        seq: Seq,
        /// Whether it is remembered from now on.
        on: bool,
    },
    /// A message of a room and all after it are unread again, until they are shown once the room was left.
    MarkUnread {
        /// The room.
        room: RoomName,
        /// The `seq` of the message.
        seq: Seq,
    },
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
    Load(RoomName, LoadTarget),
    /// Messages of a room may be loaded again after the user has cleared the log, or after the server could
    /// not read them.
    Retry(RoomName),
    /// Remove all entries of a room but pending messages, until [`Request::Retry`]. The messages count as read,
    /// if all unread ones are among them.
    Clear(RoomName),
    /// Connect again now.
    Reconnect,
    /// Log in as a user of the server, on a device that it does not know: once it has refused to let the user in.
    LogIn(Login),
    /// Forget the token that the server has refused, and connect as a new user.
    ForgetToken,
    /// This is typed for a room, or for a thread in it, and not sent. It is stored a moment later, and at once if it is
    /// empty.
    Draft {
        /// The room.
        room: RoomName,
        /// The `seq` of the first message of the thread, if it is typed there.
        thread: Option<Seq>,
        /// The text.
        text: String,
    },
    /// Set which messages of a room notify the user; `None` for the default of the front end. It is stored.
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
    /// The user is typing in a room: sent to the other users, unless it was sent a moment ago.
    Typing(RoomName),
    /// The user is away, with a text that may be empty; `None` if it is not away any more.
    Away(Option<AwayText>),
    /// Send an order: a command that changes who may do what, or asks about that, see
    /// [`is_order`](crate::is_order). Lists come into the state, such as [`State::invites`](crate::State::invites); the
    /// other answers are [`Effect::Answered`](crate::Effect::Answered).
    Order(Box<Command>),
    /// Show these users who join and leave, from now on.
    ShowJoins(JoinPolicy),
    /// Find mentions of the user in this way, from now on.
    FindMentions(MentionPolicy),
    /// Show a text of the front end in the current room.
    Notice(NoticeKind, String),
}
