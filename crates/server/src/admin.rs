//! `chat-server admin`: sends commands to the daemon that runs here, as its operator. The commands are those of the
//! protocol, and so are the answers.

mod args;
mod control;
mod words;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{bail, ensure};
use chat_proto::Event;

pub(crate) use self::args::AdminArgs;
use self::args::Order;
use self::control::Control;
use self::words::words;

/// Carries out what the arguments say, with the daemon whose data is in `data`.
///
/// # Errors
/// Returns an error if the daemon does not run or refuses it: the text says why, and what to do.
pub(crate) fn perform(args: &AdminArgs, data: &Path) -> anyhow::Result<ExitCode> {
    let Some(command) = args.order.command() else { return Ok(ExitCode::SUCCESS) };
    let answer = Control::connect(data)?.ask(&command)?;
    let mut out = io::stdout().lock();
    if args.json {
        out.write_all(answer.line.as_bytes())?;
    }
    match &answer.event {
        Event::Refused(refusal) => bail!("{}", refusal.text),
        Event::Goodbye { text, .. } => bail!("{text}"),
        _ if args.json => {}
        _ if matches!(args.order, Order::Revoke { .. }) => {
            writeln!(out, "The invite has ended. Users who came by it stay.")?;
        }
        event => {
            let words = words(event);
            ensure!(words.is_some(), "the daemon's answer is of another version");
            write!(out, "{}", words.unwrap_or_default())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
