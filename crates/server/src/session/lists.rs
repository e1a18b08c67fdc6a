//! Lists of users and rooms, cut so that each fits into one line of the protocol.

use chat_proto::User;
use chat_proto::event::{Away, RoleHolder, RoomInfo};
use chat_proto::limits::LINE_BYTES_MAX;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use crate::journal::RoomId;

/// Entries of one `users` or `rooms` event at most, whatever the client asks for.
pub(super) const LIST_MAX: usize = 500;

/// Bytes of an event without its lists: the names of its fields, a name and a topic of the greatest length.
const EVENT_BYTES: usize = 4096;

/// Bytes for the entries of the lists of an event, in a line.
const LIST_BYTES_MAX: usize = LINE_BYTES_MAX - EVENT_BYTES;

/// Bytes of a user in a list without the name: the names of the fields, a number of up to 20 digits, the separator.
const USER_BYTES: usize = 40;

/// The same of a user who is away, without the text.
const AWAY_BYTES: usize = 50;

/// The same of a user with a role.
const ROLE_BYTES: usize = 50;

/// The same of a room, without its name and its topic.
const ROOM_BYTES: usize = 80;

/// The number of entries to list if the client asks for up to `limit`.
pub(super) fn limit(limit: Option<u32>) -> usize {
    limit.map_or(LIST_MAX, |limit| usize::try_from(limit).unwrap_or(LIST_MAX).min(LIST_MAX))
}

/// The first of `users` that fit a line with the lists of those who are away or have a role, and whether there are
/// more.
pub(super) fn fitting_users(
    users: Vec<User>,
    away: &[Away],
    roles: &[RoleHolder],
) -> (Vec<User>, bool) {
    let away: usize = away.iter().map(|away| 2 * away.text.as_str().len() + AWAY_BYTES).sum();
    fitting(users, away + roles.len() * ROLE_BYTES, |user| {
        2 * user.name.as_str().len() + USER_BYTES
    })
}

/// The first of `rooms` that fit a line, and whether there are more.
pub(super) fn fitting_rooms(rooms: Vec<RoomInfo>) -> (Vec<RoomInfo>, bool) {
    fitting(rooms, 0, |info| {
        2 * (info.room.as_str().len() + info.topic.as_str().len()) + ROOM_BYTES
    })
}

/// The first of `entries` that fit a line after `bytes` of other things. `bytes_max` is an upper bound of what an entry
/// takes there: a quote takes two bytes.
fn fitting<T>(
    mut entries: Vec<T>,
    mut bytes: usize,
    bytes_max: impl Fn(&T) -> usize,
) -> (Vec<T>, bool) {
    let fits = entries.iter().take_while(|entry| {
        bytes += bytes_max(entry);
        bytes <= LIST_BYTES_MAX
    });
    let fits = fits.count();
    let is_cut = fits < entries.len();
    entries.truncate(fits);
    (entries, is_cut)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Sends the list of the users in the lobby.
    pub(super) fn list_users(&mut self) {
        let Some(lobby) = self.subscriptions.get(RoomId::LOBBY) else { return };
        let own = self.member.user();
        let connection = &mut self.connection;
        lobby.room.with_users(|users| connection.list_users(&own, users.values(), users.len()));
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::limits::AWAY_BYTES_MAX;
    use chat_proto::{
        AwayText, Event, Role, RoomName, Rules, Seq, Timestamp, Topic, UserId, UserName,
    };

    use super::*;
    use crate::config::AWAY_LISTED_MAX;
    use chat_proto::event::RoomState;

    #[test]
    fn a_list_of_the_longest_names_fits_a_line() {
        let user = |id: u64| {
            let name = format!("{id:03}{}", "😀".repeat(29));
            User { id: UserId::new(id), name: UserName::new(&name).unwrap() }
        };
        let text = AwayText::new("\"".repeat(AWAY_BYTES_MAX)).unwrap();
        let away = vec![Away { id: UserId::new(u64::MAX), text }; AWAY_LISTED_MAX];
        let id = UserId::new(u64::MAX);
        let roles = vec![RoleHolder { id, role: Role::Moderator }; LIST_MAX];
        let (users, is_cut) = fitting_users((1..=500).map(user).collect(), &away, &roles);
        assert!(users.len() > 50 && is_cut);
        let (room, topic) = (RoomName::lobby(), Topic::from_lossy(&"\"".repeat(512)));
        let room = Event::Room(RoomState {
            room,
            title: None,
            topic,
            count: 500,
            users,
            last_seq: Seq::MAX,
            read: Seq::MAX,
            unread: Some(u64::MAX),
            mentions: Some(u64::MAX),
            more: true,
            away,
            seen_at: Some(Timestamp::from_millis(i64::MAX)),
            rules: Some(Rules { slow_s: u32::MAX, ..Rules::STRICTEST }),
            roles,
        });
        let line = serde_json::to_string(&room).unwrap();
        assert!(line.len() <= LINE_BYTES_MAX, "{} bytes", line.len());
    }

    #[test]
    fn a_list_has_a_bound_whatever_is_asked_for() {
        assert_eq!((limit(None), limit(Some(3)), limit(Some(u32::MAX))), (500, 3, 500));
    }
}
