//! The tables, in Markdown.

use std::fmt::Write;

use crate::engine::Storm;
use crate::figures::{Figures, Ratios, median};
use crate::plan::Lag;
use crate::target::{Durability, Target};
use crate::workload::Case;

/// What one server did under one load.
#[derive(Debug)]
pub(crate) struct Row {
    /// The load.
    pub(crate) case: Case,
    /// The server.
    pub(crate) target: Target,
    /// The medians.
    pub(crate) figures: Figures,
    /// Each round, compared with that of the first server.
    pub(crate) ratios: Vec<Ratios>,
}

const LOADS_HEAD: &str = "\
| load | in flight | server | deliveries/s, millions | × rawfan (rounds) | CPU s per million | × | \
p50 / p99 / p99.9 µs | p50 × | MiB |
|---|---|---|---|---|---|---|---|---|---|
";

/// The table of loads.
pub(crate) fn loads(rows: &[Row]) -> String {
    table(LOADS_HEAD, rows.iter().map(load))
}

fn load(row: &Row) -> String {
    let Row { case, target, figures, ratios } = row;
    let server = match (target, case.durability) {
        (target, Durability::Disk) if target.keeps() => "ours, disk",
        (target, Durability::Os) if target.keeps() => "ours, os",
        (target, _) => target.name(),
    };
    let in_flight = match case.in_flight {
        0 => "–".to_owned(),
        some => some.to_string(),
    };
    let head = format!("| {:?} | {in_flight} | {server} |", case.workload);
    if let Some(fault) = &figures.fault {
        return format!("{head} **failed**: {fault} |");
    }
    let of = |figure: fn(&Ratios) -> f64| ratios.iter().map(figure).collect::<Vec<_>>();
    let mut rounds: Vec<String> =
        of(|ratio| ratio.rate).iter().map(|ratio| format!("{ratio:.2}")).collect();
    rounds.sort();
    format!(
        "{head} {:.3} | **{:.2}** ({}) | {:.4} | {:.2} | {} | {:.2} | {:.1} |",
        figures.rate / 1e6,
        median(of(|ratio| ratio.rate)),
        rounds.join(" "),
        figures.cpu,
        median(of(|ratio| ratio.cpu)),
        latency(figures),
        median(of(|ratio| ratio.p50)),
        figures.memory,
    )
}

const LAGS_HEAD: &str = "\
| one of 1,001 readers | deliveries/s to the others, millions | × | CPU s per million | × | \
p50 / p99 / p99.9 µs of the others | p99 × | MiB |
|---|---|---|---|---|---|---|---|
";

/// The table of what a laggard costs the others, compared with the first row.
pub(crate) fn lags(rows: &[Row]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    table(LAGS_HEAD, rows.iter().map(|row| lag(row, &first.figures)))
}

fn lag(row: &Row, first: &Figures) -> String {
    let does = match row.case.lag {
        Lag::None => "reads like the others",
        Lag::Stalls => "stalls",
        Lag::Slow => "is slow, and lives on the journal",
    };
    let figures = &row.figures;
    if let Some(fault) = &figures.fault {
        return format!("| {does} | **failed**: {fault} |");
    }
    let ratios = figures.against(first);
    format!(
        "| {does} | {:.3} | {:.2} | {:.4} | {:.2} | {} | {:.2} | {:.1} |",
        figures.rate / 1e6,
        ratios.rate,
        figures.cpu,
        ratios.cpu,
        latency(figures),
        figures.latency[1] / first.latency[1],
        figures.memory,
    )
}

const IDLE_HEAD: &str = "\
| idle users | server | KiB each |
|---|---|---|
";

/// The table of what an idle user takes, of each server, number of users, and bytes each.
#[allow(clippy::cast_precision_loss, reason = "figures for a table")]
pub(crate) fn idle(lines: &[(Target, usize, Result<u64, String>)]) -> String {
    let line = |(target, users, bytes): &(Target, usize, Result<u64, String>)| {
        let each = match bytes {
            Ok(bytes) => format!("{:.2}", *bytes as f64 / 1024.0),
            Err(fault) => format!("**failed**: {fault}"),
        };
        format!("| {users} | {} | {each} |", target.name())
    };
    table(IDLE_HEAD, lines.iter().map(line))
}

const STORMS_HEAD: &str = "\
| users who join at once | server | ms until all are in | CPU µs each | × of the first |
|---|---|---|---|---|
";

/// Users who came at once, or why they could not.
type Stormed = (Target, usize, Result<Storm, String>);

/// The table of storms; each is compared with the first of the same server.
pub(crate) fn storms(storms: &[Stormed]) -> String {
    let line = |(target, users, storm): &Stormed| {
        let head = format!("| {users} | {} |", target.name());
        let storm = match storm {
            Ok(storm) => storm,
            Err(fault) => return format!("{head} **failed**: {fault} |"),
        };
        let first = storms.iter().find(|(of, ..)| of == target);
        let first = first.and_then(|(.., first)| first.as_ref().ok()).unwrap_or(storm);
        let (took, each) = (storm.took.as_secs_f64() * 1e3, cpu_each(storm));
        format!("{head} {took:.0} | {each:.1} | {:.2} |", each / cpu_each(first))
    };
    table(STORMS_HEAD, storms.iter().map(line))
}

/// Processor time for each user of a storm, in microseconds.
#[allow(clippy::cast_precision_loss, reason = "figures for a table")]
fn cpu_each(storm: &Storm) -> f64 {
    storm.cpu.as_secs_f64() * 1e6 / storm.users as f64
}

fn table(head: &str, lines: impl Iterator<Item = String>) -> String {
    lines.fold(head.to_owned(), |mut table, line| {
        let _ = writeln!(table, "{line}");
        table
    })
}

fn latency(figures: &Figures) -> String {
    let [p50, p99, p999] = figures.latency;
    format!("{p50:.0} / {p99:.0} / {p999:.0}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::workload::{LAG_CASES, Workload};

    fn row(fault: Option<&str>) -> Row {
        let raw =
            Figures { rate: 16e6, cpu: 0.05, latency: [100.0, 200.0, 300.0], ..Figures::default() };
        let figures = Figures {
            rate: 8e6,
            cpu: 0.1,
            latency: [150.0, 400.0, 900.0],
            memory: 12.0,
            fault: fault.map(str::to_owned),
        };
        let case = Case::new(Workload::W1, 64, Durability::Os);
        let slower = Figures { rate: 7.2e6, ..figures.clone() };
        let ratios = vec![figures.against(&raw), slower.against(&raw), figures.against(&raw)];
        Row { case, target: Target::Ours, figures, ratios }
    }

    #[test]
    fn a_line_has_the_figures_and_the_ratios() {
        assert_eq!(
            loads(&[row(None)]).lines().last(),
            Some(
                "| W1 | 64 | ours, os | 8.000 | **0.50** (0.45 0.50 0.50) | 0.1000 | 2.00 \
                 | 150 / 400 / 900 | 1.50 | 12.0 |"
            )
        );
    }

    #[test]
    fn a_figure_with_a_loss_in_it_is_a_failure() {
        let fault = "user 1 got 2 of 3 messages of user 0";
        let table = loads(&[row(Some(fault))]);
        let failed = format!("| W1 | 64 | ours, os | **failed**: {fault} |");
        assert_eq!(table.lines().last(), Some(&*failed));
    }

    #[test]
    fn a_laggard_is_compared_with_none() {
        let stalls = Row { case: LAG_CASES[1], ..row(None) };
        let figures = Figures { latency: [1.0, 200.0, 1.0], ..row(None).figures };
        let none = Row { case: LAG_CASES[0], figures, ..row(None) };
        let table = lags(&[none, stalls]);
        let stalls = table.lines().last().unwrap_or_default();
        assert!(stalls.starts_with("| stalls | 8.000 | 1.00 |"), "{stalls}");
        assert!(stalls.ends_with("| 150 / 400 / 900 | 2.00 | 12.0 |"), "{stalls}");
    }

    #[test]
    fn a_storm_is_compared_with_the_first_of_its_server() {
        let storm = |users, ms| {
            let took = Duration::from_millis(ms);
            (Target::Ours, users, Ok(Storm { users, took, cpu: took }))
        };
        let table = storms(&[storm(500, 50), storm(5_000, 1_000)]);
        assert_eq!(table.lines().last(), Some("| 5000 | ours | 1000 | 200.0 | 2.00 |"));
    }
}
