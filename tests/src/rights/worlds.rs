//! The states that a group may be in. An order without an answer may have been carried out, or may be later; two orders
//! at the same time are carried out in one order or the other. What the server answers and sends leaves fewer states;
//! if it leaves none, the server was wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::order::Order;
use super::state::{Answer, State};

/// Most states: more than a storm ever leaves. Beyond them, some of those with unanswered orders are not looked at.
const STATES_MAX: usize = 4_000;

/// The answer that a client was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Refused,
    /// The connection was lost.
    Unanswered,
    /// The server was ending, and said that it has not carried it out.
    NotTaken,
}

/// The states that a group may be in.
#[derive(Debug, Default, Clone)]
pub(super) struct Worlds {
    states: BTreeSet<Arc<State>>,
    /// Whether those in which unanswered orders were carried out are among them.
    are_later: bool,
}

impl Worlds {
    /// A group in which nothing has happened.
    pub(super) fn new(state: State) -> Self {
        [Arc::new(state)].into_iter().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &State> {
        self.states.iter().map(Arc::as_ref)
    }

    pub(super) fn extend(&mut self, others: &Self) {
        self.states.extend(others.states.iter().cloned());
        self.are_later = false;
    }

    /// The states after some orders at the same time, with their outcomes.
    pub(super) fn after(&self, orders: &[(Order, Outcome)]) -> Self {
        let mut ways = permutations(orders).into_iter().map(|way| {
            let after = |worlds: Self, (order, outcome): &(Order, Outcome)| {
                worlds.after_one(order, *outcome)
            };
            way.into_iter().fold(self.clone(), after)
        });
        let mut after = ways.next().unwrap_or_default();
        ways.for_each(|other| after.extend(&other));
        after.later()
    }

    fn after_one(self, order: &Order, outcome: Outcome) -> Self {
        let later = self.later();
        match outcome {
            Outcome::Done => {
                let states = later.states.into_iter();
                states.filter_map(|state| state.after(order)).map(Arc::new).collect()
            }
            Outcome::NotTaken => later,
            Outcome::Refused if order.depends_on_sessions() => later,
            Outcome::Refused => {
                let states = later.states.into_iter();
                states.filter(|state| state.after(order).is_none()).collect()
            }
            Outcome::Unanswered => {
                let unanswered = later.states.into_iter().map(|state| {
                    let mut state = Arc::unwrap_or_clone(state);
                    state.unanswered.push(order.clone());
                    Arc::new(state)
                });
                unanswered.collect()
            }
        }
    }

    /// The same, and those in which unanswered orders were carried out.
    fn later(mut self) -> Self {
        if self.are_later {
            return self;
        }
        let waits = |state: &&Arc<State>| !state.unanswered.is_empty();
        let mut new: Vec<Arc<State>> = self.states.iter().filter(waits).cloned().collect();
        while let Some(state) = new.pop().filter(|_| self.states.len() < STATES_MAX) {
            for at in 0..state.unanswered.len() {
                let mut rest = State::clone(&state);
                let order = rest.unanswered.remove(at);
                let after = Arc::new(rest.after(&order).unwrap_or(rest));
                if self.states.insert(Arc::clone(&after)) {
                    new.push(after);
                }
            }
        }
        self.are_later = true;
        self
    }

    /// Those of the states that agree with what a client was sent.
    pub(super) fn that(&self, agrees: impl Fn(&State) -> bool) -> Self {
        self.clone().later().states.into_iter().filter(|state| agrees(state)).collect()
    }

    /// What unanswered orders of `user` have not done by now, they never do: its connections before this one have
    /// ended.
    pub(super) fn without_unanswered(&self, is_over: impl Fn(&Order) -> bool) -> Self {
        let settled = self.clone().later().states.into_iter().map(|state| {
            if !state.unanswered.iter().any(&is_over) {
                return state;
            }
            let mut state = Arc::unwrap_or_clone(state);
            state.unanswered.retain(|order| !is_over(order));
            Arc::new(state)
        });
        settled.collect()
    }

    /// Whether something is so in every state, in none, or in some.
    pub(super) fn agree(&self, is_so: impl Fn(&State) -> Answer) -> Answer {
        self.common(is_so).unwrap_or(Answer::Unknown)
    }

    /// The value that is the same in every state; `None` if it is not, or there is no state.
    pub(super) fn common<T: PartialEq>(&self, of: impl Fn(&State) -> T) -> Option<T> {
        let mut all = self.iter().map(of);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The same states, whose records were compared.
    pub(super) fn with_new_records(&self) -> Self {
        let compared = self.iter().cloned().map(|mut state| {
            state.verified += state.records.len();
            state.records.clear();
            Arc::new(state)
        });
        compared.collect()
    }
}

impl FromIterator<Arc<State>> for Worlds {
    fn from_iter<T: IntoIterator<Item = Arc<State>>>(states: T) -> Self {
        Self { states: states.into_iter().collect(), are_later: false }
    }
}

/// All orders of two items. If there are more, they change nothing, and their order does not matter.
fn permutations<T>(items: &[T]) -> Vec<Vec<&T>> {
    match items {
        [one, other] => vec![vec![one, other], vec![other, one]],
        _ => vec![items.iter().collect()],
    }
}
