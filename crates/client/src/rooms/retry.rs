//! The pause before a page is asked for again that the server could not read.

use chat_proto::Timestamp;

/// The first pause: a disk that was busy is read again soon.
const PAUSE_MIN_MS: i64 = 2_000;

/// The longest pause: a server whose disk fails gets one question a minute from each room that is read.
const PAUSE_MAX_MS: i64 = 60_000;

/// Whether pages of the window of a room could be read. The pause doubles with each that could not.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Retry {
    /// The last pause, in milliseconds; `None` if the last page could be read.
    pause: Option<i64>,
    /// When it ends; `None` once it has.
    until: Option<Timestamp>,
}

impl Retry {
    /// A page could not be read. Returns whether the page before could.
    pub(crate) fn add_failure(&mut self, at: Timestamp) -> bool {
        let pause = self.pause.map_or(PAUSE_MIN_MS, |pause| (pause * 2).min(PAUSE_MAX_MS));
        self.until = Some(Timestamp::from_millis(at.as_millis().saturating_add(pause)));
        self.pause.replace(pause).is_none()
    }

    /// Whether no page is to be asked for now.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.until.is_some()
    }

    /// The milliseconds until the pause ends; `None` if there is none. If the clock was set back, it is over.
    pub(crate) fn left(&self, at: Timestamp) -> Option<i64> {
        let left = self.until?.as_millis().saturating_sub(at.as_millis());
        Some(if left > PAUSE_MAX_MS { 0 } else { left.max(0) })
    }

    /// The pause is over.
    pub(crate) const fn end_pause(&mut self) {
        self.until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        let mut retry = Retry::default();
        assert_eq!(retry.left(at(0)), None);
        let mut pauses = Vec::new();
        for round in 0..7 {
            assert_eq!(retry.add_failure(at(5)), round == 0);
            pauses.extend(retry.left(at(5)));
            retry.end_pause();
        }
        assert_eq!(pauses, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn a_pause_ends_also_if_the_clock_was_set_back() {
        let mut retry = Retry::default();
        retry.add_failure(at(1_000_000));
        assert_eq!(retry.left(at(1_000_500)), Some(1_500));
        assert_eq!(retry.left(at(1_002_500)), Some(0));
        assert_eq!(retry.left(at(0)), Some(0));
    }
}
