//! The programs that post to hooks, each on its host.

use super::network::connect_without_web;
use crate::hook::Poster;

/// Pause between two posts, and before the operator looks at a hook again, in milliseconds.
pub(super) const PAUSES_MS: std::ops::Range<u64> = 100..1_500;

/// Runs the program for as long as the simulation lasts.
pub(super) async fn chat(poster: Poster) -> turmoil::Result {
    poster.run(connect_without_web).await;
    Ok(())
}
