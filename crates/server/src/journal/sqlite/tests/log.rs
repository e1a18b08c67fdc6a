//! The lines of the log, for the tests of a disk that fails.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Collects the lines that are logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Runs `work`, and collects what it logs on this thread.
    pub(crate) fn collect(&self, work: impl FnOnce()) {
        let to = self.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || to.clone()).finish();
        // With one subscriber, a callsite that another thread reaches first asks the subscriber of that thread, which
        // has none, and stays disabled.
        let _second = tracing::Dispatch::new(tracing_subscriber::registry());
        tracing::subscriber::with_default(subscriber, work);
    }

    /// All lines so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
