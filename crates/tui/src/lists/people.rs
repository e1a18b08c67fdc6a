//! The users of a room, those who spoke lately first.

use std::collections::{BTreeSet, HashMap};

use chat_client::entry::Body;
use chat_client::{Room, State as ClientState};
use chat_proto::{User, UserId, UserName};

/// Most entries of a log that are looked at: the conversation of now.
const ENTRIES_SEARCHED: usize = 200;

/// A user who can be written to.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: UserName,
    pub(super) is_here: bool,
}

/// The authors of the newest messages of a room, the last one first.
fn speakers(room: &Room) -> Vec<&UserName> {
    let log = room.log();
    let entries = (0..log.len()).rev().take(ENTRIES_SEARCHED).filter_map(|index| log.get(index));
    let mut speakers: Vec<&UserName> = Vec::new();
    for entry in entries {
        if let Body::Message { from, .. } = &entry.body
            && !speakers.contains(&from)
        {
            speakers.push(from);
        }
    }
    speakers
}

/// The users of a room: the user `me` first, if it is known, then those who spoke lately, then the others by name.
#[must_use]
pub fn of_room(room: &Room, me: Option<UserId>) -> Vec<&User> {
    let speakers = speakers(room).into_iter().enumerate();
    let places: HashMap<&UserName, usize> = speakers.map(|(place, name)| (name, place)).collect();
    let mut users: Vec<&User> = room.users().iter().collect();
    // A stable sort: users without a place stay in the order of their names.
    users.sort_by_cached_key(|user| match (Some(user.id) == me, places.get(&user.name)) {
        (true, _) => (0, 0),
        (false, Some(place)) => (1, *place),
        (false, None) => (2, 0),
    });
    users
}

/// All users that are known, but not the user: those of the current room first, then those of the others, then
/// those with whom there is a direct message, and the authors of loaded messages, who may be offline.
pub(super) fn everybody(client: &ClientState) -> Vec<Person> {
    let is_here = client.session().is_some();
    let here = of_room(client.room(), client.me());
    let elsewhere = client.rooms().list().iter().flat_map(|room| room.users().iter());
    let mut seen = BTreeSet::from_iter(client.me());
    let users = here.into_iter().chain(elsewhere).filter(|user| seen.insert(user.id));
    let mut people: Vec<Person> =
        users.map(|user| Person { name: user.name.clone(), is_here }).collect();
    let titles = client.rooms().list().iter().filter_map(|room| room.label().other());
    let titles: Vec<UserName> = titles.collect();
    let authors = client.rooms().list().iter().flat_map(speakers).cloned();
    for name in titles.into_iter().chain(authors) {
        if name != *client.name() && !people.iter().any(|person| person.name == name) {
            people.push(Person { name, is_here: false });
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use chat_client::testing::user;

    use super::*;
    use crate::fixture::Harness;

    #[test]
    fn an_author_who_is_offline_is_found_and_nobody_twice() {
        let mut harness = Harness::connected(80, 20);
        for (id, name) in [(9, "gone"), (7, "bob"), (9, "gone"), (3, "ana")] {
            harness.message(id, name, "hi");
        }
        let people = everybody(&harness.state.client);
        let gone: Vec<&Person> =
            people.iter().filter(|person| person.name.as_str() == "gone").collect();
        assert!(matches!(gone[..], [Person { is_here: false, .. }]));
        let mut names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), people.len());
        assert!(!names.contains(&"bob"), "the user is not written to");
    }

    #[test]
    fn users_who_wrote_lately_are_first() {
        let mut harness = Harness::connected(80, 20);
        harness.message(5, "carl", "hi");
        harness.message(9, "gone", "hi");
        let names = |harness: &Harness| -> Vec<String> {
            let client = &harness.state.client;
            of_room(client.room(), client.me()).iter().map(|user| user.name.to_string()).collect()
        };
        assert_eq!(names(&harness), ["bob", "carl", "ana"]);
        harness.message(3, "ana", "hi");
        assert_eq!(names(&harness), ["bob", "ana", "carl"]);
        let zoe = user(11, "Zoe");
        harness.event(chat_proto::Event::Joined { room: chat_proto::RoomName::lobby(), user: zoe });
        assert_eq!(names(&harness), ["bob", "ana", "carl", "Zoe"]);
    }
}
