use std::time::Duration;

use bytes::Bytes;

use tokio::time::timeout;

use super::*;
use crate::door::Native;

fn connection<S: AsyncRead + AsyncWrite + Unpin>(io: S) -> Connection<S> {
    let write_timeout = WriteTimeout::new(Duration::from_secs(1), None);
    Connection::new(io, Door::Native(Native::default()), write_timeout)
}

#[tokio::test]
async fn pieces_are_written_in_order_shared_or_not() {
    let (io, mut client) = tokio::io::duplex(1024 * 1024);
    let mut connection = connection(io);
    let mut expected = Vec::new();
    for index in 0..3 * PIECES_MAX {
        let bytes = vec![b'a' + u8::try_from(index % 26).unwrap(); index * 100];
        expected.extend_from_slice(&bytes);
        expected.push(b'\n');
        connection.out.share(Bytes::from(bytes));
        connection.out.tail().extend_from_slice(b"\n");
    }
    assert_eq!(connection.out.len(), expected.len());
    while connection.wants_write() {
        connection.write().await.unwrap();
    }
    assert!(connection.out.holds_no_memory());
    drop(connection);
    let mut written = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut client, &mut written).await.unwrap();
    assert!(written == expected);
}

#[tokio::test(start_paused = true)]
async fn each_write_has_the_whole_timeout() {
    let (io, _unread) = tokio::io::duplex(1);
    let mut connection = connection(io);
    connection.out.tail().extend_from_slice(b"two");
    connection.write().await.unwrap();
    for _ in 0..2 {
        let asked_at = Instant::now();
        assert_eq!(connection.write().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(asked_at.elapsed(), Duration::from_secs(1));
    }
}

/// A TLS stream takes bytes that it sends with the next flush only, as this carrier does.
#[tokio::test(start_paused = true)]
async fn a_message_before_a_pause_leaves_the_buffer_of_the_carrier() {
    let (io, mut client) = tokio::io::duplex(1);
    let mut connection = connection(tokio::io::BufWriter::new(io));
    connection.out.tail().extend_from_slice(b"last\n");
    let writing = async {
        while connection.wants_write() {
            connection.write().await.unwrap();
        }
    };
    let mut received = [0; 5];
    let reading = tokio::io::AsyncReadExt::read_exact(&mut client, &mut received);
    let (received_all, ()) = tokio::join!(timeout(Duration::from_secs(9), reading), writing);
    received_all.expect("the message arrives").unwrap();
    assert_eq!(&received, b"last\n");
}
