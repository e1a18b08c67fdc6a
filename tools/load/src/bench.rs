//! The tables: every load on rawfan and on the servers, alternating, in several rounds.

mod web;

use std::io::{self, Write};
use std::time::Duration;

use crate::args::BenchArgs;
use crate::cores::Cores;
use crate::engine::Storm;
use crate::figures::{Figures, median};
use crate::interrupt;
use crate::measure::{self, MeasureError, with_sources};
use crate::plan::Lag;
use crate::table::{self, Arrivals, Row};
use crate::target::{Durability, PEERS, Target};
use crate::workload::{
    CASES, Case, IDLE_USERS, LAG_BEHIND, LAG_CASES, MESSAGES_MAX, SEARCH_CASES, STORM_USERS,
    WEB_CASES, Workload,
};

/// Targets that are always measured; the first is the base of all ratios.
const ALWAYS: [Target; 2] = [Target::Rawfan, Target::Ours];

/// Measures and writes the tables to `out`. Returns `false` if a measurement of the project's servers failed.
///
/// # Errors
/// If `out` is closed, or the program was interrupted.
pub(crate) fn bench(args: &BenchArgs, cores: &Cores, out: &mut impl Write) -> io::Result<bool> {
    let is_selected = |workload| args.only.is_empty() || args.only.contains(&workload);
    let targets = targets(args, cores);
    let cases: Vec<&Case> = CASES.iter().filter(|case| is_selected(case.workload)).collect();
    let mut is_complete = true;
    if args.search {
        let cases: Vec<&Case> =
            SEARCH_CASES.iter().filter(|case| is_selected(case.workload)).collect();
        return search(&cases, args.rounds, cores, out);
    }
    if args.web {
        let cases: Vec<&Case> =
            WEB_CASES.iter().filter(|case| is_selected(case.workload)).collect();
        return web::web(&cases, is_selected(Workload::W5), args.rounds, cores, out);
    }
    if !cases.is_empty() {
        is_complete &= loads(&cases, &targets, args, cores, out)?;
    }
    if is_selected(Workload::W8) {
        is_complete &= lags(cores, out)?;
    }
    if is_selected(Workload::W5) {
        let bytes = idle(&targets, args.rounds, cores, Durability::Disk)?;
        is_complete &= bytes.iter().all(is_ok);
        writeln!(out, "{}", table::idle(&bytes))?;
    }
    if is_selected(Workload::W7) {
        let targets = [&targets[..], &[Target::OursClassic]].concat();
        let each: Vec<_> = STORM_USERS.iter().flat_map(|&users| with(&targets, users)).collect();
        let storms = arrivals(args.rounds, &each, "at once", median_storm, |target, users| {
            measure::storm(users, target, cores, Durability::Disk)
        })?;
        is_complete &= storms.iter().all(is_ok);
        writeln!(out, "{}", table::storms(&storms))?;
    }
    Ok(is_complete)
}

/// Measures the loads and writes their table. Returns `false` if one of the project's servers failed.
fn loads(
    cases: &[&Case],
    targets: &[Target],
    args: &BenchArgs,
    cores: &Cores,
    out: &mut impl Write,
) -> io::Result<bool> {
    let mut each: Vec<(Case, Target)> = Vec::new();
    for &&case in cases {
        // Peers have no durability setting, so they are measured once for both.
        let has_peers = !each.iter().any(|(other, _)| other.equals_except_durability(&case));
        let mut targets = if has_peers { targets.to_vec() } else { ALWAYS.to_vec() };
        if args.our_bytes && case.workload.has_one_sender() {
            targets.insert(1, Target::RawfanLong); // after the base of the ratios
        }
        each.extend(targets.into_iter().map(|target| (case, target)));
    }
    // A load that failed in one round is not measured again.
    let needs_more = |(case, _): (Case, Target), rounds: &[Figures]| {
        rounds.len() < case.rounds(args.rounds) && rounds.iter().all(|round| round.fault.is_none())
    };
    let all = alternate(&each, needs_more, |(case, target)| {
        print_progress(&format!(
            "{:?}, {} in flight, {}",
            case.workload,
            case.in_flight,
            target.name()
        ));
        load(&case, target, cores)
    })?;
    let row = |(&(case, target), rounds): (&(Case, Target), &Vec<Figures>)| {
        let base = each.iter().position(|(other, _)| *other == case).unwrap_or_default();
        let pairs = rounds.iter().zip(&all[base]);
        let ratios = pairs.map(|(round, base)| round.against(base)).collect();
        Row { case, target, figures: Figures::median(rounds), ratios }
    };
    let rows: Vec<Row> = each.iter().zip(&all).map(row).collect();
    writeln!(out, "{}", table::loads(&rows))?;
    Ok(rows.iter().all(|row| row.figures.fault.is_none() || !row.target.is_of_the_project()))
}

/// Measures the loads with and without the search index, alternating, and writes the table. Returns `false` if a
/// measurement failed.
fn search(cases: &[&Case], rounds: usize, cores: &Cores, out: &mut impl Write) -> io::Result<bool> {
    let all = compare(cases, [Target::OursUnindexed, Target::Ours], rounds, cores)?;
    writeln!(out, "{}", table::searches(&pairs(cases, &all)))?;
    Ok(has_no_fault(&all))
}

/// Measures each load on both targets, alternating. Returns the rounds of each pair, one after the other.
fn compare(
    cases: &[&Case],
    targets: [Target; 2],
    rounds: usize,
    cores: &Cores,
) -> io::Result<Vec<Vec<Figures>>> {
    let each: Vec<_> =
        cases.iter().flat_map(|&&case| targets.map(|target| (case, target))).collect();
    let needs_more = |_, measured: &[Figures]| measured.len() < rounds;
    alternate(&each, needs_more, |(case, target)| {
        print_progress(&format!("{:?}, {}", case.workload, target.name()));
        load(&case, target, cores)
    })
}

/// Each load with its rounds on both targets, from the result of [`compare`].
fn pairs<'a>(
    cases: &[&Case],
    all: &'a [Vec<Figures>],
) -> Vec<(Case, &'a Vec<Figures>, &'a Vec<Figures>)> {
    cases.iter().zip(all.chunks(2)).map(|(&&case, pair)| (case, &pair[0], &pair[1])).collect()
}

fn has_no_fault(all: &[Vec<Figures>]) -> bool {
    all.iter().flatten().all(|figures| figures.fault.is_none())
}

/// Measures the bytes of memory of each idle user.
fn idle(
    targets: &[Target],
    rounds: usize,
    cores: &Cores,
    durability: Durability,
) -> io::Result<Vec<Arrivals<f64>>> {
    let each: Vec<_> = IDLE_USERS.iter().flat_map(|&users| with(targets, users)).collect();
    arrivals(
        rounds,
        &each,
        "idle",
        |bytes| median(bytes.to_vec()),
        |target, users| Ok(measure::idle(users, target, cores, durability)?.0),
    )
}

/// Measures how a laggard affects the other readers, once and for longer than other loads, and writes the
/// table. Returns `false` if a measurement failed.
fn lags(cores: &Cores, out: &mut impl Write) -> io::Result<bool> {
    let rounds = alternate(
        &LAG_CASES,
        |_, rounds| rounds.is_empty(),
        |case| {
            print_progress(&format!("{:?}, {:?}", case.workload, case.lag));
            lag(&case, load(&case, Target::Ours, cores))
        },
    )?;
    let rows: Vec<_> = LAG_CASES.into_iter().zip(rounds.into_iter().flatten()).collect();
    writeln!(out, "{}", table::lags(&rows))?;
    Ok(rows.iter().all(|(_, figures)| figures.fault.is_none()))
}

/// Turns figures into a failure if the laggard did not fall far enough behind to show anything.
fn lag(case: &Case, figures: Figures) -> Figures {
    let behind = figures.behind;
    if figures.fault.is_some() || case.lag == Lag::None || behind >= LAG_BEHIND {
        return figures;
    }
    Figures::failed(format!(
        "the laggard was only {behind} messages behind, fewer than {LAG_BEHIND}; is the machine busy?"
    ))
}

/// Measures arriving users, who are `state` in the progress output, and reduces the rounds of each with
/// `median`.
fn arrivals<M, T>(
    rounds: usize,
    each: &[(Target, usize)],
    state: &str,
    median: impl Fn(&[M]) -> T,
    mut measure: impl FnMut(Target, usize) -> Result<M, MeasureError>,
) -> io::Result<Vec<Arrivals<T>>> {
    let needs_more = |_, measured: &[Result<M, String>]| {
        measured.len() < rounds && measured.iter().all(Result::is_ok)
    };
    let all = alternate(each, needs_more, |(target, users)| {
        print_progress(&format!("{users} users {state}, {}", target.name()));
        measure(target, users).map_err(|error| with_sources(&error))
    })?;
    let arrivals = |(&(target, users), rounds): (&(Target, usize), Vec<Result<M, String>>)| {
        let rounds: Result<Vec<M>, String> = rounds.into_iter().collect();
        Arrivals { target, users, measured: rounds.map(|rounds| median(&rounds)) }
    };
    Ok(each.iter().zip(all).map(arrivals).collect())
}

/// Returns the medians of storms of the same size; needs at least one.
fn median_storm(storms: &[Storm]) -> Storm {
    let of = |time: fn(&Storm) -> Duration| {
        let times = storms.iter().map(|storm| time(storm).as_secs_f64()).collect();
        Duration::from_secs_f64(median(times))
    };
    Storm { took: of(|storm| storm.took), cpu: of(|storm| storm.cpu), ..storms[0] }
}

/// Measures each of `what` in turn, and again while `needs_more` returns `true` for its rounds: so other work
/// of the machine disturbs few rounds of each. Returns the rounds of each.
fn alternate<W: Copy, T>(
    what: &[W],
    needs_more: impl Fn(W, &[T]) -> bool,
    mut measure: impl FnMut(W) -> T,
) -> io::Result<Vec<Vec<T>>> {
    let mut all: Vec<Vec<T>> = what.iter().map(|_| Vec::new()).collect();
    loop {
        let mut is_done = true;
        for (&what, rounds) in what.iter().zip(&mut all) {
            if needs_more(what, rounds) {
                rounds.push(measure(what));
                interrupt::check()?;
                is_done = false;
            }
        }
        if is_done {
            return Ok(all);
        }
    }
}

/// Measures one load for the time that the table uses.
fn load(case: &Case, target: Target, cores: &Cores) -> Figures {
    let measured = measure::load(case, target, cores, case.workload.counted(), MESSAGES_MAX);
    measured.unwrap_or_else(|error| Figures::failed(with_sources(&error)))
}

fn is_ok<T>(arrivals: &Arrivals<T>) -> bool {
    arrivals.measured.is_ok() || !arrivals.target.is_of_the_project()
}

fn with(targets: &[Target], users: usize) -> impl Iterator<Item = (Target, usize)> {
    targets.iter().map(move |&target| (target, users))
}

/// Returns the targets to measure. Prints how to install each missing peer.
fn targets(args: &BenchArgs, cores: &Cores) -> Vec<Target> {
    let mut targets = ALWAYS.to_vec();
    targets.extend(args.tls.then_some(Target::OursTls));
    for &peer in PEERS.iter().filter(|_| args.peers) {
        match peer.check_available(cores) {
            Ok(()) => targets.push(peer),
            Err(error) => {
                print_progress(&format!("without {}: {}", peer.name(), with_sources(&error)));
            }
        }
    }
    targets
}

/// Prints the present measurement on standard error.
fn print_progress(what: &str) {
    let _ = writeln!(io::stderr(), "{what} …");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_alternate_until_nothing_needs_more() {
        let mut order = Vec::new();
        let needs_more = |what, rounds: &[usize]| rounds.len() < what;
        let measure = |what| {
            order.push(what);
            order.len()
        };
        let all = alternate(&[1, 3, 2], needs_more, measure).unwrap();
        assert_eq!(order, [1, 3, 2, 3, 2, 3]);
        assert_eq!(all, [vec![1], vec![2, 4, 6], vec![3, 5]]);
    }

    #[test]
    fn a_laggard_that_is_hardly_behind_is_a_failure() {
        let figures = |behind| Figures { behind, ..Figures::default() };
        for (case, behind, is_valid) in [
            (LAG_CASES[0], 0, true),
            (LAG_CASES[1], LAG_BEHIND, true),
            (LAG_CASES[2], LAG_BEHIND - 1, false),
        ] {
            assert_eq!(lag(&case, figures(behind)).fault.is_none(), is_valid, "{case:?}");
        }
    }
}
