//! The unread messages of other rooms in words, if there is no room list.

use chat_client::Room;

use crate::state::State;

/// The unread messages of other rooms: each part in words, a shorter form after a longer one. Empty if there is
/// nothing.
pub(super) struct OtherRooms {
    /// Messages that name the user, and direct messages.
    pub(super) mentions: Vec<String>,
    /// Messages of rooms without any of these.
    pub(super) unread: Vec<String>,
}

pub(super) fn elsewhere(state: &State) -> OtherRooms {
    let rooms = state.client.rooms();
    let shown = rooms.current_index();
    let others = rooms.list().iter().enumerate().filter(|(index, _)| *index != shown);
    let others = others.map(|(_, room)| room);
    let is_loud = |room: &&Room| room.mentions() > 0 || !state.client.is_muted(room);
    let unread: Vec<&Room> = others.filter(|room| room.unread() > 0).filter(is_loud).collect();
    let (naming, unread): (Vec<&Room>, Vec<&Room>) =
        unread.into_iter().partition(|room| room.mentions() > 0);
    OtherRooms { mentions: mentions(&naming), unread: unread_in(&unread) }
}

/// `1 mention in #pets`.
fn mentions(rooms: &[&Room]) -> Vec<String> {
    let count: usize = rooms.iter().map(|room| room.mentions()).sum();
    let counted = |one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    match rooms {
        [] => Vec::new(),
        [room] if room.is_private() => {
            vec![
                format!("{} from {}", counted("message", "messages"), room.display_name()),
                format!("@{count}"),
            ]
        }
        [room] => {
            let mentions = counted("mention", "mentions");
            vec![
                format!("{mentions} in {}", room.display_name()),
                format!("@{count} {}", room.display_name()),
            ]
        }
        rooms => {
            let mentions = counted("mention", "mentions");
            vec![format!("{mentions} in {} rooms", rooms.len()), format!("@{count}")]
        }
    }
}

/// `5 unread in 2 rooms`.
fn unread_in(rooms: &[&Room]) -> Vec<String> {
    let count: u64 = rooms.iter().map(|room| room.unread()).fold(0, u64::saturating_add);
    let short = format!("{count} unread");
    match rooms {
        [] => Vec::new(),
        [room] => vec![format!("{short} in {}", room.display_name()), short],
        rooms => vec![format!("{short} in {} rooms", rooms.len()), short],
    }
}
