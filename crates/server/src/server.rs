//! The daemon as a whole: what it opens, what it runs on its listener, and how it ends.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chat_proto::{AddressLine, Event, Refusal, Role, Secret, Seq, ServerKey, UserId, UserName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::acme::{self, Certifier};
use crate::config::{Config, OWNER_INVITE_VALID};
use crate::control::{Control, ControlError};
use crate::hub::Hub;
use crate::jobs;
use crate::journal::{Durability, Journal, JournalError, Location, RoomId};
use crate::late::LateBrowsers;
use crate::listen::{Listen, accept, note_panic};
use crate::logins::Logins;
use crate::networks::{Bounds, Networks};
use crate::owner_line;
use crate::search::Search;
use crate::session::{self, Context, InviteTerms};
use crate::strangers::StrangerLog;
use crate::tls::{Certificate, Tls, TlsError};
use crate::watch::{DaemonError, watch};

/// Time between two looks of a test whether the index is complete.
const INDEX_POLL: Duration = Duration::from_millis(10);

/// A daemon: a journal, and the users and rooms that are in it. A clone is the same daemon.
#[derive(Debug, Clone)]
pub struct Server {
    context: Arc<Context>,
    /// The socket of the operator, if there is one.
    control: Option<Arc<Control>>,
    /// Gets the certificate for the domains, if there are any.
    certifier: Option<Arc<Certifier>>,
    /// The data directory that has the line of the first owner, if one has.
    owner_line: Option<Arc<Path>>,
}

/// A daemon cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key for TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Server {
    /// A daemon that stores nothing on disk.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    #[must_use]
    pub fn in_memory(config: Config) -> Self {
        Self::open(config, &Location::Memory, Durability::Os)
            .expect("there is memory for a journal")
    }

    /// Opens the journal of `config` and the key for TLS, and a daemon on them.
    ///
    /// # Errors
    /// Returns an error if one of them cannot be used.
    pub fn open(
        config: Config,
        location: &Location,
        durability: Durability,
    ) -> Result<Self, OpenError> {
        let hub = Hub::open(location, durability, &config)?;
        // The journal is locked by now, so no other daemon makes a key in its directory.
        let tls = Arc::new(Tls::open(location, config.tls_files.clone())?);
        let certifier = match (&config.acme, location) {
            (Some(acme), Location::Directory(data) | Location::DirectoryInTask(data)) => {
                Some(Arc::new(Certifier::open(acme.clone(), data, Arc::clone(&tls), config.clock)))
            }
            _ => None,
        };
        let closing = CancellationToken::new();
        let networks = Networks::new(Bounds {
            sessions: config.max_connections,
            unidentified: config.unidentified_max,
            unidentified_per_network: config.unidentified_per_address_max,
            crowded: config.reserve() / 2,
        });
        let search = config.search.then(|| Search::start(location, hub.journal()));
        Ok(Self {
            context: Arc::new(Context {
                config,
                tls,
                hub,
                location: location.clone(),
                search,
                networks,
                logins: Logins::default(),
                late: LateBrowsers::default(),
                strangers: Arc::new(StrangerLog::default()),
                closing,
                address: OnceLock::new(),
            }),
            control: None,
            certifier,
            owner_line: None,
        })
    }

    /// Opens the control socket in the data directory `data`, which the daemon has open. [`Server::run`] serves it.
    ///
    /// # Errors
    /// Returns an error if it cannot be listened on.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    pub fn open_control(&mut self, data: &Path) -> Result<(), ControlError> {
        self.control = Some(Arc::new(Control::listen(data)?));
        Ok(())
    }

    /// Serves one connection of the operator to its end, as [`Server::run`] does for those of the control socket.
    pub fn operate<S>(&self, stream: S) -> impl Future<Output = ()> + Send + 'static + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        session::operate(stream, Arc::clone(&self.context))
    }

    /// Runs the daemon on `listener` until `shutdown` completes; then drains it, and returns once the
    /// sessions have ended, or after `config.drain_timeout`. Everything that was accepted is stored when it
    /// returns; the journal is free for others, unless sessions had to be cut off.
    ///
    /// # Errors
    /// Returns an error if a part that the daemon cannot do without has ended by itself: the journal's
    /// writer, the listener, or a periodic job. The sessions are drained all the same.
    pub async fn run(
        self,
        listener: impl Listen,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), DaemonError> {
        let context = &self.context;
        let drain_timeout = context.config.drain_timeout;
        let journal_ended = context.hub.ended();
        let mut sessions = JoinSet::new();
        let mut control = JoinSet::new();
        if let Some(socket) = &self.control {
            control.spawn(Arc::clone(socket).run(Arc::clone(context)));
        }
        // In this order, not in a random one: a simulation of a seed ends in the same way each time. The listener is
        // last, so that connections that come without a pause do not keep the jobs from their turn.
        let ended = tokio::select! {
            biased;
            () = journal_ended.cancelled() => Err(DaemonError::Ended("the journal's writer")),
            () = shutdown => Ok(()),
            error = jobs::run(&context.hub, context.config.keep, self.owner_line.as_deref()) => Err(error),
            error = watch("the renewal of the certificate", acme::run(self.certifier.as_deref())) => Err(error),
            error = watch("the listener", accept(listener, context, &mut sessions)) => Err(error),
        };
        if let Err(error) = &ended {
            error!("{error}");
        }
        self.drain(sessions, control).await;
        if let Some(search) = &context.search
            && timeout(drain_timeout, search.close()).await.is_err()
        {
            warn!("the search index has not ended yet");
        }
        drop(self);
        if timeout(drain_timeout, journal_ended.cancelled()).await.is_err() {
            warn!("the journal has not ended yet");
        } else {
            info!("ended; the journal is closed");
        }
        ended
    }

    /// Ends the sessions, and waits for them no longer than `config.drain_timeout`.
    async fn drain(&self, mut sessions: JoinSet<()>, mut control: JoinSet<()>) {
        info!(sessions = sessions.len(), "going away");
        let drain = async {
            self.close().await;
            for group in [&mut sessions, &mut control] {
                while let Some(ended) = group.join_next().await {
                    note_panic(ended);
                }
            }
        };
        if timeout(self.context.config.drain_timeout, drain).await.is_err() {
            warn!(sessions = sessions.len(), "cut off: they did not take their goodbye in time");
            sessions.shutdown().await;
            control.shutdown().await;
        }
    }

    /// Stops accepting messages, and sends each session what was accepted, then `goodbye`. [`Server::run`] does
    /// so at its end.
    pub async fn close(&self) {
        self.context.closing.cancel();
        self.context.hub.close().await;
    }

    /// Serves one connection to its end, as [`Server::run`] does for those of its listener.
    pub fn serve<S>(
        &self,
        stream: S,
        peer: SocketAddr,
    ) -> impl Future<Output = ()> + Send + 'static + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let slot = self.context.networks.connect(peer.ip(), false);
        session::serve(stream, peer, Arc::clone(&self.context), slot)
    }

    /// The key of the daemon, as clients know it.
    #[must_use]
    pub fn key(&self) -> ServerKey {
        self.context.tls.key()
    }

    /// Sets the address line with which new users come, without a secret: once it listens. A later one is ignored.
    pub fn set_address(&self, line: AddressLine) {
        let _ = self.context.address.set(line);
    }

    /// Makes an invite for an owner if nobody owns the server, and ends an earlier one. Returns its address line.
    ///
    /// # Errors
    /// Returns an error if it cannot be stored.
    pub async fn first_owner(&self) -> Result<Option<Secret>, Refusal> {
        if !self.context.hub.has_no_owner() {
            return Ok(None);
        }
        let valid_s = u32::try_from(OWNER_INVITE_VALID.as_secs()).ok();
        let terms =
            InviteTerms { uses: None, valid_s, role: Some(Role::Owner), room: None, note: None };
        match session::invite(&self.context, None, terms, true).await? {
            Event::Invite { line, .. } => Ok(Some(line)),
            _ => Ok(None),
        }
    }

    /// Stores the line of the first owner in the data directory `data`, in a file that only the user of the daemon
    /// reads. [`Server::run`] removes the file once there is an owner, or the line has ended. Returns its path.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn store_owner_line(&mut self, data: &Path, line: &Secret) -> io::Result<PathBuf> {
        let file = owner_line::store(data, line)?;
        self.owner_line = Some(data.into());
        Ok(file)
    }

    /// The certificate that it shows. This outlives the daemon, and holds no file of it open.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        Certificate(Arc::clone(&self.context.tls))
    }

    /// Sends to the large rooms how many users they have. [`Server::run`] does so periodically.
    pub fn publish_presence(&self) {
        self.context.hub.publish_presence();
    }

    /// Gives a user another role on the server, as the operator.
    ///
    /// # Errors
    /// Returns an error if there is no such user or role, the server would have no owner, or it cannot be stored.
    pub async fn appoint(&self, user: UserName, role: Role) -> Result<(), String> {
        let granted = self.context.hub.grant(None, user, None, role).await;
        granted.map(drop).map_err(|error| error.to_string())
    }

    /// Makes the journal refuse to store anything, or store again, for tests of what clients see then.
    ///
    /// # Errors
    /// Returns an error if the journal's writer has ended.
    #[doc(hidden)]
    pub async fn refuse_to_store(&self, refuse: bool) -> Result<(), JournalError> {
        self.context.hub.refuse_to_store(refuse).await
    }

    /// All that `user` finds with the command `search`, for tests: waits until the index is complete. `None` if there
    /// is no such user.
    #[doc(hidden)]
    pub async fn search_as(&self, user: UserId, typed: &str) -> Option<Vec<(RoomId, Seq)>> {
        let member = self.context.hub.session_of(user)?;
        loop {
            if let Some(found) = session::find_all(&self.context, &member, typed).await {
                return Some(found);
            }
            sleep(INDEX_POLL).await;
        }
    }

    /// The journal of the daemon.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.context.hub.journal()
    }
}

#[cfg(test)]
mod tests;
