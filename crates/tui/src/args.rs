//! The arguments of the command line.

use std::path::PathBuf;

use chat_proto::UserName;
use clap::Parser;

const EXAMPLES: &str = "\
Examples:
  chat-tui                                   the server of this machine, your login name
  chat-tui --name bob                        under another name
  chat-tui --server chat.example.org:12345   a server elsewhere
  chat-tui --state /media/stick/chat         who you are goes with you
  chat-tui --log-file chat.log               with a log of what the network does

Within: /help lists the commands, F1 shows the keys, Ctrl-C on an empty line quits.

Exit codes: 0 all went well; 1 it ran and failed; 2 it was called the wrong way.";

/// A full-screen terminal client of chat-server.
#[derive(Debug, Parser)]
#[command(name = "chat-tui", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The name others see; your login name if left out
    #[arg(long)]
    pub(crate) name: Option<UserName>,

    /// Where the server is
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:12345", value_parser = server)]
    pub(crate) server: String,

    /// The directory of who you are and what is left to be said; $XDG_STATE_HOME/chat-tui or
    /// ~/.local/state/chat-tui if left out
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,

    /// Do not ring the bell where somebody mentions you
    #[arg(long)]
    pub(crate) no_bell: bool,

    /// Append what the program does to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

/// Whether it is a host and a port; whether anybody is there shows later.
fn server(written: &str) -> Result<String, String> {
    let wrong = || "this is no HOST:PORT, such as chat.example.org:12345 or [::1]:12345".to_owned();
    let (host, port) = written.rsplit_once(':').ok_or_else(wrong)?;
    let bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    match port.parse::<u16>() {
        Ok(1..) if !host.is_empty() && !bare_v6 => Ok(written.to_owned()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_server_is_a_host_and_a_port() {
        for good in ["localhost:1", "127.0.0.1:12345", "[::1]:12345"] {
            assert_eq!(server(good).unwrap(), good);
        }
        for bad in ["", "localhost", ":12345", "localhost:0", "localhost:x", "::1:12345", "a:70000"]
        {
            assert!(server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_name_is_wrong_usage() {
        let error = Args::try_parse_from(["chat-tui", "--name", "a|b"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("a name has none of the characters"), "{error}");
    }
}
