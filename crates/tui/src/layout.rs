//! The layout of the screen: pure geometry, for drawing and scrolling.

use ratatui::layout::{Rect, Size};

/// Narrowest screen with a user list, in columns: if the user has not decided, and if the user wants it.
pub const USERS_SCREEN_MIN: u16 = 60;
const USERS_WANTED_SCREEN_MIN: u16 = 40;

/// Narrowest and widest user list, its border included, in columns: wide enough for a name, but the log
/// matters more.
const USERS_WIDTH: (u16, u16) = (18, 28);

/// Narrowest screen with a room list as well, in columns.
pub const ROOMS_SCREEN_MIN: u16 = 80;

/// Narrowest and widest room list, its border included, in columns.
const ROOMS_WIDTH: (u16, u16) = (16, 26);

/// Lowest screen with a row for the topic, in rows.
const TOPIC_SCREEN_MIN: u16 = 8;

/// Most rows of the input box; longer text scrolls within it.
const PROMPT_ROWS_MAX: u16 = 6;

/// Rows of the help, its border included: they fit a screen of 24.
pub(crate) const HELP_ROWS: u16 = 23;

/// Columns of the help, its border included.
const HELP_COLUMNS: u16 = 60;

/// The panes of the screen. Any of them may be empty on a tiny screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// The room list; `None` on a narrow screen, and if there is only one room.
    pub rooms: Option<Rect>,
    /// The topic: one row, or none.
    pub topic: Rect,
    /// The log.
    pub log: Rect,
    /// The user list; `None` on a narrow screen, and in a direct message.
    pub users: Option<Rect>,
    /// The status line: one row.
    pub status: Rect,
    /// The input box.
    pub prompt: Rect,
}

/// What the panes are to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wants {
    /// Rows of the text in the input box.
    pub prompt_rows: u16,
    /// Whether there are several rooms.
    pub rooms: bool,
    /// Whether the user list is open; `None` if the size of the screen decides.
    pub users: Option<bool>,
    /// Whether the room has a topic.
    pub topic: bool,
}

/// Divides a screen of `size` into panes.
#[must_use]
pub fn panes(size: Size, wants: Wants) -> Panes {
    let Size { width, height } = size;
    let prompt = wants.prompt_rows.clamp(1, PROMPT_ROWS_MAX).min((height / 3).max(1)).min(height);
    let status = u16::from(height >= 3);
    let above = height - prompt - status;
    let column = |wanted: bool, screen_min: u16, share: u16, (least, most): (u16, u16)| {
        if wanted && width >= screen_min { (width / share).clamp(least, most) } else { 0 }
    };
    let users_min = wants.users.map_or(USERS_SCREEN_MIN, |_| USERS_WANTED_SCREEN_MIN);
    let users = column(wants.users.unwrap_or(true), users_min, 4, USERS_WIDTH);
    let rooms = column(wants.rooms, ROOMS_SCREEN_MIN, 6, ROOMS_WIDTH);
    let topic = u16::from(wants.topic && height >= TOPIC_SCREEN_MIN);
    let log = width - users - rooms;
    Panes {
        rooms: (rooms > 0).then(|| Rect::new(0, 0, rooms, above)),
        topic: Rect::new(rooms, 0, log, topic),
        log: Rect::new(rooms, topic, log, above - topic),
        users: (users > 0).then(|| Rect::new(rooms + log, 0, users, above)),
        status: Rect::new(0, above, width, status),
        prompt: Rect::new(0, above + status, width, prompt),
    }
}

/// The area of the help: the middle of the screen, or all of a small one.
#[must_use]
pub fn help(screen: Rect) -> Rect {
    let (width, height) = (screen.width.min(HELP_COLUMNS), screen.height.min(HELP_ROWS));
    Rect::new((screen.width - width) / 2, (screen.height - height) / 2, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wants = Wants { prompt_rows: 3, rooms: true, users: Some(true), topic: true };

    #[test]
    fn the_panes_cover_every_screen_once() {
        for height in 0..=100 {
            for width in 0..=300 {
                for wants in [ALL, Wants { rooms: false, users: Some(false), topic: false, ..ALL }]
                {
                    let panes = panes(Size { width, height }, wants);
                    let sides = panes.users.into_iter().chain(panes.rooms);
                    let areas = [panes.topic, panes.log, panes.status, panes.prompt];
                    let sum: u32 = areas.into_iter().chain(sides).map(Rect::area).sum();
                    assert_eq!(sum, u32::from(width) * u32::from(height), "{width}x{height}");
                }
            }
        }
    }

    #[test]
    fn the_lists_fold_away_on_a_narrow_screen() {
        for (width, rooms, users) in
            [(59, false, false), (60, false, true), (79, false, true), (80, true, true)]
        {
            let panes = panes(Size::new(width, 20), Wants { users: None, ..ALL });
            assert_eq!((panes.rooms.is_some(), panes.users.is_some()), (rooms, users), "{width}");
        }
        let one = panes(Size::new(200, 20), Wants { rooms: false, ..ALL });
        assert!(one.rooms.is_none());
    }

    #[test]
    fn the_user_decides_on_the_user_list() {
        for (users, width, expected) in [(true, 39, false), (true, 40, true), (false, 200, false)] {
            let panes = panes(Size::new(width, 20), Wants { users: Some(users), ..ALL });
            assert_eq!(panes.users.is_some(), expected, "{users:?} {width}");
        }
    }

    #[test]
    fn the_help_has_room_for_every_key() {
        assert_eq!(usize::from(HELP_ROWS), crate::help::KEYS.len() + 2);
    }
}
