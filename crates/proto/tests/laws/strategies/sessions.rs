//! The begin of a session: what each side says of itself.

use chat_proto::command::Hello;
use chat_proto::event::{JournalId, Limits, Server, Welcome};
use chat_proto::{Secret, User};
use proptest::option;
use proptest::prelude::*;

use super::{device, features, short_string, user, user_name, writing};

pub(super) fn secret() -> impl Strategy<Value = Secret> {
    writing(20).prop_map(Secret::new)
}

pub(super) fn server() -> impl Strategy<Value = Server> {
    (writing(9), writing(9)).prop_map(|(name, version)| Server { name, version })
}

pub(super) fn journal_id() -> impl Strategy<Value = JournalId> {
    (short_string(), short_string()).prop_map(|(id, epoch)| JournalId { id, epoch })
}

pub(super) fn welcome() -> impl Strategy<Value = Welcome> {
    let limits = (any::<[usize; 7]>(), any::<u32>(), any::<u64>()).prop_map(
        |(limits, history_messages, idle_timeout_ms)| Limits {
            line_bytes: limits[0],
            text_bytes: limits[1],
            name_chars: limits[2],
            topic_bytes: limits[3],
            users_listed: limits[4],
            presence_users: limits[5],
            rooms: limits[6],
            history_messages,
            idle_timeout_ms,
        },
    );
    let (token, journal) = (option::of(secret()), option::of(journal_id()));
    (any::<u32>(), user(), token, any::<u64>(), journal, server(), features(), limits).prop_map(
        |(version, User { id, name }, token, last, journal, server, features, limits)| Welcome {
            version,
            id,
            name,
            token,
            last,
            journal,
            server,
            features,
            limits,
        },
    )
}

pub(super) fn hello() -> impl Strategy<Value = Hello> {
    let secrets = (option::of(secret()), option::of(secret()), option::of(secret()));
    (any::<u32>(), user_name(), secrets, any::<bool>(), device(), features()).prop_map(
        |(version, name, (token, link, password), new, device, features)| Hello {
            version,
            name,
            token,
            new,
            link,
            password,
            device,
            features,
        },
    )
}
