//! Tests of `session` again, each native connection on a WebSocket: those of sessions. The others are about what is
//! below.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[path = "../session/accounts.rs"]
mod accounts;
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
#[path = "../session/native.rs"]
mod native;
#[path = "../session/older.rs"]
mod older;
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
#[path = "../session/threads.rs"]
mod threads;
#[path = "../session/tls.rs"]
mod tls;
#[path = "../session/unread.rs"]
mod unread;
#[path = "../session/web_socket.rs"]
mod web_socket;

/// Whether the peers use TLS.
const USES_TLS: bool = false;

/// Whether native peers use WebSockets.
const USES_WEB_SOCKETS: bool = true;
