//! Lists of orders: invites, hooks, mutes and bans, and the audit log.

use chat_client::State as ClientState;
use chat_proto::event::{AuditEntry, HookInfo, InviteInfo, SanctionInfo};
use chat_proto::{AuditKind, SanctionKind, Timestamp, User};

use super::{Offer, OfferAction};

/// The invites that the user may see, the newest first. `when` writes a time.
pub(super) fn invites(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let offer = |invite: &InviteInfo| {
        let InviteInfo { id, by, role, room, uses, used, until, note } = invite;
        let mut detail = format!("{used} of {uses} used");
        if !role.is_member() {
            detail.push_str(&format!(" · {role}"));
        }
        if let Some(room) = room {
            detail.push_str(&format!(" · into {room}"));
        }
        detail.push_str(&format!(" · until {}", when(*until)));
        if let Some(by) = by.as_ref().filter(|by| !client.is_me(by.id)) {
            detail.push_str(&format!(" · by {}", by.name));
        }
        if !note.as_str().is_empty() {
            detail.push_str(&format!(" · {}", note.as_str()));
        }
        Offer::new(id.to_string(), OfferAction::Revoke(*id)).detail(detail)
    };
    client.invites().items().iter().map(offer).collect()
}

/// The hooks that the user may see, the newest first. `when` writes a time.
pub(super) fn hooks(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let offer = |hook: &HookInfo| {
        let HookInfo { id, room, bot, by, made_at } = hook;
        let by = by_whom(client, by.as_ref());
        let detail = format!("{} in {room} · made {} · by {by}", bot.name, when(*made_at));
        Offer::new(id.to_string(), OfferAction::RevokeHook(*id)).detail(detail)
    };
    client.hooks().items().iter().map(offer).collect()
}

/// The mutes and bans that were asked for.
pub(super) fn sanctions(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let offer = |sanction: &SanctionInfo| {
        let SanctionInfo { id, kind, user, network, invite, by, until, reason, .. } = sanction;
        let whom = match (user, network, invite) {
            (Some(user), ..) => user.name.to_string(),
            (_, Some(network), _) => network.to_string(),
            (.., invite) => format!("users of invite {}", invite.unwrap_or_default()),
        };
        let done = if *kind == SanctionKind::Mute { "muted" } else { "banned" };
        let mut detail = match until {
            Some(until) => format!("{done} until {}", when(*until)),
            None => format!("{done} with no end"),
        };
        detail.push_str(&format!(" · by {}", by_whom(client, by.as_ref())));
        if !reason.is_empty() {
            detail.push_str(&format!(" · {}", reason.as_str()));
        }
        Offer::new(whom, OfferAction::Pardon(id.unwrap_or_default())).detail(detail)
    };
    client.sanctions().items().iter().map(offer).collect()
}

/// The records of the audit log, the newest first.
pub(super) fn audit(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let offer = |record: &AuditEntry| {
        let mut detail = format!("{}: {}", record.what, record.about);
        if !record.reason.is_empty() {
            detail.push_str(&format!(" · {}", record.reason.as_str()));
        }
        let by = match record.what {
            AuditKind::Tries => "somebody".to_owned(),
            _ => by_whom(client, record.by.as_ref()),
        };
        let label = format!("{} {by}", when(record.at));
        let text = format!("{label} {detail}");
        Offer::new(label, OfferAction::Copy(text)).detail(detail)
    };
    client.audit().items().iter().map(offer).collect()
}

fn by_whom(client: &ClientState, by: Option<&User>) -> String {
    match by {
        None => "the operator".to_owned(),
        Some(by) if client.is_me(by.id) => "you".to_owned(),
        Some(by) => by.name.to_string(),
    }
}
