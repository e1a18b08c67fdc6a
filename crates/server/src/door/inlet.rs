//! Bytes on their way in.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, ReadBuf};

use crate::config::READ_BYTES;

/// Reads once, at the end of `buffer`; returns how many bytes. Cancel safe. While nothing comes it
/// takes no memory, and gives back that of an empty buffer: most clients are silent most of the time.
pub(super) async fn read_some<R>(io: &mut R, buffer: &mut BytesMut) -> io::Result<usize>
where
    R: AsyncRead + Unpin,
{
    if buffer.is_empty() {
        *buffer = BytesMut::new();
    }
    poll_fn(|cx| {
        let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
        let mut read = ReadBuf::uninit(&mut bytes);
        ready!(Pin::new(&mut *io).poll_read(cx, &mut read))?;
        buffer.extend_from_slice(read.filled());
        Poll::Ready(Ok(read.filled().len()))
    })
    .await
}
