//! The rows of the room list, and which of them are on the screen.

use std::ops::Range;

use chat_client::Room;

use super::State;

/// A row of the list.
#[derive(Debug)]
pub(crate) enum RoomRow<'a> {
    Blank,
    Heading(&'static str),
    Room(&'a Room),
}

/// The whole list.
#[derive(Debug)]
pub(crate) struct RoomList<'a> {
    /// The rooms, then the direct messages, each under a heading.
    pub(crate) rows: Vec<RoomRow<'a>>,
    /// The row of the current room.
    pub(crate) current: usize,
    /// The first row on the screen, if the user has scrolled.
    top: Option<usize>,
}

impl<'a> RoomList<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        let (direct, rooms): (Vec<&Room>, Vec<&Room>) =
            state.client.rooms().list().iter().partition(|room| room.is_private());
        let mut rows = vec![RoomRow::Heading("ROOMS")];
        rows.extend(rooms.into_iter().map(RoomRow::Room));
        if !direct.is_empty() {
            rows.extend([RoomRow::Blank, RoomRow::Heading("DIRECT")]);
            rows.extend(direct.into_iter().map(RoomRow::Room));
        }
        let name = state.client.room().name();
        let is_current =
            |row: &RoomRow<'_>| matches!(row, RoomRow::Room(one) if one.name() == name);
        let current = rows.iter().position(is_current).unwrap_or_default();
        Self { rows, current, top: state.rooms_top }
    }

    /// The rows that are on a list of that height.
    pub(crate) fn shown(&self, height: usize) -> Range<usize> {
        let count = self.rows.len();
        let top = self.top.map(|top| top.min(count.saturating_sub(height)));
        let first = top.unwrap_or_else(|| first_shown(count, self.current, height));
        first..(first + height).min(count)
    }

    /// The rooms that a row stands for, as it is the first or the last row of a scrolled list; `None`
    /// if it is for itself.
    pub(crate) fn hidden(&self, index: usize, shown: &Range<usize>) -> Option<HiddenRooms<'_>> {
        let (rows, is_above) = if index == shown.start && index > 0 {
            (&self.rows[..=index], true)
        } else if index + 1 == shown.end && shown.end < self.rows.len() {
            (&self.rows[index..], false)
        } else {
            return None;
        };
        let rooms = rows.iter().filter_map(|row| match row {
            RoomRow::Room(room) => Some(*room),
            RoomRow::Blank | RoomRow::Heading(_) => None,
        });
        let rooms: Vec<&Room> = rooms.collect();
        (!rooms.is_empty()).then_some(HiddenRooms { rooms, is_above })
    }
}

/// Rooms that have no row on the screen.
#[derive(Debug)]
pub(crate) struct HiddenRooms<'a> {
    pub(crate) rooms: Vec<&'a Room>,
    /// Whether they are above the first row.
    pub(crate) is_above: bool,
}

impl State {
    /// Scrolls the room list by that many rows.
    pub(crate) fn scroll_rooms(&mut self, rows: isize) {
        let Some(area) = self.panes().rooms else {
            return;
        };
        let list = RoomList::new(self);
        let height = usize::from(area.height);
        let last = list.rows.len().saturating_sub(height);
        let top = list.shown(height).start.saturating_add_signed(rows).min(last);
        self.rooms_top = Some(top);
    }
}

/// The first of `count` rows on a list of this height that shows the row `current`. The first and the last
/// row of the list are not for it if they are to say how many rooms are hidden.
fn first_shown(count: usize, current: usize, height: usize) -> usize {
    let last = count.saturating_sub(height);
    (current + 2).saturating_sub(height).min(last)
}

#[cfg(test)]
mod tests {
    use super::first_shown;

    #[test]
    fn the_current_row_is_never_below_an_arrow() {
        for height in 5..30 {
            for count in 1..60 {
                for current in 0..count {
                    let first = first_shown(count, current, height);
                    let row = current - first;
                    let is_arrow =
                        row == 0 && first > 0 || row + 1 == height && first + height < count;
                    assert!(row < height && !is_arrow, "{current} of {count} in {height}");
                }
            }
        }
    }
}
