//! The report of an attack.

use std::fmt;
use std::time::Duration;

/// The effect of an attack on the users.
#[derive(Debug)]
pub struct Report {
    /// The name of the attack.
    pub name: &'static str,
    /// How often the attack tried what it does while the users talked.
    pub tries: u64,
    /// Times that the messages took, from Ana to Bob: without the attack, with it, and while another daemon of this
    /// machine is attacked.
    pub times: [Vec<Duration>; 3],
    /// How many processors the daemon took during the attack, and the attacker.
    pub processors: [f64; 2],
    /// Time in which a newcomer joined during the attack; `None` if it was refused.
    pub newcomer: Option<Duration>,
    /// Memory of the daemon in bytes: before the attack, at most, and after it; zeros if the system does not tell.
    pub memory: [u64; 3],
    /// Accepted messages that Bob did not hear, or that are not in the room afterwards, once and in their order.
    pub lost: usize,
}

/// The time that 99 % of these took at most; `None` if there are none.
fn p99(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get((times.len() * 99).div_ceil(100).checked_sub(1)?).copied()
}

impl Report {
    /// Adds another round of the same attack: what is counted is added, the worst stands for the others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (times, more) in self.times.iter_mut().zip(other.times) {
            times.extend(more);
        }
        self.tries += other.tries;
        self.lost += other.lost;
        self.newcomer = self.newcomer.zip(other.newcomer).map(|(one, other)| one.max(other));
        for (most, more) in self.memory.iter_mut().zip(other.memory) {
            *most = (*most).max(more);
        }
        for (most, more) in self.processors.iter_mut().zip(other.processors) {
            *most = most.max(more);
        }
        self
    }

    /// The heads of the columns.
    #[must_use]
    pub fn heads() -> String {
        format!(
            "{:<14}{:>9}{:>11}{:>11}{:>7}{:>11}{:>18}{:>11}{:>20}{:>6}",
            "attack",
            "tries",
            "p99 alone",
            "attacked",
            "ratio",
            "control",
            "CPU daemon/enemy",
            "newcomer",
            "MiB before/most/now",
            "lost"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        let or = |time: Option<Duration>, none: &str| {
            time.map_or_else(|| none.to_owned(), |time| format!("{:.1} ms", millis(time)))
        };
        let [alone, attacked, control] = self.times.each_ref().map(|times| p99(times));
        let ratio = match (alone, attacked) {
            (Some(alone), Some(attacked)) => format!("{:.1}", attacked.div_duration_f64(alone)),
            _ => String::new(),
        };
        let [alone, attacked, control] = [alone, attacked, control].map(|time| or(time, ""));
        let newcomer = or(self.newcomer, "refused");
        let [daemon, enemy] = self.processors;
        let [before, most, after] = self.memory.map(|bytes| bytes / (1024 * 1024));
        let (name, tries, lost) = (self.name, self.tries, self.lost);
        write!(
            f,
            "{name:<14}{tries:>9}{alone:>11}{attacked:>11}{ratio:>7}{control:>11}{:>18}{newcomer:>11}{:>20}{lost:>6}",
            format!("{daemon:.2}/{enemy:.2}"),
            format!("{before}/{most}/{after}")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(millis: [u64; 3], newcomer: Option<u64>) -> Report {
        Report {
            name: "junk",
            tries: 10,
            times: millis.map(|of| vec![Duration::from_millis(of)]),
            processors: [0.25, 0.5],
            newcomer: newcomer.map(Duration::from_millis),
            memory: [1, 2, 1].map(|mebi| mebi * 1024 * 1024),
            lost: 1,
        }
    }

    #[test]
    fn a_row_has_the_messages_of_all_rounds_and_the_worst_of_the_rest() {
        let rows = report([2, 4, 3], Some(5)).and(report([4, 6, 1], Some(7))).to_string();
        let row: Vec<&str> = rows.split_whitespace().collect();
        let expected = [
            "junk",
            "20",
            "4.0",
            "ms",
            "6.0",
            "ms",
            "1.5",
            "3.0",
            "ms",
            "0.25/0.50",
            "7.0",
            "ms",
            "1/2/1",
            "2",
        ];
        assert_eq!(row, expected);
        assert_eq!(
            report([1; 3], None).and(report([1; 3], Some(2))).newcomer,
            None,
            "refused once"
        );
    }

    #[test]
    fn one_in_a_hundred_messages_may_take_longer_than_the_p99() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(p99(&times), Some(Duration::from_millis(198)));
        assert_eq!(p99(&times[..1]), Some(Duration::from_millis(200)));
        assert_eq!(p99(&[]), None);
    }
}
