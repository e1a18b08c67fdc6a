//! Sessions on a pipe, with a paused clock: everything between a client's bytes and the hub.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod accounts;
mod classic;
mod direct;
mod event_forms;
mod events;
mod expelled;
mod ghosts;
mod hooks;
mod invites;
mod journal;
mod limits;
mod live;
mod logins;
mod metrics;
mod native;
mod older;
mod operator;
mod peer;
mod roles;
mod rooms;
mod sanctions;
mod search;
mod server_password;
mod threads;
mod timers;
mod tls;
mod unread;
mod web;
mod web_connections;
mod web_socket;

/// Whether the peers use TLS; `session_tls` has the same tests with it.
const USES_TLS: bool = false;

/// Whether native peers use WebSockets; `session_web` has most of the tests with them.
const USES_WEB_SOCKETS: bool = false;
