//! The rows of the user list that are on the screen.

use chat_proto::User;

use super::State;
use crate::lists::people;

/// A row of the list, below its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserRow<'a> {
    /// It stands for that many users above it.
    Above(usize),
    User(&'a User),
    /// It stands for that many users below it, listed or not.
    Below(usize),
}

impl State {
    /// The rows of the user list: those who wrote lately are first. None if the list is closed.
    pub(crate) fn user_rows(&self) -> Vec<UserRow<'_>> {
        let height = self.user_rows_max();
        let room = self.client.room();
        let users = people::of_room(room, self.client.me());
        let count = room.users().count().max(users.len());
        let top = self.views.get(&self.shown).map_or(0, |view| view.users_top);
        let top = top.min(last_top(users.len(), count, height));
        let row = |row: usize| match top + row {
            index if row == 0 && top > 0 => Some(UserRow::Above(index + 1)),
            index if row + 1 == height && index + 1 < count => Some(UserRow::Below(count - index)),
            index => users.get(index).copied().map(UserRow::User),
        };
        (0..height).map_while(row).collect()
    }

    /// Scrolls the user list by rows, down if they are positive.
    pub(crate) fn scroll_users(&mut self, rows: isize) {
        let users = self.client.room().users();
        let (listed, count) = (users.iter().count(), users.count());
        let last = last_top(listed, count.max(listed), self.user_rows_max());
        let shown = self.shown.clone();
        let top = &mut self.view(&shown).users_top;
        *top = (*top).min(last).saturating_add_signed(rows).min(last);
    }

    /// How many rows the list has below its heading.
    fn user_rows_max(&self) -> usize {
        self.panes().users.map_or(0, |area| usize::from(area.height.saturating_sub(1)))
    }
}

/// The last first row of a list of that height with `listed` of `count` users. Its last row stands for those
/// who are not listed.
fn last_top(listed: usize, count: usize, height: usize) -> usize {
    (listed + usize::from(count > listed)).saturating_sub(height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Harness, room_state, user};

    /// A list of eight rows below the heading, of `listed` users of `count`.
    fn harness(listed: u64, count: usize) -> Harness {
        let mut harness = Harness::connected(120, 11);
        let users = (0..listed).map(|id| user(100 + id, &format!("u{id:03}"))).collect();
        let room = chat_proto::event::RoomState { users, count, ..room_state("#lobby", 0, 0) };
        harness.event(chat_proto::Event::Room(room));
        harness
    }

    fn rows(harness: &Harness) -> String {
        let rows = harness.state.user_rows().into_iter().map(|row| match row {
            UserRow::Above(count) => format!("↑{count}"),
            UserRow::Below(count) => format!("↓{count}"),
            UserRow::User(user) => user.name.to_string(),
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_user_can_be_scrolled_to() {
        let mut harness = harness(20, 20);
        assert_eq!(rows(&harness), "u000 u001 u002 u003 u004 u005 u006 ↓13");
        harness.state.scroll_users(3);
        assert_eq!(rows(&harness), "↑4 u004 u005 u006 u007 u008 u009 ↓10");
        harness.state.scroll_users(99);
        assert_eq!(rows(&harness), "↑13 u013 u014 u015 u016 u017 u018 u019");
        harness.state.scroll_users(-99);
        assert_eq!(rows(&harness), "u000 u001 u002 u003 u004 u005 u006 ↓13");
    }

    #[test]
    fn a_list_that_fits_has_no_arrows_and_does_not_scroll() {
        let mut harness = harness(8, 8);
        harness.state.scroll_users(3);
        assert_eq!(rows(&harness), "u000 u001 u002 u003 u004 u005 u006 u007");
    }

    #[test]
    fn the_last_row_counts_those_whom_the_server_has_not_listed() {
        let mut harness = harness(9, 700);
        assert_eq!(rows(&harness), "u000 u001 u002 u003 u004 u005 u006 ↓693");
        harness.state.scroll_users(99);
        assert_eq!(rows(&harness), "↑3 u003 u004 u005 u006 u007 u008 ↓691");
    }
}
