use std::io::{Read, pipe};

use super::*;

fn size() -> io::Result<Size> {
    Ok(Size { width: 80, height: 24 })
}

/// More than the system stores of what nobody reads.
const MORE_THAN_A_PIPE: usize = 1 << 20;

#[tokio::test]
async fn a_terminal_that_takes_nothing_delays_frames_alone() {
    let (mut screen, terminal) = pipe().unwrap();
    let output = Output::start(terminal, size).unwrap();
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
    let output = Output::start(terminal, size).unwrap();
    drop(screen);
    output.send(b"frame".to_vec()).unwrap();
    assert_eq!(output.ready().await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn the_last_bytes_do_not_hold_up_the_end_of_the_program() {
    let (screen, terminal) = pipe().unwrap();
    let output = Output::start(terminal, size).unwrap();
    for _ in 0..2 * WRITES_MAX {
        let _ = output.send(vec![b'x'; MORE_THAN_A_PIPE]);
    }
    output.send_and_wait(b"last".to_vec());
    drop(screen);
}
