//! The cost of search: of its index while messages are stored, and of a first page.

use std::io::{self, Write};
use std::iter;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::client::Client;
use super::words::Words;
use super::{FillCost, JournalError, REQUESTS};
use crate::cores::Cores;
use crate::engine;
use crate::target::{self, Durability, Search};

/// Messages that are sent before their answers are read: as many as the daemon accepts from a session.
const BURST: u32 = 1_000;

/// Time between two checks whether the index is complete.
const POLL: Duration = Duration::from_millis(100);

/// How long the index may take for each message, and at least.
const BUILD_MAX: (Duration, Duration) = (Duration::from_micros(500), Duration::from_secs(10));

/// Characters of the beginning of a word, as when it is being typed.
const PREFIX: usize = 3;

/// Makes a query.
type Query = fn(&mut Words) -> String;

/// The searches of the table: the name of each, its query, and its order.
const SEARCHES: [(&str, Query, &str); 12] = [
    ("a word", |words| words.word() + " ", "newest"),
    ("two words", |words| format!("{} {} ", words.word(), words.word()), "newest"),
    ("a phrase", |words| format!("\\\"{} {}\\\" ", words.word(), words.word()), "newest"),
    ("a prefix of 3", |words| words.word().chars().take(PREFIX).collect(), "newest"),
    ("a prefix of 2", |words| words.common().chars().take(2).collect(), "newest"),
    ("a word, best first", |words| words.word() + " ", "best"),
    ("a common word", |words| words.common() + " ", "newest"),
    ("a common word, best first", |words| words.common() + " ", "best"),
    (
        "a phrase of common words",
        |words| format!("\\\"{0} {1} {0}\\\" ", words.common(), words.common()),
        "newest",
    ),
    ("six common words, none of them twice", |_| "be cor de el fi gra ".to_owned(), "newest"),
    ("from: alone", |_| "from:writer ".to_owned(), "newest"),
    (
        "a common word and not another",
        |words| format!("{} -{} ", words.common(), words.common()),
        "newest",
    ),
];

/// Messages that a client sends, one after the other, while the index is built.
const SENT: u32 = 500;

/// Time between two of them.
const SEND_EVERY: Duration = Duration::from_millis(10);

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

/// Measures searches in journals of `sizes` messages, and writes the tables to `out`.
pub(crate) fn search(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let mut all = Vec::new();
    for &messages in sizes {
        writeln!(io::stderr(), "searches in {messages} messages …")?;
        all.push(search_one(messages, cores, durability)?);
    }
    writeln!(
        out,
        "\n| messages | journal MB | index MB | s to build | accepted ms without the index: p50 / p99 | while it is built | memory MiB |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    all.iter().try_for_each(|costs| costs.write_index(out))?;
    write!(out, "\n| first page, ms: p50 / p99 ")?;
    sizes.iter().try_for_each(|messages| write!(out, "| {messages} "))?;
    writeln!(out, "|\n|---|{}", "---|".repeat(sizes.len()))?;
    for (at, (name, ..)) in SEARCHES.iter().enumerate() {
        write!(out, "| {name} ")?;
        all.iter().try_for_each(|costs| write!(out, "| {} ", millis(&costs.pages[at])))?;
        writeln!(out, "|")?;
    }
    Ok(())
}

/// The costs of the index of one journal.
struct Costs {
    messages: u32,
    /// Bytes of the journal, and of the index.
    bytes: [u64; 2],
    build: Duration,
    /// How long a message waits for `accepted` without the index, and while it is built.
    accepted: [Histogram<u64>; 2],
    /// Private memory of the daemon when the index is built, in bytes.
    memory: u64,
    /// The times of each of [`SEARCHES`].
    pages: Vec<Histogram<u64>>,
}

impl Costs {
    fn write_index(&self, out: &mut impl Write) -> io::Result<()> {
        let [journal, index] = self.bytes.map(|bytes| bytes / 1_000_000);
        let [without, with] = [0, 1].map(|at| millis(&self.accepted[at]));
        writeln!(
            out,
            "| {} | {journal} | {index} | {:.1} | {without} | {with} | {} |",
            self.messages,
            self.build.as_secs_f64(),
            self.memory >> 20
        )
    }
}

fn search_one(messages: u32, cores: &Cores, durability: Durability) -> Result<Costs, JournalError> {
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
    let without = accepted(&mut client, &mut words)?;
    drop(client);
    daemon.stop()?;

    let daemon = target::start_ours(home.path(), cores, durability, Search::On)?;
    let began = Instant::now();
    let mut writer = Client::connect_as("sender", daemon.address)?;
    let with = accepted(&mut writer, &mut words)?;
    drop(writer);
    let mut client = Client::connect(daemon.address)?;
    wait_for_index(&mut client, messages)?;
    let build = began.elapsed();
    let memory = daemon.process().usage()?.memory;
    let mut pages = Vec::new();
    for (_, query, order) in SEARCHES {
        let mut times = engine::latencies();
        for _ in 0..REQUESTS {
            let query = query(&mut words);
            let began = Instant::now();
            client.search(&query, order)?;
            times.saturating_record(nanos(began));
        }
        pages.push(times);
    }
    drop(client);
    // Writes the logs of both to their files.
    daemon.stop()?;
    let bytes = ["journal.sqlite", "search.sqlite"].map(|file| home.path().join(file));
    let bytes = bytes.map(|file| file.metadata().map_or(0, |data| data.len()));
    Ok(Costs { messages, bytes, build, accepted: [without, with], memory, pages })
}

/// Sends messages, and returns how long each waited until it was accepted.
fn accepted(client: &mut Client, words: &mut Words) -> io::Result<Histogram<u64>> {
    let mut times = engine::latencies();
    for _ in 0..SENT {
        let text = words.text();
        let began = Instant::now();
        client.say_all(iter::once(text))?;
        times.saturating_record(nanos(began));
        client.wait(SEND_EVERY)?;
    }
    Ok(times)
}

fn nanos(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn millis(times: &Histogram<u64>) -> String {
    let [p50, p99] =
        [0.5, 0.99].map(|of| Duration::from_nanos(times.value_at_quantile(of)).as_secs_f64() * 1e3);
    format!("{p50:.1} / {p99:.1}")
}

/// Waits until the index is complete.
fn wait_for_index(client: &mut Client, messages: u32) -> Result<(), JournalError> {
    let began = Instant::now();
    let max = BUILD_MAX.0 * messages + BUILD_MAX.1;
    while !client.search("nothing ", "newest")? {
        if began.elapsed() > max {
            return Err(io::Error::other("the index was not complete in time").into());
        }
        client.wait(POLL)?;
    }
    Ok(())
}
