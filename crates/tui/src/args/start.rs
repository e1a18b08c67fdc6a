//! The user and the server that it connects to: by the command line, or else as in the last session, or
//! else as the user says on the first screen.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use chat_client::link::DEFAULT_PORT;
use chat_client::store::{self, LastSession};
use chat_client::{Endpoint, ServerAddress};
use chat_proto::{Secret, ServerKey, UserName};
use chat_tui::state::Back;
use chat_tui::{Exit, Then};

use super::Args;

/// Shown if the user has no home directory.
const NO_STATE_DIRECTORY: &str =
    "Nowhere to store your identity and unsent messages. Set HOME or use --state DIR";

/// What is known before the client starts.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// The state directory; `None` for the demo.
    pub(crate) state: Option<PathBuf>,
    /// Whether this start has made it.
    made_state: bool,
    pub(crate) name: UserName,
    pub(crate) server: ServerAddress,
    /// The key of its address line, if that was given.
    pub(crate) key: Option<ServerKey>,
    /// The invite of its address line, until a session with the server has begun.
    pub(crate) invite: Option<Secret>,
    /// Whether no client with this state directory has had a session.
    pub(crate) is_first: bool,
    /// Whether the first screen is to ask for the name and the server.
    pub(crate) asks: bool,
    /// Why the server that the user chose there cannot be used.
    pub(crate) trouble: Option<String>,
    /// Whether a client was in a session with this server.
    pub(crate) has_worked: bool,
    /// The server that worked before the user went to this one.
    pub(crate) back: Option<Back>,
    /// The notice about a server for which an authority vouches, until there is a session.
    pub(crate) vouched: Option<String>,
}

impl Start {
    /// Reads the command line and the state directory.
    ///
    /// # Errors
    /// Returns an error if there is no state directory, or it cannot be used.
    pub(crate) fn new(args: &Args) -> anyhow::Result<Self> {
        let mut made_state = false;
        let state = match args.demo {
            true => None,
            false => {
                let state = args.state.clone().or_else(state_directory);
                let state = state.context(NO_STATE_DIRECTORY)?;
                // Before the first screen, so that nobody fills it in for nothing.
                made_state = store::prepare(&state)?;
                Some(state)
            }
        };
        let last = state.as_deref().and_then(LastSession::read);
        let is_first = last.is_none();
        let asks = is_first && !args.demo && args.name().is_none() && args.server().is_none();
        let last_server = || last.as_ref().and_then(|last| last.server.parse().ok());
        let local = || ServerAddress { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT };
        let given = args.server().cloned();
        let key = given.as_ref().and_then(|given| given.key);
        let invite = args.invite().cloned();
        let server = given.map(|given| given.address).or_else(last_server).unwrap_or_else(local);
        let last_name = || last.as_ref().map(|last| last.name.clone());
        let name = args.name().cloned().or_else(last_name).unwrap_or_else(login_name);
        let has_worked = last_server().as_ref() == Some(&server);
        Ok(Self {
            state,
            made_state,
            name,
            server,
            key,
            invite,
            is_first,
            asks,
            trouble: None,
            has_worked,
            back: None,
            vouched: None,
        })
    }

    /// The user has quit the first screen: removes the state directory if this start has made it. If anything is
    /// stored there by now, it stays.
    pub(crate) fn undo(&self) {
        if let Some(state) = self.state.as_ref().filter(|_| self.made_state) {
            let _ = fs::remove_dir(state);
        }
    }

    /// The user has filled in the first screen.
    pub(crate) fn set_answers(&mut self, name: UserName, server: Endpoint) {
        self.has_worked &= server.address == self.server;
        self.vouched = None;
        (self.name, self.asks) = (name, false);
        (self.server, self.key, self.invite) = (server.address, server.key, server.secret);
    }

    /// A client has ended: goes on as its user wants. Returns whether the user quits.
    pub(crate) fn follow(&mut self, ended: &Exit) -> bool {
        if ended.had_session {
            (self.has_worked, self.is_first, self.back) = (true, false, None);
            (self.invite, self.vouched) = (None, None);
        }
        match ended.then.clone() {
            Then::Quit => return true,
            Then::Ask { name, trouble } => {
                (self.name, self.asks, self.trouble) = (name, true, trouble);
            }
            // The caller asks the user, or ends.
            Then::WrongKey(_) => {}
            Then::Connect { name, server: Endpoint { address: server, key, secret } } => {
                let goes_back = self.back.as_ref().is_some_and(|back| back.server == server);
                if goes_back {
                    (self.has_worked, self.back) = (true, None);
                } else if server != self.server && std::mem::take(&mut self.has_worked) {
                    let (server, waiting) = (self.server.clone(), ended.unsent.count());
                    self.back = Some(Back { server, waiting });
                }
                (self.name, self.server, self.key, self.invite) = (name, server, key, secret);
                self.vouched = None;
            }
        }
        false
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
    fn a_state_directory_that_cannot_be_made_is_an_error_before_the_first_screen() {
        let args = Args::try_parse_from(["chat-tui", "--state", "/dev/null/x"]).unwrap();
        let error = Start::new(&args).unwrap_err();
        assert!(error.to_string().contains("/dev/null/x"), "{error:#}");
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

    #[test]
    fn esc_goes_back_to_the_last_server_that_worked() {
        let directory = tempfile::tempdir().unwrap();
        let mut start = start(directory.path().to_str().unwrap(), &["bob@first"]);
        let mut goes_to = |server: &str, had_session| {
            let (name, server) = ("bob".parse().unwrap(), server.parse().unwrap());
            let then = Then::Connect { name, server };
            assert!(!start.follow(&Exit { had_session, then, ..Exit::default() }));
            start.back.as_ref().map(|back| back.server.host.clone())
        };
        let first = || Some("first".to_owned());
        assert_eq!(goes_to("wrong", false), None, "the first one has not worked");
        assert_eq!(goes_to("first", false), None);
        assert_eq!(goes_to("wrong", true), first());
        assert_eq!(goes_to("other", false), first());
        assert_eq!(goes_to("first", false), None, "the user is back");
        assert_eq!(goes_to("wrong", false), first(), "it worked before");
        assert_eq!(goes_to("other", true), Some("wrong".to_owned()), "it has worked after all");
        assert!(!start.is_first, "there was a session");
        assert!(start.follow(&Exit::default()));
    }
}
