//! `bench-tui` measures the terminal client in a pseudo-terminal, beside weechat and irssi where they are installed,
//! and prints the figures and their ratios. It ends by itself within three minutes.

mod chat;
mod client;
mod irc;
mod measure;
mod process;
mod running;
mod table;
mod terminal;

use std::io::Write;

use client::{CLIENTS, Client};

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let (clients, missing): (Vec<&Client>, Vec<&Client>) =
        CLIENTS.iter().partition(|client| client.is_installed());
    for client in missing {
        writeln!(out, "{} is not installed and not measured", client.name)?;
    }
    let names: Vec<&str> = clients.iter().map(|client| client.name).collect();
    writeln!(out, "measuring {} …", names.join(", "))?;
    out.flush()?;
    let figures = measure::measure(&clients)?;
    let measured: Vec<_> = clients.into_iter().zip(figures).collect();
    table::write(&measured, &mut out)?;
    Ok(())
}
