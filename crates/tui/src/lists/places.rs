//! Where a user can go: rooms, direct messages, and commands.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chat_client::{Room, State as ClientState};
use chat_proto::event::RoomInfo;
use chat_proto::{RoomName, UserName};

use super::fuzzy::Fuzzy;
use super::{Offer, OfferAction, people};
use crate::commands::{COMMANDS, Command};

/// The score of a room for unread messages that name the user; a letter is worth 16.
const MENTIONED: u32 = 24;

/// The score of a room for unread messages.
const UNREAD: u32 = 16;

/// What the rank of a room of the user is above that of another room.
const OWN: u32 = 8;

/// The offers of "go to" for what is typed: rooms and users, those that need the user first. `#` stands for
/// rooms alone, `@` for users, `>` for commands.
pub(super) fn go_to(client: &ClientState, typed: &str) -> Vec<Offer> {
    if let Some(command) = typed.strip_prefix('>') {
        return commands(command);
    }
    let (wants_rooms, wants_people) = (!typed.starts_with('@'), !typed.starts_with('#'));
    let word = typed.trim_start_matches(['#', '@']);
    let mut offers = Vec::new();
    if wants_rooms {
        offers.extend(all_rooms(client));
    }
    if wants_people {
        offers.extend(all_people(client));
    }
    let mut offers = best(offers, word, |offer| group(client, offer));
    offers.extend(new_room(typed, &offers));
    offers
}

/// Those that fit `typed`, the best first; all of them, by their group, if nothing is typed.
pub(super) fn best<K: Ord>(
    offers: Vec<Offer>,
    typed: &str,
    group: impl Fn(&Offer) -> K,
) -> Vec<Offer> {
    let typed = typed.trim();
    if typed.is_empty() {
        let mut offers = offers;
        offers.sort_by_cached_key(group);
        return offers;
    }
    let mut fuzzy = Fuzzy::new(typed);
    let scored = offers.into_iter().filter_map(|offer| {
        let score = fuzzy.score(offer.label.trim_start_matches(['#', '@']))?;
        Some((score + bonus(&offer), offer))
    });
    let mut scored: Vec<(u32, Offer)> = scored.collect();
    scored.sort_by_key(|(score, offer)| (Reverse(*score), offer.label.len()));
    scored.into_iter().map(|(_, offer)| offer).collect()
}

/// What an offer has besides the fit of its name.
const fn bonus(offer: &Offer) -> u32 {
    match (offer.counts, &offer.does) {
        ((1.., _), _) => MENTIONED,
        ((0, 1..), _) => UNREAD,
        (_, OfferAction::Open(_)) => OWN,
        _ => 0,
    }
}

/// The group of an offer if nothing is typed: messages that name the user, unread ones, the other rooms of the
/// user, users, rooms that the user is not in, and at last where the user is.
fn group(client: &ClientState, offer: &Offer) -> u8 {
    match (&offer.does, offer.counts) {
        (OfferAction::Open(room), _) if room == client.room().name() => 5,
        (_, (1.., _)) => 0,
        (_, (0, 1..)) => 1,
        (OfferAction::Open(_), _) => 2,
        (OfferAction::Direct(_), _) => 3,
        _ => 4,
    }
}

/// All rooms of the server: those of the user first, without direct messages.
pub(super) fn all_rooms(client: &ClientState) -> Vec<Offer> {
    counted_rooms(client).map(|(_, offer)| offer).collect()
}

/// The same, each with the number of its users.
pub(super) fn counted_rooms(client: &ClientState) -> impl Iterator<Item = (usize, Offer)> {
    let own = || client.rooms().list().iter().filter(|room| !room.is_private());
    let names: BTreeSet<&RoomName> = own().map(Room::name).collect();
    let listed = client.listing().rooms().iter();
    let others = listed.filter(move |info| !names.contains(&info.room));
    let own = own().map(|room| (room.users().count(), own_room(room)));
    own.chain(others.map(|info| (info.count, other_room(info))))
}

/// A room of the user.
fn own_room(room: &Room) -> Offer {
    Offer {
        counts: (room.mentions(), room.unread()),
        ..Offer::new(room.label().as_str(), OfferAction::Open(room.name().clone()))
            .detail(about(room.users().count(), room.topic().as_str()))
    }
}

/// A room that the user is not in.
fn other_room(info: &RoomInfo) -> Offer {
    Offer::new(info.room.as_str(), OfferAction::Join(info.room.clone()))
        .detail(about(info.count, info.topic.as_str()))
}

/// How many users a room has, and its topic.
fn about(count: usize, topic: &str) -> String {
    let users = match count {
        1 => "1 user".to_owned(),
        count => format!("{count} users"),
    };
    if topic.is_empty() { users } else { format!("{users} · {topic}") }
}

/// All users, and the direct messages with them.
fn all_people(client: &ClientState) -> Vec<Offer> {
    people::everybody(client)
        .into_iter()
        .map(|person| {
            let direct = client.rooms().titled(&person.name);
            Offer {
                presence: Some(person.is_here),
                counts: direct.map_or((0, 0), |room| (room.mentions(), room.unread())),
                ..Offer::new(format!("@{}", person.name), open_or_direct(direct, person.name))
            }
        })
        .collect()
}

/// Opens the direct message that is there, or a new one.
fn open_or_direct(direct: Option<&Room>, name: UserName) -> OfferAction {
    direct.map_or(OfferAction::Direct(name), |room| OfferAction::Open(room.name().clone()))
}

/// A room of the name that is typed, unless it is offered. `##rust` and `@rust` are no names of a room.
fn new_room(typed: &str, offers: &[Offer]) -> Option<Offer> {
    let is_meant = typed.starts_with('#');
    let name = typed.strip_prefix('#').unwrap_or(typed);
    let name = RoomName::new(&format!("#{}", name.trim())).ok()?;
    let is_offered = |offer: &Offer| RoomName::new(&offer.label).is_ok_and(|room| room == name);
    let is_new = !offers.iter().any(is_offered);
    let detail =
        if is_meant { "Join or create this room" } else { "Choose this to create the room" };
    is_new.then(|| Offer::new(name.as_str(), OfferAction::Create(name.clone())).detail(detail))
}

/// The commands for what is typed behind `>`. With arguments, it is that one command.
fn commands(typed: &str) -> Vec<Offer> {
    let typed = typed.trim_start().trim_start_matches('/');
    let (name, has_arguments) = match typed.split_once(char::is_whitespace) {
        Some((name, _)) => (name, true),
        None => (typed, false),
    };
    if has_arguments {
        let command = Command::named(&format!("/{name}"));
        return command
            .into_iter()
            .map(|it| Offer::of_command(it, it.name, OfferAction::Run(it.name)))
            .collect();
    }
    let mut fuzzy = Fuzzy::new(name);
    let mut worth =
        |command: &Command| command.names().filter_map(|known| fuzzy.score(&known[1..])).max();
    let fits = COMMANDS.iter().filter_map(|command| Some((worth(command)?, command)));
    let mut fits: Vec<(u32, &Command)> = fits.collect();
    if !name.is_empty() {
        fits.sort_by_key(|(worth, _)| Reverse(*worth));
    }
    fits.into_iter()
        .map(|(_, it)| Offer::of_command(it, it.name, OfferAction::Run(it.name)))
        .collect()
}
