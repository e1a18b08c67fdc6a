//! A search in the messages of the server: the query of the user, and the results so far.

use chat_proto::command::SearchOrder;
use chat_proto::event::Hit;
use chat_proto::{Command, Refusal, ShortString, Timestamp};

/// Most results of one search: more than anybody looks through. An excerpt of the server has some 200
/// characters, so they take 1 MB at most.
pub const HITS_MAX: usize = 1_000;

/// Messages that are asked for at once: more than a screen has rows, and as many as the server sends at most.
const PAGE_HITS: u32 = 50;

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    query: String,
    order: SearchOrder,
}

/// A question that is on its way.
#[derive(Debug)]
struct PendingQuestion {
    question: Question,
    /// Whether its answer continues the results.
    is_next: bool,
}

/// A search. One question is on its way at a time.
#[derive(Debug, Default)]
pub struct Search {
    /// The query of the user; `None` if there is none.
    wanted: Option<Question>,
    /// When it is to be sent; `None` if it was, or as soon as it can be.
    due: Option<Timestamp>,
    /// The question whose answer is on its way.
    pending: Option<PendingQuestion>,
    /// The question that the hits belong to.
    answered: Option<Question>,
    hits: Vec<Hit>,
    next: Option<ShortString>,
    indexed: Option<u8>,
    refusal: Option<Refusal>,
}

impl Search {
    /// The results so far: those of the question before, while [`Self::is_answered`] is false.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Whether the results are those of the present query.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.wanted.is_some() && self.wanted == self.answered
    }

    /// Whether nothing is searched for.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.wanted.is_none()
    }

    /// Whether the server has more, which are not asked for by themselves.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// How many percent of the messages can be found, while the server builds its index.
    #[must_use]
    pub const fn indexed(&self) -> Option<u8> {
        self.indexed
    }

    /// Why the server did not answer what the user asks for now.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The user asks for this, which is to be sent at `due`, or as soon as it can be.
    pub(crate) fn want(&mut self, query: String, order: SearchOrder, due: Option<Timestamp>) {
        self.refusal = None;
        if query.trim().is_empty() {
            self.end();
            return;
        }
        let question = Question { query, order };
        if due.is_none() || self.answered.as_ref() != Some(&question) {
            self.answered = None;
        }
        (self.wanted, self.due) = (Some(question), due);
    }

    /// The user asks for nothing any more. An answer that is on its way is dropped.
    pub(crate) fn end(&mut self) {
        *self = Self { pending: self.pending.take(), ..Self::default() };
    }

    /// When what the user asks for is to be sent.
    pub(crate) const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// It is time to send it.
    pub(crate) const fn end_pause(&mut self) {
        self.due = None;
    }

    /// Takes the question that is to be sent now, if there is one.
    pub(crate) fn take_command(&mut self) -> Option<Command> {
        let is_open = self.due.is_none() && self.refusal.is_none() && !self.is_answered();
        self.command(is_open, None)
    }

    /// The same, of the next messages that are found.
    pub(crate) fn take_next(&mut self) -> Option<Command> {
        let is_open = self.refusal.is_none() && self.is_answered();
        let before = self.next.clone()?;
        self.command(is_open && self.hits.len() < HITS_MAX, Some(before))
    }

    fn command(&mut self, is_open: bool, before: Option<ShortString>) -> Option<Command> {
        let question = self.wanted.clone().filter(|_| is_open && self.pending.is_none())?;
        let Question { query, order } = question.clone();
        self.pending = Some(PendingQuestion { question, is_next: before.is_some() });
        Some(Command::Search { query, order, before, limit: Some(PAGE_HITS) })
    }

    /// The server has found messages. Those that answer an earlier question are dropped.
    pub(crate) fn take_hits(
        &mut self,
        page: Vec<Hit>,
        next: Option<ShortString>,
        indexed: Option<u8>,
    ) {
        let pending = self.pending.take().filter(|pending| self.wants(pending));
        let Some(PendingQuestion { question, is_next }) = pending else {
            return;
        };
        if !is_next {
            self.hits.clear();
        }
        self.hits.extend(page);
        self.hits.truncate(HITS_MAX);
        (self.next, self.indexed, self.answered) = (next, indexed, Some(question));
    }

    /// The server has refused a search. Returns whether one is on its way.
    pub(crate) fn take_refusal(&mut self, refusal: &Refusal) -> bool {
        let Some(pending) = self.pending.take() else {
            return false;
        };
        if self.wants(&pending) {
            self.refusal = Some(refusal.clone());
        }
        true
    }

    /// Whether an answer is of use: it answers what the user asks for now, from its beginning if that was asked again.
    fn wants(&self, pending: &PendingQuestion) -> bool {
        self.wanted.as_ref() == Some(&pending.question) && (!pending.is_next || self.is_answered())
    }

    /// The session is over: no answer comes any more. What the user asks for is asked again in the next one.
    pub(crate) fn stop_waiting(&mut self) {
        self.pending = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: SearchOrder = SearchOrder::Newest;

    fn query(command: Option<Command>) -> Option<String> {
        match command? {
            Command::Search { query, .. } => Some(query),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_question_is_on_its_way_and_the_answer_to_an_old_one_is_dropped() {
        let mut search = Search::default();
        search.want("mig".into(), NEWEST, None);
        assert_eq!(query(search.take_command()).as_deref(), Some("mig"));
        search.want("migr".into(), NEWEST, None);
        assert_eq!(search.take_command(), None);
        search.take_hits(Vec::new(), ShortString::new("x").ok(), Some(3));
        assert!(!search.is_answered() && !search.has_more() && search.indexed().is_none());
        assert_eq!(query(search.take_command()).as_deref(), Some("migr"));
        search.take_hits(Vec::new(), None, None);
        assert!(search.is_answered());
        assert_eq!(search.take_command(), None);
    }

    #[test]
    fn a_search_that_has_ended_drops_its_answer() {
        let mut search = Search::default();
        search.want("mig".into(), NEWEST, None);
        search.take_command();
        search.end();
        search.take_hits(Vec::new(), ShortString::new("x").ok(), None);
        assert!(!search.is_answered() && !search.has_more());
        search.want(" ".into(), NEWEST, None);
        assert_eq!(search.take_command(), None, "nothing is asked for");
    }
}
