//! The command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chat_server::Config;
use chat_server::config::PORT;
use clap::{Parser, ValueEnum};
use jiff::fmt::friendly::SpanParser;

const EXAMPLES: &str = "\
Examples:
  chat-server                                  on this machine alone
  chat-server --listen 0.0.0.0:12345           for other machines too
  chat-server --log-format json 2>chat.log     a log for a program to read
  RUST_LOG=debug chat-server                   tell everything

Exit codes: 0 after a signal to end, 1 where it could not run, 2 for wrong usage.";

/// The chat daemon: one port, every client.
///
/// Native clients (chat-tui, or lines of JSON) and the clients of the original chat meet in one
/// room on one address. A first SIGINT or SIGTERM says goodbye to all, a second ends it at once.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to listen.
    #[arg(long, value_name = "ADDR:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))]
    pub(crate) listen: SocketAddr,

    /// How many connections to have at most.
    #[arg(long, value_name = "N", default_value_t = Config::default().max_connections)]
    max_connections: usize,

    /// How long to wait for a caller's first word before speaking first, as classic clients expect.
    #[arg(long, value_name = "TIME", default_value = "300ms", value_parser = duration)]
    detect_silence: Duration,

    /// After how much silence to ping a client, and after how much more to end its session.
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    idle_timeout: Duration,

    /// How long a client may take nothing of what it is sent.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    write_timeout: Duration,

    /// How long to take at most to say goodbye to all.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    drain_timeout: Duration,

    /// Least time between two messages to one classic client.
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = duration)]
    classic_gap: Duration,

    /// What the log on standard error looks like.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// What the log looks like.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// One JSON object a line, for a program.
    Json,
}

impl Args {
    /// The settings of the daemon.
    pub(crate) fn config(&self) -> Config {
        Config {
            max_connections: self.max_connections,
            detect_silence: self.detect_silence,
            idle_timeout: self.idle_timeout,
            write_timeout: self.write_timeout,
            drain_timeout: self.drain_timeout,
            classic_gap: self.classic_gap,
            ..Config::default()
        }
    }
}

/// Reads a time such as `300ms`, `10s` or `2m`.
fn duration(written: &str) -> Result<Duration, String> {
    SpanParser::new()
        .parse_unsigned_duration(written)
        .map_err(|_| "write a time as 300ms, 10s or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_the_settings_defaults() {
        let args = Args::parse_from(["chat-server"]);
        assert_eq!(format!("{:?}", args.config()), format!("{:?}", Config::default()));
        assert_eq!(args.listen.to_string(), "127.0.0.1:12345");
    }

    #[test]
    fn a_time_is_a_number_with_a_unit() {
        assert_eq!(duration("300ms"), Ok(Duration::from_millis(300)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("-1s").is_err());
        assert!(duration("soon").is_err());
    }
}
