//! The costs of one journal.

use std::io::{self, Write};
use std::iter;
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::client::Client;
use super::words::Words;
use super::{JournalError, micros, record, search};
use crate::cores::Cores;
use crate::engine;
use crate::figures::median;
use crate::progress::Progress;
use crate::target::{self, Durability, Search};

/// How often each request is sent.
pub(super) const REQUESTS: usize = 300;

/// Starts of the daemon that are measured for each journal.
const STARTS: usize = 5;

/// Messages that a client missed before it joins with `since`.
const MISSED: u64 = 50;

/// Messages that one `history` requests.
pub(super) const PAGE: u64 = 100;

/// Messages that are sent before their answers are read: as many as the daemon accepts from a session.
const BURST: u32 = 1_000;

/// Time between two checks whether the index is complete.
const POLL: Duration = Duration::from_millis(100);

/// Messages that a client sends, one after the other, without the index, and again while it is built.
const SENT: u32 = 500;

/// Time between two of them.
const SEND_EVERY: Duration = Duration::from_millis(10);

/// The costs of one journal.
pub(super) struct Costs {
    pub(super) messages: u32,
    /// How long the daemon takes until it listens, without the index, which has a thread of its own.
    pub(super) start: Duration,
    /// The times of a page of history at a random place.
    pub(super) history: Histogram<u64>,
    /// The times of a join by a client that has missed [`MISSED`] messages.
    pub(super) join: Histogram<u64>,
    /// Bytes of the journal, and of the index.
    pub(super) bytes: [u64; 2],
    /// How long the index takes to be built.
    pub(super) build: Duration,
    /// How long a message waits for `accepted` without the index, and while it is built.
    pub(super) accepted: [Histogram<u64>; 2],
    /// Private memory of the daemon when the index is built, in bytes.
    pub(super) memory: u64,
    /// The times of each of [`search::SEARCHES`].
    pub(super) pages: Vec<Histogram<u64>>,
}

/// Fills a journal with `messages` messages, measures it, lets the daemon build the index, and measures that.
pub(super) fn measure(
    messages: u32,
    cores: &Cores,
    durability: Durability,
) -> Result<Costs, JournalError> {
    let home = target::home()?;
    let mut words = Words::new();
    let start = |search| target::start_ours(home.path(), cores, durability, search);
    let daemon = start(Search::Off)?;
    let mut writer = Client::connect_as("writer", daemon.address)?;
    fill(&mut writer, &mut words, messages)?;
    let without = measure_accepted(&mut writer, &mut words)?;
    drop(writer);
    let mut client = Client::connect(daemon.address)?;
    let last = u64::from(messages) + u64::from(SENT);
    let mut random = fastrand::Rng::with_seed(last);
    let history = times(|| client.history(random.u64(1..=last) + 1, PAGE))?;
    let join = times(|| client.join_since(last.saturating_sub(MISSED), last))?;
    drop(client);
    daemon.stop()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let daemon = start(Search::Off)?;
        starts.push(began.elapsed().as_secs_f64());
        daemon.stop()?;
    }
    let start_took = Duration::from_secs_f64(median(starts));
    let [history_now, join_now] = [&history, &join].map(micros);
    writeln!(
        io::stderr(),
        "start {start_took:.1?}, history {history_now} µs, join {join_now} µs; building the index …"
    )?;

    let daemon = start(Search::On)?;
    let began = Instant::now();
    let mut sender = Client::connect_as("sender", daemon.address)?;
    let with = measure_accepted(&mut sender, &mut words)?;
    drop(sender);
    let mut client = Client::connect_as("searcher", daemon.address)?;
    wait_for_index(&mut client)?;
    let build = began.elapsed();
    let memory = daemon.process().usage()?.memory;
    let pages = search::pages(&mut client, &mut words)?;
    drop(client);
    // Writes the logs of the journal and of the index to their files.
    daemon.stop()?;
    let bytes = ["journal.sqlite", "search.sqlite"].map(|file| size(&home.path().join(file)));
    let accepted = [without, with];
    Ok(Costs { messages, start: start_took, history, join, bytes, build, accepted, memory, pages })
}

fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |data| data.len())
}

/// Sends that many messages to the lobby.
fn fill(client: &mut Client, words: &mut Words, messages: u32) -> Result<(), JournalError> {
    let mut progress = Progress::new(messages.into(), "messages", Instant::now());
    let mut stored = 0;
    while stored < messages {
        let burst = BURST.min(messages - stored);
        client.say_all((0..burst).map(|_| words.text()))?;
        stored += burst;
        progress.update(stored.into(), Instant::now())?;
    }
    Ok(())
}

/// Sends messages, and returns how long each waited until it was accepted.
fn measure_accepted(client: &mut Client, words: &mut Words) -> io::Result<Histogram<u64>> {
    let mut times = engine::latencies();
    for _ in 0..SENT {
        let text = words.text();
        let began = Instant::now();
        client.say_all(iter::once(text))?;
        record(&mut times, began);
        client.wait(SEND_EVERY)?;
    }
    Ok(times)
}

/// Waits until the index is complete.
fn wait_for_index(client: &mut Client) -> Result<(), JournalError> {
    let mut progress = Progress::new(100, "percent of the index", Instant::now());
    while let Some(percent) = client.search("nothing ", "newest")? {
        progress.update(percent, Instant::now())?;
        client.wait(POLL)?;
    }
    Ok(())
}

/// Calls `request` [`REQUESTS`] times and returns how long each took, in nanoseconds.
fn times(mut request: impl FnMut() -> io::Result<()>) -> io::Result<Histogram<u64>> {
    let mut times = engine::latencies();
    for _ in 0..REQUESTS {
        let began = Instant::now();
        request()?;
        record(&mut times, began);
    }
    Ok(times)
}
