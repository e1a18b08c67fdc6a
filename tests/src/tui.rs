//! The terminal client within the test, on a screen of memory, and the user in front of it.

use std::io;
use std::net::SocketAddr;

use chat_client::link::{Dial, Tcp};
use chat_tui::Options;
use chat_tui::testing::Client;
use crossterm::event::{KeyCode, KeyModifiers};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::{DEADLINE, within};

/// What the status line says the server's address is: one width, whatever the port.
const SERVER: &str = "127.0.0.1:12345";

/// One terminal client. Dropped, its connection closes.
#[derive(Debug)]
pub struct Tui {
    name: String,
    client: Client,
}

impl Tui {
    /// A client on a screen of 80 × 14, just started.
    #[must_use]
    pub fn open(address: SocketAddr, name: &str) -> Self {
        Self::open_by(Tcp::new(address), name, (80, 14))
    }

    /// A client that makes its connections by `dial`, on a screen of that width and height.
    #[must_use]
    pub fn open_by(dial: impl Dial, name: &str, (width, height): (u16, u16)) -> Self {
        let options = Options::new(name.parse().unwrap(), SERVER);
        let client = Client::start(options, dial, width, height);
        Self { name: name.to_owned(), client }
    }

    /// A client on a screen of 80 × 14 that is in.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        Self::open(address, name).is_in().await
    }

    /// Waits until it is in, and knows who else is.
    pub async fn is_in(mut self) -> Self {
        let connected = format!("connected to chat-server {} as", env!("CARGO_PKG_VERSION"));
        self.sees(&connected).await;
        self.sees(" user").await;
        self
    }

    /// Waits until `text` is on the screen, and returns the screen as it is then.
    pub async fn sees(&mut self, text: &str) -> String {
        self.sees_that(&format!("{text:?}"), |screen| screen.contains(text)).await
    }

    /// Waits until the screen is as `wanted`, in words `what`, and returns it.
    pub async fn sees_that(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        match timeout(DEADLINE, self.client.sees_that(wanted)).await {
            Ok(screen) => screen,
            Err(_) => panic!("{} sees no {what} on\n{}", self.name, self.client.screen()),
        }
    }

    /// How often the bell has rung.
    #[must_use]
    pub fn bells(&self) -> usize {
        self.client.bells()
    }

    /// Types a text; `\n` is Enter.
    pub async fn types(&mut self, text: &str) {
        within(format!("{text:?} typed"), self.client.types(text)).await;
    }

    /// Presses a key.
    pub async fn presses(&mut self, code: KeyCode) {
        within(format!("{code} pressed"), self.client.presses(code, KeyModifiers::NONE)).await;
    }

    /// Presses a letter with Ctrl.
    pub async fn presses_ctrl(&mut self, letter: char) {
        let pressed = self.client.presses(KeyCode::Char(letter), KeyModifiers::CONTROL);
        within(format!("Ctrl-{letter} pressed"), pressed).await;
    }

    /// Makes the screen larger or smaller.
    pub async fn resizes(&mut self, width: u16, height: u16) {
        within("a resize", self.client.resizes(width, height)).await;
    }

    /// Types `/quit`, and waits for the end.
    pub async fn quits(self) {
        within(format!("{} quits", self.name), self.client.quits()).await.unwrap();
    }
}

/// A network that can be away: what is dialled while it is waits until it is back.
#[derive(Debug)]
pub struct Network {
    tcp: Tcp,
    is_up: watch::Receiver<bool>,
}

impl Network {
    /// The network to `address`, up or not; and the switch.
    #[must_use]
    pub fn to(address: SocketAddr, up: bool) -> (Self, watch::Sender<bool>) {
        let (switch, is_up) = watch::channel(up);
        (Self { tcp: Tcp::new(address), is_up }, switch)
    }
}

impl Dial for Network {
    type Stream = TcpStream;

    async fn dial(&mut self) -> io::Result<TcpStream> {
        let _ = self.is_up.wait_for(|up| *up).await;
        self.tcp.dial().await
    }
}

/// `screen` with one time and one date, whenever it was taken, so that it can stand in a test.
#[must_use]
pub fn masked(screen: &str) -> String {
    screen.lines().map(masked_row).collect::<Vec<_>>().join("\n")
}

fn masked_row(row: &str) -> String {
    if row.len() > 5 && row.as_bytes()[2] == b':' && row.as_bytes()[..2].is_ascii() {
        return format!("hh:mm{}", &row[5..]);
    }
    let day = row.strip_prefix("── ").and_then(|rest| rest.split_once(" ──"));
    match day {
        // The status line begins the same way, and ends otherwise.
        Some((day, rest))
            if day.rsplit(' ').next().is_some_and(|year| year.parse::<u16>().is_ok()) =>
        {
            let rule = "─".repeat(day.len() - "a day".len());
            format!("── a day {rule}──{rest}")
        }
        _ => row.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_dates_are_masked_in_their_width() {
        for (row, masks) in [
            ("14:02 › bob: at 15:03", "hh:mm › bob: at 15:03"),
            ("── Sunday, 22 November 2026 ──── │", "── a day ─────────────────────── │"),
            ("── connected · bob in #lobby ────", "── connected · bob in #lobby ────"),
            ("> 漢字", "> 漢字"),
            ("", ""),
        ] {
            assert_eq!(masked_row(row), masks);
            assert_eq!(masked_row(row).chars().count(), row.chars().count());
        }
    }
}
