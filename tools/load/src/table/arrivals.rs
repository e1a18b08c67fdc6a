//! The tables of arriving users: idle ones, and simultaneous joins.

use super::{table, times};
use crate::engine::Storm;
use crate::target::Target;

/// One measurement of arriving users.
#[derive(Debug)]
pub(crate) struct Arrivals<T> {
    pub(crate) target: Target,
    pub(crate) users: usize,
    /// The median, or why a round failed.
    pub(crate) measured: Result<T, String>,
}

const IDLE_HEAD: &str = "\
| idle users | server | KiB each | × rawfan |
|---|---|---|---|
";

/// Returns the table of the memory of idle users, from bytes for each.
pub(crate) fn idle(all: &[Arrivals<f64>]) -> String {
    let line = |arrivals: &Arrivals<f64>| {
        let Arrivals { target, users, measured } = arrivals;
        let head = format!("| {users} | {} |", target.name());
        match measured {
            Ok(bytes) => {
                let raw = rawfan(all, *users).map(|raw| bytes / raw);
                format!("{head} {:.2} | {} |", bytes / 1024.0, times(raw))
            }
            Err(fault) => format!("{head} **failed**: {fault} |"),
        }
    };
    table(IDLE_HEAD, all.iter().map(line))
}

const STORMS_HEAD: &str = "\
| users who join at once | server | ms until all have joined | CPU µs each | × rawfan | × of the first |
|---|---|---|---|---|---|
";

/// Returns the table of storms; each is compared with rawfan and with the first storm of the same server.
pub(crate) fn storms(all: &[Arrivals<Storm>]) -> String {
    let line = |arrivals: &Arrivals<Storm>| {
        let Arrivals { target, users, measured } = arrivals;
        let storm = match measured {
            Ok(storm) => storm,
            Err(fault) => return format!("| {users} | {} | **failed**: {fault} |", target.name()),
        };
        let crowd = match storm.at_once {
            all if all == *users => users.to_string(),
            at_once => format!("{users}, {at_once} at a time"),
        };
        let first = all.iter().find(|arrivals| arrivals.target == *target);
        let first = first.and_then(|first| first.measured.as_ref().ok());
        let (took, each) = (storm.took.as_secs_f64() * 1e3, cpu_each(storm));
        format!(
            "| {crowd} | {} | {took:.0} | {each:.1} | {} | {} |",
            target.name(),
            times(rawfan(all, *users).map(|raw| each / cpu_each(raw))),
            times(first.map(|first| each / cpu_each(first))),
        )
    };
    table(STORMS_HEAD, all.iter().map(line))
}

/// Returns the measurement of rawfan with this number of users, unless it failed.
fn rawfan<T>(all: &[Arrivals<T>], users: usize) -> Option<&T> {
    let is_raw =
        |arrivals: &&Arrivals<T>| arrivals.target == Target::Rawfan && arrivals.users == users;
    all.iter().find(is_raw)?.measured.as_ref().ok()
}

/// Processor time per user of a storm, in microseconds.
#[allow(clippy::cast_precision_loss, reason = "figures for a table")]
fn cpu_each(storm: &Storm) -> f64 {
    storm.cpu.as_secs_f64() * 1e6 / storm.users as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn storm(target: Target, users: usize, ms: u64) -> Arrivals<Storm> {
        let took = Duration::from_millis(ms);
        let at_once = users.min(1_000);
        Arrivals { target, users, measured: Ok(Storm { users, at_once, took, cpu: took }) }
    }

    #[test]
    fn a_storm_is_compared_with_rawfan_and_with_the_first_of_its_server() {
        let raw = storm(Target::Rawfan, 5_000, 500);
        let table = storms(&[raw, storm(Target::Ours, 500, 50), storm(Target::Ours, 5_000, 1_000)]);
        let last = "| 5000, 1000 at a time | ours | 1000 | 200.0 | 2.00 | 2.00 |";
        assert_eq!(table.lines().last(), Some(last));
    }

    #[test]
    fn nothing_is_compared_with_a_failed_storm() {
        let failed = |target| Arrivals { target, users: 500, measured: Err("closed".into()) };
        let table = storms(&[
            failed(Target::Rawfan),
            failed(Target::Ours),
            Arrivals { users: 500, ..storm(Target::Redis, 500, 50) },
            Arrivals { users: 500, ..storm(Target::Ours, 500, 50) },
        ]);
        assert!(table.contains("\n| 500 | ours | **failed**: closed |\n"), "{table}");
        assert!(table.ends_with("| 500 | ours | 50 | 100.0 | – | – |\n"), "{table}");
    }

    #[test]
    fn an_idle_user_is_compared_with_an_idle_user_of_rawfan() {
        let user = |target, measured| Arrivals { target, users: 10, measured };
        let table = idle(&[user(Target::Rawfan, Ok(512.0)), user(Target::Ours, Ok(1536.0))]);
        assert_eq!(table.lines().last(), Some("| 10 | ours | 1.50 | 3.00 |"));
    }
}
