//! The terminal client in the test's process, on a screen in memory, and its user.

use std::net::SocketAddr;

use chat_client::link::{Dial, DialError, Tcp};
use chat_tui::Options;
use chat_tui::testing::Client;
use crossterm::event::{KeyCode, KeyModifiers};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::{DEADLINE, within};

/// The address in the status line. Its width does not depend on the daemon's port.
const SERVER: &str = "127.0.0.1:12345";

/// A terminal client. Closes its connection on drop.
#[derive(Debug)]
pub struct Tui {
    name: String,
    client: Client,
}

impl Tui {
    /// Starts a client on a screen of 80 × 14.
    #[must_use]
    pub fn open(address: SocketAddr, name: &str) -> Self {
        Self::open_with(Tcp::new(address), name, (80, 14))
    }

    /// Starts a client that connects with `dial`, on a screen of this width and height.
    #[must_use]
    pub fn open_with(dial: impl Dial, name: &str, (width, height): (u16, u16)) -> Self {
        let options = Options::new(name.parse().unwrap(), SERVER);
        let client = Client::start(options, dial, width, height);
        Self { name: name.to_owned(), client }
    }

    /// Starts a client on a screen of 80 × 14, and waits until it has joined the lobby.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        Self::open(address, name).until_joined().await
    }

    /// Waits until it has joined the lobby and shows how many users are online.
    pub async fn until_joined(mut self) -> Self {
        self.sees("Welcome, ").await;
        self.sees(" online").await;
        self
    }

    /// Waits until `text` is on the screen. Returns the screen.
    pub async fn sees(&mut self, text: &str) -> String {
        self.sees_that(&format!("{text:?}"), |screen| screen.contains(text)).await
    }

    /// Waits until the screen is as `wanted`. Returns it. Panics with `what` at the deadline.
    pub async fn sees_that(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        match timeout(DEADLINE, self.client.wait_until(wanted)).await {
            Ok(screen) => screen,
            Err(_) => panic!("{} sees no {what} on\n{}", self.name, self.client.screen()),
        }
    }

    /// Number of times that the bell rang.
    #[must_use]
    pub fn bells(&self) -> usize {
        self.client.bells()
    }

    /// Types a text, in which `\n` is Enter.
    pub async fn types(&mut self, text: &str) {
        within(format!("{text:?} typed"), self.client.types(text)).await;
    }

    /// Presses a key without modifiers.
    pub async fn presses(&mut self, code: KeyCode) {
        within(format!("{code} pressed"), self.client.presses(code, KeyModifiers::NONE)).await;
    }

    /// Presses Ctrl and a letter.
    pub async fn presses_ctrl(&mut self, letter: char) {
        let pressed = self.client.presses(KeyCode::Char(letter), KeyModifiers::CONTROL);
        within(format!("Ctrl-{letter} pressed"), pressed).await;
    }

    /// Changes the screen's size.
    pub async fn resizes(&mut self, width: u16, height: u16) {
        within("a resize", self.client.resizes(width, height)).await;
    }

    /// Types `/quit`, and waits for the client's end.
    pub async fn quits(self) {
        within(format!("{} quits", self.name), self.client.quits()).await.unwrap();
    }
}

/// A network that can be down; connections are then made once it is up.
#[derive(Debug)]
pub struct Network {
    tcp: Tcp,
    is_up: watch::Receiver<bool>,
}

impl Network {
    /// Returns a network to `address`, and its switch.
    #[must_use]
    pub fn to(address: SocketAddr, up: bool) -> (Self, watch::Sender<bool>) {
        let (switch, is_up) = watch::channel(up);
        (Self { tcp: Tcp::new(address), is_up }, switch)
    }
}

impl Dial for Network {
    type Stream = TcpStream;

    async fn dial(&mut self) -> Result<TcpStream, DialError> {
        let _ = self.is_up.wait_for(|up| *up).await;
        self.tcp.dial().await
    }
}

/// Replaces all times and dates of `screen`, so that a test can compare it.
#[must_use]
pub fn masked(screen: &str) -> String {
    screen.lines().map(masked_row).collect::<Vec<_>>().join("\n")
}

fn masked_row(row: &str) -> String {
    // A time without a connection.
    if let Some((rest, _)) = row.rsplit_once('–').filter(|(_, until)| is_time(until))
        && let Some((before, _)) = rest.rsplit_once(' ').filter(|(_, since)| is_time(since))
    {
        return format!("{} hh:mm–hh:mm", masked_row(before));
    }
    // Whether a row begins with a time depends on when the minute changes.
    if let Some((time, rest)) = row.split_at_checked(5).filter(|(time, _)| is_time(time)) {
        return format!("{}{rest}", " ".repeat(time.len()));
    }
    // On a narrow screen the time is after the name.
    if let Some((name, _)) = row.rsplit_once(' ').filter(|(_, time)| is_time(time)) {
        return format!("{name} hh:mm");
    }
    // It is on the rule if its row is above the screen.
    if let Some((head, rule)) = row.split_once(" ─")
        && let Some((name, _)) = head.rsplit_once(' ').filter(|(_, time)| is_time(time))
    {
        return format!("{name} hh:mm ─{rule}");
    }
    let day = row.trim_matches('─').trim().rsplit(' ').next();
    if row.starts_with('─') && day.is_some_and(|year| year.parse::<u16>().is_ok()) {
        let day = " a day ";
        let rest = row.chars().count().saturating_sub(day.len());
        return format!("{}{day}{}", "─".repeat(rest / 2), "─".repeat(rest - rest / 2));
    }
    row.to_owned()
}

/// Returns true if `text` is a time, such as `14:02`.
fn is_time(text: &str) -> bool {
    matches!(text.as_bytes(), [h1, h2, b':', m1, m2] if [h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_the_width_of_the_times_and_dates() {
        for (row, masks) in [
            ("14:02    bob   at 15:03", "         bob   at 15:03"),
            ("bob 14:02", "bob hh:mm"),
            ("14:02    offline 14:02–14:03", "         offline hh:mm–hh:mm"),
            ("─── Sunday, 22 November 2026 ───", "──────────── a day ─────────────"),
            ("────────── 12 new ──────────", "────────── 12 new ──────────"),
            ("> 漢字", "> 漢字"),
            ("", ""),
        ] {
            assert_eq!(masked_row(row), masks);
            assert_eq!(masked_row(row).chars().count(), row.chars().count());
        }
    }
}
