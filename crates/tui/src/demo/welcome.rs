//! How the scripted server introduces itself.

use chat_proto::command::VERSION;
use chat_proto::event::{JournalId, Limits, Server, Welcome};
use chat_proto::{Features, ShortString, User};

/// Accepts the user.
pub(super) fn welcome(me: &User) -> Welcome {
    Welcome {
        version: VERSION,
        id: me.id,
        name: me.name.clone(),
        role: None,
        token: None,
        last: 0,
        journal: Some(journal()),
        server: server(),
        features: Features::all(),
        limits: Limits {
            line_bytes: 65_536,
            text_bytes: 16_384,
            name_chars: 32,
            topic_bytes: 512,
            users_listed: 500,
            presence_users: 500,
            rooms: 100,
            history_messages: 200,
            idle_timeout_ms: 120_000,
        },
    }
}

pub(super) fn server() -> Server {
    Server { name: "chat-server".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

pub(super) fn journal() -> JournalId {
    let word = |written| ShortString::new(written).expect("the word is short");
    JournalId { id: word("demo"), epoch: word("demo") }
}
