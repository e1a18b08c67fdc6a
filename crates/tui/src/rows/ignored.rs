//! Messages of ignored users: neighbours are one row, which is that of the first.

use chat_client::entry::{Body, LogEntry};

use super::{LogRows, Row, SpanKind};
use crate::wording;
use crate::wrap::cut;

impl LogRows<'_> {
    /// Whether an entry is part of the row of the one before it.
    pub(super) fn is_with_before(&self, index: usize) -> bool {
        let is_ignored = |index| self.log.get(index).is_some_and(is_ignored);
        let Some(before) = index.checked_sub(1) else {
            return false;
        };
        is_ignored(index) && is_ignored(before) && {
            let above = self.above(index);
            above.day.is_none() && !above.new
        }
    }

    /// The row of the messages of ignored users from `index` on.
    pub(super) fn ignored_row(&self, index: usize, entry: &LogEntry) -> Row {
        let others = (index + 1..self.log.len()).take_while(|index| self.is_with_before(*index));
        let text = wording::ignored(1 + others.count());
        let time = self.above(index).time.then(|| self.shape.clock.time(entry.at, self.zone));
        let mut row = self.shape.head(time, None, (SpanKind::Plain, ' '));
        row.push((SpanKind::Dim, cut(&text, self.shape.text_width())));
        row
    }
}

/// Whether it is a message of an ignored user.
pub(super) const fn is_ignored(entry: &LogEntry) -> bool {
    matches!(entry.body, Body::Ignored { .. })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Harness, room_event};

    #[test]
    fn neighbours_are_one_row_and_all_of_them_are_read() {
        let mut harness = Harness::connected(100, 20);
        harness.message(5, "carl", "before");
        harness.type_text("/ignore ana\n/ignore carl\n");
        for (id, name) in [(3, "ana"), (5, "carl"), (3, "ana")] {
            harness.message(id, name, "not shown");
        }
        let screen = harness.screen();
        assert!(screen.contains("3 messages from ignored users\n"), "{screen}");
        assert_eq!(harness.state.client.room().read(), harness.state.client.room().last_seq());
        harness.message(4, "dora", "between");
        harness.message(3, "ana", "not shown");
        let screen = harness.screen();
        assert!(screen.contains("1 message from an ignored user\n"), "{screen}");
        assert!(!screen.contains("not shown"), "{screen}");
    }

    #[test]
    fn the_row_is_not_selected_and_others_are_found_beside_it() {
        let mut harness = Harness::connected(100, 12);
        harness.message(4, "dora", "above");
        harness.type_text("/ignore ana\n");
        for _ in 0..30 {
            harness.message(3, "ana", "not shown");
        }
        harness.message(4, "dora", "below");
        harness.event(room_event("#rust", 0, 0));
        harness.control('s');
        assert!(harness.screen().contains("▶ below"), "{}", harness.screen());
        harness.press(crossterm::event::KeyCode::Up);
        assert!(harness.screen().contains("▶ above"), "{}", harness.screen());
        assert!(harness.screen().contains("30 messages from ignored users"));
    }
}
