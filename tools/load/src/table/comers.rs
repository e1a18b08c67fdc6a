//! The tables of users who come: idle ones, and many at once.

use super::{table, times};
use crate::engine::Storm;
use crate::target::Target;

/// What users who came did to a server, or why they could not come.
#[derive(Debug)]
pub(crate) struct Comers<T> {
    /// The server.
    pub(crate) target: Target,
    /// How many users.
    pub(crate) users: usize,
    /// What was measured: the median.
    pub(crate) measured: Result<T, String>,
}

const IDLE_HEAD: &str = "\
| idle users | server | KiB each | × rawfan |
|---|---|---|---|
";

/// The table of what an idle user takes, in bytes each.
pub(crate) fn idle(all: &[Comers<f64>]) -> String {
    let line = |comers: &Comers<f64>| {
        let Comers { target, users, measured } = comers;
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
| users who join at once | server | ms until all are in | CPU µs each | × rawfan | × of the first |
|---|---|---|---|---|---|
";

/// The table of storms; each is compared with rawfan's, and with the first of the same server.
pub(crate) fn storms(all: &[Comers<Storm>]) -> String {
    let line = |comers: &Comers<Storm>| {
        let Comers { target, users, measured } = comers;
        let storm = match measured {
            Ok(storm) => storm,
            Err(fault) => return format!("| {users} | {} | **failed**: {fault} |", target.name()),
        };
        let crowd = match storm.at_once {
            all if all == *users => users.to_string(),
            at_once => format!("{users}, {at_once} at a time"),
        };
        let first = all.iter().find(|comers| comers.target == *target);
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

/// What was measured of rawfan with so many users, if it was well.
fn rawfan<T>(all: &[Comers<T>], users: usize) -> Option<&T> {
    let is_raw = |comers: &&Comers<T>| comers.target == Target::Rawfan && comers.users == users;
    all.iter().find(is_raw)?.measured.as_ref().ok()
}

/// Processor time for each user of a storm, in microseconds.
#[allow(clippy::cast_precision_loss, reason = "figures for a table")]
fn cpu_each(storm: &Storm) -> f64 {
    storm.cpu.as_secs_f64() * 1e6 / storm.users as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn storm(target: Target, users: usize, ms: u64) -> Comers<Storm> {
        let took = Duration::from_millis(ms);
        let at_once = users.min(1_000);
        Comers { target, users, measured: Ok(Storm { users, at_once, took, cpu: took }) }
    }

    #[test]
    fn a_storm_is_compared_with_rawfan_and_with_the_first_of_its_server() {
        let raw = storm(Target::Rawfan, 5_000, 500);
        let table = storms(&[raw, storm(Target::Ours, 500, 50), storm(Target::Ours, 5_000, 1_000)]);
        let last = "| 5000, 1000 at a time | ours | 1000 | 200.0 | 2.00 | 2.00 |";
        assert_eq!(table.lines().last(), Some(last));
    }

    #[test]
    fn nothing_is_compared_with_a_storm_that_failed() {
        let failed = |target| Comers { target, users: 500, measured: Err("closed".into()) };
        let table = storms(&[
            failed(Target::Rawfan),
            failed(Target::Ours),
            Comers { users: 500, ..storm(Target::Redis, 500, 50) },
            Comers { users: 500, ..storm(Target::Ours, 500, 50) },
        ]);
        assert!(table.contains("\n| 500 | ours | **failed**: closed |\n"), "{table}");
        assert!(table.ends_with("| 500 | ours | 50 | 100.0 | – | – |\n"), "{table}");
    }

    #[test]
    fn an_idle_user_is_compared_with_one_of_rawfan() {
        let user = |target, measured| Comers { target, users: 10, measured };
        let table = idle(&[user(Target::Rawfan, Ok(512.0)), user(Target::Ours, Ok(1536.0))]);
        assert_eq!(table.lines().last(), Some("| 10 | ours | 1.50 | 3.00 |"));
    }
}
