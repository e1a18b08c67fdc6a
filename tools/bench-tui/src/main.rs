//! `bench-tui` measures the terminal client in a pseudo-terminal, beside weechat and irssi where they are installed,
//! and prints the figures and their ratios. It ends by itself within three minutes.

mod chat;
mod client;
mod irc;
mod measure;
mod process;
mod table;
mod terminal;

use std::io::Write;

use anyhow::Context;

use client::{CLIENTS, Client};
use measure::Figures;

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut measured: Vec<(&Client, Figures)> = Vec::new();
    for client in &CLIENTS {
        if !client.is_installed() {
            writeln!(out, "{} is not installed and not measured", client.name)?;
            continue;
        }
        writeln!(out, "measuring {} …", client.name)?;
        out.flush()?;
        let figures = measure::measure(client);
        measured
            .push((client, figures.with_context(|| format!("cannot measure {}", client.name))?));
    }
    table::write(&measured, &mut out)?;
    Ok(())
}
