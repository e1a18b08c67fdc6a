//! The connection to the control socket of the daemon.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use chat_proto::event::AccountInfo;
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::native::{Vocabulary, write_line};
use chat_proto::{Command, Event, Refusal, UserName};
use chat_server::{check_control_path, control_path};

use super::words::words;

/// The error if an answer cannot be understood.
const OTHER_VERSION: &str = "the daemon is of another version; use its own chat-server admin";

/// How long the daemon may take for an answer: longer than a commit to a busy disk.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// A connection to the daemon.
pub(super) struct Control {
    stream: BufReader<UnixStream>,
    /// Whether each answer is printed as it is.
    prints_json: bool,
}

impl Control {
    /// Connects to the daemon whose data is in `data`.
    ///
    /// # Errors
    /// Returns an error that says what to do if none runs, or its socket cannot be opened.
    pub(super) fn connect(data: &Path, prints_json: bool) -> anyhow::Result<Self> {
        let path = control_path(data);
        check_control_path(&path)?;
        let shown = path.display();
        let stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => anyhow!(
                "no chat-server runs with the data in {}: start it, or name its directory with --data DIR",
                data.display()
            ),
            io::ErrorKind::PermissionDenied => anyhow!(
                "cannot open {shown}: only the user who runs chat-server and root can; try again with sudo"
            ),
            _ => anyhow::Error::new(error).context(format!("cannot connect to {shown}")),
        })?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        stream.set_write_timeout(Some(ANSWER_MAX))?;
        Ok(Self { stream: BufReader::new(stream), prints_json })
    }

    /// Sends a command, and returns the answer, which is printed if answers are printed as they are.
    ///
    /// # Errors
    /// Returns an error if the daemon refuses the command, does not answer, ends the connection, or is another version.
    pub(super) fn ask(&mut self, command: &Command) -> anyhow::Result<Event> {
        let (line, event) = self.send(command)?;
        if self.prints_json {
            io::stdout().write_all(line.as_bytes())?;
        }
        match event {
            Event::Refused(refusal) => bail!("{}", refusal.text),
            Event::Goodbye { text, .. } => bail!("{text}"),
            event => Ok(event),
        }
    }

    /// The account of a user, which is not printed: to say in other words than the daemon what cannot be done.
    ///
    /// # Errors
    /// Returns an error if there is no such user, or the daemon does not answer or is another version.
    pub(super) fn account(&mut self, name: &UserName) -> anyhow::Result<Box<AccountInfo>> {
        match self.send(&Command::Account { user: Some(name.clone()) })?.1 {
            Event::Account(account) => Ok(account),
            Event::Refused(Refusal { text, .. }) | Event::Goodbye { text, .. } => bail!("{text}"),
            _ => bail!(OTHER_VERSION),
        }
    }

    /// Sends a command. Returns the line of the answer, and the event that it has.
    fn send(&mut self, command: &Command) -> anyhow::Result<(String, Event)> {
        let mut line = bytes::BytesMut::new();
        write_line(command, &mut line);
        // If it takes no command, it has said why.
        let _ = self.stream.get_mut().write_all(&line);
        loop {
            let (line, event) = self.receive()?;
            // It may have waited for a password.
            if matches!(event, Event::Ping { .. }) {
                continue;
            }
            return Ok((line, event));
        }
    }

    /// The next line, and the event that it has.
    fn receive(&mut self) -> anyhow::Result<(String, Event)> {
        let mut line = String::new();
        let mut bounded = self.stream.by_ref().take(LINE_BYTES_MAX as u64 + 1);
        bounded.read_line(&mut line).context("the daemon does not answer")?;
        if !line.ends_with('\n') {
            bail!("the daemon has closed the connection; is it shutting down?");
        }
        let event = Event::read(line.trim_end().as_bytes()).context(OTHER_VERSION)?;
        Ok((line, event))
    }

    /// Prints the answer in words, unless it was printed as it is.
    ///
    /// # Errors
    /// Returns an error if no order has this answer, or standard output cannot be written.
    pub(super) fn print(&self, event: &Event) -> anyhow::Result<()> {
        self.say(&words(event).context(OTHER_VERSION)?)
    }

    /// Prints `text`, unless answers are printed as they are.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written.
    pub(super) fn say(&self, text: &str) -> anyhow::Result<()> {
        if !self.prints_json {
            io::stdout().write_all(text.as_bytes())?;
        }
        Ok(())
    }
}
