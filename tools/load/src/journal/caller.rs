//! A client that asks for what is kept, one question after another.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Lines that are no answer, at most: what others say meanwhile is little here.
const OTHER_LINES_MAX: usize = 1_000;

/// A user who asks.
pub(super) struct Caller {
    lines: BufReader<TcpStream>,
    line: String,
}

impl Caller {
    /// Comes into the lobby of the daemon at `address`.
    ///
    /// # Errors
    /// Where it does not let it.
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        let mut caller = Self { lines: BufReader::new(stream), line: String::new() };
        caller.say(r#"{"type":"hello","version":1,"name":"caller"}"#)?;
        caller.until(r##""type":"room","room":"#lobby""##)?;
        Ok(caller)
    }

    /// Asks for `limit` messages before the one of that `seq`.
    pub(super) fn history(&mut self, before: u64, limit: u64) -> io::Result<()> {
        self.say(&format!(
            r##"{{"type":"history","room":"#lobby","before":{before},"limit":{limit}}}"##
        ))?;
        self.until(r#""type":"history""#)
    }

    /// Joins the lobby again, and takes all after `since` up to `last`.
    pub(super) fn join_since(&mut self, since: u64, last: u64) -> io::Result<()> {
        self.say(&format!(r##"{{"type":"join","room":"#lobby","since":{since}}}"##))?;
        self.until(r##""type":"room","room":"#lobby""##)?;
        self.until(&format!(r##""type":"message","room":"#lobby","seq":{last},"##))
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.lines.get_mut().write_all(format!("{line}\n").as_bytes())
    }

    /// Reads up to a line with `answer` in it.
    fn until(&mut self, answer: &str) -> io::Result<()> {
        for _ in 0..OTHER_LINES_MAX {
            self.line.clear();
            if self.lines.read_line(&mut self.line)? == 0 {
                break;
            }
            if self.line.contains(answer) {
                return Ok(());
            }
        }
        Err(io::Error::other(format!("no {answer} came; the last line was {:?}", self.line)))
    }
}
