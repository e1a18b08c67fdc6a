//! The cost of search: of its index while messages are stored, and of a first page.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::client::Client;
use super::words::Words;
use super::{FillCost, JournalError, REQUESTS};
use crate::cores::Cores;
use crate::engine;
use crate::target::{self, Durability, Search};

/// Messages that are sent before their answers are read: as many as the daemon accepts from a session.
const BURST: u32 = 1_000;

/// Time between two looks whether the index is complete.
const POLL: Duration = Duration::from_millis(100);

/// How long the index may take for each message, and at least.
const BUILD_MAX: (Duration, Duration) = (Duration::from_micros(500), Duration::from_secs(10));

/// Characters of the beginning of a word, as when it is being typed.
const PREFIX: usize = 3;

/// Makes a query.
type Query = fn(&mut Words) -> String;

/// Writes what the index costs the senders.
pub(super) fn write_cost(
    with: &FillCost,
    without: &FillCost,
    out: &mut impl Write,
) -> io::Result<()> {
    let FillCost { senders, rate, cpu } = *without;
    let part = with.rate / rate;
    writeln!(out, "\n{senders} senders, without the search index: {rate:.0} messages per second,")?;
    writeln!(out, "{cpu:.2} µs of CPU each; with it × {part:.3}")
}

/// Measures searches in journals of `sizes` messages, and writes the table to `out`.
pub(super) fn search(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    writeln!(
        out,
        "\n| messages | index: s to build | first page ms: word p50 / p99 | two words | phrase | prefix | best |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for &messages in sizes {
        writeln!(io::stderr(), "searches in {messages} messages …")?;
        search_one(messages, cores, durability, out)?;
    }
    Ok(())
}

fn search_one(
    messages: u32,
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let home = target::home()?;
    let mut words = Words::new();
    let daemon = target::start_ours(home.path(), cores, durability, Search::Off)?;
    let mut client = Client::connect_as("writer", daemon.address)?;
    let mut left = messages;
    while left > 0 {
        let burst = left.min(BURST);
        client.say_all((0..burst).map(|_| words.text()))?;
        left -= burst;
    }
    drop(client);
    daemon.stop()?;

    let daemon = target::start_ours(home.path(), cores, durability, Search::On)?;
    let mut client = Client::connect(daemon.address)?;
    let build = build(&mut client, messages)?;
    write!(out, "| {messages} | {:.1} ", build.as_secs_f64())?;
    let queries: [(Query, &str); 5] = [
        (|words| words.word() + " ", "newest"),
        (|words| format!("{} {} ", words.word(), words.word()), "newest"),
        (|words| format!("\\\"{} {}\\\" ", words.word(), words.word()), "newest"),
        (|words| words.word().chars().take(PREFIX).collect(), "newest"),
        (|words| words.word() + " ", "best"),
    ];
    for (query, order) in queries {
        let mut times = engine::latencies();
        for _ in 0..REQUESTS {
            let query = query(&mut words);
            let began = Instant::now();
            client.search(&query, order)?;
            let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            times.saturating_record(took);
        }
        let millis = |part| Duration::from_nanos(times.value_at_quantile(part)).as_secs_f64() * 1e3;
        write!(out, "| {:.1} / {:.1} ", millis(0.5), millis(0.99))?;
    }
    writeln!(out, "|")?;
    Ok(daemon.stop()?)
}

/// Waits until the index is complete; returns how long that took.
fn build(client: &mut Client, messages: u32) -> Result<Duration, JournalError> {
    let began = Instant::now();
    let max = BUILD_MAX.0 * messages + BUILD_MAX.1;
    while !client.search("nothing ", "newest")? {
        if began.elapsed() > max {
            return Err(io::Error::other("the index was not complete in time").into());
        }
        client.wait(POLL)?;
    }
    Ok(began.elapsed())
}
