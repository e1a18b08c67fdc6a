//! Events about the server, rooms and users.

use super::*;

pub(super) fn away_text() -> impl Strategy<Value = AwayText> {
    let short = |topic: Topic| topic.as_str().chars().take(16).collect::<String>();
    topic().prop_map(move |topic| AwayText::new(short(topic)).unwrap())
}

pub(super) fn away() -> impl Strategy<Value = Vec<Away>> {
    let id = any::<u64>().prop_map(UserId::new);
    vec((id, away_text()).prop_map(|(id, text)| Away { id, text }), 0..3)
}

pub(super) fn roles() -> impl Strategy<Value = Vec<RoleHolder>> {
    let id = any::<u64>().prop_map(UserId::new);
    vec((id, select(Role::ALL)).prop_map(|(id, role)| RoleHolder { id, role }), 0..3)
}

pub(super) fn rules() -> impl Strategy<Value = Rules> {
    (select(Privacy::ALL), any::<u32>(), select(TopicBy::ALL))
        .prop_map(|(privacy, slow_s, topic_by)| Rules { privacy, slow_s, topic_by })
}

pub(super) fn counts() -> impl Strategy<Value = (Option<u64>, Option<u64>, bool)> {
    (option::of(any::<u64>()), option::of(any::<u64>()), any::<bool>())
}

pub(super) fn room_event() -> impl Strategy<Value = Event> {
    let title = option::of(user_name());
    let numbers = (any::<usize>(), [seq(), seq()]);
    let presence = (away(), option::of(at()), option::of(rules()), roles());
    (room_name(), title, topic(), vec(user(), 0..9), numbers, counts(), presence).prop_map(
        |(room, title, topic, users, numbers, (unread, mentions, more), presence)| {
            let (count, [last_seq, read]) = numbers;
            let (away, seen_at, rules, roles) = presence;
            Event::Room(RoomState {
                room,
                title,
                topic,
                count,
                users,
                last_seq,
                read,
                unread,
                mentions,
                more,
                away,
                seen_at,
                rules,
                roles,
            })
        },
    )
}

pub(super) fn server() -> impl Strategy<Value = Server> {
    (writing(9), writing(9)).prop_map(|(name, version)| Server { name, version })
}

pub(super) fn journal_id() -> impl Strategy<Value = JournalId> {
    (short_string(), short_string()).prop_map(|(id, epoch)| JournalId { id, epoch })
}

pub(super) fn welcome() -> impl Strategy<Value = Welcome> {
    let limits = (any::<[usize; 7]>(), any::<u32>(), any::<u64>()).prop_map(
        |(limits, history_messages, idle_timeout_ms)| Limits {
            line_bytes: limits[0],
            text_bytes: limits[1],
            name_chars: limits[2],
            topic_bytes: limits[3],
            users_listed: limits[4],
            presence_users: limits[5],
            rooms: limits[6],
            history_messages,
            idle_timeout_ms,
        },
    );
    let (token, journal) = (option::of(secret()), option::of(journal_id()));
    let user = (user(), option::of(select(Role::ALL)));
    (any::<u32>(), user, token, any::<u64>(), journal, server(), features(), limits).prop_map(
        |(version, (User { id, name }, role), token, last, journal, server, features, limits)| {
            Welcome { version, id, name, role, token, last, journal, server, features, limits }
        },
    )
}
