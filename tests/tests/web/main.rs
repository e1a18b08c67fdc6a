//! The page in a real browser, with a daemon and other clients. Skipped, and says so, where no browser is installed.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod app;
mod first_minute;
mod hostile;
mod keys;
mod long_log;
mod look;
mod no_storage;
mod one_room;
mod outbox;
mod phone;
mod places;
mod readers;
mod resize;
mod start;
mod talk;
mod unread;
mod views;
mod widths;
