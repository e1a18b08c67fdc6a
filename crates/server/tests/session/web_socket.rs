//! A WebSocket between a peer that sends lines and the daemon.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

/// Bytes that the pipe to the peer holds each way: few, since the connection has buffers of its own.
const PIPE_BYTES: usize = 1024;

/// The stream of lines within a WebSocket on `connection`. What the peer has sent up to the end of a line is a message.
/// Both ways are independent, so neither waits for the other.
pub(crate) fn through(connection: DuplexStream) -> DuplexStream {
    let (client, inner) = duplex(PIPE_BYTES);
    tokio::spawn(async move {
        let Ok((socket, _)) = client_async("ws://127.0.0.1/ws", connection).await else { return };
        let (mut sink, mut messages) = socket.split();
        let (mut sent, mut received) = split(inner);
        let send = async {
            let mut lines = Vec::new();
            while let Ok(1..) = sent.read_buf(&mut lines).await {
                let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') else { continue };
                let rest = lines.split_off(end + 1);
                if sink.send(Message::binary(std::mem::replace(&mut lines, rest))).await.is_err() {
                    return;
                }
            }
        };
        let receive = async {
            while let Some(Ok(Message::Text(text))) = messages.next().await {
                if received.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
        };
        // The end of one is that of the connection: a peer that is dropped is lost, without a close.
        tokio::select! {
            () = send => {}
            () = receive => {}
        }
    });
    client
}
