//! The authors of the messages that have come, with their numbers: a log has only their names.

use std::collections::VecDeque;

use chat_proto::{User, UserName};

/// Most authors that are remembered: more than write in all rooms within a day.
const AUTHORS_MAX: usize = 500;

/// The authors of the messages that have come, in the order of their first messages.
#[derive(Debug, Default)]
pub(crate) struct Authors(VecDeque<User>);

impl Authors {
    /// Adds the author of a message.
    pub(crate) fn add(&mut self, author: &User) {
        // The newest first: the author of a message has often sent one shortly before.
        if let Some(known) = self.0.iter_mut().rev().find(|known| known.id == author.id) {
            if known.name != author.name {
                known.name.clone_from(&author.name);
            }
            return;
        }
        if self.0.len() >= AUTHORS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(author.clone());
    }

    /// The author whose latest message has that name; `None` if there is none.
    pub(crate) fn named(&self, name: &UserName) -> Option<&User> {
        self.0.iter().rev().find(|author| author.name == *name)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{name, user};

    #[test]
    fn an_author_has_its_latest_name_and_the_oldest_ones_are_forgotten() {
        let mut authors = Authors::default();
        authors.add(&user(1, "ana"));
        authors.add(&user(2, "zoe"));
        authors.add(&user(2, "zoë"));
        assert_eq!(authors.named(&name("zoë")), Some(&user(2, "zoë")));
        assert_eq!(authors.named(&name("zoe")), None);
        for id in 3..=AUTHORS_MAX as u64 + 1 {
            authors.add(&user(id, "carl"));
        }
        assert_eq!(authors.named(&name("ana")), None);
        assert_eq!(authors.0.len(), AUTHORS_MAX);
    }
}
