//! The figures of one measurement, and the median of several.

use std::fmt;

use crate::engine::Outcome;

/// The figures of one measurement.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figures {
    /// Deliveries per second.
    pub(crate) rate: f64,
    /// Processor seconds of the server per million deliveries.
    pub(crate) cpu: f64,
    /// Latency in microseconds: p50, p99 and p99.9.
    pub(crate) latency: [f64; 3],
    /// Private memory of the server at half of the time and at the end, in MiB.
    pub(crate) memory: [f64; 2],
    /// Processor time of the thread of the search index for each message, in microseconds; 0 without an index.
    pub(crate) index: f64,
    /// Messages that the laggard had not read at the end; 0 without a laggard.
    pub(crate) behind: u64,
    /// The first loss, duplicate or reordering; if there is one, the other figures are not valid.
    pub(crate) fault: Option<String>,
}

/// One measurement divided by another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratios {
    /// Deliveries per second.
    pub(crate) rate: f64,
    /// Processor time per delivery.
    pub(crate) cpu: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Figures {
    #[allow(clippy::cast_precision_loss, reason = "figures for a table")]
    pub(crate) fn from_outcome(outcome: &Outcome) -> Self {
        let quantile = |of| outcome.latency.value_at_quantile(of) as f64 / 1e3;
        let millions = outcome.deliveries as f64 / 1e6;
        let no_deliveries = (outcome.deliveries == 0).then(|| "nothing was delivered".to_owned());
        Self {
            rate: outcome.deliveries as f64 / outcome.elapsed.as_secs_f64(),
            cpu: outcome.cpu.as_secs_f64() / millions,
            latency: [quantile(0.5), quantile(0.99), quantile(0.999)],
            memory: outcome.memory.map(|bytes| bytes as f64 / f64::from(1 << 20)),
            index: 0.0,
            behind: outcome.behind,
            fault: outcome.fault.clone().or(no_deliveries),
        }
    }

    pub(crate) fn failed(fault: String) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    /// Divides these figures by `other`; `None` if either of them is a failure.
    pub(crate) fn against(&self, other: &Self) -> Option<Ratios> {
        (self.fault.is_none() && other.fault.is_none()).then(|| Ratios {
            rate: self.rate / other.rate,
            cpu: self.cpu / other.cpu,
            p50: self.latency[0] / other.latency[0],
            p99: self.latency[1] / other.latency[1],
        })
    }

    /// Returns the median of each figure, but the minimum of `behind`, and the first fault of all rounds.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            rate: of(&|round| round.rate),
            cpu: of(&|round| round.cpu),
            latency: [0, 1, 2].map(|at| of(&|round| round.latency[at])),
            memory: [0, 1].map(|at| of(&|round| round.memory[at])),
            index: of(&|round| round.index),
            behind: rounds.iter().map(|round| round.behind).min().unwrap_or(0),
            fault: rounds.iter().find_map(|round| round.fault.clone()),
        }
    }
}

/// Returns the median; of an even number of values the lower one of the middle two, and 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rate,
            cpu,
            latency: [p50, p99, p999],
            memory: [half, whole],
            index,
            behind,
            fault,
        } = self;
        if let Some(fault) = fault {
            return write!(f, "FAILED: {fault}");
        }
        write!(
            f,
            "{:.3} M deliveries/s, {cpu:.4} CPU s per million, p50 {p50:.0} µs, p99 {p99:.0} µs, \
             p99.9 {p999:.0} µs, {half:.1} MiB at half, {whole:.1} MiB at the end",
            rate / 1e6
        )?;
        if *index > 0.0 {
            write!(f, ", {index:.2} µs of the index per message")?;
        }
        if *behind > 0 { write!(f, ", the laggard {behind} messages behind") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_value_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![2.0, 1.0]), 1.0);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn nothing_is_compared_with_failed_figures() {
        let valid = Figures { rate: 1.0, ..Figures::default() };
        let failed = Figures { fault: Some("lost".into()), ..valid.clone() };
        assert_eq!(valid.against(&valid).map(|ratios| ratios.rate), Some(1.0));
        assert_eq!([valid.against(&failed), failed.against(&valid)], [None, None]);
    }

    #[test]
    fn a_fault_in_one_round_makes_the_median_a_failure() {
        let failed = Figures { fault: Some("lost".into()), ..Figures::default() };
        let median = Figures::median(&[Figures::default(), failed, Figures::default()]);
        assert_eq!(median.to_string(), "FAILED: lost");
    }
}
