//! Bytes of no protocol.

use std::iter::repeat_with;

use tokio::io::AsyncWriteExt;

use super::enemy::{AT_ONCE, Enemy};

/// Bytes of one piece.
pub(super) const PIECE_BYTES: usize = 4_096;

/// The head of a handshake record of TLS with 16 KiB, and of a first message in it.
const TLS_HEAD: [u8; 9] = [22, 3, 1, 64, 0, 1, 0, 63, 252];

/// Random bytes.
pub(super) async fn junk(enemy: Enemy) {
    send(enemy, |number| {
        repeat_with(|| fastrand::u8(..)).take(PIECE_BYTES * usize::from(number > 0)).collect()
    })
    .await;
}

/// A line that does not end.
pub(super) async fn long_lines(enemy: Enemy) {
    send(enemy, |number| match number {
        0 => br#"{"type":"hello","version":1,"name":""#.to_vec(),
        _ => vec![b'x'; PIECE_BYTES],
    })
    .await;
}

/// A handshake of TLS that goes on with random bytes.
pub(super) async fn tls(enemy: Enemy) {
    send(enemy, |number| match number {
        0 => TLS_HEAD.to_vec(),
        _ => repeat_with(|| fastrand::u8(..)).take(PIECE_BYTES).collect(),
    })
    .await;
}

/// Sends the pieces of each connection, by their numbers, until the daemon ends it; then connects again.
pub(super) async fn send(enemy: Enemy, piece: fn(u64) -> Vec<u8>) {
    let pieces = move |enemy: Enemy, _| async move {
        let Ok(mut stream) = enemy.connect().await else { return };
        let mut number = 0;
        while stream.write_all(&piece(number)).await.is_ok() {
            number += 1;
            enemy.hit();
            enemy.next().await;
        }
    };
    enemy.try_again(AT_ONCE, pieces).await;
}
