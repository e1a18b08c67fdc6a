//! Plots of the cost of a delivery by the number of readers, the number of rooms and the size of a message, as
//! bars in plain text.

use std::io::{self, Write};
use std::time::Duration;

use crate::cores::Cores;
use crate::figures::Figures;
use crate::interrupt;
use crate::measure;
use crate::plan::Plan;
use crate::target::{Durability, Target};
use crate::workload::{Case, MESSAGES_MAX, Workload};

/// How long each load is counted.
const COUNTED: Duration = Duration::from_secs(1);

/// Members of each room in the plot by rooms.
const ROOM_MEMBERS: usize = 10;

/// The value of an empty bar, in microseconds: less than the cheapest delivery.
const BAR_START: f64 = 0.005;

/// Characters of a bar for each factor of ten.
const DECADE: f64 = 10.0;

/// The variable of a plot.
#[derive(Debug, Clone, Copy)]
enum Axis {
    Readers,
    Rooms,
    Bytes,
}

const PLOTS: [(Axis, &str, &[usize]); 3] = [
    (
        Axis::Readers,
        "readers of one sender, 64 bytes, 1,024 in flight",
        &[1, 10, 100, 1_000, 5_000],
    ),
    (Axis::Rooms, "rooms of 10, one sender in each, 8 in flight", &[1, 10, 100, 1_000]),
    (
        Axis::Bytes,
        "bytes of a message, 100 readers, 64 in flight",
        &[64, 256, 1_024, 4_096, 16_384],
    ),
];

/// Measures and draws. Returns `false` if something was lost.
///
/// # Errors
/// If `out` is closed, or the program was interrupted.
pub(crate) fn plot(cores: &Cores, out: &mut impl Write) -> io::Result<bool> {
    let mut is_complete = true;
    for (axis, name, values) in PLOTS {
        writeln!(out, "CPU µs for a delivery, by {name}\n")?;
        for &value in values {
            for target in [Target::Rawfan, Target::Ours] {
                writeln!(io::stderr(), "{axis:?} {value}, {} …", target.name())?;
                let figures = measure::run(&axis.plan(value), target, cores, Durability::Os)
                    .unwrap_or_else(|error| Figures::failed(measure::with_sources(&error)));
                interrupt::check()?;
                is_complete &= figures.fault.is_none();
                writeln!(out, "{}", line(value, target, &figures))?;
            }
        }
        writeln!(out)?;
    }
    Ok(is_complete)
}

fn line(value: usize, target: Target, figures: &Figures) -> String {
    let head = format!("{value:>6} {:<7}", target.name());
    if let Some(fault) = &figures.fault {
        return format!("{head} FAILED: {fault}");
    }
    // Seconds per million are microseconds per delivery.
    let micros = figures.cpu;
    format!("{head}{micros:>8.3} {}", bar(micros))
}

/// Returns a bar that is longer by [`DECADE`] for each factor of ten.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "characters")]
pub(crate) fn bar(micros: f64) -> String {
    let length = ((micros / BAR_START).log10() * DECADE).max(0.0);
    "█".repeat(length.round() as usize)
}

impl Axis {
    const fn plan(self, value: usize) -> Plan {
        let in_flight = match self {
            Self::Readers => 1024,
            Self::Rooms => 8,
            Self::Bytes => 64,
        };
        let plan = Case::new(Workload::W1, in_flight, Durability::Os).plan(COUNTED, MESSAGES_MAX);
        match self {
            Self::Readers => Plan { members: value + 1, ..plan },
            Self::Rooms => Plan { rooms: value, members: ROOM_MEMBERS, ..plan },
            Self::Bytes => Plan { text_bytes: value, ..plan },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_with_the_logarithm() {
        assert_eq!(bar(0.05).chars().count(), 10);
        assert_eq!(bar(5.0).chars().count(), 30);
        assert_eq!(bar(0.001), "");
    }
}
