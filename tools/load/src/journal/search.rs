//! The searches that are measured, and the tables of them and of the index.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::client::Client;
use super::costs::{Costs, REQUESTS};
use super::record;
use super::words::Words;
use crate::engine;

/// Characters of the beginning of a word, as when it is being typed.
const PREFIX: usize = 3;

/// Makes a query.
type Query = fn(&mut Words) -> String;

/// The searches of the table: the name of each, its query, and its order.
pub(super) const SEARCHES: [(&str, Query, &str); 12] = [
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

/// Measures the first page of each of [`SEARCHES`].
pub(super) fn pages(client: &mut Client, words: &mut Words) -> io::Result<Vec<Histogram<u64>>> {
    let mut pages = Vec::new();
    for (_, query, order) in SEARCHES {
        let mut times = engine::latencies();
        for _ in 0..REQUESTS {
            let query = query(words);
            let began = Instant::now();
            client.search(&query, order)?;
            record(&mut times, began);
        }
        pages.push(times);
    }
    Ok(pages)
}

/// Writes what the index takes.
pub(super) fn write_index(all: &[Costs], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n| messages | journal MB | index MB | s to build | accepted ms without the index: p50 / p99 | while it is built | memory MiB |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for Costs { messages, bytes, build, accepted, memory, .. } in all {
        let [journal, index] = bytes.map(|bytes| bytes / 1_000_000);
        let [without, with] = [0, 1].map(|at| millis(&accepted[at]));
        let (build, memory) = (build.as_secs_f64(), memory >> 20);
        writeln!(
            out,
            "| {messages} | {journal} | {index} | {build:.1} | {without} | {with} | {memory} |"
        )?;
    }
    Ok(())
}

/// Writes how long the first page of each search takes.
pub(super) fn write_pages(all: &[Costs], out: &mut impl Write) -> io::Result<()> {
    write!(out, "\n| first page, ms: p50 / p99 ")?;
    all.iter().try_for_each(|costs| write!(out, "| {} ", costs.messages))?;
    writeln!(out, "|\n|---|{}", "---|".repeat(all.len()))?;
    for (at, (name, ..)) in SEARCHES.iter().enumerate() {
        write!(out, "| {name} ")?;
        all.iter().try_for_each(|costs| write!(out, "| {} ", millis(&costs.pages[at])))?;
        writeln!(out, "|")?;
    }
    Ok(())
}

fn millis(times: &Histogram<u64>) -> String {
    let [p50, p99] =
        [0.5, 0.99].map(|of| Duration::from_nanos(times.value_at_quantile(of)).as_secs_f64() * 1e3);
    format!("{p50:.1} / {p99:.1}")
}
