//! How far the terminal is behind.
//!
//! The kernel, ssh and a modem store several kB on the way to a slow terminal, which is seconds of a serial line. A
//! frame that is written is not shown yet, and what the user types would be shown behind all of it. So a terminal that
//! may be slow is asked a question at the end of each write, and the next frame is drawn when it has answered nearly
//! all of them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Asks what the terminal is (DA1). Every terminal is asked this at the start, for its colours: if it has answered
/// then, it will again.
pub(super) const QUESTION: &[u8] = b"\x1b[c";

/// Most bytes that may be on their way to a slow terminal when a frame is drawn: several keys as they are typed, which
/// need not wait for each other, and 0.4 s of a line of 1,200 bytes a second.
const WINDOW_BYTES: u64 = 512;

/// How long a frame waits for an answer: longer than a line of 1,200 bytes a second takes for what a kernel stores
/// (8 kB). The user looks at an old screen meanwhile.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A terminal is not slow if it answers a write of at least `FAST_BYTES` within `FAST_TIME`: it takes 4 kB in a second,
/// a screen of text.
const FAST_BYTES: u64 = 2048;
const FAST_TIME: Duration = Duration::from_millis(500);

/// Most questions that wait for an answer: more than what a frame, a bell, a notification and a title need.
const QUESTIONS_MAX: usize = 32;

/// The sent bytes, and how many of them are answered.
#[derive(Debug, Default)]
pub(in crate::terminal) struct Pace {
    /// Whether the terminal has shown that it is fast, since it last took a part of a write only.
    is_fast: bool,
    /// Whether it has ever taken a part of a write only.
    has_blocked: bool,
    /// Whether it answers. Nobody waits for one that does not.
    answers: bool,
    /// Whether an answer may still come.
    is_owed: bool,
    /// Bytes sent, and how many of them are before the last question that is answered.
    sent: u64,
    shown: u64,
    questions: VecDeque<Question>,
    /// Since when a frame waits for the next answer.
    waits_since: Option<Instant>,
}

#[derive(Debug)]
struct Question {
    /// All bytes sent before it, and those of its own write.
    sent: u64,
    write: u64,
    at: Instant,
}

impl Pace {
    /// Whether the next write ends with a question.
    pub(super) fn asks(&self) -> bool {
        let may_answer = self.answers || (self.has_blocked && self.questions.is_empty());
        !self.is_fast && may_answer && self.questions.len() < QUESTIONS_MAX
    }

    /// Records a write of that many bytes, which ends with a question if `asks`.
    pub(super) fn send(&mut self, bytes: usize, asks: bool) {
        let write = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.sent = self.sent.saturating_add(write);
        if asks && self.questions.len() < QUESTIONS_MAX {
            self.is_owed = true;
            self.questions.push_back(Question { sent: self.sent, write, at: Instant::now() });
        }
    }

    /// Records that the terminal has taken a part of a write only.
    pub(super) fn block(&mut self) {
        self.has_blocked = true;
        self.is_fast = false;
    }

    /// Records an answer.
    pub(super) fn answer(&mut self) {
        self.answers = true;
        self.waits_since = None;
        if let Some(question) = self.questions.pop_front() {
            self.shown = question.sent;
            let took = question.at.elapsed();
            self.is_fast |= question.write >= FAST_BYTES && took <= FAST_TIME;
        }
        self.is_owed = !self.questions.is_empty();
    }

    /// Whether another frame would be shown soon.
    pub(super) fn has_room(&self) -> bool {
        let waits = self.answers && !self.is_fast && !self.questions.is_empty();
        !waits || self.sent - self.shown <= WINDOW_BYTES
    }

    /// Until when a frame waits for the next answer; `None` if it need not wait.
    pub(super) fn deadline(&mut self) -> Option<Instant> {
        if self.has_room() {
            self.waits_since = None;
            return None;
        }
        Some(*self.waits_since.get_or_insert_with(Instant::now) + ANSWER_TIMEOUT)
    }

    /// Stops waiting, as no answer has come by the deadline.
    pub(super) fn give_up(&mut self) {
        let is_owed = self.is_owed;
        self.forget();
        (self.answers, self.is_owed) = (false, is_owed);
    }

    /// Forgets the questions: another program has got the answers.
    pub(in crate::terminal) fn forget(&mut self) {
        self.questions.clear();
        (self.is_owed, self.waits_since) = (false, None);
    }

    /// Whether an answer may still come.
    pub(in crate::terminal) const fn is_owed(&self) -> bool {
        self.is_owed
    }

    /// Whether an answer will come, as others have.
    pub(in crate::terminal) const fn will_answer(&self) -> bool {
        self.is_owed && self.answers
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// More than a window.
    const FRAME: usize = 3000;

    /// A terminal that has blocked, and answers.
    fn slow() -> Pace {
        let mut pace = Pace::default();
        pace.block();
        pace.send(3, true);
        pace.answer();
        pace
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_waits_until_a_slow_terminal_has_shown_the_last_one() {
        let mut pace = slow();
        for _ in 0..3 {
            assert!(pace.asks() && pace.has_room());
            pace.send(FRAME, true);
            assert!(!pace.has_room());
            advance(Duration::from_secs(3)).await;
            pace.answer();
        }
        assert!(pace.has_room());
    }

    #[tokio::test(start_paused = true)]
    async fn keys_on_a_slow_terminal_do_not_wait_for_each_other() {
        let mut pace = slow();
        for _ in 0..10 {
            pace.send(30, true);
            assert!(pace.has_room());
        }
        pace.send(FRAME, true);
        for _ in 0..10 {
            pace.answer();
            assert!(!pace.has_room(), "the frame is not shown");
        }
        pace.answer();
        assert!(pace.has_room());
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_that_shows_a_frame_at_once_is_asked_no_more() {
        let mut pace = slow();
        pace.send(FRAME, true);
        pace.answer();
        assert!(!pace.asks() && pace.has_room());
        pace.send(FRAME, false);
        assert!(pace.has_room());
        pace.block();
        assert!(pace.asks(), "it is slow again");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_terminal_that_has_never_answered() {
        let mut pace = Pace::default();
        assert!(!pace.asks(), "nothing is known of it");
        pace.block();
        assert!(pace.asks());
        pace.send(FRAME, true);
        assert!(pace.has_room() && !pace.asks(), "one question is enough");
        assert!(pace.is_owed() && !pace.will_answer());
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_is_that_of_the_last_answer_and_keys_do_not_move_it() {
        let mut pace = slow();
        assert_eq!(pace.deadline(), None);
        pace.send(FRAME, true);
        let deadline = pace.deadline();
        assert_eq!(deadline, Some(Instant::now() + ANSWER_TIMEOUT));
        advance(ANSWER_TIMEOUT / 2).await;
        assert_eq!(pace.deadline(), deadline);
        pace.give_up();
        assert_eq!(pace.deadline(), None);
        assert!(pace.is_owed(), "the answer may come late");
        pace.answer();
        assert!(!pace.is_owed());
    }

    #[test]
    fn another_program_has_got_the_answers() {
        let mut pace = slow();
        pace.send(FRAME, true);
        pace.forget();
        assert!(pace.has_room() && pace.asks());
        assert!(!pace.is_owed());
    }

    #[test]
    fn the_questions_are_bounded() {
        let mut pace = slow();
        for _ in 0..2 * QUESTIONS_MAX {
            let asks = pace.asks();
            pace.send(1, asks);
        }
        assert_eq!(pace.questions.len(), QUESTIONS_MAX);
    }
}
