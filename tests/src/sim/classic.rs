//! A classic client and its user, on a host.

use std::sync::{Arc, Mutex};

use chat_server::config::PORT;
use tokio::time::sleep;
use turmoil::net::TcpStream;

use super::network::SERVER;
use crate::torture::classic::{ClassicUser, run_connection};

/// How long its user waits before it says something, in milliseconds.
pub(super) const PAUSE_MS: std::ops::Range<u64> = 200..3_000;

/// Calls again and again.
pub(super) async fn chat(user: Arc<Mutex<ClassicUser>>) -> turmoil::Result {
    loop {
        if let Ok(stream) = TcpStream::connect((SERVER, PORT)).await {
            // A line that is lost is nothing special here.
            let _ = run_connection(stream, &user).await;
        }
        let pause = user.lock().unwrap().pause();
        sleep(pause).await;
    }
}
