//! Which key the server must have.

use anyhow::bail;
use chat_client::driver::system_clock;
use chat_client::link::tls::{Tls, WrongKey};
use chat_client::link::vouched::vouched_key;
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

    /// Whether an authority that this machine trusts vouches for the name of a server that is not known, and the server
    /// says by that name that it has the key that it has shown.
    pub(crate) async fn is_vouched_for(&self, shown: &WrongKey) -> bool {
        shown.expected.is_none() && vouched_key(&self.server).await == Some(shown.found)
    }

    /// Goes on with a server for which an authority vouches: from now on it must have this key.
    ///
    /// # Errors
    /// Returns an error if the key cannot be stored.
    pub(crate) fn accept_vouched(&mut self, key: ServerKey) -> anyhow::Result<()> {
        self.store_key(key, system_clock())?;
        self.vouched = Some(format!(
            "An authority vouches for {}. chat-tui knows the server by its key from now on, and takes no other one",
            self.server.host
        ));
        Ok(())
    }

    /// The question about a key that a server has shown.
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tempfile::TempDir;

    use super::*;
    use crate::args::Args;

    const NOW: i64 = 1_800_000_000_000;

    fn key(byte: u8) -> ServerKey {
        ServerKey::from_sha256([byte; 32])
    }

    fn start(state: &TempDir, server: &str) -> Start {
        let state = state.path().to_str().unwrap();
        let args = ["chat-tui", "--state", state, "--name", "ana", "--server", server];
        Start::new(&Args::try_parse_from(args).unwrap()).unwrap()
    }

    /// The key that the server must have; `None` for plain text, `Some("")` if it is asked about once it is shown.
    fn expected(start: &Start) -> Option<String> {
        let Trust::Dial(dial) = start.trust(Timestamp::from_millis(NOW)).unwrap() else {
            panic!("a question")
        };
        let shown = format!("{dial:?}");
        let tls = shown.split_once("tls: Some(").map(|(_, tls)| tls)?;
        let key = tls.split_once("expected: Some(ServerKey(").map(|(_, key)| key[..43].to_owned());
        Some(key.unwrap_or_default())
    }

    #[test]
    fn a_server_on_this_machine_needs_no_key_unless_its_line_is_given() {
        let state = TempDir::new().unwrap();
        for server in ["localhost", "127.0.0.1:4000", "[::1]"] {
            assert_eq!(expected(&start(&state, server)), None, "{server}");
        }
        let line = start(&state, &format!("chat://127.0.0.1:4000/#{}", key(1)));
        assert_eq!(expected(&line), Some(key(1).to_string()));
    }

    #[test]
    fn another_machine_needs_the_key_of_its_line_or_the_known_one() {
        let state = TempDir::new().unwrap();
        let line = |key| format!("chat://chat.example.org:4000/#{key}");
        let bare = start(&state, "chat.example.org:4000");
        assert_eq!(expected(&bare), Some(String::new()));
        assert_eq!(expected(&start(&state, &line(key(1)))), Some(key(1).to_string()));
        bare.store_key(key(1), Timestamp::from_millis(NOW)).unwrap();
        assert_eq!(expected(&bare), Some(key(1).to_string()));
        assert_eq!(expected(&start(&state, &line(key(1)))), Some(key(1).to_string()));
        let other = start(&state, &line(key(2))).trust(Timestamp::from_millis(NOW)).unwrap();
        let Trust::Ask(question) = other else { panic!("no question") };
        let known = KnownKey { key: key(1), since: Timestamp::from_millis(NOW) };
        assert_eq!((question.key, question.known.map(|(known, _)| known)), (key(2), Some(known)));
    }

    #[test]
    fn only_a_key_that_was_not_known_is_a_question() {
        let state = TempDir::new().unwrap();
        let bare = start(&state, "chat.example.org");
        let new = bare.question(WrongKey { expected: None, found: key(2) }).unwrap();
        assert_eq!((new.key, new.known), (key(2), None));
        let changed = WrongKey { expected: Some(key(1)), found: key(2) };
        let error = bare.question(changed).unwrap_err().to_string();
        let begin = "The key of chat.example.org:12345 has changed. Either somebody is between";
        assert!(error.starts_with(begin), "{error}");
        let line = start(&state, &format!("chat://chat.example.org:12345/#{}", key(1)));
        let error = line.question(changed).unwrap_err().to_string();
        assert!(error.contains("does not have the key of the address line"), "{error}");
        assert!(error.contains(&key(1).to_string()) && error.contains(&key(2).to_string()));
    }
}
