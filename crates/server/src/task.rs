//! The subcommands: what they do, and what they print.

use std::fmt::{self, Display};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use chat_proto::export::ExportFormat;
use chat_proto::{RoomName, Timestamp, UserId};
use chat_server::TLS_DIRECTORY;
use chat_server::journal::{self, CheckReport, Location, RestoreReport};

use crate::address_line;
use crate::admin;
use crate::args::{Args, NO_DIRECTORY, Task};
use crate::status;

/// Runs a subcommand at the time `now`.
pub(crate) fn perform(task: &Task, args: &Args, now: Timestamp) -> anyhow::Result<ExitCode> {
    if let Task::Status { address } = task {
        let location = args.location();
        let data = match &location {
            Some(Location::Directory(data)) => Some(data.as_path()),
            _ => None,
        };
        return status::status(address, data);
    }
    let Location::Directory(directory) = args.location().context(NO_DIRECTORY)? else {
        anyhow::bail!("nothing is stored with --data :memory:; name a directory");
    };
    if let Task::Address { address } = task {
        return address_line::print(&directory, args.tls_files().as_ref(), address.as_ref());
    }
    if let Task::Admin(order) = task {
        return match order.address() {
            Some(address) => address_line::print(&directory, args.tls_files().as_ref(), address),
            None => admin::perform(order, &directory),
        };
    }
    let mut out = io::stdout().lock();
    match task {
        Task::Status { .. } | Task::Address { .. } | Task::Admin(_) => {}
        Task::Backup { file } => {
            journal::backup(&directory, file).context("no backup was made")?;
            writeln!(out, "backed up {} to {}", directory.display(), file.display())?;
            let tls = directory.join(TLS_DIRECTORY);
            if tls.exists() {
                let tls = tls.display();
                writeln!(
                    out,
                    "The key for TLS in {tls} is not in it; copy it to where nobody else reads it."
                )?;
            }
        }
        Task::Restore { file } => {
            let report = journal::restore(&directory, file, now).context("nothing was restored")?;
            write!(out, "{}", RestoreOutput { directory: &directory, file, report: &report })?;
        }
        Task::Export { room, format } => {
            let written = export(&directory, room, (*format).into(), &mut out);
            // A reader such as `head` may close the pipe early.
            match written {
                Err(error) if is_of_output(&error, Some(ErrorKind::BrokenPipe)) => {}
                Err(error) if is_of_output(&error, None) => Err(error).with_context(|| {
                    format!("{room} was not exported; what was written is only a part, remove it")
                })?,
                written => written.with_context(|| format!("{room} was not exported"))?,
            }
        }
        Task::Reindex => {
            chat_server::remove_index(&directory).context("the search index was not removed")?;
            let directory = directory.display();
            writeln!(
                out,
                "removed the search index in {directory}; the next start builds it again"
            )?;
        }
        Task::Check => {
            let report = journal::check(&directory)?;
            write!(out, "{}", CheckOutput { directory: &directory, report: &report })?;
            if !report.faults.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all messages of `room`.
fn export(
    directory: &Path,
    room: &RoomName,
    format: ExportFormat,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(out);
    let mut is_first = true;
    let exists = journal::export(directory, room, |message| {
        if is_first {
            out.write_all(format.head(room).as_bytes())?;
            is_first = false;
        }
        out.write_all(format.message(&message.to_wire(room, UserId::SERVER)).as_bytes())?;
        anyhow::Ok(())
    })?;
    ensure!(exists, "there is no room {room} in {}", directory.display());
    if is_first {
        out.write_all(format.head(room).as_bytes())?;
    }
    out.write_all(format.tail().as_bytes())?;
    Ok(out.flush()?)
}

/// Whether the output could not be written, for that reason if one is given.
fn is_of_output(error: &anyhow::Error, reason: Option<ErrorKind>) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| reason.is_none_or(|reason| error.kind() == reason))
}

/// The lines that a check prints: each fault on a line, then the result.
struct CheckOutput<'a> {
    directory: &'a Path,
    report: &'a CheckReport,
}

impl Display for CheckOutput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CheckReport { rooms, messages, faults, more_faults } = self.report;
        for fault in faults {
            writeln!(f, "{fault}")?;
        }
        if *more_faults > 0 {
            writeln!(f, "and {}", count(*more_faults, "more fault"))?;
        }
        let (rooms, messages) = (count(*rooms, "room"), count(*messages, "message"));
        let found = if faults.is_empty() {
            "no problems found"
        } else {
            "damaged. Restore a backup with `chat-server restore FILE`"
        };
        writeln!(f, "{}: {rooms}, {messages}, {found}", self.directory.display())
    }
}

/// The lines that a restore prints: what it did, and what to do next.
struct RestoreOutput<'a> {
    directory: &'a Path,
    file: &'a Path,
    report: &'a RestoreReport,
}

impl Display for RestoreOutput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RestoreReport { now, aside } = self.report;
        let (file, directory) = (self.file.display(), self.directory.display());
        let (rooms, messages) = (count(now.rooms, "room"), count(now.messages, "message"));
        writeln!(f, "restored {file} to {directory}: {rooms}, {messages}")?;
        if let Some(aside) = aside {
            writeln!(f, "The previous journal is in {}.", aside.display())?;
        }
        writeln!(
            f,
            "Start chat-server. Clients keep the messages they show, marked as from before the restore."
        )
    }
}

/// A number and its noun, in the plural if it is not 1.
fn count<N: Copy + Display + From<u8> + PartialEq>(number: N, noun: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_prints_its_faults_and_the_result() {
        let whole = CheckReport { rooms: 1, messages: 0, faults: Vec::new(), more_faults: 0 };
        let found = CheckOutput { directory: Path::new("/data"), report: &whole }.to_string();
        assert_eq!(found, "/data: 1 room, 0 messages, no problems found\n");
        let faults = vec!["message 3 of #dev is damaged".to_owned()];
        let damaged = CheckReport { rooms: 2, messages: 1, faults, more_faults: 1 };
        let found = CheckOutput { directory: Path::new("/data"), report: &damaged }.to_string();
        let expected = "message 3 of #dev is damaged\nand 1 more fault\n/data: 2 rooms, 1 message, \
                        damaged. Restore a backup with `chat-server restore FILE`\n";
        assert_eq!(found, expected);
    }
}
