//! The figures of one measurement, and the median of several.

use std::fmt;

use crate::engine::Outcome;

/// What a measurement says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figures {
    /// Deliveries a second.
    pub(crate) rate: f64,
    /// Processor seconds of the server for a million deliveries.
    pub(crate) cpu: f64,
    /// Latency in microseconds: half of the deliveries, 99 % and 99.9 % come within.
    pub(crate) latency: [f64; 3],
    /// Memory of the server that is its own when half of the time is over, and at the end, in MiB.
    pub(crate) memory: [f64; 2],
    /// Messages that the laggard had yet to read at the end, if there was one.
    pub(crate) behind: u64,
    /// What was lost, doubled or out of order; then the rest counts for nothing.
    pub(crate) fault: Option<String>,
}

/// How one measurement compares with another: this over that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratios {
    /// Of the deliveries a second.
    pub(crate) rate: f64,
    /// Of the processor time for each.
    pub(crate) cpu: f64,
    /// Of the time within which half of them come.
    pub(crate) p50: f64,
    /// Of the time within which 99 % of them come.
    pub(crate) p99: f64,
}

impl Figures {
    /// What `outcome` says.
    #[allow(clippy::cast_precision_loss, reason = "figures for a table")]
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let quantile = |of| outcome.latency.value_at_quantile(of) as f64 / 1e3;
        let millions = outcome.deliveries as f64 / 1e6;
        let nothing = (outcome.deliveries == 0).then(|| "nothing was delivered".to_owned());
        Self {
            rate: outcome.deliveries as f64 / outcome.elapsed.as_secs_f64(),
            cpu: outcome.cpu.as_secs_f64() / millions,
            latency: [quantile(0.5), quantile(0.99), quantile(0.999)],
            memory: outcome.memory.map(|bytes| bytes as f64 / f64::from(1 << 20)),
            behind: outcome.behind,
            fault: outcome.fault.clone().or(nothing),
        }
    }

    /// What could not be measured.
    pub(crate) fn failed(fault: String) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    /// How this compares with `other`; `None` where either of them is a failure.
    pub(crate) fn against(&self, other: &Self) -> Option<Ratios> {
        (self.fault.is_none() && other.fault.is_none()).then(|| Ratios {
            rate: self.rate / other.rate,
            cpu: self.cpu / other.cpu,
            p50: self.latency[0] / other.latency[0],
            p99: self.latency[1] / other.latency[1],
        })
    }

    /// The median of each figure of `rounds`, and how far the laggard was behind at the least; a fault
    /// of one is a fault of all.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            rate: of(&|round| round.rate),
            cpu: of(&|round| round.cpu),
            latency: [0, 1, 2].map(|at| of(&|round| round.latency[at])),
            memory: [0, 1].map(|at| of(&|round| round.memory[at])),
            behind: rounds.iter().map(|round| round.behind).min().unwrap_or(0),
            fault: rounds.iter().find_map(|round| round.fault.clone()),
        }
    }
}

/// The one in the middle; of an even number, the lower of two. 0 of none.
pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, cpu, latency: [p50, p99, p999], memory: [half, whole], behind, fault } =
            self;
        if let Some(fault) = fault {
            return write!(f, "FAILED: {fault}");
        }
        write!(
            f,
            "{:.3} M deliveries/s, {cpu:.4} CPU s per million, p50 {p50:.0} µs, p99 {p99:.0} µs, \
             p99.9 {p999:.0} µs, {half:.1} MiB at half, {whole:.1} MiB at the end",
            rate / 1e6
        )?;
        if *behind > 0 { write!(f, ", the laggard {behind} messages behind") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![2.0, 1.0]), 1.0);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn a_failure_compares_with_nothing() {
        let well = Figures { rate: 1.0, ..Figures::default() };
        let lost = Figures { fault: Some("lost".into()), ..well.clone() };
        assert_eq!(well.against(&well).map(|ratios| ratios.rate), Some(1.0));
        assert_eq!([well.against(&lost), lost.against(&well)], [None, None]);
    }

    #[test]
    fn a_fault_of_one_round_is_a_fault_of_all() {
        let lost = Figures { fault: Some("lost".into()), ..Figures::default() };
        let median = Figures::median(&[Figures::default(), lost, Figures::default()]);
        assert_eq!(median.to_string(), "FAILED: lost");
    }
}
