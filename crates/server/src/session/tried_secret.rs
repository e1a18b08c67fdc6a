//! The tries of passwords and codes: few for each network, and a record in the audit log once it may try no more.

use std::net::IpAddr;

use chat_proto::{Refusal, RefusalCode, UserId, UserName};
use tokio::time::Instant;

use super::Context;
use super::handshake::too_fast;
use crate::tries::{BegunTry, PER_NETWORK_MAX, PER_SECRET_MAX, TryLimit};

/// A secret that a client tries.
#[derive(Debug)]
pub(super) enum TriedSecret {
    /// The code of another device.
    Code,
    /// The password that everybody who is new has to know.
    PasswordOfServer,
    /// The password of the user with that name, if there is one.
    PasswordOf(UserName),
    /// The present password of a user who is in.
    PresentPassword(UserId),
}

/// A try that has begun. If it is dropped, it counts as wrong.
pub(super) struct TryOfSecret {
    secret: TriedSecret,
    begun: BegunTry,
}

impl TriedSecret {
    /// Begins a try from an address.
    ///
    /// # Errors
    /// Returns a refusal if there were too many wrong ones.
    pub(super) fn begin(self, context: &Context, from: IpAddr) -> Result<TryOfSecret, Refusal> {
        // No name begins with a space.
        let key = match &self {
            Self::Code => " link".to_owned(),
            Self::PasswordOfServer => " server".to_owned(),
            Self::PasswordOf(name) => name.key().to_owned(),
            Self::PresentPassword(user) => format!(" {user}"),
        };
        let begun = context.logins.tries.begin(from, &key, Instant::now()).map_err(|wait| {
            let text = format!(
                "too many wrong tries from your network; another one is allowed in {} s",
                wait.as_secs().max(1)
            );
            too_fast(text, wait)
        })?;
        Ok(TryOfSecret { secret: self, begun })
    }
}

impl TryOfSecret {
    /// Ends the try: it counts if the secret was wrong, and not if the client is refused for another reason.
    pub(super) fn end<T>(
        self,
        result: Result<T, Refusal>,
        context: &Context,
    ) -> Result<T, Refusal> {
        match &result {
            Err(refusal) if refusal.code == RefusalCode::BadSecret => {
                if let Some(bound) = self.begun.wrong() {
                    record(&self.secret, bound, context);
                }
            }
            _ => self.begun.not_wrong(),
        }
        result
    }
}

/// Adds a record to the audit log, unless it has many of that kind, or the secret is that of a user who does not exist.
fn record(secret: &TriedSecret, bound: TryLimit, context: &Context) {
    let user = match secret {
        TriedSecret::Code | TriedSecret::PasswordOfServer => None,
        TriedSecret::PasswordOf(name) => match context.hub.holder(name) {
            None if bound == TryLimit::Secret => return,
            holder => holder,
        },
        TriedSecret::PresentPassword(user) => Some(*user),
    };
    let what = match (bound, secret) {
        (TryLimit::Network, _) => format!("{PER_NETWORK_MAX} wrong passwords and codes"),
        (_, TriedSecret::Code) => format!("{PER_SECRET_MAX} wrong codes"),
        (_, TriedSecret::PasswordOfServer) => {
            format!("{PER_SECRET_MAX} wrong passwords of the server")
        }
        _ => format!("{PER_SECRET_MAX} wrong passwords"),
    };
    if context.logins.tries.may_record(Instant::now()) {
        context.hub.record_tries(user.filter(|_| bound == TryLimit::Secret), what);
    }
}
