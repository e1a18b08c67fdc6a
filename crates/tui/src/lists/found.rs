//! Messages to go to: pinned ones, remembered ones, and those that mention the user.

use chat_client::State as ClientState;
use chat_client::entry::Body;
use chat_proto::{RoomName, Seq, Timestamp};

use super::{Offer, OfferAction};
use crate::wording::{first_line, quoted};

/// The pinned messages of the current room, the newest first: all of them, or those that are loaded if the server was
/// not asked.
pub(super) fn pinned(client: &ClientState) -> Vec<Offer> {
    let (room, list) = (client.room(), client.pin_list());
    let mut offers: Vec<Offer> = if list.room() == Some(room.name()) {
        let messages = list.messages().iter();
        let offers = messages.map(|message| {
            let label = quoted(&message.from.name).into_owned();
            offer(label, message.text.as_str(), &message.room, message.seq)
        });
        offers.collect()
    } else {
        let messages = room.log().messages().filter_map(|(seq, body)| match body {
            Body::Message { from, text, extras: Some(extras), .. } if extras.details.pinned => {
                Some(offer(quoted(from).into_owned(), text, room.name(), seq?))
            }
            _ => None,
        });
        messages.collect()
    };
    offers.reverse();
    offers
}

/// The messages that the user remembers.
pub(super) fn saved(client: &ClientState) -> Vec<Offer> {
    let saved = client.choices().saved().iter();
    // After a restore of the journal, the numbers are those of other messages.
    let valid = saved.filter(|saved| {
        let room = client.rooms().get(&saved.room);
        let loaded = room.and_then(|room| room.log().message(saved.seq));
        let is_another = loaded.is_some_and(|message| message.at != saved.at);
        let is_same_epoch = saved.epoch.is_none()
            || client.epoch().is_none()
            || saved.epoch.as_ref() == client.epoch();
        is_same_epoch && !is_another
    });
    let offers = valid.map(|saved| {
        let label = format!("{} {}", client.rooms().label(&saved.room), quoted(&saved.from));
        offer(label, &saved.text, &saved.room, saved.seq)
    });
    offers.collect()
}

/// The messages that mention the user, in all rooms.
pub(super) fn mentions(client: &ClientState) -> Vec<Offer> {
    let messages = client.mention_list().messages().iter();
    let offers = messages.map(|message| {
        let label =
            format!("{} {}", client.rooms().label(&message.room), quoted(&message.from.name));
        offer(label, message.text.as_str(), &message.room, message.seq)
    });
    offers.collect()
}

/// The texts that a message of the current room has had, the newest first.
pub(super) fn versions(
    client: &ClientState,
    seq: Seq,
    when: impl Fn(Timestamp) -> String,
) -> Vec<Offer> {
    let versions = client.version_list().of(client.room().name(), seq).iter().rev();
    let offers = versions.map(|version| {
        let text = version.text.as_str();
        Offer::new(when(version.at), OfferAction::Copy(text.to_owned())).detail(first_line(text))
    });
    offers.collect()
}

fn offer(label: String, text: &str, room: &RoomName, seq: Seq) -> Offer {
    Offer::new(label, OfferAction::Message(room.clone(), seq)).detail(first_line(text))
}

/// The messages whose author, room or text contains the typed text.
pub(super) fn with(offers: Vec<Offer>, typed: &str) -> Vec<Offer> {
    let typed = typed.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&typed);
    offers.into_iter().filter(|offer| has(&offer.label) || has(&offer.detail)).collect()
}
