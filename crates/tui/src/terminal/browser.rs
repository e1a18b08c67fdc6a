//! Opening links in the browser of the desktop.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};
use std::thread;

/// The program that opens a link.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Whether there is a desktop with a browser. `variable` gives the value of a variable of the environment.
/// Over ssh there is none, and the link would open on the wrong machine.
#[must_use]
pub fn is_here(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value: OsString| !value.is_empty());
    let is_remote = is_set("SSH_CONNECTION");
    let has_desktop = cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_desktop && !is_remote
}

/// Opens a link. What the browser prints goes nowhere: it would be on the screen.
pub(super) fn open(link: &str) -> io::Result<()> {
    let mut command = Command::new(OPENER);
    command.arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // A child that nobody waits for stays in the table of processes.
    let waiting = move || match child.wait() {
        Ok(status) if status.success() => {}
        Ok(status) => tracing::info!(%status, "{OPENER} has failed"),
        Err(error) => tracing::info!(%error, "cannot wait for {OPENER}"),
    };
    thread::Builder::new().name("browser".into()).spawn(waiting)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn a_link_opens_on_a_desktop_alone() {
        let is_here_with = |variables: &[&str]| {
            is_here(|name| variables.contains(&name).then(|| OsString::from("x")))
        };
        assert!(is_here_with(&["DISPLAY"]));
        assert!(is_here_with(&["WAYLAND_DISPLAY"]));
        assert!(!is_here_with(&[]));
        assert!(!is_here_with(&["DISPLAY", "SSH_CONNECTION"]));
    }
}
