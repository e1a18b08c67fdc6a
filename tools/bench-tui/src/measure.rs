//! Measures the clients. They take turns, so that whatever else the machine does delays them alike.

use std::time::{Duration, Instant};

use anyhow::Context;
use tempfile::TempDir;

use crate::client::Client;
use crate::irc;
use crate::running::{RunningClient, SETTLE, pause};
use crate::terminal::Terminal;

/// Starts of which the median counts.
const STARTS: usize = 15;

/// How long the processor time of clients without messages is counted.
const IDLE: Duration = Duration::from_secs(10);

/// Rounds in which each client takes its turn.
const ROUNDS: u32 = 4;

/// Keys of one turn: with fewer, the 95th percentile is that of four keys, and of anything else that runs then.
const KEYS: usize = 40;

/// How long the processor time at 50 messages a second is counted in one turn.
const BUSY: Duration = Duration::from_millis(1500);

/// The figures of a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) first_frame: Duration,
    pub(crate) memory: u64,
    /// Processor time of a minute without messages.
    pub(crate) idle: Duration,
    /// Share of a processor at 50 messages a second.
    pub(crate) busy: f64,
    /// From a key to the screen: the median and the 95th percentile.
    pub(crate) key: [Duration; 2],
    /// The same at 50 messages a second.
    pub(crate) key_busy: [Duration; 2],
    /// Memory after the way back through the messages.
    pub(crate) memory_scrolled: u64,
    /// The number of the oldest message that was reached; 1 is the first.
    pub(crate) oldest: Option<u32>,
}

/// The figures of a client from its turns.
#[derive(Debug, Default)]
struct Turns {
    starts: Vec<Duration>,
    keys: Vec<Duration>,
    keys_busy: Vec<Duration>,
    busy: Duration,
}

pub(crate) fn measure(clients: &[&Client]) -> anyhow::Result<Vec<Figures>> {
    let mut turns: Vec<Turns> = clients.iter().map(|_| Turns::default()).collect();
    for _ in 0..STARTS {
        for (client, turns) in clients.iter().zip(&mut turns) {
            turns.starts.push(first_frame(client)?);
        }
    }
    let start = |client: &&Client| {
        RunningClient::start(client).with_context(|| format!("cannot measure {}", client.name))
    };
    let mut running: Vec<RunningClient> =
        clients.iter().map(start).collect::<anyhow::Result<_>>()?;
    pause(SETTLE);
    let each = |running: &[RunningClient]| -> std::io::Result<Vec<_>> {
        running.iter().map(|one| Ok((one.program.memory()?, one.program.cpu()?))).collect()
    };
    let before = each(&running)?;
    pause(IDLE);
    let after = each(&running)?;
    for _ in 0..ROUNDS {
        for (one, turns) in running.iter_mut().zip(&mut turns) {
            turns.keys.extend(one.program.keys(KEYS)?);
        }
    }
    for _ in 0..ROUNDS {
        for (one, turns) in running.iter_mut().zip(&mut turns) {
            one.beside_messages(|program| {
                turns.keys_busy.extend(program.keys(KEYS)?);
                let before = program.cpu()?;
                pause(BUSY);
                turns.busy += program.cpu()?.saturating_sub(before);
                Ok(())
            })?;
        }
    }
    let mut figures = Vec::new();
    for (index, (mut one, turns)) in running.into_iter().zip(turns).enumerate() {
        let ((memory, idle_before), (_, idle_after)) = (before[index], after[index]);
        let oldest = one.scroll()?;
        figures.push(Figures {
            first_frame: percentiles(turns.starts)[0],
            memory,
            idle: idle_after.saturating_sub(idle_before).mul_f64(60.0 / IDLE.as_secs_f64()),
            busy: turns.busy.as_secs_f64() / (BUSY * ROUNDS).as_secs_f64(),
            key: percentiles(turns.keys),
            key_busy: percentiles(turns.keys_busy),
            memory_scrolled: one.program.memory()?,
            oldest,
        });
    }
    Ok(figures)
}

/// The time from the start of the program to its first useful frame.
fn first_frame(client: &Client) -> std::io::Result<Duration> {
    let home = TempDir::new()?;
    let server = irc::Irc::start()?;
    let command = client.command(home.path(), server.address)?;
    let start = Instant::now();
    let terminal = Terminal::start(command)?;
    Ok(terminal.sees(client.first)?.saturating_duration_since(start))
}

/// The median and the 95th percentile.
fn percentiles(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort();
    [50, 95].map(|percent| times.get(times.len() * percent / 100).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_95th_percentile_are_of_the_sorted_times() {
        let times = (1..=40).rev().map(Duration::from_millis).collect();
        assert_eq!(percentiles(times), [21, 39].map(Duration::from_millis));
        assert_eq!(percentiles(vec![Duration::from_millis(7)]), [7, 7].map(Duration::from_millis));
    }
}
