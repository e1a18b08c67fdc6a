//! The command line.

mod domains;
mod join;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_proto::{RoomName, UserName};
use chat_server::Config;
use chat_server::config::{HostNames, Join, TlsFiles, WebConfig};
use chat_server::journal::{Durability, Location};
use clap::Parser;

use self::domains::DomainArgs;
use self::join::JoinArg;
pub(crate) use self::values::LogFormat;
use self::values::{DurabilityArg, Keep, LimitsArg, PlainArg, SearchIndex, duration, keep, room};
use crate::address::{Address, PublicAddress};
use crate::admin::AdminArgs;
use crate::export::Format;

const EXAMPLES: &str = "\
Examples:
  chat-server                                  on this machine alone
  chat-server --data /srv/chat --keep 90d      store messages there, for 90 days
  chat-server backup chat-monday.sqlite        back up the journal, while it runs
  chat-server export --room rust --format html write the messages of #rust to standard output
  chat-server --listen 0.0.0.0:12345           for other machines too, with TLS; new users need an invite
  chat-server address chat.example.org         the line with which they connect
  chat-server --listen 0.0.0.0 --public-address chat.example.org    the name in the lines of invites
  chat-server --listen 0.0.0.0 --domain chat.example.org    with a certificate of Let's Encrypt, also on port 443
  chat-server --listen 0.0.0.0:12345 --plain private --join open    the original clients of this network too
  chat-server --listen 0.0.0.0 --join open --password-file FILE    everybody who knows the password comes in
  chat-server --listen localhost --listen 192.0.2.7:4000    on several addresses
  chat-server status                           is one running?
  chat-server admin owner-line                 a line that makes its user an owner of the server here
  chat-server --log-file chat.log              a log in a file; SIGHUP opens it again
  chat-server --log-format json 2>chat.log     a log for a program to read
  RUST_LOG=debug chat-server                   log more

In chat-tui, /invite makes the line by which a new user comes in.

Exit codes: 0 after a signal to end, 1 if it could not run, 2 for wrong usage.";

/// The error if there is no home directory.
pub(crate) const NO_DIRECTORY: &str =
    "there is no data directory: set HOME, or choose one with --data DIR";

/// The chat daemon: one port, every client.
///
/// Native clients (chat-tui, or lines of JSON) and the clients of the original chat meet in the same
/// rooms on one address, with TLS or, from this machine, without it. The first SIGINT or SIGTERM shuts down gracefully,
/// a second one immediately; SIGHUP reopens the log file and reads the certificate of --tls-cert again.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Option<Task>,

    /// Address to listen on: HOST:PORT, HOST or PORT; may be given several times. A port alone listens on
    /// 127.0.0.1.
    #[arg(long, value_name = "ADDR", default_values_t = [Address::default()])]
    pub(crate) listen: Vec<Address>,

    /// What other machines call this one, in the lines of invites: HOST:PORT, or HOST with the port on which the daemon
    /// listens [default: the first --domain, or else the address of this machine that others most probably reach].
    #[arg(long, value_name = "ADDR")]
    public_address: Option<PublicAddress>,

    /// From where plain text is accepted, besides TLS: from this machine, from private networks too, or from
    /// anywhere. Anybody on the way can read it. The original clients of other machines also need --join open.
    #[arg(long, value_name = "WHERE", default_value = "loopback")]
    plain: PlainArg,

    /// Which new users come in: everybody, those with an invite, or those with an invite that chat-server made here
    /// [default: open if only this machine can connect and there is no --public-address, else invite].
    #[arg(long, value_name = "WHO")]
    join: Option<JoinArg>,

    /// New users have to send the password in the first line of this file, of 8 bytes or more, besides what --join asks
    /// for. The original clients cannot send it.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Certificate for TLS in PEM format, with its chain [default: one that the first start makes].
    #[arg(long, value_name = "FILE", requires = "tls_key", global = true)]
    tls_cert: Option<PathBuf>,

    /// Private key of that certificate in PEM format.
    #[arg(long, value_name = "FILE", requires = "tls_cert", global = true)]
    tls_key: Option<PathBuf>,

    #[command(flatten)]
    domains: DomainArgs,

    /// A monitor on another machine that has the token in the first line of this file, of 16 bytes or more, may ask for
    /// /metrics. One on this machine needs none.
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics_token_file: Option<PathBuf>,

    /// Serve the page from the files in DIR instead of those in this program, for a person who works on them.
    #[arg(long, value_name = "DIR", hide = true)]
    web_dir: Option<PathBuf>,

    /// Data directory, or :memory: to store nothing on disk [default: $XDG_DATA_HOME/chat-server or
    /// ~/.local/share/chat-server].
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,

    /// What accepted messages survive: a power failure (disk) or a crash of this program only (os).
    #[arg(long, value_name = "WHAT", default_value = "disk")]
    durability: DurabilityArg,

    /// Remove messages older than this, such as 90d; the newest message of each room stays. None is removed in
    /// the first hour after a start or after a jump of the system's clock.
    #[arg(long, value_name = "TIME", default_value = "forever", value_parser = keep)]
    keep: Keep,

    /// Whether messages are indexed. The index takes up to three times as much of the disk as the journal.
    #[arg(long, value_name = "WHETHER", default_value = "on")]
    search: SearchIndex,

    /// Whether a user who floods the others, and a network that takes too much, are slowed down. Nobody else notices.
    #[arg(long, value_name = "WHETHER", default_value = "on")]
    limits: LimitsArg,

    /// Name that no user may take, nor one that looks the same; may be given several times. Some are reserved on
    /// every server, such as admin and root. Users who have the name keep it.
    #[arg(long, value_name = "NAME")]
    reserve: Vec<UserName>,

    /// Maximum number of connections.
    #[arg(long, value_name = "N", default_value_t = Config::default().max_connections)]
    max_connections: usize,

    /// How long to wait for a client's first byte before treating it as a classic client.
    #[arg(long, value_name = "TIME", default_value = "300ms", value_parser = duration)]
    detect_silence: Duration,

    /// Ping a silent client after this long; disconnect it after as long again.
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    idle_timeout: Duration,

    /// Disconnect a client that has acknowledged no byte for this long.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    write_timeout: Duration,

    /// Longest time to wait for clients on shutdown.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    drain_timeout: Duration,

    /// Least time between two messages to one classic client.
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = duration)]
    classic_gap: Duration,

    /// Append the log to this file, and reopen it on SIGHUP [default: standard error].
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,

    /// The format of the log.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// A task instead of the daemon.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Task {
    /// Back up the journal to a new file, even while a daemon runs.
    Backup {
        /// The file to make; it must not be there yet.
        file: PathBuf,
    },
    /// Replace the journal with a backup; the daemon must not run. The replaced journal is kept beside it.
    Restore {
        /// The file that `backup` made.
        file: PathBuf,
    },
    /// Verify the journal; exit code 0 if nothing is damaged or missing, 1 if something is.
    Check,
    /// Remove the search index; the daemon must not run. Its next start builds the index again, while it serves.
    Reindex,
    /// Write all messages of a room to standard output, as they are now, even while a daemon runs.
    Export {
        /// Its name, with or without the #, or the address of a direct message, such as @7-12.
        #[arg(long, value_name = "NAME", value_parser = room)]
        room: RoomName,
        /// The format.
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// Print the line with which chat-tui connects from another machine, and the key that it shows. Without ADDR, the
    /// address that other machines most probably reach.
    Address {
        /// What other machines call this one: HOST:PORT, or HOST with the port on which the daemon listens.
        #[arg(value_name = "ADDR")]
        address: Option<PublicAddress>,
    },
    /// Send commands to the daemon that runs here, as its operator: make an owner, invite, mute and ban users. Needs no
    /// account.
    Admin(AdminArgs),
    /// Check whether a daemon is running. Exit code 0: a chat-server answers; 3: nothing listens there; 4: the
    /// host is another machine and cannot be reached; 5: another program answers.
    Status {
        /// Where: HOST:PORT, HOST or PORT.
        #[arg(default_value_t)]
        address: Address,
    },
}

impl Args {
    /// The location of the journal; `None` if there is no directory for it.
    pub(crate) fn location(&self) -> Option<Location> {
        if self.data.as_deref() == Some(Path::new(":memory:")) {
            return Some(Location::Memory);
        }
        self.directory().map(Location::Directory)
    }

    /// The directory that `--data` names, or the usual one.
    fn directory(&self) -> Option<PathBuf> {
        self.data.clone().or_else(|| {
            let absolute =
                |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
            let data = absolute("XDG_DATA_HOME")
                .or_else(|| std::env::home_dir().map(|home| home.join(".local").join("share")))?;
            Some(data.join("chat-server"))
        })
    }

    /// Which new users come in, of a daemon that listens for other machines or does not. One with a public address may
    /// be behind a program that connects to it from this machine.
    pub(crate) fn join(&self, listens_for_others: bool) -> Join {
        JoinArg::policy(self.join, listens_for_others || self.public_address().is_some())
    }

    /// What other machines call this one, if it is known.
    pub(crate) fn public_address(&self) -> Option<PublicAddress> {
        self.public_address.clone().or_else(|| self.domains.public_address())
    }

    /// How many domains the daemon has. If there are any, an authority looks for them at port 443.
    pub(crate) const fn domains(&self) -> usize {
        self.domains.count()
    }

    /// The crash that an accepted message survives.
    pub(crate) const fn durability(&self) -> Durability {
        self.durability.durability()
    }

    /// The certificate that was not made by the daemon, if there is one.
    pub(crate) fn tls_files(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.tls_cert.clone().zip(self.tls_key.clone())?;
        Some(TlsFiles { certificate, key })
    }

    /// The web server, and the names that lead to it.
    fn web(&self) -> WebConfig {
        let listens = self.listen.iter().filter(|address| address.is_name()).map(Address::host);
        let public = self.public_address.iter().map(|address| address.host.as_str());
        let names = listens.chain(public).chain(self.domains.names());
        let names = HostNames::new(names.map(str::to_owned));
        WebConfig { names, directory: self.web_dir.clone(), metrics_token: None }
    }

    /// The settings of the daemon.
    pub(crate) fn config(&self) -> Config {
        Config {
            max_connections: self.max_connections,
            detect_silence: self.detect_silence,
            plain: self.plain.into(),
            tls_files: self.tls_files(),
            acme: self.domains.acme(),
            web: self.web(),
            idle_timeout: self.idle_timeout,
            write_timeout: self.write_timeout,
            drain_timeout: self.drain_timeout,
            classic_gap: self.classic_gap,
            keep: self.keep,
            limits: self.limits.limits(),
            search: self.search == SearchIndex::On,
            reserved_names: self.reserve.clone(),
            ..Config::default()
        }
    }
}

#[cfg(test)]
mod tests;
