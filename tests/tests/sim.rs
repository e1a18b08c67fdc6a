//! Ten simulated storms over clients and a daemon: every accepted message is stored once, in order, and every
//! user sees it.

use std::thread;

use e2e::sim::{FollowerFindings, Outcome, Plan, simulate};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=10;

/// Events about messages that are compared in all storms, at least.
const EVENTS_MIN: u64 = 100;

/// Number of log lines that a failure shows.
const LINES_SHOWN: usize = 12;

#[test]
fn nothing_accepted_is_lost_in_ten_storms() {
    let outcomes: Vec<(u64, Outcome)> = thread::scope(|scope| {
        let simulate = |seed| scope.spawn(move || (seed, simulate(Plan::usual(seed))));
        let running: Vec<_> = SEEDS.map(simulate).collect();
        running.into_iter().map(|running| running.join().expect("the simulation ends")).collect()
    });
    for (seed, outcome) in &outcomes {
        println!("seed {seed}\n{outcome}");
    }
    for (seed, outcome) in &outcomes {
        assert!(outcome.is_clean(), "just sim 1 --seed {seed}\n{outcome}");
        let findings = &outcome.findings;
        let FollowerFindings { messages, starts, .. } = outcome.followed;
        assert!(messages > 0 && starts > 1, "{seed}: {outcome}");
        assert!(findings.accepted > 0 && findings.read > findings.accepted, "{seed}: {outcome}");
        assert!(findings.web_sockets > 0, "{seed}: {outcome}");
        let rights = &findings.rights;
        assert!(rights.done > 0 && rights.refused > 0 && rights.records > 0, "{seed}: {outcome}");
        assert!(outcome.events.states > 0, "{seed}: {outcome}");
    }
    let accepted_lost: u64 = outcomes.iter().map(|(_, outcome)| outcome.faults.accepted_lost).sum();
    let events: u64 = outcomes.iter().map(|(_, outcome)| outcome.events.accepted).sum();
    assert!(events >= EVENTS_MIN, "only {events} events were compared");
    let hooks = || outcomes.iter().map(|(_, outcome)| &outcome.findings.hooks);
    assert!(hooks().any(|found| found.accepted > 0), "no post was accepted");
    assert!(hooks().any(|found| found.revoked > 0), "no hook was revoked");
    assert!(accepted_lost > 0, "no daemon was killed between a commit and its answer");
}

#[test]
fn nothing_accepted_is_lost_in_a_storm_within_tls() {
    let outcome = simulate(Plan { tls: true, ..Plan::usual(*SEEDS.end() + 1) });
    println!("{outcome}");
    assert!(outcome.is_clean(), "just sim 1 --tls --seed {}\n{outcome}", SEEDS.end() + 1);
    assert!(outcome.findings.accepted > 0 && outcome.followed.starts > 1, "{outcome}");
    assert!(outcome.findings.web_sockets > 0, "{outcome}");
}

#[test]
fn two_runs_of_a_seed_have_the_same_log() {
    let [one, other] = [(); 2].map(|()| simulate(Plan::usual(*SEEDS.start())).log);
    let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
    if let Some(line) = differs {
        let shown = |log: &str| {
            let lines = log.lines().skip(line.saturating_sub(LINES_SHOWN / 2)).take(LINES_SHOWN);
            lines.collect::<Vec<_>>().join("\n")
        };
        panic!("different from line {} on:\n{}\n\nand\n\n{}", line + 1, shown(&one), shown(&other));
    }
    assert_eq!(one.len(), other.len());
}
