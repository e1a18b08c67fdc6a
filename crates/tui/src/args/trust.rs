//! Which key the server must have.

use anyhow::bail;
use chat_client::driver::system_clock;
use chat_client::link::tls::{Tls, WrongKey};
use chat_client::link::{Secure, Tcp};
use chat_client::store::KnownKey;
use chat_proto::{ServerKey, Timestamp};
use chat_tui::first_run::{Answer, KeyQuestion};

use super::Start;

/// How a client connects.
pub(crate) enum Trust {
    /// With this.
    Dial(Secure<Tcp>),
    /// The user is asked first.
    Ask(KeyQuestion),
}

impl Start {
    /// Decides which key the server must have: that of its address line, or else the one that is known, or else one
    /// that the user is asked about once it is shown. A server on this machine needs none, unless its line was given:
    /// nobody else can read what is sent to it.
    ///
    /// # Errors
    /// Returns an error if the keys that are known cannot be read.
    pub(crate) fn trust(&self, now: Timestamp) -> anyhow::Result<Trust> {
        let tcp = Tcp::new(self.server.clone());
        if self.server.is_local() {
            let Some(key) = self.key else { return Ok(Trust::Dial(Secure::plain(tcp))) };
            return Ok(Trust::Dial(Secure::tls(tcp, Tls::new(&self.server.host, Some(key))?)));
        }
        let known = self.known_key()?;
        let expected = match (self.key, known) {
            (Some(key), Some(known)) if known.key != key => {
                let server = self.server.to_string();
                return Ok(Trust::Ask(KeyQuestion { server, key, known: Some((known, now)) }));
            }
            (Some(key), _) => Some(key),
            (None, known) => known.map(|known| known.key),
        };
        let dial = Secure::tls(tcp, Tls::new(&self.server.host, expected)?);
        let (None, Some(key)) = (known, expected) else { return Ok(Trust::Dial(dial)) };
        let start = self.clone();
        Ok(Trust::Dial(dial.on_trusted(move || {
            tokio::task::spawn_blocking(move || {
                if let Err(error) = start.store_key(key, now) {
                    tracing::warn!("the key of the server is not stored: {error:#}");
                }
            });
        })))
    }

    fn known_key(&self) -> anyhow::Result<Option<KnownKey>> {
        let Some(state) = &self.state else { return Ok(None) };
        Ok(KnownKey::read(state, &self.server.to_string())?)
    }

    /// Stores the key of the server, which the user accepts.
    pub(crate) fn store_key(&self, key: ServerKey, now: Timestamp) -> anyhow::Result<()> {
        let Some(state) = &self.state else { return Ok(()) };
        Ok(KnownKey { key, since: now }.write(state, &self.server.to_string())?)
    }

    /// Goes on as the user has answered the question about `key`. Returns whether the user quits.
    pub(crate) fn answer(&mut self, answer: Answer, key: ServerKey) -> anyhow::Result<bool> {
        match answer {
            Answer::Yes => self.store_key(key, system_clock())?,
            Answer::No => (self.key, self.asks, self.trouble) = (None, true, None),
            Answer::Quit => return Ok(true),
        }
        Ok(false)
    }

    /// What to ask about a key that a server has shown.
    ///
    /// # Errors
    /// Returns an error if the server must have another key: no answer of the user goes on.
    pub(crate) fn question(&self, wrong: WrongKey) -> anyhow::Result<KeyQuestion> {
        let (server, found) = (self.server.to_string(), wrong.found);
        match (wrong.expected, self.key) {
            (None, _) => Ok(KeyQuestion { server, key: found, known: None }),
            (Some(_), Some(line)) => bail!(
                "{server} does not have the key of the address line. Either the line is old or belongs to \
                 another server, or somebody is between you and the server. Nothing was sent. Ask the \
                 person who runs the server for its address line.\n\
                 key of the line:   SHA256:{line}\nkey of the server: SHA256:{found}"
            ),
            (Some(known), None) => bail!(
                "The key of {server} has changed. Either somebody is between you and the server, or the \
                 server was set up again. Nothing was sent. Ask the person who runs it for its address \
                 line, and start with that line: chat-tui chat://…\n\
                 key until now: SHA256:{known}\nkey now:       SHA256:{found}"
            ),
        }
    }
}
