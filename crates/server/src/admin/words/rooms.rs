//! Rooms and their rules in words.

use chat_proto::event::RoomInfo;
use chat_proto::{Privacy, RoomName, Rules, TopicBy};

use super::after;

/// A line of the list of rooms.
pub(super) fn listed(info: &RoomInfo) -> String {
    let RoomInfo { room, topic, count } = info;
    let users = if *count == 1 { "user" } else { "users" };
    format!("{room}  {count} {users} connected{}\n", after("  ", topic.as_str()))
}

/// The rules that a room has now.
pub(super) fn rules(room: &RoomName, rules: Rules) -> String {
    let privacy = match rules.privacy {
        Privacy::Public => "everybody finds, joins and writes",
        Privacy::Announce => "everybody finds and joins; voices, moderators and owners write",
        Privacy::Private | Privacy::Unknown => "users who were asked in join",
    };
    let pause = match rules.slow_s {
        0 => String::new(),
        slow_s => format!("; a member writes once in {slow_s} s"),
    };
    let topic_by = match (rules.privacy, rules.topic_by) {
        (Privacy::Public | Privacy::Private, TopicBy::All) => "all",
        // In a room for announcements, a topic is as good as a message.
        _ => "moderators",
    };
    format!("{room} now: {privacy}{pause}; topics and pins by {topic_by}.\n")
}

#[cfg(test)]
mod tests {
    use chat_proto::Topic;

    use super::*;

    #[test]
    fn a_room_and_its_rules_are_one_line_each() {
        let room = RoomName::new("#rust").unwrap();
        let topic = Topic::new("crabs").unwrap();
        let info = RoomInfo { room: room.clone(), topic, count: 1 };
        assert_eq!(listed(&info), "#rust  1 user connected  crabs\n");
        let slow = Rules { privacy: Privacy::Private, slow_s: 30, topic_by: TopicBy::Moderators };
        let expected = "#rust now: users who were asked in join; a member writes once in 30 s; topics and pins by \
                        moderators.\n";
        assert_eq!(rules(&room, slow), expected);
        let announce = Rules { privacy: Privacy::Announce, ..Rules::PUBLIC };
        let expected = "#rust now: everybody finds and joins; voices, moderators and owners write; topics and pins by \
                        moderators.\n";
        assert_eq!(rules(&room, announce), expected);
    }
}
