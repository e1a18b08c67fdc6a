//! Laws of the wire: what holds for every name, text, line and byte, and not for examples alone.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod addresses;
mod classic;
mod names;
mod native;
mod strategies;
