//! The inputs: all that can change the state of a client.

use chat_proto::event::Welcome;

use crate::link::LinkEvent;
use crate::request::Request;
use crate::store::Profile;

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Input {
    /// The client starts: once, before all else.
    Start,
    /// The user, or the front end for them, asks for something.
    Request(Request),
    /// An event of the link.
    Link(LinkEvent),
    /// The link has taken no request, since too many wait.
    LinkFull,
    /// The time has come that [`Effect::Tick`](crate::Effect::Tick) has asked for.
    Tick,
    /// What the first [`Effect::Store`](crate::Effect::Store) without an answer has asked for is stored, or
    /// why it is not.
    Stored(Result<(), String>),
    /// The client goes on as another user, of whom this is stored; or why it cannot.
    UserOpened(Result<Box<Profile>, String>),
    /// A session has begun with a server of another journal, for which this is stored; or why it cannot
    /// be stored.
    ServerOpened {
        /// The number of the session.
        session: u64,
        /// The welcome of the server.
        welcome: Box<Welcome>,
        /// The stored profile.
        profile: Result<Box<Profile>, String>,
    },
}
