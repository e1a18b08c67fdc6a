use std::io::{Read, pipe};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::*;

fn size() -> io::Result<Size> {
    Ok(Size { width: 80, height: 24 })
}

/// More than the system stores of what nobody reads.
const MORE_THAN_A_PIPE: usize = 1 << 20;

#[tokio::test]
async fn a_terminal_that_takes_nothing_delays_frames_alone() {
    let (mut screen, terminal) = pipe().unwrap();
    let output = Output::start(terminal, None, size).unwrap();
    output.ready().await.unwrap();
    output.send(vec![b'x'; MORE_THAN_A_PIPE]).unwrap();
    output.send(b"\x07".to_vec()).unwrap();
    let ready = output.ready();
    tokio::pin!(ready);
    // It is not ready by itself, however long one waits.
    assert!(futures_util::poll!(&mut ready).is_pending());
    let mut shown = vec![0; MORE_THAN_A_PIPE + 1];
    screen.read_exact(&mut shown).unwrap();
    ready.await.unwrap();
    assert_eq!(shown[MORE_THAN_A_PIPE], 7);
}

#[tokio::test]
async fn a_terminal_that_is_gone_is_an_error() {
    let (screen, terminal) = pipe().unwrap();
    let output = Output::start(terminal, None, size).unwrap();
    drop(screen);
    output.send(b"frame".to_vec()).unwrap();
    assert_eq!(output.ready().await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn the_last_bytes_do_not_hold_up_the_end_of_the_program() {
    // The terminal takes nothing, and the queue has room for the last bytes or has none.
    for writes in [1, 2 * WRITES_MAX] {
        let (screen, terminal) = pipe().unwrap();
        let output = Output::start(terminal, None, size).unwrap();
        for _ in 0..writes {
            let _ = output.send(vec![b'x'; MORE_THAN_A_PIPE]);
        }
        let (ended, end) = sync_channel(1);
        std::thread::spawn(move || {
            output.send_and_wait(b"last".to_vec());
            ended.send(()).unwrap();
        });
        end.recv_timeout(Duration::from_secs(10)).expect("the program ends");
        drop(screen);
    }
}

/// A terminal of a blocking and a non-blocking file, and what it shows.
#[derive(Clone, Default)]
struct FakeTerminal {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Most bytes of one write that it takes without blocking.
    room: usize,
    /// While it is locked, the thread waits for the terminal.
    held: Arc<Mutex<()>>,
}

struct NonBlockingFile(FakeTerminal);

impl Write for NonBlockingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0.room);
        self.0.bytes.lock().unwrap().extend(&bytes[..count]);
        if count == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for FakeTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _taken = self.held.lock().unwrap();
        self.bytes.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_the_terminal_does_not_take_at_once_follows_in_order() {
    for room in 0..6 {
        let shown = FakeTerminal { room, ..FakeTerminal::default() };
        let direct: Box<dyn Write + Send> = Box::new(NonBlockingFile(shown.clone()));
        let output = Output::start(shown.clone(), Some(direct), size).unwrap();
        let held = shown.held.lock().unwrap();
        for part in ["one", "two", "three"] {
            output.send(part.into()).unwrap();
        }
        drop(held);
        output.ready().await.unwrap();
        let shown = String::from_utf8(shown.bytes.lock().unwrap().clone()).unwrap();
        assert_eq!(shown.replacen(ASKED, "", 1), "onetwothree", "with room for {room} bytes");
    }
}

/// What a terminal is asked.
const ASKED: &str = "\x1b[c";

#[tokio::test(start_paused = true)]
async fn a_frame_waits_for_the_answers_of_a_terminal_that_has_taken_a_part_of_the_last_one() {
    let shown = FakeTerminal { room: 5, ..FakeTerminal::default() };
    let direct: Box<dyn Write + Send> = Box::new(NonBlockingFile(shown.clone()));
    let output = Output::start(shown.clone(), Some(direct), size).unwrap();
    output.send(b"four".to_vec()).unwrap();
    assert_eq!(*shown.bytes.lock().unwrap(), b"four", "nothing is asked of a fast terminal");
    for _ in 0..2 {
        // One that has not answered is asked, and not waited for.
        output.send(vec![b'x'; 4000]).unwrap();
        output.ready().await.unwrap();
    }
    output.answer();
    output.send(vec![b'y'; 4000]).unwrap();
    output.written().await.unwrap();
    let text = String::from_utf8(shown.bytes.lock().unwrap().clone()).unwrap();
    assert!(text.ends_with(&format!("y{ASKED}")));
    assert_eq!(text.matches(ASKED).count(), 2);
    let ready = output.ready();
    tokio::pin!(ready);
    assert!(futures_util::poll!(&mut ready).is_pending(), "it is written, and not shown");
    output.answer();
    ready.await.unwrap();
    // An answer that never comes is not waited for without end.
    output.pace().block();
    output.send(vec![b'z'; 4000]).unwrap();
    output.ready().await.unwrap();
    assert!(!output.pace().will_answer());
}

#[test]
fn a_frame_that_the_terminal_takes_at_once_waits_for_no_thread() {
    let shown = FakeTerminal { room: 5, ..FakeTerminal::default() };
    let direct: Box<dyn Write + Send> = Box::new(NonBlockingFile(shown.clone()));
    // The thread's terminal is another one, which shows nothing.
    let output = Output::start(io::sink(), Some(direct), size).unwrap();
    output.send(b"frame".to_vec()).unwrap();
    assert_eq!(*shown.bytes.lock().unwrap(), b"frame");
}
