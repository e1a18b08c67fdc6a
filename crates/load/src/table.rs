//! The table, in Markdown.

use std::fmt::Write;

use crate::figures::Figures;
use crate::target::Durability;
use crate::workload::Case;

/// What rawfan and another server did in one case.
pub(crate) struct Row {
    /// The load.
    pub(crate) case: Case,
    /// The kernel's limit.
    pub(crate) raw: Figures,
    /// The server.
    pub(crate) server: Figures,
    /// The ratio of their deliveries a second in each round.
    pub(crate) ratios: Vec<f64>,
}

const HEAD: &str = "\
| load | in flight | durability | deliveries/s, millions: rawfan | ours | ratio (rounds) | CPU s per million: rawfan | ours | ratio | p50 / p99 µs: rawfan | ours | p50 ratio | MiB |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// The table of `rows`.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table = HEAD.to_owned();
    for row in rows {
        let _ = writeln!(table, "{}", line(row));
    }
    table
}

/// One line of the table, without its end.
pub(crate) fn line(row: &Row) -> String {
    let Row { case, raw, server, ratios } = row;
    let durability = match case.durability {
        Durability::Disk => "disk",
        Durability::Os => "os",
    };
    let in_flight = match case.in_flight {
        0 => "–".to_owned(),
        some => some.to_string(),
    };
    let head = format!("| {:?} | {in_flight} | {durability} |", case.workload);
    for (name, figures) in [("rawfan", raw), ("ours", server)] {
        if let Some(fault) = &figures.fault {
            return format!("{head} **failed**, {name}: {fault} |");
        }
    }
    let mut rounds: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    rounds.sort();
    format!(
        "{head} {} | {} | **{:.2}** ({}) | {:.4} | {:.4} | {:.2} | {} | {} | {:.2} | {:.1} |",
        millions(raw.rate),
        millions(server.rate),
        server.rate / raw.rate,
        rounds.join(" "),
        raw.cpu,
        server.cpu,
        server.cpu / raw.cpu,
        latency(raw),
        latency(server),
        server.latency[0] / raw.latency[0],
        server.memory,
    )
}

fn millions(rate: f64) -> String {
    format!("{:.3}", rate / 1e6)
}

fn latency(figures: &Figures) -> String {
    format!("{:.0} / {:.0}", figures.latency[0], figures.latency[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Workload;

    fn row(fault: Option<&str>) -> Row {
        let raw =
            Figures { rate: 16e6, cpu: 0.05, latency: [100.0, 200.0, 300.0], ..Figures::default() };
        let server = Figures {
            rate: 8e6,
            cpu: 0.1,
            latency: [150.0, 400.0, 900.0],
            memory: 12.0,
            fault: fault.map(str::to_owned),
        };
        let case = Case::new(Workload::W1, 64, Durability::Os);
        Row { case, raw, server, ratios: vec![0.51, 0.5, 0.49] }
    }

    #[test]
    fn a_line_has_both_and_their_ratio() {
        assert_eq!(
            line(&row(None)),
            "| W1 | 64 | os | 16.000 | 8.000 | **0.50** (0.49 0.50 0.51) | 0.0500 | 0.1000 | 2.00 \
             | 100 / 200 | 150 / 400 | 1.50 | 12.0 |"
        );
    }

    #[test]
    fn a_figure_with_a_loss_in_it_is_a_failure() {
        let failed = line(&row(Some("user 1 got 2 of 3 messages of user 0")));
        assert_eq!(
            failed,
            "| W1 | 64 | os | **failed**, ours: user 1 got 2 of 3 messages of user 0 |"
        );
    }
}
