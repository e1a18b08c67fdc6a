//! Connects to the first of several addresses that answers: Happy Eyeballs, RFC 8305.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

/// How long one address is tried alone before the next is tried beside it: the recommendation of the RFC.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Most addresses of one host that are tried. The last is tried after 4 s, and has as long again before the
/// link gives up.
const ADDRESSES_MAX: usize = 16;

/// The addresses in the order in which they are tried: as the resolver sorts them, but with the families in
/// turn, so that a family that does not work here costs one delay.
pub(super) fn in_turns(resolved: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut resolved = resolved.into_iter().peekable();
    let first_is_v6 = resolved.peek().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        resolved.partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut turns = Vec::new();
    while turns.len() < ADDRESSES_MAX {
        let before = turns.len();
        turns.extend(first.next().into_iter().chain(second.next()));
        if turns.len() == before {
            break;
        }
    }
    turns.truncate(ADDRESSES_MAX);
    turns
}

/// Connects to one of `addresses`. Tries the next one after [`ATTEMPT_DELAY`], or when one has failed; the
/// first that connects wins. The caller has the deadline.
///
/// # Errors
/// Returns the error that says most about the server if all have failed.
pub(super) async fn race<A, S, F>(
    addresses: impl IntoIterator<Item = A>,
    connect: impl Fn(A) -> F,
) -> io::Result<S>
where
    F: Future<Output = io::Result<S>>,
{
    let mut addresses = addresses.into_iter().peekable();
    let mut attempts = FuturesUnordered::new();
    let mut reason: Option<io::Error> = None;
    let mut next_at = Instant::now();
    loop {
        if addresses.peek().is_none() && attempts.is_empty() {
            return Err(reason.unwrap_or_else(|| io::Error::other("the host has no address")));
        }
        tokio::select! {
            biased;
            Some(done) = attempts.next() => match done {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    reason = Some(more_telling(reason, error));
                    next_at = Instant::now();
                }
            },
            () = sleep_until(next_at), if addresses.peek().is_some() => {
                attempts.extend(addresses.next().map(&connect));
                next_at = Instant::now() + ATTEMPT_DELAY;
            }
        }
    }
}

/// Of two errors returns the one that is about the server, and not about a family of addresses that this
/// machine does not have; the earlier one if both are.
fn more_telling(earlier: Option<io::Error>, error: io::Error) -> io::Error {
    let is_of_this_machine = |error: &io::Error| {
        matches!(error.kind(), ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable)
    };
    match earlier {
        Some(earlier) if !is_of_this_machine(&earlier) || is_of_this_machine(&error) => earlier,
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::sleep;

    use super::*;

    /// The result of the attempt at an address, and after how many milliseconds.
    type Fate = (u64, Result<&'static str, ErrorKind>);

    /// Races addresses with these results. Returns the result, when it came in ms, and when each address was
    /// tried.
    async fn raced(fates: &[Fate]) -> (Result<&'static str, ErrorKind>, u128, Vec<u128>) {
        let began = Instant::now();
        let tried = RefCell::new(Vec::new());
        let connect = |&(after, fate): &Fate| {
            tried.borrow_mut().push(began.elapsed().as_millis());
            async move {
                sleep(Duration::from_millis(after)).await;
                fate.map_err(io::Error::from)
            }
        };
        let done = race(fates, connect).await.map_err(|error| error.kind());
        (done, began.elapsed().as_millis(), tried.into_inner())
    }

    /// Longer than any test waits.
    const NEVER: u64 = 1_000_000;

    #[tokio::test(start_paused = true)]
    async fn an_address_that_does_not_answer_costs_one_delay() {
        let done = raced(&[(NEVER, Ok("hole")), (10, Ok("server"))]).await;
        assert_eq!(done, (Ok("server"), 260, vec![0, 250]));
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_refuses_costs_nothing() {
        let done = raced(&[(1, Err(ErrorKind::ConnectionRefused)), (10, Ok("server"))]).await;
        assert_eq!(done, (Ok("server"), 11, vec![0, 1]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_keeps_its_chance() {
        let done = raced(&[(600, Ok("slow")), (NEVER, Ok("hole")), (NEVER, Ok("hole"))]).await;
        assert_eq!(done, (Ok("slow"), 600, vec![0, 250, 500]));
    }

    #[tokio::test(start_paused = true)]
    async fn if_all_fail_the_reason_is_about_the_server() {
        let unreachable = Err(ErrorKind::NetworkUnreachable);
        let refused = Err(ErrorKind::ConnectionRefused);
        let aborted = Err(ErrorKind::ConnectionAborted);
        for fates in [
            [(0, unreachable), (0, refused), (0, unreachable)],
            [(0, refused), (0, aborted), (0, unreachable)],
        ] {
            assert_eq!(raced(&fates).await.0, refused);
        }
        assert_eq!(raced(&[(0, unreachable)]).await.0, unreachable);
        assert_eq!(raced(&[]).await.0, Err(ErrorKind::Other));
    }

    #[test]
    fn the_families_take_turns() {
        let address = |written: &str| written.parse::<SocketAddr>().unwrap();
        let resolved = ["[::1]:1", "[::2]:1", "[::3]:1", "10.0.0.1:1", "10.0.0.2:1"].map(address);
        let turns = ["[::1]:1", "10.0.0.1:1", "[::2]:1", "10.0.0.2:1", "[::3]:1"].map(address);
        assert_eq!(in_turns(resolved), turns);
        assert_eq!(in_turns(turns.into_iter().rev())[..2], [turns[4], turns[3]]);
        let many = (1..100).map(|port| SocketAddr::from(([10, 0, 0, 1], port)));
        assert_eq!(in_turns(many).len(), ADDRESSES_MAX);
    }
}
