//! How much a sender may send: what keeps a load saturated and yet without loss.

/// The messages of one sender that are on their way. A message is in flight until all its readers
/// have it, by the count of all deliveries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    size: u32,
    readers: u64,
}

impl Window {
    /// `size` messages, each to be delivered to `readers`, at least one.
    pub(crate) fn new(size: u32, readers: usize) -> Self {
        Self { size, readers: readers.max(1) as u64 }
    }

    /// How many messages may be sent after `sent`, with `delivered` deliveries made of them.
    pub(crate) fn room(self, sent: u32, delivered: u64) -> u32 {
        let on_their_way = u64::from(sent).saturating_sub(delivered / self.readers);
        self.size.saturating_sub(u32::try_from(on_their_way).unwrap_or(u32::MAX))
    }
}

/// How many messages are due `elapsed` nanoseconds after the first, at `rate` a second, after `sent`.
pub(crate) fn due_by_rate(rate: u32, elapsed: u64, sent: u32) -> u32 {
    let due = u128::from(elapsed) * u128::from(rate) / 1_000_000_000 + 1;
    u32::try_from(due).unwrap_or(u32::MAX).saturating_sub(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_flight_until_all_have_it() {
        let window = Window::new(4, 3);
        assert_eq!(window.room(0, 0), 4);
        assert_eq!(window.room(4, 0), 0);
        assert_eq!(window.room(4, 2), 0);
        assert_eq!(window.room(4, 3), 1);
        assert_eq!(window.room(4, 12), 4);
    }

    #[test]
    fn at_a_rate_each_message_has_its_time() {
        assert_eq!(due_by_rate(1_000, 0, 0), 1);
        assert_eq!(due_by_rate(1_000, 0, 1), 0);
        assert_eq!(due_by_rate(1_000, 999_999, 1), 0);
        assert_eq!(due_by_rate(1_000, 1_000_000, 1), 1);
        assert_eq!(due_by_rate(1_000, 5_500_000, 1), 5);
    }
}
