//! Why there is no certificate of an authority.

use std::io;

use crate::domain::Domain;
use crate::tls::TlsError;

/// The error of an authority that does not know an account (RFC 8555, section 6.7).
const UNKNOWN_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

/// A request for a certificate has failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum AcmeError {
    /// The authority has refused it, or cannot be reached.
    #[error("{0}")]
    Authority(String),
    /// The authority does not know the account.
    #[error("the authority does not know the account of this daemon")]
    UnknownAccount,
    /// The authority does not offer the one proof that the daemon can give.
    #[error(
        "the authority does not look at port 443 of {0} (tls-alpn-01), so the daemon cannot prove that it is there"
    )]
    NoChallenge(Domain),
    /// The authority has found no proof.
    #[error("the authority does not find this daemon at port 443 of {domain}: {reason}")]
    Unproven {
        /// The domain.
        domain: Domain,
        /// The text of the authority.
        reason: String,
    },
    /// The order has ended, and the authority does not say why.
    #[error("the authority has ended the order without a reason")]
    Ended,
    /// The authority takes too long.
    #[error("the authority has not answered in time")]
    Late,
    /// The authority has issued something else.
    #[error("what the authority has issued cannot be used")]
    Issued(#[source] TlsError),
    /// A file cannot be read or written.
    #[error("cannot use {file}")]
    File {
        /// Its path.
        file: String,
        /// The error of the system.
        source: io::Error,
    },
    /// A defect of the daemon.
    #[error("the request failed, please report it: {0}")]
    Panic(String),
}

/// The words of the authority, or why it cannot be asked.
impl From<instant_acme::Error> for AcmeError {
    fn from(error: instant_acme::Error) -> Self {
        match error {
            instant_acme::Error::Api(problem)
                if problem.r#type.as_deref() == Some(UNKNOWN_ACCOUNT) =>
            {
                Self::UnknownAccount
            }
            instant_acme::Error::Api(problem) => Self::Authority(text_of(&problem)),
            instant_acme::Error::Timeout(_) => Self::Late,
            other => Self::Authority(with_sources(&other)),
        }
    }
}

/// The text of the authority.
pub(super) fn text_of(problem: &instant_acme::Problem) -> String {
    let text = problem.to_string();
    text.strip_prefix("API error: ").unwrap_or(&text).to_owned()
}

/// An error and its sources, in one line.
pub(super) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let inner = error.to_string();
        // Some errors are shown by the one around them already.
        if !text.ends_with(&inner) {
            text = format!("{text}: {inner}");
        }
        source = error.source();
    }
    text
}
