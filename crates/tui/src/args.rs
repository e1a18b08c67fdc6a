//! The arguments of the command line.

mod environment;
mod settings;
mod start;
mod trust;

use std::ffi::OsString;
use std::path::PathBuf;

use chat_client::Endpoint;
use chat_client::link::BadEndpoint;
use chat_proto::{Secret, UserName};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use self::settings::Flags;
pub(crate) use self::start::Start;
pub(crate) use self::trust::Trust;

const EXAMPLES: &str = "\
Examples:
  chat-tui                                   connect as last time; the first time, asks
  chat-tui --demo                            try it without a server
  chat-tui bob@                              choose a name; the same as --name bob
  chat-tui chat.example.org                  connect to another machine
  chat-tui bob@chat.example.org:4000         choose a name and a port
  chat-tui 'chat://chat.example.org:12345/#KEY.SECRET'    the line of an invite: come in as a new user
  chat-tui 'chat://chat.example.org:12345/#KEY'    the address line of a server: it must have that key
  chat-tui --state /media/stick/chat         keep your identity on a USB stick
  chat-tui --theme light --users off         other colours, no list of users
  chat-tui --log-file chat.log               log network activity

In the client: /help lists the commands, F1 or /keys shows the keys, /quit quits.

Without a server, CHAT_SERVER in the environment is used, as by ./chat: HOST, HOST:PORT, or a
port of this machine. CHAT_INVITE may have the SECRET of an invite, which other users of this
machine can then not see in the list of processes.

Exit codes: 0 success; 1 error; 2 invalid arguments.";

/// Full-screen terminal client for chat-server.
#[derive(Debug, Parser)]
#[command(name = "chat-tui", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Your name and the server: short for --name and --server. NAME@ is a name alone. A LINE is an invite,
    /// chat://HOST:PORT/#KEY.SECRET, or the address line that chat-server address prints, chat://HOST:PORT/#KEY. The
    /// server must have that key
    #[arg(value_name = "[NAME@]HOST[:PORT] or LINE", value_parser = destination, conflicts_with = "server")]
    destination: Option<Destination>,

    /// Your display name [default: that of the last session; at first, your login name]
    #[arg(long, value_parser = user_name)]
    name: Option<UserName>,

    /// Server address, its address line, or the line of an invite [default: $CHAT_SERVER, or that of the last session;
    /// at first, 127.0.0.1:12345]
    #[arg(long, value_name = "HOST[:PORT] or LINE")]
    server: Option<Endpoint>,

    /// Where to store your identity and unsent messages [default: $XDG_STATE_HOME/chat-tui or
    /// ~/.local/state/chat-tui]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,

    /// Show a chat without a server, to try the program: nothing is sent, nothing is stored
    #[arg(long, conflicts_with_all = ["destination", "server", "state"])]
    pub(crate) demo: bool,

    /// Append a log to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) flags: Flags,

    /// The invite of the environment, if the address line of the server has none.
    #[arg(skip)]
    invite: Option<Secret>,

    /// The server of the environment, if the command line has none.
    #[arg(skip)]
    environment: Option<Endpoint>,
}

/// A server, and the name of the user there, if one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Destination {
    name: Option<UserName>,
    /// `None` for `NAME@`.
    server: Option<Endpoint>,
}

impl Args {
    /// Reads the command line, and the server of the environment.
    ///
    /// # Errors
    /// Returns an error if one of them is wrong, or if the command line asks for the help or the version.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?.checked(std::env::var_os(environment::SERVER))?;
        Ok(Self { invite: environment::invite(std::env::var(environment::INVITE).ok()), ..args })
    }

    fn checked(mut self, environment: Option<OsString>) -> Result<Self, clap::Error> {
        let has_two_names = self.name.is_some()
            && self.destination.as_ref().is_some_and(|destination| destination.name.is_some());
        if has_two_names {
            let text = "the name is given twice: leave out --name, or NAME@";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
        }
        if let Some(written) = environment.filter(|_| self.server().is_none() && !self.demo) {
            let server = environment::server(&written);
            let wrong = |error| Self::command().error(ErrorKind::InvalidValue, error);
            self.environment = server.map_err(wrong)?;
        }
        Ok(self)
    }

    /// The name that is given, if there is one.
    pub(crate) fn name(&self) -> Option<&UserName> {
        let destination = self.destination.as_ref();
        self.name.as_ref().or_else(|| destination?.name.as_ref())
    }

    /// The invite that is given, if there is one: by the address line of the server, or else by the environment.
    pub(crate) fn invite(&self) -> Option<&Secret> {
        self.server().and_then(|server| server.secret.as_ref()).or(self.invite.as_ref())
    }

    /// The server that is given, if there is one: by the command line, or else by the environment.
    pub(crate) fn server(&self) -> Option<&Endpoint> {
        let destination = self.destination.as_ref().and_then(|it| it.server.as_ref());
        self.server.as_ref().or(destination).or(self.environment.as_ref())
    }
}

/// Parses a name. The error for an invalid one suggests a valid one.
fn user_name(written: &str) -> Result<UserName, String> {
    let lossy = || UserName::from_lossy(written);
    UserName::new(written).map_err(|error| format!("{error}; {} is a name", lossy()))
}

/// Splits `[NAME@]HOST[:PORT]` or `NAME@`: a name contains no `@`.
fn destination(written: &str) -> Result<Destination, String> {
    let (name, server) = match written.split_once('@') {
        Some((name, server)) => (Some(name), server),
        None => (None, written),
    };
    let name = name.map(user_name).transpose()?;
    if name.is_some() && server.is_empty() {
        return Ok(Destination { name, server: None });
    }
    let server = server.parse().map_err(|error: BadEndpoint| error.to_string())?;
    Ok(Destination { name, server: Some(server) })
}

#[cfg(test)]
mod tests {
    use chat_tui::settings::{Layers, Source};

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
    }

    fn read(arguments: &[&str]) -> Result<Args, clap::Error> {
        Args::try_parse_from([&["chat-tui"], arguments].concat())?.checked(None)
    }

    #[test]
    fn a_server_is_named_in_two_ways() {
        for (arguments, name, server) in [
            (&[][..], None, None),
            (&["localhost"], None, Some("localhost:12345")),
            (&["bob@[::1]"], Some("bob"), Some("[::1]:12345")),
            (&["bob@"], Some("bob"), None),
            (
                &["Ana María@chat.example.org:4000"],
                Some("Ana María"),
                Some("chat.example.org:4000"),
            ),
            (&["--server", "localhost", "--name", "bob"], Some("bob"), Some("localhost:12345")),
            (&["--name", "bob", "::1"], Some("bob"), Some("[::1]:12345")),
        ] {
            let args = read(arguments).unwrap();
            assert_eq!(args.server().map(ToString::to_string).as_deref(), server, "{arguments:?}");
            assert_eq!(args.name().map(UserName::as_str), name, "{arguments:?}");
        }
    }

    #[test]
    fn a_wrong_destination_is_wrong_usage() {
        for (arguments, why) in [
            (&["localhost", "--server", "localhost"][..], "cannot be used with"),
            (&["bob@localhost", "--name", "ana"], "given twice"),
            (&["@"], "at least one character"),
            (&["@localhost"], "at least one character"),
            (&["localhost", "bob"], "unexpected argument"),
        ] {
            let error = read(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn the_environment_has_the_server_if_the_command_line_has_none() {
        let server = |arguments: &[&str], written: &str| {
            let args = Args::try_parse_from([&["chat-tui"], arguments].concat())?;
            let args = args.checked(Some(written.into()))?;
            Ok::<_, clap::Error>(args.server().map(ToString::to_string))
        };
        for (arguments, written, expected) in [
            (&[][..], "localhost:4000", Some("localhost:4000")),
            (&["--name", "bob"], "4000", Some("127.0.0.1:4000")),
            (&[], ":4000", Some("127.0.0.1:4000")),
            (&[], "", None),
            (&["chat.example.org"], "localhost:4000", Some("chat.example.org:12345")),
            (&["--server", "[::1]"], "not an address", Some("[::1]:12345")),
            (&["--demo"], "localhost", None),
        ] {
            let found = server(arguments, written).unwrap();
            assert_eq!(found.as_deref(), expected, "{arguments:?} {written}");
        }
        let error = server(&[], "a:b:c").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let why = "CHAT_SERVER is \"a:b:c\": expected HOST or HOST:PORT";
        assert!(error.to_string().contains(why), "{error}");
    }

    #[test]
    fn each_setting_has_a_flag() {
        let args = read(&["--theme", "light", "--no-mouse", "--no-bell"]).unwrap();
        let settings = Layers { flags: args.flags.0, ..Layers::default() }.settings();
        for (name, value) in [("theme", "light"), ("mouse", "off"), ("notify", "none")] {
            assert_eq!(settings.value(name), Some((value, Source::Flag)));
        }
        assert_eq!(settings.value("users"), Some(("auto", Source::Default)));
        let error = read(&["--theme", "blue"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("auto, dark, light, ansi, mono"), "{error}");
    }

    #[test]
    fn a_bad_name_is_wrong_usage() {
        let error = Args::try_parse_from(["chat-tui", "--name", "a|b"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("a name has none of the characters"), "{error}");
    }
}
