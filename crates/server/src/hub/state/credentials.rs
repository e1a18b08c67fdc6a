//! The credentials of the accounts.

use chat_proto::UserId;

use super::State;
use crate::journal::{Credential, CredentialRecord};
use crate::token::TokenHash;

impl State {
    /// The number of the user with that token.
    pub(in crate::hub) fn by_token(&self, token: &TokenHash) -> Option<UserId> {
        let prefix = token.prefix();
        let users = self.tokens.range((prefix, UserId::NONE)..);
        let mut users = users.take_while(|(of, _)| *of == prefix).map(|(_, user)| *user);
        users.find(|user| {
            let account = self.account(*user);
            account
                .is_some_and(|account| account.credentials.iter().any(|record| has(record, token)))
        })
    }

    /// Adds a credential, unless its user is missing in the journal: it would open no account.
    pub(in crate::hub) fn add_credential(&mut self, record: CredentialRecord) {
        let Some(account) = self.accounts.get_mut(&record.user) else { return };
        if let Credential::Token(token) = record.credential {
            self.tokens.insert((token.prefix(), record.user));
        }
        // Most users have one.
        account.credentials.reserve_exact(1);
        account.credentials.push(record);
    }

    /// A token of a user.
    pub(in crate::hub) fn token_mut(
        &mut self,
        user: UserId,
        token: &TokenHash,
    ) -> Option<&mut CredentialRecord> {
        let credentials = &mut self.accounts.get_mut(&user)?.credentials;
        credentials.iter_mut().find(|record| has(record, token))
    }

    /// Records that a session began with a credential.
    pub(in crate::hub) fn see_credential(&mut self, seen: &CredentialRecord) {
        let Some(account) = self.accounts.get_mut(&seen.user) else { return };
        if let Some(record) = account.credentials.iter_mut().find(|record| record.id == seen.id) {
            record.seen_at = record.seen_at.max(seen.seen_at);
            record.label = seen.label.clone();
        }
    }

    /// Removes a credential, which identifies nobody from now on.
    pub(in crate::hub) fn drop_credential(&mut self, dropped: &CredentialRecord) {
        let Some(account) = self.accounts.get_mut(&dropped.user) else { return };
        account.credentials.retain(|record| record.id != dropped.id);
        let Credential::Token(token) = &dropped.credential else { return };
        let prefix = |record: &CredentialRecord| match &record.credential {
            Credential::Token(token) => Some(token.prefix()),
            Credential::Password(_) => None,
        };
        // A client may make tokens with one prefix.
        if !account.credentials.iter().any(|other| prefix(other) == Some(token.prefix())) {
            self.tokens.remove(&(token.prefix(), dropped.user));
        }
    }
}

fn has(record: &CredentialRecord, token: &TokenHash) -> bool {
    matches!(&record.credential, Credential::Token(stored) if stored.is(token))
}
