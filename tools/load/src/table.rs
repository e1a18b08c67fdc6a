//! The tables, in Markdown.

mod arrivals;
mod searches;
mod webs;

use std::fmt::Write;

use crate::figures::{Figures, Ratios, median};
use crate::plan::Lag;
use crate::target::Target;
use crate::workload::Case;
pub(crate) use arrivals::{Arrivals, idle, storms};
pub(crate) use searches::searches;
pub(crate) use webs::{idle_webs, webs};

/// One server under one load.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) target: Target,
    /// The medians.
    pub(crate) figures: Figures,
    /// Each round divided by that of the first server; `None` if one of the two failed.
    pub(crate) ratios: Option<Vec<Ratios>>,
}

const LOADS_HEAD: &str = "\
| load | in flight | server | deliveries/s, millions | × rawfan (rounds) | CPU s per million | × | \
p50 / p99 / p99.9 µs | p50 × | MiB |
|---|---|---|---|---|---|---|---|---|---|
";

pub(crate) fn loads(rows: &[Row]) -> String {
    table(LOADS_HEAD, rows.iter().map(load))
}

fn load(row: &Row) -> String {
    let Row { case, target, figures, ratios } = row;
    let in_flight = match case.in_flight {
        0 => "–".to_owned(),
        count => count.to_string(),
    };
    let (load, durability) = (case.workload, case.durability.name());
    let head = format!("| {load:?}, {durability} | {in_flight} | {} |", target.name());
    if let Some(fault) = &figures.fault {
        return format!("{head} **failed**: {fault} |");
    }
    let of = |figure: fn(&Ratios) -> f64| {
        let ratios = ratios.as_ref()?;
        Some(ratios.iter().map(figure).collect::<Vec<_>>())
    };
    let median_of = |figure| times(of(figure).map(median));
    format!(
        "{head} {:.3} | {} | {:.4} | {} | {} | {} | {:.1} |",
        figures.rate / 1e6,
        of(|ratio| ratio.rate).map_or_else(|| times(None), with_rounds),
        figures.cpu,
        median_of(|ratio| ratio.cpu),
        latency(figures),
        median_of(|ratio| ratio.p50),
        figures.memory[1],
    )
}

/// Formats the median of `rounds`, then all of them in ascending order.
fn with_rounds(mut rounds: Vec<f64>) -> String {
    rounds.sort_by(f64::total_cmp);
    let all: Vec<String> = rounds.iter().map(|&ratio| times(Some(ratio))).collect();
    format!("**{}** ({})", times(Some(median(rounds))), all.join(" "))
}

const LAGS_HEAD: &str = "\
| one of 1,001 readers | deliveries/s to the others, millions | × | CPU s per million | × | \
p50 / p99 / p99.9 µs of the others | p99 × | messages behind | MiB at half | MiB at the end |
|---|---|---|---|---|---|---|---|---|---|
";

/// Returns the table of the other readers' figures with each kind of laggard, compared with the first row.
pub(crate) fn lags(rows: &[(Case, Figures)]) -> String {
    let Some((_, first)) = rows.first() else { return String::new() };
    table(LAGS_HEAD, rows.iter().map(|(case, figures)| lag(case.lag, figures, first)))
}

fn lag(lag: Lag, figures: &Figures, first: &Figures) -> String {
    let behaviour = match lag {
        Lag::None => "reads like the others",
        Lag::Stalls => "stalls",
        Lag::Slow => "is slow, and reads from the journal",
    };
    if let Some(fault) = &figures.fault {
        return format!("| {behaviour} | **failed**: {fault} |");
    }
    let ratios = figures.against(first);
    let ratio = |figure: fn(&Ratios) -> f64| times(ratios.as_ref().map(figure));
    format!(
        "| {behaviour} | {:.3} | {} | {:.4} | {} | {} | {} | {} | {:.1} | {:.1} |",
        figures.rate / 1e6,
        ratio(|ratio| ratio.rate),
        figures.cpu,
        ratio(|ratio| ratio.cpu),
        latency(figures),
        ratio(|ratio| ratio.p99),
        figures.behind,
        figures.memory[0],
        figures.memory[1],
    )
}

fn table(head: &str, lines: impl Iterator<Item = String>) -> String {
    lines.fold(head.to_owned(), |mut table, line| {
        let _ = writeln!(table, "{line}");
        table
    })
}

/// Formats a ratio; a dash if there is none or it is not finite.
fn times(ratio: Option<f64>) -> String {
    let ratio = ratio.filter(|ratio| ratio.is_finite());
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn latency(figures: &Figures) -> String {
    let [p50, p99, p999] = figures.latency;
    format!("{p50:.0} / {p99:.0} / {p999:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Durability;
    use crate::workload::{LAG_CASES, Workload};

    fn raw() -> Figures {
        Figures { rate: 16e6, cpu: 0.05, latency: [100.0, 200.0, 300.0], ..Figures::default() }
    }

    fn ours() -> Figures {
        let (latency, memory) = ([150.0, 400.0, 900.0], [11.0, 12.0]);
        Figures { rate: 8e6, cpu: 0.1, latency, memory, ..Figures::default() }
    }

    fn failed() -> Figures {
        Figures { fault: Some("user 1 received 2 of 3 messages of user 0".into()), ..ours() }
    }

    /// Returns the last line of a table of `figures`, compared with `raw`.
    fn line(figures: Figures, raw: &Figures) -> String {
        let [fast, faster] = [32e6, 160e6].map(|rate| Figures { rate, ..figures.clone() });
        let ratios = [&fast, &faster, &figures].map(|round| round.against(raw));
        let case = Case::new(Workload::W1, 64, Durability::Os);
        let ratios = ratios.into_iter().collect();
        let table = loads(&[Row { case, target: Target::Ours, figures, ratios }]);
        table.lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_line_has_the_figures_and_the_ratios() {
        assert_eq!(
            line(ours(), &raw()),
            "| W1, os | 64 | ours | 8.000 | **2.00** (0.50 2.00 10.00) | 0.1000 | 2.00 \
             | 150 / 400 / 900 | 1.50 | 12.0 |"
        );
    }

    #[test]
    fn figures_with_a_loss_are_a_failure() {
        let expected =
            "| W1, os | 64 | ours | **failed**: user 1 received 2 of 3 messages of user 0 |";
        assert_eq!(line(failed(), &raw()), expected);
    }

    #[test]
    fn nothing_is_compared_with_a_failure() {
        assert_eq!(
            line(ours(), &failed()),
            "| W1, os | 64 | ours | 8.000 | – | 0.1000 | – | 150 / 400 / 900 | – | 12.0 |"
        );
        let table = lags(&[(LAG_CASES[0], failed()), (LAG_CASES[1], ours())]);
        let stalls = "| stalls | 8.000 | – | 0.1000 | – | 150 / 400 / 900 | – | 0 | 11.0 | 12.0 |";
        assert_eq!(table.lines().last(), Some(stalls));
        assert_eq!([times(Some(f64::INFINITY)), times(Some(f64::NAN))], ["–", "–"]);
    }

    #[test]
    fn a_laggard_is_compared_with_a_reader_that_does_not_lag() {
        let none = Figures { latency: [1.0, 200.0, 1.0], ..ours() };
        let stalls = Figures { behind: 7, ..ours() };
        let table = lags(&[(LAG_CASES[0], none), (LAG_CASES[1], stalls)]);
        let stalls = table.lines().last().unwrap_or_default();
        assert!(stalls.starts_with("| stalls | 8.000 | 1.00 |"), "{stalls}");
        assert!(stalls.ends_with("| 150 / 400 / 900 | 2.00 | 7 | 11.0 | 12.0 |"), "{stalls}");
    }
}
