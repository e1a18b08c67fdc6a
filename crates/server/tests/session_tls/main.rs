//! The tests of `session` again, each connection within TLS.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[path = "../session/accounts.rs"]
mod accounts;
#[path = "../session/classic.rs"]
mod classic;
#[path = "../session/direct.rs"]
mod direct;
#[path = "../session/event_forms.rs"]
mod event_forms;
#[path = "../session/events.rs"]
mod events;
#[path = "../session/expelled.rs"]
mod expelled;
#[path = "../session/ghosts.rs"]
mod ghosts;
#[path = "../session/hooks.rs"]
mod hooks;
#[path = "../session/invites.rs"]
mod invites;
#[path = "../session/journal.rs"]
mod journal;
#[path = "../session/limits.rs"]
mod limits;
#[path = "../session/live.rs"]
mod live;
#[path = "../session/logins.rs"]
mod logins;
#[path = "../session/metrics.rs"]
mod metrics;
#[path = "../session/native.rs"]
mod native;
#[path = "../session/older.rs"]
mod older;
#[path = "../session/operator.rs"]
mod operator;
#[path = "../session/peer.rs"]
mod peer;
#[path = "../session/roles.rs"]
mod roles;
#[path = "../session/rooms.rs"]
mod rooms;
#[path = "../session/sanctions.rs"]
mod sanctions;
#[path = "../session/search.rs"]
mod search;
#[path = "../session/server_password.rs"]
mod server_password;
#[path = "../session/threads.rs"]
mod threads;
#[path = "../session/timers.rs"]
mod timers;
#[path = "../session/tls.rs"]
mod tls;
#[path = "../session/unread.rs"]
mod unread;
#[path = "../session/web.rs"]
mod web;
#[path = "../session/web_connections.rs"]
mod web_connections;
#[path = "../session/web_socket.rs"]
mod web_socket;

/// Whether the peers use TLS.
const USES_TLS: bool = true;

/// Whether native peers use WebSockets; `session_web` has most of the tests with them.
const USES_WEB_SOCKETS: bool = false;

#[test]
fn no_module_of_session_is_left_out() {
    let modules = |source: &'static str| {
        source.lines().filter(|line| line.starts_with("mod ")).collect::<Vec<_>>()
    };
    assert_eq!(modules(include_str!("main.rs")), modules(include_str!("../session/main.rs")));
}
