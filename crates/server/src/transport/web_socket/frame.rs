//! The frame that is written.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

/// Bytes of the header of a frame that a server sends.
const HEADER_BYTES_MAX: usize = 10;

/// Slices that one write takes: the header, and as many as a connection writes at once. The others follow with the
/// next.
const SLICES_MAX: usize = 17;

/// A text message in one frame.
#[derive(Debug, Default)]
pub(super) struct OutFrame {
    header: [u8; HEADER_BYTES_MAX],
    /// The part of `header` that is not written.
    header_from: u8,
    header_end: u8,
    /// Bytes of the payload that are not written.
    payload: usize,
}

impl OutFrame {
    /// # Errors
    /// Returns an error if the library cannot make the header.
    pub(super) fn begin(payload: usize) -> io::Result<Self> {
        let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
        let mut bytes = [0; HEADER_BYTES_MAX];
        let mut unused = &mut bytes[..];
        header.format(payload as u64, &mut unused).map_err(io::Error::other)?;
        let unused = unused.len();
        let header_end = u8::try_from(HEADER_BYTES_MAX - unused).map_err(io::Error::other)?;
        Ok(Self { header: bytes, header_from: 0, header_end, payload })
    }

    /// Whether another frame can begin.
    pub(super) const fn is_complete(&self) -> bool {
        self.payload == 0
    }

    fn header(&self) -> &[u8] {
        &self.header[usize::from(self.header_from)..usize::from(self.header_end)]
    }

    /// Writes the header and bytes of `slices`, as far as they belong to this frame; returns how many of `slices`.
    pub(super) fn poll_write<W: AsyncWrite>(
        &mut self,
        mut stream: Pin<&mut W>,
        slices: &[IoSlice<'_>],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut all = [IoSlice::new(&[]); SLICES_MAX];
            all[0] = IoSlice::new(self.header());
            let (mut count, mut left) = (1, self.payload);
            for slice in slices.iter().take(SLICES_MAX - 1) {
                let part = &slice[..slice.len().min(left)];
                left -= part.len();
                all[count] = IoSlice::new(part);
                count += 1;
            }
            let from = usize::from(self.header().is_empty());
            let written = ready!(stream.as_mut().poll_write_vectored(cx, &all[from..count]))?;
            let of_header = written.min(self.header().len());
            self.header_from += u8::try_from(of_header).map_err(io::Error::other)?;
            let of_payload = written - of_header;
            self.payload -= of_payload;
            if of_payload > 0 || written == 0 {
                return Poll::Ready(Ok(of_payload));
            }
        }
    }
}
