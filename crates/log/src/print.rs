//! Output to the standard streams that does not go through the log.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

/// How long to wait for a write to standard error: a terminal may be stopped by Ctrl-S.
const PRINT_MAX: Duration = Duration::from_secs(1);

/// Prints a line to standard error. Waits at most 1 s for it.
pub fn print_error(line: &str) {
    let text = format!("{line}\n");
    let (done, is_done) = sync_channel(1);
    let printed = thread::Builder::new().name("print".to_owned()).spawn(move || {
        // If this fails, there is no other output to report it to.
        let _ = io::stderr().write_all(text.as_bytes());
        let _ = done.try_send(());
    });
    if printed.is_ok() {
        let _ = is_done.recv_timeout(PRINT_MAX);
    }
}

/// Prints `text` to standard output on a thread of its own, and calls `failed` there if that fails.
pub fn print_in_background(text: String, failed: impl FnOnce(io::Error) + Send + 'static) {
    let print = move || {
        let mut out = io::stdout();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            failed(error);
        }
    };
    // If no thread can be started, only the text is lost.
    drop(thread::Builder::new().name("print".to_owned()).spawn(print));
}
