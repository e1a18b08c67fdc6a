//! Who the user is and which server it connects to: by the command line, or else as in the last session, or
//! else as the user says on the first screen.

use std::path::PathBuf;

use anyhow::Context;
use chat_client::ServerAddress;
use chat_client::link::DEFAULT_PORT;
use chat_client::store::LastSession;
use chat_proto::UserName;

use super::Args;

/// Shown if the user has no home directory.
const NO_STATE_DIRECTORY: &str =
    "Nowhere to store your identity and unsent messages. Set HOME or use --state DIR";

/// What is known before the client starts.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// The state directory; `None` for the demo.
    pub(crate) state: Option<PathBuf>,
    pub(crate) name: UserName,
    pub(crate) server: ServerAddress,
    /// Whether no client with this state directory has had a session.
    pub(crate) is_first: bool,
    /// Whether the first screen is to ask for the name and the server.
    pub(crate) asks: bool,
    /// Why the server that the user chose there cannot be used.
    pub(crate) trouble: Option<String>,
}

impl Start {
    /// Reads the command line and the state directory.
    ///
    /// # Errors
    /// Returns an error if there is no state directory.
    pub(crate) fn new(args: &Args) -> anyhow::Result<Self> {
        let state = match args.demo {
            true => None,
            false => {
                let state = args.state.clone().or_else(state_directory);
                Some(state.context(NO_STATE_DIRECTORY)?)
            }
        };
        let last = state.as_deref().and_then(LastSession::read);
        let is_first = last.is_none();
        let asks = is_first && !args.demo && args.name().is_none() && args.server().is_none();
        let last_server = || last.as_ref().and_then(|last| last.server.parse().ok());
        let local = || ServerAddress { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT };
        let server = args.server().cloned().or_else(last_server).unwrap_or_else(local);
        let last_name = || last.as_ref().map(|last| last.name.clone());
        let name = args.name().cloned().or_else(last_name).unwrap_or_else(login_name);
        Ok(Self { state, name, server, is_first, asks, trouble: None })
    }
}

/// The state directory according to the XDG base directories.
fn state_directory() -> Option<PathBuf> {
    let path = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = path("XDG_STATE_HOME").or_else(|| Some(path("HOME")?.join(".local/state")))?;
    Some(state.join("chat-tui"))
}

fn login_name() -> UserName {
    UserName::from_lossy(&whoami::username().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use chat_client::store::{Store, StoreOp};
    use clap::Parser;

    use super::*;

    fn start(state: &str, args: &[&str]) -> Start {
        let args = [&["chat-tui", "--state", state], args].concat();
        Start::new(&Args::try_parse_from(args).unwrap()).unwrap()
    }

    #[test]
    fn a_first_start_asks_unless_a_name_is_given() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path().to_str().unwrap();
        assert!(start(state, &[]).asks);
        // A start without a session, with an address where nobody answers, changes nothing.
        let bob: UserName = "bob".parse().unwrap();
        let _ = Store::open(Some(state.as_ref()), "localhost:1", bob).unwrap();
        assert!(start(state, &[]).asks);
        let told = start(state, &["bob@localhost"]);
        assert!(told.is_first && !told.asks);
        assert!(!start(state, &["--name", "bob"]).asks);
    }

    #[test]
    fn the_next_start_goes_where_the_last_session_was() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().to_str().unwrap();
        let bob: UserName = "bob".parse().unwrap();
        let server = "chat.example.org:4000";
        let (mut store, _) = Store::open(Some(directory.path()), server, bob.clone()).unwrap();
        store.apply(StoreOp::Name(bob)).unwrap();
        let next = start(state, &[]);
        let found = (next.name.as_str(), next.server.to_string(), next.asks, next.is_first);
        assert_eq!(found, ("bob", server.to_owned(), false, false));
        let told = start(state, &["ana@localhost"]);
        assert_eq!(
            (told.name.as_str(), told.server.to_string()),
            ("ana", "localhost:12345".into())
        );
    }
}
