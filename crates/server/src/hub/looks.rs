//! The looks of names, and who has a name that looks like another.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

/// Two are equal if their names look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look(u64);

/// The looks of the names of users, or of rooms, and the holders of these names.
///
/// Some holders may have the same look: names that are stored are not compared. A name has two looks, one of its key
/// and one as it is written, since `lan` looks like `Ian`, and not like `ian`. Each takes some 20 bytes.
#[derive(Debug)]
pub(super) struct Looks<Id> {
    holders: BTreeSet<(Look, Id)>,
    hasher: RandomState,
}

impl<Id: Copy + Ord> Looks<Id> {
    /// `least` is less than any holder.
    pub(super) fn holders(&self, look: Look, least: Id) -> impl Iterator<Item = Id> {
        let from = self.holders.range((look, least)..);
        from.take_while(move |(other, _)| *other == look).map(|(_, holder)| *holder)
    }

    /// The looks of a name that is `written` so and has this `key`. Takes the same time for any number of names.
    pub(super) fn of(&self, written: &str, key: &str) -> [Look; 2] {
        let [key, written] = [("key", of_key(key)), ("written", as_written(written))];
        [key, written].map(|look| Look(self.hasher.hash_one(look)))
    }

    pub(super) fn hold(&mut self, looks: [Look; 2], holder: Id) {
        self.holders.extend(looks.map(|look| (look, holder)));
    }

    pub(super) fn release(&mut self, looks: [Look; 2], holder: Id) {
        for look in looks {
            self.holders.remove(&(look, holder));
        }
    }
}

impl<Id> Default for Looks<Id> {
    fn default() -> Self {
        Self { holders: BTreeSet::new(), hasher: RandomState::new() }
    }
}

/// The look of a name with this key, by the table of confusable characters of UTS 39. Again after a fold of the
/// case, since the table has `O` for `0` and leaves `o`.
pub(super) fn of_key(key: &str) -> String {
    let look = as_written(key);
    let folded = look.to_lowercase();
    if folded == look { look } else { as_written(&folded).to_lowercase() }
}

/// The look of a name in its own capitals and small letters.
pub(super) fn as_written(written: &str) -> String {
    let mut look = String::new();
    for c in skeleton(written) {
        let before = look.chars().next_back();
        // Drawn at the same place: a second mark of a kind, and a dot on a letter with a dot.
        let is_hidden = is_combining_mark(c) && before == Some(c)
            || c == '\u{307}' && matches!(before, Some('i' | 'j'));
        if !is_hidden {
            look.push(c);
        }
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_of_a_look_is_itself() {
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric()) {
            let name = chat_proto::UserName::from_lossy(&c.to_string());
            let look = of_key(name.key());
            assert_eq!(of_key(&look), look, "{c}");
        }
    }

    #[test]
    fn a_look_is_held_until_its_last_holder_releases_it() {
        let mut looks = Looks::default();
        let bob = looks.of("bob", "bob");
        assert_eq!(bob[0], looks.of("b0b", "b0b")[0]);
        looks.hold(bob, 1_u64);
        looks.hold(bob, 2);
        let holders = |looks: &Looks<u64>| looks.holders(bob[0], 0).collect::<Vec<_>>();
        assert_eq!(holders(&looks), [1, 2]);
        looks.release(bob, 1);
        assert_eq!(holders(&looks), [2]);
        looks.release(bob, 2);
        assert!(holders(&looks).is_empty());
    }
}
