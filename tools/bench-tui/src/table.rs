//! The table of the figures, and the ratios of ours to the others.

use std::io::{self, Write};
use std::time::Duration;

use crate::client::Client;
use crate::measure::Figures;

/// A row: what it is, its figure, and how that is written.
type Row = (&'static str, fn(&Figures) -> f64, &'static str);

const ROWS: [Row; 9] = [
    ("first useful frame", |figures| millis(figures.first_frame), "ms"),
    ("memory, 20 rooms, 200 users", |figures| megabytes(figures.memory), "MB"),
    ("idle for 60 s: processor", |figures| millis(figures.idle), "ms"),
    ("50 messages/s: processor", |figures| figures.busy * 100.0, "%"),
    ("key to screen, quiet: median", |figures| millis(figures.key[0]), "ms"),
    ("the same: p95", |figures| millis(figures.key[1]), "ms"),
    ("key to screen, 50 messages/s: median", |figures| millis(figures.key_busy[0]), "ms"),
    ("the same: p95", |figures| millis(figures.key_busy[1]), "ms"),
    (
        "memory after 100,000 messages, read back",
        |figures| megabytes(figures.memory_scrolled),
        "MB",
    ),
];

/// Writes the table. The first client is ours.
pub(crate) fn write(measured: &[(&Client, Figures)], out: &mut impl Write) -> io::Result<()> {
    let Some(((_, ours), others)) = measured.split_first() else { return Ok(()) };
    let names = measured.iter().map(|(client, _)| client.name.to_owned());
    let ratios = others.iter().map(|(client, _)| format!("ours : {}", client.name));
    let columns: Vec<String> = names.chain(ratios).collect();
    writeln!(out, "\n| | {} |\n|---|{}", columns.join(" | "), "---|".repeat(columns.len()))?;
    for (what, figure, unit) in ROWS {
        let values = measured.iter().map(|(_, figures)| format!("{:.2} {unit}", figure(figures)));
        let ratios =
            others.iter().map(|(_, figures)| format!("{:.2}", figure(ours) / figure(figures)));
        let columns: Vec<String> = values.chain(ratios).collect();
        writeln!(out, "| {what} | {} |", columns.join(" | "))?;
    }
    for (client, figures) in measured {
        let read = figures.oldest.map_or_else(
            || "read back to no message".to_owned(),
            |number| format!("read back to message {number}"),
        );
        writeln!(out, "{}: {read}", client.name)?;
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "far less than a float holds")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::CLIENTS;

    #[test]
    fn each_row_has_the_figures_and_the_ratios_of_ours_to_the_others() {
        let ours = Figures {
            first_frame: Duration::from_millis(50),
            memory: 8_000_000,
            idle: Duration::ZERO,
            busy: 0.012,
            key: [Duration::from_micros(400), Duration::from_millis(1)],
            key_busy: [Duration::from_micros(600), Duration::from_millis(2)],
            memory_scrolled: 20_000_000,
            oldest: Some(1),
        };
        let other = Figures {
            first_frame: Duration::from_millis(100),
            idle: Duration::from_millis(14),
            oldest: None,
            ..ours
        };
        let mut out = Vec::new();
        write(&[(&CLIENTS[0], ours), (&CLIENTS[1], other)], &mut out).unwrap();
        let table = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!(
            rows[1..5],
            [
                "| | chat-tui | weechat | ours : weechat |",
                "|---|---|---|---|",
                "| first useful frame | 50.00 ms | 100.00 ms | 0.50 |",
                "| memory, 20 rooms, 200 users | 8.00 MB | 8.00 MB | 1.00 |",
            ]
        );
        assert!(
            rows.contains(&"| idle for 60 s: processor | 0.00 ms | 14.00 ms | 0.00 |"),
            "{table}"
        );
        assert!(rows.contains(&"| 50 messages/s: processor | 1.20 % | 1.20 % | 1.00 |"), "{table}");
        assert_eq!(rows[rows.len() - 2], "chat-tui: read back to message 1");
        assert_eq!(rows[rows.len() - 1], "weechat: read back to no message");
    }
}
