//! The tables of what a WebSocket costs.

use super::{Arrivals, latency, table, times, with_rounds};
use crate::figures::{Figures, Ratios, median};
use crate::target::Target;
use crate::workload::Case;

const HEAD: &str = "\
| load | in flight | on | deliveries/s, millions | × (rounds) | CPU s per million | × | \
p50 / p99 / p99.9 µs | p50 × | p99 × |
|---|---|---|---|---|---|---|---|---|---|
";

/// Each load on connections and on WebSockets, in the same number of rounds.
pub(crate) fn webs(rows: &[(Case, &Vec<Figures>, &Vec<Figures>)]) -> String {
    table(HEAD, rows.iter().flat_map(|(case, native, web)| lines(case, native, web)))
}

fn lines(case: &Case, native: &[Figures], web: &[Figures]) -> [String; 2] {
    let ratios: Vec<Ratios> =
        web.iter().zip(native).filter_map(|(web, native)| web.against(native)).collect();
    let of = |figure: fn(&Ratios) -> f64| ratios.iter().map(figure).collect::<Vec<_>>();
    let median_of = |figure| times(Some(median(of(figure))));
    let none = times(None);
    let head = |on| {
        format!("| {:?}, {} | {} | {on} |", case.workload, case.durability.name(), case.in_flight)
    };
    let line = |on, figures: &Figures, [rate, cpu, p50, p99]: [String; 4]| match &figures.fault {
        Some(fault) => format!("{} **failed**: {fault} |", head(on)),
        None => format!(
            "{} {:.3} | {rate} | {:.4} | {cpu} | {} | {p50} | {p99} |",
            head(on),
            figures.rate / 1e6,
            figures.cpu,
            latency(figures),
        ),
    };
    let compared = [
        with_rounds(of(|ratio| ratio.rate)),
        median_of(|ratio| ratio.cpu),
        median_of(|ratio| ratio.p50),
        median_of(|ratio| ratio.p99),
    ];
    [
        line("connections", &Figures::median(native), [(); 4].map(|()| none.clone())),
        line("WebSockets", &Figures::median(web), compared),
    ]
}

const IDLE_HEAD: &str = "\
| idle users | KiB each | on WebSockets | × |
|---|---|---|---|
";

/// The memory of idle users, from bytes for each.
pub(crate) fn idle_webs(all: &[Arrivals<f64>]) -> String {
    let of = |target, users| {
        all.iter().find(|one| one.target == target && one.users == users).map(|one| &one.measured)
    };
    let native = all.iter().filter(|one| one.target == Target::Ours);
    let line = |Arrivals { users, measured, .. }: &Arrivals<f64>| match (
        measured,
        of(Target::OursWeb, *users),
    ) {
        (Ok(native), Some(Ok(web))) => format!(
            "| {users} | {:.2} | {:.2} | {} |",
            native / 1024.0,
            web / 1024.0,
            times(Some(web / native))
        ),
        (Err(fault), _) | (_, Some(Err(fault))) => format!("| {users} | **failed**: {fault} |"),
        (_, None) => format!("| {users} | – |"),
    };
    table(IDLE_HEAD, native.map(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Durability;
    use crate::workload::Workload;

    #[test]
    fn a_load_on_websockets_is_compared_with_the_same_round_on_connections() {
        let figures =
            |rate, cpu| Figures { rate, cpu, latency: [100.0, 200.0, 300.0], ..Figures::default() };
        let case = Case::new(Workload::W2one, 1, Durability::Os);
        let native = vec![figures(2e6, 0.1), figures(4e6, 0.1)];
        let web = vec![figures(1e6, 0.2), figures(4e6, 0.1)];
        let table = webs(&[(case, &native, &web)]);
        let lines: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| W2one, os | 1 | connections | 2.000 | – | 0.1000 | – | 100 / 200 / 300 | – | – |",
                "| W2one, os | 1 | WebSockets | 1.000 | **0.50** (0.50 1.00) | 0.1000 | 1.00 \
                 | 100 / 200 / 300 | 1.00 | 1.00 |"
            ]
        );
        let failed = vec![Figures::failed("lost".into())];
        let table = webs(&[(case, &native, &failed)]);
        assert_eq!(table.lines().last(), Some("| W2one, os | 1 | WebSockets | **failed**: lost |"));
    }

    #[test]
    fn an_idle_user_on_a_websocket_is_compared_with_one_on_a_connection() {
        let user = |target, measured| Arrivals { target, users: 10, measured };
        let both = [user(Target::Ours, Ok(2048.0)), user(Target::OursWeb, Ok(3072.0))];
        assert_eq!(idle_webs(&both).lines().last(), Some("| 10 | 2.00 | 3.00 | 1.50 |"));
        let failed = [user(Target::Ours, Ok(1.0)), user(Target::OursWeb, Err("closed".into()))];
        assert_eq!(idle_webs(&failed).lines().last(), Some("| 10 | **failed**: closed |"));
    }
}
