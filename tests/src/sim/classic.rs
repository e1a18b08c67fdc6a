//! A classic client and its user on a host.

use std::sync::{Arc, Mutex};

use tokio::time::sleep;

use super::network::connect_without_web;
use crate::torture::classic::{ClassicUser, run_connection};

/// Pause before it reconnects, and before it sends, in milliseconds.
pub(super) const PAUSE_MS: std::ops::Range<u64> = 200..3_000;

/// Runs the client, which reconnects for as long as the simulation lasts.
pub(super) async fn chat(user: Arc<Mutex<ClassicUser>>) -> turmoil::Result {
    loop {
        if let Ok(stream) = connect_without_web().await {
            // An error is a lost connection, as the storm causes.
            let _ = run_connection(stream, &user).await;
        }
        let pause = user.lock().unwrap().pause();
        sleep(pause).await;
    }
}
