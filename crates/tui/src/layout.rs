//! The layout of the screen: pure geometry, for drawing and scrolling.

use ratatui::layout::{Rect, Size};

/// Columns of the user list: a blank, its line, and 18 for the names.
const USERS_WIDTH: u16 = 20;

/// Narrowest screen that has the user list if the user has not said so, in columns.
const USERS_SCREEN_MIN: u16 = 120;

/// Narrowest screen that has the room list, in columns; on a narrower one the header shows unread rooms.
pub const ROOMS_SCREEN_MIN: u16 = 80;

/// Columns of the room list: 19 for the rooms, its line, and a blank.
const ROOMS_WIDTH: u16 = 21;

/// Fewest rows of a room list: one that is scrolled has two rows that say how many rooms are hidden.
const ROOMS_HEIGHT_MIN: u16 = 5;

/// Narrowest log beside a list that the user has opened, in columns.
const LOG_WIDTH_MIN: u16 = 20;

/// Narrowest log beside a thread, in columns: a screen of 97 columns has room for it beside the room list. On a
/// narrower screen the thread is in place of the log.
const LOG_BESIDE_THREAD_MIN: u16 = 40;

/// Narrowest and widest thread beside a log, with its line and a blank, in columns. It has two fifths between them.
const THREAD_WIDTH: (u16, u16) = (36, 62);

/// Columns of the line and the blank beside a thread.
const THREAD_BORDER: u16 = 2;

/// Lowest screens that have a row for the header, and for the rule below it, in rows.
const HEADER_SCREEN_MIN: u16 = 4;
const RULE_SCREEN_MIN: u16 = 8;

/// Most rows of the input box; a longer text scrolls within.
const PROMPT_ROWS_MAX: u16 = 8;

/// Rows of the welcome, and the lowest log above it.
pub(crate) const WELCOME_ROWS: u16 = 4;
const WELCOME_LOG_MIN: u16 = 4;

/// The panes of the screen. Any of them may be empty on a tiny screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// The room list; `None` on a small screen, and if there is one room only.
    pub rooms: Option<Rect>,
    /// One row with the name of the room.
    pub header: Rect,
    /// The line below the header: one row, or none.
    pub rule: Rect,
    /// The messages.
    pub log: Rect,
    /// What a newcomer can do, below the messages; `None` if it is not to be shown, or there is no room.
    pub welcome: Option<Rect>,
    /// The thread; `None` if none is open. If it is in place of the log, that has no area.
    pub thread: Option<ThreadPanes>,
    /// The user list; `None` if it is closed, or if there is no room for it.
    pub users: Option<Rect>,
    /// One row for what is not normal, and for hints.
    pub status: Rect,
    /// The input box.
    pub prompt: Rect,
}

/// The parts of a thread.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ThreadPanes {
    /// The line at its left, and a blank; empty if it is in place of the log.
    pub border: Rect,
    /// One row that says what it is; empty if that is on the header of the room.
    pub header: Rect,
    /// The line below that row.
    pub rule: Rect,
    /// Its messages.
    pub log: Rect,
}

/// The parts that are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutOptions {
    /// How many rows the input box would like.
    pub prompt_rows: u16,
    /// Whether there are several rooms.
    pub rooms: bool,
    /// Whether hints for a newcomer are shown.
    pub welcome: bool,
    /// Whether keys are for the thread that is open: on a narrow screen it is in place of the log then, and hidden
    /// otherwise. `None` if none is open.
    pub thread: Option<bool>,
    /// Whether the user list is open; `None` if the size of the screen decides.
    pub users: Option<bool>,
}

/// Shares out a screen of `size`.
#[must_use]
pub fn panes(size: Size, options: LayoutOptions) -> Panes {
    let Size { width, height } = size;
    let prompt = prompt(size, options.prompt_rows);
    let status = u16::from(height >= 3);
    let above = height - prompt.height - status;
    let has_rooms = options.rooms && width >= ROOMS_SCREEN_MIN && above >= ROOMS_HEIGHT_MIN;
    let rooms = if has_rooms { ROOMS_WIDTH } else { 0 };
    let thread = options.thread.map_or(0, |_| thread_width(width - rooms));
    // The thread takes the place of the user list.
    let has_users = options.users.unwrap_or(width >= USERS_SCREEN_MIN)
        && thread == 0
        && width >= rooms + LOG_WIDTH_MIN + USERS_WIDTH;
    let users = if has_users { USERS_WIDTH } else { 0 };
    let header = u16::from(height >= HEADER_SCREEN_MIN);
    let rule = u16::from(height >= RULE_SCREEN_MIN);
    let log = width - users - rooms - thread;
    let log_height = above - header - rule;
    let has_welcome =
        options.welcome && options.thread.is_none() && log_height >= WELCOME_ROWS + WELCOME_LOG_MIN;
    let welcome = if has_welcome { WELCOME_ROWS } else { 0 };
    let log_area = Rect::new(rooms, header + rule, log, log_height - welcome);
    let is_instead = options.thread == Some(true) && thread == 0;
    let has_thread = is_instead || thread > 0;
    let thread = ThreadPanes::new(Rect::new(rooms + log, 0, thread, above), header, rule);
    let instead = ThreadPanes { log: log_area, ..ThreadPanes::default() };
    Panes {
        rooms: (rooms > 0).then(|| Rect::new(0, 0, rooms, above)),
        header: Rect::new(rooms, 0, log, header),
        rule: Rect::new(rooms, header, log, rule),
        log: if is_instead { Rect::default() } else { log_area },
        thread: has_thread.then_some(if is_instead { instead } else { thread }),
        welcome: has_welcome.then(|| Rect::new(rooms, above - welcome, log, welcome)),
        users: (users > 0).then(|| Rect::new(rooms + log, 0, users, above)),
        status: Rect::new(0, above, width, status),
        prompt,
    }
}

/// The input box on a screen of `size`, if it would like that many rows: it depends on nothing else.
#[must_use]
pub fn prompt(size: Size, rows: u16) -> Rect {
    let Size { width, height } = size;
    let rows = rows.clamp(1, PROMPT_ROWS_MAX).min((height / 3).max(1)).min(height);
    Rect::new(0, height - rows, width, rows)
}

/// Columns of a thread beside the log, if `width` columns are for both; none if it is in place of the log.
fn thread_width(width: u16) -> u16 {
    let (least, most) = THREAD_WIDTH;
    let thread = (width / 5 * 2).clamp(least, most);
    if width >= LOG_BESIDE_THREAD_MIN + least { thread } else { 0 }
}

impl ThreadPanes {
    /// Shares out the area beside the log.
    fn new(area: Rect, header: u16, rule: u16) -> Self {
        let border = Rect { width: THREAD_BORDER.min(area.width), ..area };
        let (x, width) = (border.right(), area.width - border.width);
        let log_height = area.height - header - rule;
        Self {
            border,
            header: Rect::new(x, 0, width, header),
            rule: Rect::new(x, header, width, rule),
            log: Rect::new(x, header + rule, width, log_height),
        }
    }
}

/// The area of the messages, or of the thread in their place, with that of the welcome.
#[must_use]
pub fn messages(panes: &Panes) -> Rect {
    let log = match panes.thread {
        Some(thread) if panes.log.is_empty() => thread.log,
        Some(thread) => Rect { width: thread.log.right() - panes.log.x, ..panes.log },
        None => panes.log,
    };
    panes.welcome.map_or(log, |welcome| log.union(welcome))
}

/// The area of a list of `rows` rows: the bottom of the messages, or their whole area if it is small.
#[must_use]
pub fn popup(panes: &Panes, rows: usize) -> Rect {
    let area = messages(panes);
    let height = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    Rect { y: area.bottom() - height, height, ..area }
}

/// The messages over the whole screen, and a row that says how to go back.
#[must_use]
pub fn bare(size: Size) -> Panes {
    let Size { width, height } = size;
    let status = u16::from(height >= 2);
    let none = Rect::new(0, height, 0, 0);
    Panes {
        rooms: None,
        welcome: None,
        header: none,
        rule: none,
        log: Rect::new(0, 0, width, height - status),
        thread: None,
        users: None,
        status: Rect::new(0, height - status, width, status),
        prompt: none,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: LayoutOptions = LayoutOptions {
        prompt_rows: 3,
        rooms: true,
        welcome: true,
        thread: None,
        users: Some(true),
    };

    #[test]
    fn the_panes_cover_every_screen_once() {
        for height in 0..=100 {
            for width in 0..=300 {
                let few = LayoutOptions { rooms: false, users: Some(false), ..ALL };
                let threads =
                    [ALL, few].map(|options| LayoutOptions { thread: Some(true), ..options });
                for options in [ALL, few].into_iter().chain(threads) {
                    let panes = panes(Size { width, height }, options);
                    let thread = panes.thread.into_iter();
                    let thread = thread.flat_map(|t| [t.border, t.header, t.rule, t.log]);
                    let sides = panes.users.into_iter().chain(panes.rooms).chain(panes.welcome);
                    let sides = sides.chain(thread);
                    let areas = [panes.header, panes.rule, panes.log, panes.status, panes.prompt];
                    let sum: u32 = areas.into_iter().chain(sides).map(Rect::area).sum();
                    assert_eq!(sum, u32::from(width) * u32::from(height), "{width}x{height}");
                }
            }
        }
    }

    #[test]
    fn each_screen_from_20x6_on_has_a_header_and_messages() {
        for (width, height) in [(20, 6), (40, 12), (80, 24), (300, 100)] {
            for users in [None, Some(true)] {
                let panes = panes(Size { width, height }, LayoutOptions { users, ..ALL });
                assert!(panes.header.height == 1 && panes.header.width >= 20, "{panes:?}");
                assert!(panes.log.height >= 2 && panes.log.width >= 20, "{panes:?}");
            }
        }
    }

    #[test]
    fn the_lists_close_on_a_small_screen() {
        for (size, users, shown) in [
            ((79, 20), None, (false, false)),
            ((80, 20), None, (true, false)),
            ((119, 20), None, (true, false)),
            ((120, 20), None, (true, true)),
            ((120, 20), Some(false), (true, false)),
            ((80, 20), Some(true), (true, true)),
            ((39, 20), Some(true), (false, false)),
            ((40, 20), Some(true), (false, true)),
            ((80, 6), None, (false, false)),
        ] {
            let panes = panes(Size::from(size), LayoutOptions { prompt_rows: 1, users, ..ALL });
            assert_eq!((panes.rooms.is_some(), panes.users.is_some()), shown, "{size:?} {users:?}");
        }
        let one = panes(Size::new(200, 20), LayoutOptions { rooms: false, ..ALL });
        assert!(one.rooms.is_none());
    }

    #[test]
    fn a_thread_is_beside_the_log_if_there_is_room_for_both() {
        for (width, rooms, expected) in [
            (300, true, Some((217, 62))),
            (100, true, Some((43, 36))),
            (97, true, Some((40, 36))),
            (96, true, None),
            (76, false, Some((40, 36))),
            (75, false, None),
            (20, false, None),
        ] {
            let size = Size { width, height: 30 };
            let options = LayoutOptions { rooms, thread: Some(true), users: None, ..ALL };
            let unfocused = panes(size, LayoutOptions { thread: Some(false), ..options });
            assert_eq!(unfocused.thread.is_some(), expected.is_some());
            assert!(!unfocused.log.is_empty());
            let panes = panes(size, options);
            let thread = panes.thread.unwrap();
            let beside = (!panes.log.is_empty())
                .then_some((panes.log.width, thread.border.width + thread.log.width));
            assert_eq!(beside, expected, "{width} {rooms}");
            assert!(thread.log.width >= 20 && panes.users.is_none() || width < 97, "{panes:?}");
        }
    }

    #[test]
    fn the_user_decides_on_the_user_list() {
        for (users, width, expected) in [(true, 39, false), (true, 40, true), (false, 200, false)] {
            let panes = panes(Size::new(width, 20), LayoutOptions { users: Some(users), ..ALL });
            assert_eq!(panes.users.is_some(), expected, "{users:?} {width}");
        }
    }
}
