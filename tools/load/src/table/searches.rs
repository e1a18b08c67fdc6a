//! The table of what the search index costs.

use super::{latency, table, times, with_rounds};
use crate::figures::{Figures, Ratios, median};
use crate::workload::Case;

const HEAD: &str = "\
| load | in flight | deliveries/s, millions | × without the index (rounds) | CPU × | p50 × | p99 × | \
p50 / p99 / p99.9 µs | µs of the index per message |
|---|---|---|---|---|---|---|---|---|
";

/// Each load without the index and with it, in the same number of rounds.
pub(crate) fn searches(rows: &[(Case, &Vec<Figures>, &Vec<Figures>)]) -> String {
    table(HEAD, rows.iter().map(|(case, without, with)| row(case, without, with)))
}

fn row(case: &Case, without: &[Figures], with: &[Figures]) -> String {
    let (load, durability) = (case.workload, case.durability.name());
    let head = format!("| {load:?}, {durability} | {} |", case.in_flight);
    let figures = Figures::median(with);
    if let Some(fault) = figures.fault.clone().or(Figures::median(without).fault) {
        return format!("{head} **failed**: {fault} |");
    }
    let ratios: Vec<Ratios> =
        with.iter().zip(without).filter_map(|(with, without)| with.against(without)).collect();
    let of = |figure: fn(&Ratios) -> f64| ratios.iter().map(figure).collect::<Vec<_>>();
    let median_of = |figure| times(Some(median(of(figure))));
    format!(
        "{head} {:.3} | {} | {} | {} | {} | {} | {:.2} |",
        figures.rate / 1e6,
        with_rounds(of(|ratio| ratio.rate)),
        median_of(|ratio| ratio.cpu),
        median_of(|ratio| ratio.p50),
        median_of(|ratio| ratio.p99),
        latency(&figures),
        figures.index,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Durability;
    use crate::workload::Workload;

    #[test]
    fn a_line_has_the_ratios_of_each_round_to_the_one_without_the_index() {
        let figures = |rate, cpu, index| Figures {
            rate,
            cpu,
            index,
            latency: [100.0, 200.0, 300.0],
            ..Figures::default()
        };
        let case = Case::new(Workload::W3, 10, Durability::Os);
        let without = vec![figures(2e6, 0.1, 0.0), figures(4e6, 0.1, 0.0)];
        let with = vec![figures(1e6, 0.2, 5.0), figures(4e6, 0.1, 3.0)];
        let table = searches(&[(case, &without, &with)]);
        assert_eq!(
            table.lines().last(),
            Some(
                "| W3, os | 10 | 1.000 | **0.50** (0.50 1.00) | 1.00 | 1.00 | 1.00 \
                 | 100 / 200 / 300 | 3.00 |"
            )
        );
        let failed = vec![Figures::failed("lost".into())];
        let table = searches(&[(case, &without, &failed)]);
        assert_eq!(table.lines().last(), Some("| W3, os | 10 | **failed**: lost |"));
    }
}
