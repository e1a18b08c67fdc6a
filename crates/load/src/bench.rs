//! The tables: every load against rawfan and the servers, alternating, several rounds.

use std::io::{self, Write};

use crate::args::Bench;
use crate::cores::Cores;
use crate::engine::Storm;
use crate::figures::{Figures, median};
use crate::measure::{self, MeasureError};
use crate::table::{self, Row};
use crate::target::{PEERS, Target};
use crate::workload::{
    CASES, COUNTED, Case, IDLE_USERS, LAG_CASES, MESSAGES_MAX, STORM_USERS, Workload,
};

/// Measures and writes the tables to `out`. Returns whether nothing was lost.
///
/// # Errors
/// Where a server cannot be started or throws users out, or `out` is closed.
pub(crate) fn bench(args: &Bench, cores: &Cores, out: &mut impl Write) -> anyhow::Result<bool> {
    let is_asked = |workload| args.only.is_empty() || args.only.contains(&workload);
    let targets = targets(args.peers, cores)?;
    let mut is_whole = true;

    let mut rows = Vec::new();
    for case in CASES.iter().filter(|case| is_asked(case.workload)) {
        tell(&format!("{:?}, {} in flight", case.workload, case.in_flight))?;
        // What others keep is no setting: once is enough.
        let is_again =
            |row: &Row| row.case.workload == case.workload && row.case.in_flight == case.in_flight;
        let has_peers = !rows.iter().any(is_again);
        let mut targets = if has_peers { targets.clone() } else { OURS.to_vec() };
        if args.our_bytes && case.workload.has_one_sender() {
            targets.insert(1, Target::RawfanLong); // behind what all are compared with
        }
        rows.extend(rounds(case, args.rounds, &targets, cores));
    }
    if !rows.is_empty() {
        is_whole &=
            rows.iter().all(|row| row.figures.fault.is_none() || !OURS.contains(&row.target));
        writeln!(out, "{}", table::loads(&rows))?;
    }
    if is_asked(Workload::W8) {
        let mut lags = Vec::new();
        for case in &LAG_CASES {
            tell(&format!("{:?}, {:?}", case.workload, case.lag))?;
            lags.extend(rounds(case, args.rounds, &[Target::Ours], cores));
        }
        is_whole &= lags.iter().all(|row| row.figures.fault.is_none());
        writeln!(out, "{}", table::lags(&lags))?;
    }
    if is_asked(Workload::W5) {
        tell("W5")?;
        let idle = |target, users| {
            let bytes = measure::idle(users, target, cores).map_err(|error| error.to_string());
            (target, users, bytes)
        };
        let lines: Vec<_> = IDLE_USERS
            .iter()
            .flat_map(|&users| targets.iter().map(move |&target| idle(target, users)))
            .collect();
        writeln!(out, "{}", table::idle(&lines))?;
    }
    if is_asked(Workload::W7) {
        let mut storms = Vec::new();
        for &target in targets.iter().chain(&[Target::OursClassic]) {
            tell(&format!("W7, {}", target.name()))?;
            for users in STORM_USERS {
                let storm = storm(users, args.rounds, target, cores);
                storms.push((target, users, storm.map_err(|error| error.to_string())));
            }
        }
        writeln!(out, "{}", table::storms(&storms))?;
    }
    Ok(is_whole)
}

/// What is always measured; the first is what others are compared with.
const OURS: [Target; 2] = [Target::Rawfan, Target::Ours];

/// What is to be measured. Says of each peer that is not there how to get it.
fn targets(with_peers: bool, cores: &Cores) -> io::Result<Vec<Target>> {
    let mut targets = OURS.to_vec();
    for &peer in PEERS.iter().filter(|_| with_peers) {
        match peer.is_there(cores) {
            Ok(()) => targets.push(peer),
            Err(error) => tell(&format!("without {}: {error}", peer.name()))?,
        }
    }
    Ok(targets)
}

/// Says on standard error what is measured: who waits sees that something happens.
fn tell(what: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{what} …")
}

/// Measures one load on each of `targets` in turn, several times, and compares each with the first.
fn rounds(case: &Case, rounds: u32, targets: &[Target], cores: &Cores) -> Vec<Row> {
    let mut all: Vec<Vec<Figures>> = vec![Vec::new(); targets.len()];
    for _ in 0..rounds {
        for (target, figures) in targets.iter().zip(&mut all) {
            let measured = measure::load(case, *target, cores, COUNTED, MESSAGES_MAX);
            figures.push(measured.unwrap_or_else(|error| Figures::failed(&error)));
        }
    }
    let row = |(target, rounds): (&Target, &Vec<Figures>)| {
        let ratios =
            rounds.iter().zip(&all[0]).map(|(round, first)| round.against(first)).collect();
        Row { case: *case, target: *target, figures: Figures::median(rounds), ratios }
    };
    targets.iter().zip(&all).map(row).collect()
}

/// Measures one storm several times: the medians.
fn storm(users: usize, rounds: u32, target: Target, cores: &Cores) -> Result<Storm, MeasureError> {
    let mut storms = Vec::new();
    for _ in 0..rounds {
        storms.push(measure::storm(users, target, cores)?);
    }
    let of = |time: fn(&Storm) -> std::time::Duration| {
        std::time::Duration::from_secs_f64(median(
            storms.iter().map(|s| time(s).as_secs_f64()).collect(),
        ))
    };
    Ok(Storm { users, took: of(|storm| storm.took), cpu: of(|storm| storm.cpu) })
}
