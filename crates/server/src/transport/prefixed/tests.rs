use tokio::io::{AsyncWriteExt, duplex};

use super::*;

const SENT: &[u8] = b"The first bytes of a connection, and those that follow them.";

/// The stream of a peer that sends all of [`SENT`] and closes, of which the first `peeked` bytes were peeked at.
/// The pipe gives `pipe` bytes at a time.
async fn peeked(peeked: usize, pipe: usize) -> PrefixedStream<tokio::io::DuplexStream> {
    let (mut client, server) = duplex(pipe);
    tokio::spawn(async move { client.write_all(SENT).await.unwrap() });
    let mut stream = PrefixedStream::new(server);
    while stream.prefix().len() < peeked {
        assert!(stream.peek().await.unwrap() > 0);
    }
    stream
}

/// Reads to the end, `read` bytes at a time.
async fn read_all(mut stream: impl AsyncRead + Unpin, read: usize) -> Vec<u8> {
    let (mut all, mut bytes) = (Vec::new(), vec![0; read]);
    loop {
        match stream.read(&mut bytes).await.unwrap() {
            0 => return all,
            count => all.extend_from_slice(&bytes[..count]),
        }
    }
}

#[tokio::test]
async fn peeked_bytes_come_first_however_they_are_cut_and_nothing_is_lost() {
    for at in 0..=SENT.len() {
        for pipe in [1, 7, PEEK_BYTES, 1024] {
            for read in [1, 3, 1024] {
                let stream = peeked(at, pipe).await;
                assert!(SENT.starts_with(stream.prefix()));
                let all = read_all(stream, read).await;
                assert_eq!(all, SENT, "{at} peeked, {pipe} sent and {read} read at a time");
            }
        }
    }
}

#[tokio::test]
async fn bytes_peeked_at_through_one_layer_can_be_peeked_at_through_the_next() {
    let mut outer = PrefixedStream::new(peeked(10, 7).await);
    while outer.prefix().len() < 20 {
        assert!(outer.peek().await.unwrap() > 0);
    }
    assert_eq!(outer.prefix(), &SENT[..outer.prefix().len()]);
    assert_eq!(read_all(outer, 3).await, SENT);
}

#[tokio::test]
async fn peeking_goes_on_after_a_part_was_read() {
    let mut stream = peeked(PEEK_BYTES, 1024).await;
    let mut first = [0; 4];
    stream.read_exact(&mut first).await.unwrap();
    stream.peek().await.unwrap();
    assert_eq!(stream.prefix(), &SENT[4..2 * PEEK_BYTES]);
    assert_eq!(read_all(stream, 1024).await, SENT[4..]);
}

#[tokio::test]
async fn the_prefix_is_freed_once_it_is_read() {
    let mut stream = peeked(5, 5).await;
    assert!(stream.prefix.is_some());
    let mut first = [0; 5];
    stream.read_exact(&mut first).await.unwrap();
    assert!(stream.prefix.is_none());
    assert_eq!(size_of_val(&stream), size_of_val(&stream.stream) + size_of::<usize>());
}

#[tokio::test]
async fn the_end_of_the_stream_is_not_a_prefix() {
    let (client, server) = duplex(1);
    drop(client);
    let mut stream = PrefixedStream::new(server);
    assert_eq!(stream.peek().await.unwrap(), 0);
    assert!(stream.prefix.is_none());
    assert!(read_all(stream, 1).await.is_empty());
}

#[tokio::test]
async fn writes_go_straight_to_the_stream() {
    let (mut client, server) = duplex(1024);
    client.write_all(b"{").await.unwrap();
    let mut stream = PrefixedStream::new(server);
    stream.peek().await.unwrap();
    let slices = [IoSlice::new(b"one"), IoSlice::new(b"two")];
    assert!(stream.is_write_vectored());
    assert_eq!(stream.write_vectored(&slices).await.unwrap(), 6);
    stream.shutdown().await.unwrap();
    assert_eq!(read_all(client, 1024).await, b"onetwo");
    assert_eq!(stream.prefix(), b"{");
}
