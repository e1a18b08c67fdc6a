//! Invites: makes them, lists them, ends them.

use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::limits::{INVITE_S_MAX, INVITE_USES_MAX, LINE_BYTES_MAX};
use chat_proto::{
    AddressLine, Event, Refusal, RefusalCode, Role, RoomName, Secret, ShortString, UserId,
};
use tokio::io::{AsyncRead, AsyncWrite};

use super::end::End;
use super::{Context, Session};
use crate::config::{INVITE_VALID, PORT};
use crate::hub::{HubError, INVITES_LISTED, InviteDraft};
use crate::journal::UserRole;
use crate::token::{self, TokenHash};

/// Bytes of an invite in a list, at most: its fields, a name and a room of 32 characters of 4 bytes, and a note of 64
/// bytes, each of which JSON may write with 6.
const INVITE_BYTES_MAX: usize = 900;

const _: () =
    assert!(INVITES_LISTED * INVITE_BYTES_MAX + 100 <= LINE_BYTES_MAX, "a list fits a line");

/// An invite as a client asks for it.
pub(crate) struct InviteTerms {
    pub(crate) uses: Option<u32>,
    pub(crate) valid_s: Option<u32>,
    pub(crate) role: Option<Role>,
    pub(crate) room: Option<RoomName>,
    pub(crate) note: Option<ShortString>,
}

/// Makes an invite for `by`, `None` for the operator. Returns the event that says so.
///
/// # Errors
/// Returns a refusal if a field is out of its bounds, or the hub makes no such invite.
pub(crate) async fn invite(
    context: &Context,
    by: Option<UserId>,
    terms: InviteTerms,
    replaces: bool,
) -> Result<Event, Refusal> {
    let bad = |text: &str| Refusal::new(RefusalCode::BadField, text);
    let (uses, valid_s) = (terms.uses.unwrap_or(1), terms.valid_s.map(u64::from));
    if !(1..=INVITE_USES_MAX).contains(&uses) {
        return Err(bad(&format!("uses must be from 1 to {INVITE_USES_MAX}")));
    }
    if valid_s.is_some_and(|valid_s| !(1..=u64::from(INVITE_S_MAX)).contains(&valid_s)) {
        return Err(bad(&format!("valid_s must be from 1 to {INVITE_S_MAX}, which is 30 days")));
    }
    let role = match terms.role {
        None | Some(Role::Member) => UserRole::Member,
        Some(Role::Moderator) => UserRole::Moderator,
        Some(Role::Owner) => UserRole::Owner,
        Some(_) => return Err(bad("role must be member, moderator or owner")),
    };
    let secret = token::invite().map_err(|error| HubError::NotStored(error.to_string()))?;
    let room = terms.room.clone();
    let draft = InviteDraft {
        by,
        hash: TokenHash::of(&secret),
        role,
        uses,
        valid: valid_s.map_or(INVITE_VALID, Duration::from_secs),
        room: terms.room,
        note: terms.note.unwrap_or_default(),
        replaces,
    };
    let invite = context.hub.invite(draft).await;
    let invite = invite.map_err(|error| Refusal { room, ..error.into() })?;
    Ok(Event::Invite { line: context.line_with(secret), invite })
}

/// Ends an invite; `by` is who wants that, `None` for the operator. Returns the event that says so.
///
/// # Errors
/// Returns a refusal if the user may not do that, or there is no such invite.
pub(super) async fn revoke(
    context: &Context,
    by: Option<UserId>,
    id: u64,
) -> Result<Event, Refusal> {
    context.hub.revoke(by, id).await?;
    Ok(context.invites(by, None))
}

impl Context {
    /// The address line without a secret; that of this machine if the daemon does not listen. The key is that of now:
    /// files of a certificate may have been read again.
    pub(super) fn line(&self) -> AddressLine {
        let (key, listens) = (self.tls.key(), self.address.get());
        let (host, port) = listens.map_or(("127.0.0.1", PORT), |line| (line.host(), line.port()));
        AddressLine::new(host, port, key).expect("the address is valid")
    }

    /// The address line with that secret.
    fn line_with(&self, secret: Secret) -> Secret {
        let line = self.line().with_secret(secret);
        Secret::new(line.map(|line| line.to_string()).unwrap_or_default())
    }

    /// The event that lists the invites before the number `before` that `by` may see, all for the operator.
    pub(crate) fn invites(&self, by: Option<UserId>, before: Option<u64>) -> Event {
        let (invites, more) = self.hub.invites(by, before);
        Event::Invites { invites, more }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn invite(&mut self, terms: InviteTerms) -> ControlFlow<End> {
        if let Err(refusal) = self.origin().check_private() {
            return self.refuse(refusal);
        }
        let (context, by) = (self.context.clone(), Some(self.member.id()));
        self.pending.answer(async move { invite(&context, by, terms, false).await });
        ControlFlow::Continue(())
    }

    pub(super) fn list_invites(&mut self, before: Option<u64>) -> ControlFlow<End> {
        let invites = self.context.invites(Some(self.member.id()), before);
        self.send_event(&invites)
    }

    pub(super) fn revoke(&mut self, id: u64) -> ControlFlow<End> {
        let (context, by) = (self.context.clone(), Some(self.member.id()));
        self.pending.answer(async move { revoke(&context, by, id).await });
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::event::InviteInfo;
    use chat_proto::{Timestamp, User, UserName};

    use super::*;

    #[test]
    fn the_longest_invite_of_a_list_is_within_its_bound() {
        let name = UserName::new(&"\u{20000}".repeat(32)).unwrap();
        let invite = InviteInfo {
            id: u64::MAX,
            by: Some(User { id: UserId::new(u64::MAX), name }),
            role: Role::Moderator,
            room: Some(RoomName::new(&format!("#{}", "\u{20000}".repeat(32))).unwrap()),
            uses: INVITE_USES_MAX,
            used: INVITE_USES_MAX,
            until: Timestamp::from_millis(1_795_946_400_001),
            note: ShortString::new("\u{1}".repeat(64)).unwrap(),
        };
        let bytes = serde_json::to_string(&invite).unwrap().len() + ",".len();
        assert!((800..=INVITE_BYTES_MAX).contains(&bytes), "{bytes}");
    }
}
