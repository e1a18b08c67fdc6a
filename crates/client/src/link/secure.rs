//! Connections with TLS or without, made by any [`Dial`].

use std::fmt;

use tokio_util::either::Either;

use super::tls::{SecureStream, Tls};
use super::{Dial, DialError};

/// The step that is taken once, with the first connection to a server that has the key that it must have.
type OnTrusted = Box<dyn FnOnce() + Send>;

/// Connects with `D`, and makes TLS on each connection, or none.
pub struct Secure<D> {
    dial: D,
    tls: Option<Tls>,
    on_trusted: Option<OnTrusted>,
}

impl<D> Secure<D> {
    /// Without TLS.
    #[must_use]
    pub const fn plain(dial: D) -> Self {
        Self { dial, tls: None, on_trusted: None }
    }

    /// With TLS.
    #[must_use]
    pub const fn tls(dial: D, tls: Tls) -> Self {
        Self { dial, tls: Some(tls), on_trusted: None }
    }

    /// Calls `done` with the first connection to a server that has the key that it must have. It must not block.
    #[must_use]
    pub fn on_trusted(mut self, done: impl FnOnce() + Send + 'static) -> Self {
        self.on_trusted = Some(Box::new(done));
        self
    }
}

impl<D: Dial> Dial for Secure<D> {
    type Stream = ServerStream<D::Stream>;

    async fn dial(&mut self) -> Result<Self::Stream, DialError> {
        let stream = self.dial.dial().await?;
        let Some(tls) = &self.tls else { return Ok(Either::Left(stream)) };
        let secured = tls.connect(stream).await?;
        if let Some(done) = self.on_trusted.take() {
            done();
        }
        Ok(Either::Right(Box::new(secured)))
    }
}

impl<D: fmt::Debug> fmt::Debug for Secure<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure").field("dial", &self.dial).field("tls", &self.tls).finish()
    }
}

/// A connection without TLS (left), or with TLS to a server whose key was checked (right).
pub type ServerStream<S> = Either<S, Box<SecureStream<S>>>;
