use std::fs;
use std::io::{self, BufRead, Write};
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;
use crate::queue::LOG_BYTES_MAX;

const DEADLINE: Duration = Duration::from_secs(60);

/// More writes than any test observes.
const EVENTS_MAX: usize = 100;

/// The result of the next write.
enum Next {
    Take(usize),
    Fail,
}

/// An output whose writes wait for an order of the test.
struct ManualOutput {
    next: Receiver<Next>,
    /// Sent when a write begins.
    begins: SyncSender<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for ManualOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.begins.try_send(());
        // After `release`, or the end of the test, all writes succeed.
        let take = match self.next.recv().unwrap_or(Next::Take(usize::MAX)) {
            Next::Take(max) => bytes.len().min(max),
            Next::Fail => return Err(io::ErrorKind::StorageFull.into()),
        };
        self.written.lock().unwrap().extend_from_slice(&bytes[..take]);
        Ok(take)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bench {
    log: Log,
    next: Option<SyncSender<Next>>,
    begins: Receiver<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Bench {
    fn new(format: Format) -> Self {
        let (send_next, next) = sync_channel(EVENTS_MAX);
        let (send_begins, begins) = sync_channel(EVENTS_MAX);
        let written = Arc::default();
        let output = ManualOutput { next, begins: send_begins, written: Arc::clone(&written) };
        Self { log: Log::to(output, format), next: Some(send_next), begins, written }
    }

    fn push(&self, line: &str) {
        (&self.log).write_all(line.as_bytes()).unwrap();
    }

    fn wait_for_write(&self) {
        self.begins.recv_timeout(DEADLINE).unwrap();
    }

    fn next(&self, next: Next) {
        self.next.as_ref().unwrap().send(next).unwrap();
    }

    /// Makes all further writes succeed.
    fn release(&mut self) {
        self.next = None;
    }

    fn until_written(&self, has: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            let written = String::from_utf8(self.written.lock().unwrap().clone()).unwrap();
            if has(&written) {
                return written;
            }
            assert!(Instant::now() < end, "the last line: {:?}", written.lines().last());
            match self.begins.recv_timeout(Duration::from_millis(20)) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Blocks the log, pushes more than its bound, and releases it. Returns the output, and the number of lines
/// that were dropped.
fn overflow(format: Format) -> (String, usize) {
    let mut bench = Bench::new(format);
    bench.push("{\"n\":0}\n");
    bench.wait_for_write();
    let line = format!("{{\"n\":\"{}\"}}\n", "x".repeat(999));
    let pushed = 3 * LOG_BYTES_MAX / line.len();
    for _ in 0..pushed {
        bench.push(&line);
    }
    bench.release();
    let written = bench.until_written(|written| written.contains("were dropped here"));
    let written_lines = written.lines().filter(|line| line.contains("xxx")).count();
    assert!(written_lines * line.len() <= LOG_BYTES_MAX, "{written_lines} lines were queued");
    bench.push("{\"n\":\"after\"}\n");
    (bench.until_written(|written| written.contains("after")), pushed - written_lines)
}

#[test]
fn a_blocked_log_blocks_no_caller_and_counts_dropped_lines() {
    let (written, dropped) = overflow(Format::Text);
    let last_two: Vec<&str> = written.lines().rev().take(2).collect();
    let note = format!(" WARN {dropped} lines were dropped here");
    assert!(last_two[0].contains("after") && last_two[1].contains(&note), "{last_two:?}");
}

#[test]
fn a_json_log_notes_dropped_lines_in_json() {
    let (written, dropped) = overflow(Format::Json);
    let lines: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let note = &lines[lines.len() - 2];
    assert_eq!(note["level"], "WARN", "{note}");
    let message = note["fields"]["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("{dropped} lines")), "{note}");
}

#[test]
fn failed_and_short_writes_are_retried_until_all_is_written() {
    let bench = Bench::new(Format::Text);
    bench.push("one\ntwo\n");
    for next in [Next::Fail, Next::Take(2), Next::Fail, Next::Fail, Next::Take(4)] {
        bench.wait_for_write();
        bench.next(next);
    }
    bench.next(Next::Take(9));
    assert_eq!(bench.until_written(|written| written.len() == 8), "one\ntwo\n");
}

#[test]
fn a_flush_waits_for_a_working_log_but_not_for_a_failing_one() {
    let mut bench = Bench::new(Format::Text);
    bench.push("first\n");
    bench.wait_for_write();
    bench.next(Next::Fail);
    bench.next(Next::Fail);
    bench.next(Next::Fail);
    bench.log.flush();
    bench.release();
    for _ in 0..1000 {
        bench.push("more\n");
    }
    // Wait first: the writer may still pause after its last failure, and a flush would return early.
    bench.until_written(|written| written.contains("first"));
    bench.log.flush();
    assert_eq!(bench.written.lock().unwrap().len(), 6 + 5 * 1000);
}

#[test]
fn a_flush_does_not_wait_for_a_blocked_log() {
    let bench = Bench::new(Format::Text);
    bench.push("first\n");
    bench.wait_for_write();
    bench.log.flush();
    assert_eq!(bench.written.lock().unwrap().len(), 0, "it is still blocked");
}

#[test]
fn a_log_file_is_private_appended_to_and_reopened_after_a_rotation() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("chat.log");
    let (log, error) = Log::to_file(&path, Format::Text);
    assert!(error.is_none(), "{error:?}");
    (&log).write_all(b"before\n").unwrap();
    log.flush();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let rotated = directory.path().join("chat.log.1");
    fs::rename(&path, &rotated).unwrap();
    assert!(log.reopen());
    let end = Instant::now() + DEADLINE;
    let is_reopened =
        || fs::read_to_string(&path).is_ok_and(|log| log.contains("reopened the log file\n"));
    while !is_reopened() {
        assert!(Instant::now() < end, "the file was not reopened");
        std::thread::yield_now();
    }
    (&log).write_all(b"after\n").unwrap();
    log.flush();
    assert_eq!(fs::read_to_string(&rotated).unwrap(), "before\n");
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.ends_with("reopened the log file\nafter\n"), "{written}");

    let (log, _) = Log::to_file(&path, Format::Text);
    (&log).write_all(b"another run\n").unwrap();
    log.flush();
    assert_eq!(fs::read_to_string(&path).unwrap(), written + "another run\n");
}

#[test]
fn a_file_that_cannot_be_opened_is_reported_and_opened_later() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("missing");
    let path = missing.join("chat.log");
    let (log, error) = Log::to_file(&path, Format::Text);
    assert_eq!(error.unwrap().kind(), io::ErrorKind::NotFound);
    fs::create_dir(missing).unwrap();
    let end = Instant::now() + DEADLINE;
    while !path.exists() {
        assert!(Instant::now() < end, "the file was not opened later");
        let _ = log.reopen();
        log.flush();
    }
}

#[test]
fn a_named_pipe_without_a_reader_does_not_block_the_start() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let (log, error) = Log::to_file(&path, Format::Text);
    assert!(error.is_none(), "a slow open is not an error");
    (&log).write_all(b"a line\n").unwrap();
    let mut line = String::new();
    io::BufReader::new(fs::File::open(&path).unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "a line\n");
}
