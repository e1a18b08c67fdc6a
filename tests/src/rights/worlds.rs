//! The states that a group may be in. An order without an answer may have been carried out, or may be later; two orders
//! at the same time are carried out in one order or the other. What the server answers and sends leaves fewer states;
//! if it leaves none, the server was wrong.

use std::collections::BTreeSet;

use super::order::Order;
use super::state::{Answer, State};

/// Most states: more than a storm ever leaves. Beyond them, some of those with unanswered orders are not looked at.
const STATES_MAX: usize = 4_000;

/// What a client was answered.
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
pub(super) struct Worlds(BTreeSet<State>);

impl Worlds {
    /// A group in which nothing has happened.
    pub(super) fn new(state: State) -> Self {
        Self(BTreeSet::from([state]))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &State> {
        self.0.iter()
    }

    pub(super) fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().cloned());
    }

    /// The states after some orders at the same time, with their outcomes.
    pub(super) fn after(&self, orders: &[(Order, Outcome)]) -> Self {
        let mut after = Self::default();
        for order in permutations(orders) {
            let mut worlds = self.clone();
            for (order, outcome) in order {
                worlds = worlds.after_one(order, *outcome);
            }
            after.extend(&worlds);
        }
        after.later()
    }

    fn after_one(&self, order: &Order, outcome: Outcome) -> Self {
        let mut after = BTreeSet::new();
        for state in self.later().0 {
            match outcome {
                Outcome::Done => after.extend(state.after(order)),
                Outcome::Refused if order.depends_on_sessions() => drop(after.insert(state)),
                Outcome::Refused => after.extend(state.after(order).is_none().then_some(state)),
                Outcome::NotTaken => drop(after.insert(state)),
                Outcome::Unanswered => {
                    let mut state = state;
                    state.unanswered.push(order.clone());
                    after.insert(state);
                }
            }
        }
        Self(after)
    }

    /// The same, and those in which unanswered orders were carried out.
    fn later(&self) -> Self {
        let mut found = self.0.clone();
        let mut new: Vec<State> = self.0.iter().cloned().collect();
        while let Some(state) = new.pop().filter(|_| found.len() < STATES_MAX) {
            for at in 0..state.unanswered.len() {
                let mut rest = state.clone();
                let order = rest.unanswered.remove(at);
                let after = rest.after(&order).unwrap_or(rest);
                if found.insert(after.clone()) {
                    new.push(after);
                }
            }
        }
        Self(found)
    }

    /// Those of the states that agree with what a client was sent.
    pub(super) fn that(&self, agrees: impl Fn(&State) -> bool) -> Self {
        Self(self.later().0.into_iter().filter(|state| agrees(state)).collect())
    }

    /// What unanswered orders of `user` have not done by now, they never do: its connections before this one have
    /// ended.
    pub(super) fn without_unanswered(&self, is_over: impl Fn(&Order) -> bool) -> Self {
        let settled = self.later().0.into_iter().map(|mut state| {
            state.unanswered.retain(|order| !is_over(order));
            state
        });
        Self(settled.collect())
    }

    /// Whether something is so in every state, in none, or in some.
    pub(super) fn agree(&self, is_so: impl Fn(&State) -> Answer) -> Answer {
        self.common(is_so).unwrap_or(Answer::Unknown)
    }

    /// What is the same in every state; `None` if it is not, or there is no state.
    pub(super) fn common<T: PartialEq>(&self, of: impl Fn(&State) -> T) -> Option<T> {
        let mut all = self.0.iter().map(of);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The same states, whose records were compared.
    pub(super) fn with_new_records(&self) -> Self {
        let compared = self.0.iter().cloned().map(|mut state| {
            state.verified += state.records.len();
            state.records.clear();
            state
        });
        Self(compared.collect())
    }
}

/// All orders of two items. If there are more, they change nothing, and their order does not matter.
fn permutations<T>(items: &[T]) -> Vec<Vec<&T>> {
    match items {
        [one, other] => vec![vec![one, other], vec![other, one]],
        _ => vec![items.iter().collect()],
    }
}
