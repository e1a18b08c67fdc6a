//! The authors of the messages of a log: a screen asks for their names in each frame.

use std::collections::BTreeMap;

use chat_proto::command::Kind;

use crate::entry::Body;

/// The names of the authors, as they are written, and how many messages each has. An action has the name in its
/// text, and does not count.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Authors {
    messages: BTreeMap<String, usize>,
}

impl Authors {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.messages.keys().map(String::as_str)
    }

    pub(super) fn add(&mut self, body: &Body) {
        let Some(name) = author(body) else { return };
        match self.messages.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.messages.insert(name.to_owned(), 1)),
        }
    }

    pub(super) fn remove(&mut self, body: &Body) {
        let Some(name) = author(body) else { return };
        match self.messages.get_mut(name) {
            Some(count @ 2..) => *count -= 1,
            _ => drop(self.messages.remove(name)),
        }
    }
}

fn author(body: &Body) -> Option<&str> {
    match body {
        Body::Message { from, kind: Kind::Text, .. } => Some(from.as_str()),
        _ => None,
    }
}
