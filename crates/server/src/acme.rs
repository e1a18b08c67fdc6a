//! A certificate of an authority for the domains of the daemon (ACME, RFC 8555), and its renewal.
//!
//! Nothing waits for the authority: until there is a certificate, and whenever the authority fails, the daemon shows
//! the certificate that it has, or that of its own key.

mod error;
mod files;
mod https;
mod order;
mod renewal;
mod validity;

use std::fmt;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use instant_acme::{Account, HttpClient, NewAccount};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use self::error::{AcmeError, with_sources};
use self::files::{Files, StoredCertificate};
use self::https::Https;
use self::renewal::Renewal;
use crate::clock::Clock;
use crate::config::Acme;
use crate::tls::{Tls, TlsError};
use crate::watch;

/// How often the daemon checks whether it needs a certificate.
const STEP: Duration = Duration::from_secs(10);

/// Longest time of one order: authorities look at each domain from several places, and take a minute at worst.
const ORDER_MAX: Duration = Duration::from_secs(10 * 60);

/// Makes the client for requests to the authority. One that cannot be made now may be made later.
type Connect = Box<dyn Fn() -> Result<Box<dyn HttpClient>, AcmeError> + Send + Sync>;

/// The certificate for the domains of the daemon.
pub(crate) struct Certifier {
    settings: Acme,
    files: Files,
    tls: Arc<Tls>,
    clock: Clock,
    connect: Connect,
    renewal: Mutex<Renewal>,
}

impl Certifier {
    /// Shows the certificate that is stored in the data directory `data`, if there is one.
    pub(crate) fn open(settings: Acme, data: &Path, tls: Arc<Tls>, clock: Clock) -> Self {
        let files = Files::new(data, &settings.directory_url);
        let stored = files.certificate().unwrap_or_else(|error| {
            let error = with_sources(&error);
            warn!(error, "cannot read the certificate of the authority; asking for another one");
            None
        });
        // One that was issued for other domains cannot be used.
        let stored = stored
            .filter(|stored| tls.set_issued(stored.pem.as_bytes(), &settings.domains).is_ok())
            .map(|stored| stored.validity);
        let renewal = Mutex::new(Renewal::new(stored, Instant::now()));
        let connect = Box::new(|| Ok(Box::new(https()?) as _));
        Self { settings, files, tls, clock, connect, renewal }
    }

    /// Asks the authority for a certificate whenever one is needed.
    pub(crate) async fn run(&self) {
        loop {
            self.step().await;
            sleep(STEP).await;
        }
    }

    /// Asks the authority for a certificate, if one is needed.
    async fn step(&self) {
        let mut renewal = self.renewal.lock().await;
        if !renewal.is_due((self.clock)(), Instant::now()) {
            return;
        }
        let domains = self.domains();
        match self.certify_or_fail().await {
            Ok(StoredCertificate { validity, .. }) => {
                renewal.note_success(validity, Instant::now());
                info!(%domains, until = %validity.until, "an authority has issued a certificate");
            }
            Err(error) => {
                let wait = renewal.note_failure(Instant::now()).as_secs() / 3_600;
                let error = with_sources(&error);
                error!(%domains, error, "there is no new certificate; retrying in {wait} h");
            }
        }
    }

    /// Calls [`Self::certify`], within [`ORDER_MAX`]. A panic is an error like any other: it is not a reason to end the
    /// daemon.
    async fn certify_or_fail(&self) -> Result<StoredCertificate, AcmeError> {
        let certify = AssertUnwindSafe(timeout(ORDER_MAX, self.certify())).catch_unwind().await;
        self.tls.clear_proofs();
        match certify {
            Ok(done) => done.unwrap_or(Err(AcmeError::Late)),
            Err(panic) => Err(AcmeError::Panic(watch::reason(&*panic).to_owned())),
        }
    }

    /// Asks the authority for a certificate. If it does not know the account any more, another one is made.
    async fn certify(&self) -> Result<StoredCertificate, AcmeError> {
        match self.certify_with_account().await {
            Err(AcmeError::UnknownAccount) => {
                self.files.remove_account()?;
                self.certify_with_account().await
            }
            done => done,
        }
    }

    async fn certify_with_account(&self) -> Result<StoredCertificate, AcmeError> {
        let account = self.account().await?;
        let domains = &self.settings.domains;
        let pem = order::order(&account, &self.tls, domains).await?;
        self.tls.set_issued(pem.as_bytes(), domains).map_err(AcmeError::Issued)?;
        let stored = StoredCertificate::new(pem).ok_or(AcmeError::Issued(TlsError::NotIssued))?;
        if let Err(error) = self.files.set_certificate(&stored) {
            let error = with_sources(&error);
            warn!(error, "cannot store the certificate; the next start asks for another one");
        }
        Ok(stored)
    }

    /// The account at the authority; makes one if there is none. It is stored before it is used, so that a daemon that
    /// fails often does not make one each time.
    async fn account(&self) -> Result<Account, AcmeError> {
        let builder = Account::builder_with_http((self.connect)()?);
        if let Some(credentials) = self.files.account()? {
            return Ok(builder.from_credentials(credentials).await?);
        }
        let wanted =
            NewAccount { contact: &[], terms_of_service_agreed: true, only_return_existing: false };
        let url = self.settings.directory_url.clone();
        let (account, credentials) = builder.create(&wanted, url, None).await?;
        self.files.set_account(&credentials)?;
        Ok(account)
    }

    fn domains(&self) -> String {
        let names: Vec<_> = self.settings.domains.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}

fn https() -> Result<Https, AcmeError> {
    Https::new().map_err(|error| AcmeError::Authority(with_sources(&*error)))
}

impl fmt::Debug for Certifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certifier").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Runs `certifier`, if there is one.
pub(crate) async fn run(certifier: Option<&Certifier>) {
    match certifier {
        Some(certifier) => certifier.run().await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
