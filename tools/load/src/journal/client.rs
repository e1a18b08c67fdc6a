//! A client that sends one request after another and waits for each answer.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take, on a machine with much else to do.
const ANSWER_MAX: Duration = Duration::from_secs(300);

/// Other events before an answer; few are sent here, since nobody else is active.
const OTHER_LINES_MAX: usize = 1_000;

pub(super) struct Client {
    lines: BufReader<TcpStream>,
    line: String,
}

impl Client {
    /// Connects to the daemon at `address` and waits for the lobby.
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        Self::connect_as("caller", address)
    }

    /// The same, as a new user with this name.
    pub(super) fn connect_as(name: &str, address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        let mut client = Self { lines: BufReader::new(stream), line: String::new() };
        client.send(&format!(r#"{{"type":"hello","version":1,"name":"{name}"}}"#))?;
        client.read_until(r##""type":"room","room":"#lobby""##)?;
        Ok(client)
    }

    /// Requests `limit` messages before the `seq` `before`.
    pub(super) fn history(&mut self, before: u64, limit: u64) -> io::Result<()> {
        self.send(&format!(
            r##"{{"type":"history","room":"#lobby","before":{before},"limit":{limit}}}"##
        ))?;
        self.read_until(r#""type":"history""#)
    }

    /// Joins the lobby again and reads all messages after `since` up to `last`.
    pub(super) fn join_since(&mut self, since: u64, last: u64) -> io::Result<()> {
        self.send(&format!(r##"{{"type":"join","room":"#lobby","since":{since}}}"##))?;
        self.read_until(r##""type":"room","room":"#lobby""##)?;
        self.read_until(&format!(r##""type":"message","room":"#lobby","seq":{last},"##))
    }

    /// Sends messages with these texts to the lobby, and waits until all are accepted.
    pub(super) fn say_all(&mut self, texts: impl Iterator<Item = String>) -> io::Result<()> {
        let say = |text| format!("{{\"type\":\"say\",\"room\":\"#lobby\",\"text\":\"{text}\"}}\n");
        let lines: Vec<String> = texts.map(say).collect();
        self.lines.get_mut().write_all(lines.concat().as_bytes())?;
        lines.iter().try_for_each(|_| self.read_until(r#""type":"accepted""#))
    }

    /// Searches, and waits for the first page. Returns how many percent of the messages are in the index; `None` if all
    /// are.
    pub(super) fn search(&mut self, query: &str, order: &str) -> io::Result<Option<u64>> {
        self.send(&format!(r#"{{"type":"search","query":"{query}","order":"{order}"}}"#))?;
        let answer = [r#""type":"found""#, r#""code":"search_not_ready""#];
        self.read_until_any(&answer)?;
        Ok(if self.line.contains(answer[0]) { indexed(&self.line) } else { Some(0) })
    }

    /// Waits, as nothing comes from the daemon.
    pub(super) fn wait(&mut self, time: Duration) -> io::Result<()> {
        self.lines.get_ref().set_read_timeout(Some(time))?;
        match self.lines.fill_buf() {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            other => drop(other?),
        }
        self.lines.get_ref().set_read_timeout(Some(ANSWER_MAX))
    }

    fn send(&mut self, line: &str) -> io::Result<()> {
        self.lines.get_mut().write_all(format!("{line}\n").as_bytes())
    }

    /// Reads up to a line that contains `answer`.
    fn read_until(&mut self, answer: &str) -> io::Result<()> {
        self.read_until_any(&[answer])
    }

    /// Reads up to a line that contains one of `answers`.
    fn read_until_any(&mut self, answers: &[&str]) -> io::Result<()> {
        for _ in 0..OTHER_LINES_MAX {
            self.line.clear();
            if self.lines.read_line(&mut self.line)? == 0 {
                break;
            }
            if answers.iter().any(|answer| self.line.contains(answer)) {
                return Ok(());
            }
        }
        Err(io::Error::other(format!("no {answers:?} received; the last line was {:?}", self.line)))
    }
}

/// The field `indexed` of a line.
fn indexed(line: &str) -> Option<u64> {
    let (_, after) = line.split_once(r#""indexed":"#)?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_many_messages_are_in_the_index() {
        assert_eq!(indexed(r#"{"type":"found","hits":[],"indexed":83}"#), Some(83));
        assert_eq!(indexed(r#"{"type":"found","hits":[]}"#), None);
    }
}
