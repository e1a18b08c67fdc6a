//! Lists for those who give orders: invites.

use chat_client::State as ClientState;
use chat_proto::Timestamp;
use chat_proto::event::InviteInfo;

use super::{Offer, OfferAction};

/// The invites that the user may see, the newest first. `when` writes a time.
pub(super) fn invites(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let offer = |invite: &InviteInfo| {
        let InviteInfo { id, by, role, uses, used, until, note } = invite;
        let mut detail = format!("{used} of {uses} used");
        if !role.is_member() {
            detail.push_str(&format!(" · {role}"));
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
