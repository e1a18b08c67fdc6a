//! Users who are away. The state lasts while the user is connected, and is never stored.

use std::collections::BTreeMap;

use chat_proto::event::Away;
use chat_proto::{AwayText, Event, Timestamp, User, UserId};

use super::directory::Directory;
use super::state::State;
use crate::config::AWAY_LISTED_MAX;

/// The users who are away, with their texts.
#[derive(Debug, Default)]
pub(super) struct AwayUsers(BTreeMap<UserId, AwayText>);

impl AwayUsers {
    /// Those of `users` who are away, at most [`AWAY_LISTED_MAX`].
    pub(super) fn among(&self, users: &[User]) -> Vec<Away> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let away = users.iter().filter_map(|user| {
            let text = self.0.get(&user.id)?.clone();
            Some(Away { id: user.id, text })
        });
        away.take(AWAY_LISTED_MAX).collect()
    }
}

impl State {
    /// Sets the user away, or back if there is no text. Sent to the lobby, since everybody is there.
    pub(super) fn set_away(&mut self, user: UserId, text: Option<AwayText>) {
        let Some(account) = self.account(user).filter(|account| account.sessions > 0) else {
            return;
        };
        let user = account.user.clone();
        let event = match text {
            Some(text) => {
                self.away.0.insert(user.id, text.clone());
                Event::Away { user, text }
            }
            None => {
                self.away.0.remove(&user.id);
                Event::Back { user }
            }
        };
        self.rooms.lobby().publish_change(event);
    }

    /// Sets the user back: it has sent a message, or its last session ends.
    pub(super) fn end_away(&mut self, user: UserId) {
        if self.away.0.contains_key(&user) {
            self.set_away(user, None);
        }
    }

    /// The time at which a user who is not connected was last connected: exact if that was since the start of the
    /// daemon, otherwise the stored `seen_at`.
    pub(super) fn last_seen(&self, user: UserId) -> Option<Timestamp> {
        let account = self.account(user).filter(|account| account.sessions == 0)?;
        Some(account.left_at.unwrap_or(account.seen_at))
    }
}

impl Directory {
    /// Sets users back who have sent a message.
    pub(super) fn end_away(&self, authors: impl Iterator<Item = UserId>) {
        let mut state = self.state();
        if !state.away.0.is_empty() {
            authors.for_each(|user| state.end_away(user));
        }
    }
}
