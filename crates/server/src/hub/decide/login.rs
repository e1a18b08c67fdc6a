//! Decides about logins on further devices, and about passwords.

use chat_proto::{AuditKind, ShortString, Timestamp, UserId};

use super::{Grant, GrantResult};
use crate::config::DEVICES_PER_USER_MAX;
use crate::hub::HubError;
use crate::hub::accounts::device_in_words;
use crate::hub::directory::Directory;
use crate::hub::login::Proof;
use crate::hub::proposal::Proposal;
use crate::hub::request::Admission;
use crate::journal::{AuditRecord, Change, Credential, CredentialId, CredentialRecord};
use crate::token::{PasswordHash, TokenHash};

impl Directory {
    /// A session on a further device, which gets a token. Beyond the greatest number of devices, that which was seen
    /// longest ago loses its token.
    pub(super) fn log_in(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        proof: &Proof,
        (token, device): (TokenHash, &ShortString),
        admission: Admission,
    ) -> GrantResult {
        if !proposal.has_record(user) {
            return Err(HubError::BadSecret);
        }
        let mut changes = Vec::new();
        if let Proof::Password(id, replacement) = proof {
            let password = password(proposal, user).filter(|record| record.id == *id);
            let password = password.ok_or(HubError::BadSecret)?;
            if let Some(hash) = replacement {
                self.replace_password(proposal, user, Some(password), hash.clone(), &mut changes);
            }
        }
        // After the password, so that only somebody who knows it, or has a code, is told of a ban.
        self.not_banned(proposal, user, None)?;
        let is_token =
            |record: &&CredentialRecord| matches!(record.credential, Credential::Token(_));
        let tokens = || proposal.credentials(user).iter().filter(is_token);
        if tokens().count() >= DEVICES_PER_USER_MAX
            && let Some(oldest) = tokens().min_by_key(|record| (record.seen_at, record.id)).cloned()
        {
            proposal.drop_credential(&oldest);
            let about = device_in_words(&oldest);
            changes.push(self.account_record(Some(user), AuditKind::Drop, user, &about));
            changes.push(Change::CredentialDropped(oldest));
        }
        let record = self.credential(proposal, user, Credential::Token(token));
        let record = CredentialRecord { label: device.clone(), ..record };
        let by = match proof {
            Proof::Password(..) => "with the password",
            Proof::Link => "with a code",
        };
        let about = format!("{}, {by}", device_in_words(&record));
        changes.push(self.account_record(Some(user), AuditKind::Device, user, &about));
        proposal.add_credential(&record);
        changes.push(Change::Credential(record));
        changes.extend(self.promote(proposal, user, admission));
        Ok((changes, Grant::Session(user, admission.network)))
    }

    /// A password in place of the `present` one, which its user has shown; `None` if it has none.
    pub(super) fn set_password(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        hash: &PasswordHash,
        present: Option<CredentialId>,
    ) -> GrantResult {
        let known = password(proposal, user);
        if !proposal.has_record(user) || known.as_ref().map(|record| record.id) != present {
            return Err(HubError::BadSecret);
        }
        let mut changes = Vec::new();
        self.replace_password(proposal, user, known, hash.clone(), &mut changes);
        let name = proposal.author(user)?.name.to_string();
        changes.push(self.account_record(Some(user), AuditKind::Password, user, &name));
        Ok((changes, Grant::Changed))
    }

    /// The record of `what` was tried from one network. Its address is not in it: it may be that of the user, which is
    /// shown to nobody else.
    pub(super) fn tries(
        &self,
        proposal: &Proposal<'_>,
        user: Option<UserId>,
        what: &str,
    ) -> Change {
        let of = user.and_then(|user| proposal.user(user)).map(|user| format!(" of {}", user.name));
        let about = format!("{what}{} from one network", of.unwrap_or_default());
        self.audit(AuditRecord { user, ..self.record(None, AuditKind::Tries, &about) })
    }

    fn replace_password(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        present: Option<CredentialRecord>,
        hash: PasswordHash,
        changes: &mut Vec<Change>,
    ) {
        if let Some(present) = present {
            proposal.drop_credential(&present);
            changes.push(Change::CredentialDropped(present));
        }
        let record = self.credential(proposal, user, Credential::Password(hash));
        proposal.add_credential(&record);
        changes.push(Change::Credential(record));
    }

    fn credential(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        credential: Credential,
    ) -> CredentialRecord {
        let now: Timestamp = self.clock.now();
        CredentialRecord::new(proposal.next_record(), user, credential, now)
    }
}

/// The change after a session has begun with a credential; none if the credential is removed meanwhile.
pub(super) fn see_credential(proposal: &Proposal<'_>, seen: &CredentialRecord) -> Vec<Change> {
    let is_there = proposal.credentials(seen.user).iter().any(|record| record.id == seen.id);
    if is_there { vec![Change::CredentialSeen(seen.clone())] } else { Vec::new() }
}

fn password(proposal: &Proposal<'_>, user: UserId) -> Option<CredentialRecord> {
    let is_password =
        |record: &&CredentialRecord| matches!(record.credential, Credential::Password(_));
    proposal.credentials(user).iter().find(is_password).cloned()
}
