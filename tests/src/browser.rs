//! A Chromium that no one looks at, and the pages in it.
//!
//! It is spoken to in the Chrome DevTools Protocol over a WebSocket: a test presses keys and clicks as a user does,
//! and also reads the console, the requests and what the policy refuses, which WebDriver does not give.

mod page;
mod wire;

pub use page::Page;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc;

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::DEADLINE;
use wire::Wire;

/// Names of the program, of Debian, Fedora, Google and macOS.
const PROGRAMS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Features that are switched off for a test: windows, questions, connections to others, tabs that are slowed down.
const FLAGS: [&str; 13] = [
    "--headless=new",
    // The sandbox is not available to root, who runs tests in containers.
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
];

/// A running browser with a profile of its own. It is killed on drop, which needs a runtime of several threads.
#[derive(Debug)]
pub struct Browser {
    wire: Wire,
    process: Child,
    /// Disconnected once all processes of the browser have ended: each of them holds its standard error.
    running: mpsc::Receiver<()>,
    /// The profile, and temporary files. Removed after the end of the processes, which write to it.
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.start_kill();
        // The others end a little later.
        let _ = self.running.recv_timeout(DEADLINE);
    }
}

impl Browser {
    /// Starts a browser with an empty profile. Returns `None`, and says so, if none is installed.
    pub async fn start() -> Option<Self> {
        let Some(program) = program() else {
            #[allow(clippy::print_stderr, reason = "says why nothing was tested")]
            {
                eprintln!("skipped: no browser: run scripts/browser");
            }
            return None;
        };
        let profile = TempDir::new().unwrap();
        let mut command = Command::new(program);
        if cfg!(target_os = "linux") {
            // Elsewhere the path of a socket there would be too long.
            command.env("TMPDIR", profile.path());
        }
        let mut process = command
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("LANGUAGE", "en")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(process.stderr.take().unwrap()).lines();
        let announced = async {
            loop {
                let line = errors.next_line().await.unwrap().expect("the browser did not start");
                if let Some((_, address)) = line.split_once("DevTools listening on ") {
                    return address.to_owned();
                }
            }
        };
        let address = timeout(DEADLINE, announced).await.expect("the browser starts");
        let (runs, running) = mpsc::sync_channel::<()>(1);
        tokio::spawn(async move {
            // Read on, so that the browser never blocks.
            while let Ok(Some(_)) = errors.next_line().await {}
            drop(runs);
        });
        let wire = Wire::connect(&address).await;
        Some(Self { wire, process, running, _profile: profile })
    }

    /// Opens the page of the daemon in a new tab of 1,280 × 800. Tabs share what the browser stores.
    pub async fn open(&self, address: SocketAddr) -> Page {
        let page = self.open_blank(address).await;
        page.loads().await;
        page
    }

    /// Opens an empty tab for the page of the daemon; [`Page::loads`] loads it.
    pub async fn open_blank(&self, address: SocketAddr) -> Page {
        let target =
            self.wire.call(None, "Target.createTarget", json!({"url": "about:blank"})).await;
        let target = target["targetId"].as_str().unwrap().to_owned();
        let attach = json!({"targetId": target, "flatten": true});
        let session = self.wire.call(None, "Target.attachToTarget", attach).await;
        let session = session["sessionId"].as_str().unwrap().to_owned();
        let page = Page::new(self.wire.clone(), session, target, format!("http://{address}"));
        page.prepares().await;
        page
    }
}

/// The program that `CHAT_BROWSER` names, or the first one that is installed.
fn program() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("CHAT_BROWSER") {
        return Some(program.into());
    }
    let path = std::env::var_os("PATH")?;
    let directories: Vec<_> = std::env::split_paths(&path).collect();
    let candidates =
        PROGRAMS.iter().flat_map(|name| directories.iter().map(move |dir| dir.join(name)));
    candidates.into_iter().find(|program| program.is_file())
}
