//! Decides about the devices, the sessions, the password and the name of a user, for the user itself or for an owner.
//! Each leaves a record in the audit log.

use chat_proto::{AccountChange, AuditKind, SessionId, User, UserId, UserName};

use super::super::accounts::{Asker, device_in_words};
use super::super::directory::Directory;
use super::super::policy::{Action, Denial, may};
use super::super::proposal::Proposal;
use super::super::request::AccountOrder;
use super::super::{AccountError, HookError, HubError, NameConflict};
use super::roles::author;
use super::{Grant, GrantResult};
use crate::journal::{
    AuditRecord, Change, Credential, CredentialRecord, EndedSessions, UserRecord,
};
use crate::token::PasswordHash;

impl Directory {
    pub(super) fn account_order(
        &self,
        proposal: &mut Proposal<'_>,
        asker: Asker,
        order: &AccountOrder,
    ) -> GrantResult {
        let by = asker.user();
        let (user, changes) = match order {
            AccountOrder::Drop { user, id } => {
                self.drop_device(proposal, by, user.as_ref(), *id)?
            }
            AccountOrder::End(session) => self.end_session(proposal, by, *session)?,
            AccountOrder::HandBack { user, hash, drop_devices } => {
                self.hand_back(proposal, by, user, hash, *drop_devices)?
            }
            AccountOrder::Link(user) => {
                let user = not_a_bot(proposal, managed(proposal, by, user)?)?;
                let link = changed(proposal, by, user.id, AccountChange::Link);
                (
                    user.id,
                    vec![
                        link,
                        self.account_record(by, AuditKind::Link, user.id, user.name.as_str()),
                    ],
                )
            }
            AccountOrder::Free(user) => self.free_name(proposal, by, user)?,
        };
        Ok((changes, Grant::Account(user, asker)))
    }

    /// Drops the token of a device, and ends the sessions that began with it.
    fn drop_device(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        name: Option<&UserName>,
        id: u64,
    ) -> Result<(UserId, Vec<Change>), HubError> {
        let user = match name {
            Some(name) if proposal.names.holder(name) != by || by.is_none() => {
                managed(proposal, by, name)?
            }
            _ => own(proposal, by)?,
        };
        let credentials = proposal.credentials(user.id);
        let dropped = credentials.iter().find(|record| record.id == id && is_token(record));
        let dropped = dropped.cloned().ok_or(AccountError::NoSuchDevice(id))?;
        // Without a credential the user cannot come back, unless an owner helps.
        if by == Some(user.id) && credentials.len() == 1 {
            return Err(AccountError::LastDevice.into());
        }
        let about = format!("{} of {}", device_in_words(&dropped), user.name);
        let mut changes = vec![self.account_record(by, AuditKind::Drop, user.id, &about)];
        if by != Some(user.id) {
            changes.push(changed(proposal, by, user.id, AccountChange::Drop));
        }
        let sessions = EndedSessions::Of(dropped.id);
        changes.push(Change::SessionsEnded { user: user.id, sessions, by: author(proposal, by) });
        proposal.drop_credential(&dropped);
        changes.push(Change::CredentialDropped(dropped));
        Ok((user.id, changes))
    }

    fn end_session(
        &self,
        proposal: &Proposal<'_>,
        by: Option<UserId>,
        session: SessionId,
    ) -> Result<(UserId, Vec<Change>), HubError> {
        let missing = || AccountError::NoSuchSession(session.get());
        let user = proposal.state.sessions.user(session).ok_or_else(missing)?;
        // Only those who may end it learn that it is there.
        if by != Some(user) && may(proposal.subject_of(by), Action::ManageUsers).is_err() {
            return Err(missing().into());
        }
        let user = proposal.user(user).cloned().ok_or_else(missing)?;
        let about = format!("session {} of {}", session.get(), user.name);
        let record = self.account_record(by, AuditKind::End, user.id, &about);
        let (sessions, author) = (EndedSessions::One(session), author(proposal, by));
        Ok((user.id, vec![record, Change::SessionsEnded { user: user.id, sessions, by: author }]))
    }

    /// Gives a user a password whatever it had before, and drops its devices if that is asked for: they may be in other
    /// hands.
    fn hand_back(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        name: &UserName,
        hash: &PasswordHash,
        drop_devices: bool,
    ) -> Result<(UserId, Vec<Change>), HubError> {
        let user = not_a_bot(proposal, managed(proposal, by, name)?)?;
        let mut changes = vec![changed(proposal, by, user.id, AccountChange::Password)];
        let is_dropped = |record: &&CredentialRecord| drop_devices || !is_token(record);
        let dropped: Vec<_> =
            proposal.credentials(user.id).iter().filter(is_dropped).cloned().collect();
        let devices = dropped.iter().filter(|record| is_token(record)).count();
        for record in dropped {
            proposal.drop_credential(&record);
            changes.push(Change::CredentialDropped(record));
        }
        if drop_devices {
            let (sessions, by) = (EndedSessions::All, author(proposal, by));
            changes.push(Change::SessionsEnded { user: user.id, sessions, by });
        }
        let credential = Credential::Password(hash.clone());
        let (id, now) = (proposal.next_record(), self.clock.now());
        let record = CredentialRecord::new(id, user.id, credential, now);
        proposal.add_credential(&record);
        changes.push(Change::Credential(record));
        let about = match devices {
            0 => user.name.to_string(),
            1 => format!("{}, and dropped the token of its device", user.name),
            devices => format!("{}, and dropped the tokens of {devices} devices", user.name),
        };
        changes.push(self.account_record(by, AuditKind::Password, user.id, &about));
        Ok((user.id, changes))
    }

    /// Gives a user who is not connected a name with a number, as if somebody had taken its name.
    fn free_name(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        name: &UserName,
    ) -> Result<(UserId, Vec<Change>), HubError> {
        let was = managed(proposal, by, name)?;
        if proposal.state.account(was.id).is_some_and(|account| account.sessions > 0) {
            return Err(AccountError::IsConnected(was.name).into());
        }
        let stored =
            proposal.record(was.id).ok_or_else(|| AccountError::HasNoAccount(name.clone()))?;
        let user = User { id: was.id, name: proposal.names.numbered(None, &was.name) };
        proposal.rename(&user);
        let about = format!("{} → {}", was.name, user.name);
        let record = self.account_record(by, AuditKind::Free, was.id, &about);
        Ok((was.id, vec![Change::User(UserRecord { user, ..stored }), record]))
    }

    /// Gives a user, or a guest, the name that it wants.
    pub(super) fn rename(
        &self,
        proposal: &mut Proposal<'_>,
        id: UserId,
        wants: &UserName,
        if_taken: NameConflict,
    ) -> GrantResult {
        may(proposal.subject(id), Action::TakeName).map_err(Denial::on_server)?;
        let name = proposal.names.choose(Some(id), wants, if_taken)?;
        let (was, user) = (proposal.record(id), User { id, name });
        proposal.rename(&user);
        // The number of a guest is that of somebody else later: it is not recorded.
        let Some(was) = was else { return Ok((vec![Change::GuestRenamed(user)], Grant::Changed)) };
        let record = self.renamed(id, &was.user, &user);
        let mut changes = vec![Change::User(UserRecord { user: user.clone(), ..was.clone() })];
        changes.extend((was.user.name != user.name).then_some(record));
        Ok((changes, Grant::Changed))
    }

    /// The record that a user has another name because of `by`.
    pub(super) fn renamed(&self, by: UserId, was: &User, user: &User) -> Change {
        let about = format!("{} → {}", was.name, user.name);
        self.account_record(Some(by), AuditKind::Rename, was.id, &about)
    }

    /// The change that adds a record about a user to the audit log.
    pub(super) fn account_record(
        &self,
        by: Option<UserId>,
        what: AuditKind,
        user: UserId,
        about: &str,
    ) -> Change {
        let record = self.record(by, what, about);
        self.audit(AuditRecord { user: Some(user), ..record })
    }
}

/// The user of a request about itself.
fn own(proposal: &Proposal<'_>, by: Option<UserId>) -> Result<User, HubError> {
    let by = by.ok_or(AccountError::NeedsUser)?;
    may(proposal.subject(by), Action::ManageOwnAccount).map_err(Denial::on_server)?;
    proposal.author(by).cloned()
}

/// The user with that name, if `by` may change the account of others.
fn managed(proposal: &Proposal<'_>, by: Option<UserId>, name: &UserName) -> Result<User, HubError> {
    may(proposal.subject_of(by), Action::ManageUsers).map_err(Denial::on_server)?;
    let user = proposal.names.holder(name).and_then(|user| proposal.user(user));
    let user = user.cloned().ok_or_else(|| HubError::NoSuchUser(name.clone()))?;
    // A user's own password needs the present one, and the name may have become the user's since the request was made.
    if by == Some(user.id) {
        return Err(HubError::NotToYourself);
    }
    match proposal.has_record(user.id) {
        true => Ok(user),
        false => Err(AccountError::HasNoAccount(user.name).into()),
    }
}

/// The user, to whom a credential is given.
fn not_a_bot(proposal: &Proposal<'_>, user: User) -> Result<User, HubError> {
    if proposal.is_bot(user.id) {
        Err(HubError::Hook(HookError::IsBot(user.name)))
    } else {
        Ok(user)
    }
}

fn changed(
    proposal: &Proposal<'_>,
    by: Option<UserId>,
    user: UserId,
    what: AccountChange,
) -> Change {
    Change::AccountChanged { user, what, by: author(proposal, by) }
}

fn is_token(record: &CredentialRecord) -> bool {
    matches!(record.credential, Credential::Token(_))
}
