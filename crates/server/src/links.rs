//! Codes with which a further device of a user logs in. They are in memory alone, and end with the daemon.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::{Secret, UserId};
use tokio::time::Instant;

use crate::token::TokenHash;

/// How long a code is valid: long enough to type it on another device.
pub(crate) const VALID_FOR: Duration = Duration::from_secs(5 * 60);

/// Characters of a code: 40 bits, of which a network may guess 5 in 15 minutes.
const CODE_CHARS: usize = 8;

/// The digits of Crockford's base 32, which has no letters that are taken for digits.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Codes of all users, at most: beyond that, the oldest ends. Each takes some 100 bytes.
const LINKS_MAX: usize = 10_000;

/// The valid codes, one of each user at most.
#[derive(Debug, Default)]
pub(crate) struct Links(Mutex<LinkTable>);

#[derive(Debug, Default)]
struct LinkTable {
    users: HashMap<TokenHash, (UserId, Instant)>,
    codes: HashMap<UserId, TokenHash>,
}

impl Links {
    /// Makes a code for a user. An earlier one of the user ends.
    ///
    /// # Errors
    /// Returns an error if the system has no random numbers.
    pub(crate) fn make(&self, user: UserId, now: Instant) -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; CODE_CHARS];
        getrandom::fill(&mut bytes)?;
        let digit = |byte: &u8| char::from(DIGITS[usize::from(byte % 32)]);
        let code = Secret::new(bytes.iter().map(digit).collect::<String>());
        self.table().add(TokenHash::of(&code), user, now);
        Ok(code)
    }

    /// The user whose code this is; `None` if it is not valid.
    pub(crate) fn user(&self, code: &Secret, now: Instant) -> Option<UserId> {
        let (user, until) = *self.table().users.get(&TokenHash::of(&read(code)))?;
        (now < until).then_some(user)
    }

    /// The same, and ends the code.
    pub(crate) fn take(&self, code: &Secret, now: Instant) -> Option<UserId> {
        let (user, until) = self.table().remove(&TokenHash::of(&read(code)))?;
        (now < until).then_some(user)
    }

    fn table(&self) -> MutexGuard<'_, LinkTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LinkTable {
    fn add(&mut self, code: TokenHash, user: UserId, now: Instant) {
        if let Some(earlier) = self.codes.get(&user).copied() {
            self.remove(&earlier);
        }
        if self.users.len() >= LINKS_MAX
            && let Some(oldest) = self.users.iter().min_by_key(|(_, (_, until))| *until)
        {
            let oldest = *oldest.0;
            self.remove(&oldest);
        }
        self.users.insert(code, (user, now + VALID_FOR));
        self.codes.insert(user, code);
    }

    fn remove(&mut self, code: &TokenHash) -> Option<(UserId, Instant)> {
        let removed = self.users.remove(code)?;
        self.codes.remove(&removed.0);
        Some(removed)
    }
}

/// A code as it was made, from how a person types it: in small letters, in groups, with an `o` for a 0.
fn read(code: &Secret) -> Secret {
    let digit = |c: char| match c.to_ascii_uppercase() {
        ' ' | '-' => None,
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other => Some(other),
    };
    Secret::new(code.reveal().chars().filter_map(digit).take(CODE_CHARS + 1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);

    #[test]
    fn a_code_is_used_once() {
        let (links, now) = (Links::default(), Instant::now());
        let code = links.make(ANA, now).unwrap();
        assert!(code.reveal().len() == 8 && code.reveal().bytes().all(|c| DIGITS.contains(&c)));
        assert_eq!(links.user(&code, now), Some(ANA));
        assert_eq!((links.take(&code, now), links.take(&code, now)), (Some(ANA), None));
    }

    #[test]
    fn a_code_ends_after_five_minutes_or_with_the_next_one() {
        let (links, now) = (Links::default(), Instant::now());
        let code = links.make(ANA, now).unwrap();
        assert_eq!(links.user(&code, now + VALID_FOR), None);
        let (next, other) = (links.make(ANA, now).unwrap(), links.make(BOB, now).unwrap());
        assert_eq!(links.user(&code, now), None, "another one was made");
        assert_eq!((links.user(&next, now), links.user(&other, now)), (Some(ANA), Some(BOB)));
        assert_eq!(links.take(&next, now + VALID_FOR), None);
    }

    #[test]
    fn a_code_may_be_typed_in_groups_and_small_letters() {
        assert_eq!(read(&Secret::new("7kq2-m9xo")).reveal(), "7KQ2M9X0");
        assert_eq!(read(&Secret::new("il 0o 7k q2")).reveal(), "11007KQ2");
        assert_ne!(read(&Secret::new("7KQ2M9X00")).reveal(), "7KQ2M9X0", "no longer one");
    }

    #[test]
    fn codes_have_a_bound() {
        let (links, now) = (Links::default(), Instant::now());
        let first = links.make(ANA, now).unwrap();
        for user in 0..LINKS_MAX as u64 {
            links.make(UserId::new(10 + user), now + Duration::from_millis(1)).unwrap();
        }
        let table = links.table();
        assert_eq!((table.users.len(), table.codes.len()), (LINKS_MAX, LINKS_MAX));
        drop(table);
        assert_eq!(links.user(&first, now), None);
    }
}
