//! Where things are on the screen: pure geometry, for whoever draws and whoever scrolls.

use ratatui::layout::{Rect, Size};

/// Narrowest screen that has room for the user list, in columns.
pub const USERS_SCREEN_MIN: u16 = 60;

/// Narrowest and widest user list, its border included, in columns: a name should show, the log
/// matters more.
const USERS_WIDTH: (u16, u16) = (18, 28);

/// Most rows of the input box; what is longer scrolls within.
const PROMPT_ROWS_MAX: u16 = 6;

/// Rows of the help, its border included: what fits a screen of 20.
pub(crate) const HELP_ROWS: u16 = 20;

/// Columns of the help, its border included.
const HELP_COLUMNS: u16 = 60;

/// The panes of the screen. Any of them may be empty on a tiny screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// What was said.
    pub log: Rect,
    /// Who is here; `None` on a narrow screen.
    pub users: Option<Rect>,
    /// One row that says how things are.
    pub status: Rect,
    /// What is being typed.
    pub prompt: Rect,
}

/// Shares out a screen of `size`, with an input box that would like `prompt_rows` rows.
#[must_use]
pub fn panes(size: Size, prompt_rows: u16) -> Panes {
    let Size { width, height } = size;
    let prompt = prompt_rows.clamp(1, PROMPT_ROWS_MAX).min((height / 3).max(1)).min(height);
    let status = u16::from(height >= 3);
    let above = height - prompt - status;
    let users =
        if width < USERS_SCREEN_MIN { 0 } else { (width / 4).clamp(USERS_WIDTH.0, USERS_WIDTH.1) };
    let log = width - users;
    Panes {
        log: Rect::new(0, 0, log, above),
        users: (users > 0).then(|| Rect::new(log, 0, users, above)),
        status: Rect::new(0, above, width, status),
        prompt: Rect::new(0, above + status, width, prompt),
    }
}

/// The middle of the screen, or all of it where it is small: where the help is.
#[must_use]
pub fn help(screen: Rect) -> Rect {
    let (width, height) = (screen.width.min(HELP_COLUMNS), screen.height.min(HELP_ROWS));
    Rect::new((screen.width - width) / 2, (screen.height - height) / 2, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panes_cover_every_screen_once() {
        for height in 0..=100 {
            for width in 0..=300 {
                let panes = panes(Size { width, height }, 3);
                let areas = [panes.log, panes.status, panes.prompt];
                let users = panes.users.map_or(0, Rect::area);
                let sum: u32 = areas.iter().map(|area| area.area()).sum::<u32>() + users;
                assert_eq!(sum, u32::from(width) * u32::from(height), "{width}x{height}");
            }
        }
    }

    #[test]
    fn the_user_list_folds_away_on_a_narrow_screen() {
        assert!(panes(Size::new(59, 20), 1).users.is_none());
        assert!(panes(Size::new(60, 20), 1).users.is_some());
    }

    #[test]
    fn the_help_has_room_for_every_key() {
        assert_eq!(usize::from(HELP_ROWS), crate::update::KEYS.len() + 2);
    }
}
