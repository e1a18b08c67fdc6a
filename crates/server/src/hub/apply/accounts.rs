//! Ends sessions of a user, and has them tell their clients that an owner has changed the account.

use chat_proto::{AccountChange, EndCode, User, UserId};

use super::super::changed::{ExpelledSessions, Expulsion};
use super::super::directory::Directory;
use crate::journal::EndedSessions;

impl Directory {
    pub(super) fn apply_sessions_ended(
        &self,
        user: UserId,
        ended: EndedSessions,
        by: Option<&User>,
    ) {
        let mut state = self.state();
        let told = state.sessions.mark_to_end(user, |session| match ended {
            EndedSessions::All => true,
            EndedSessions::One(id) => session.id == id,
            EndedSessions::Of(credential) => session.credential() == Some(credential),
        });
        let Some(account) = state.account(user) else { return };
        let text = text(ended, user, by);
        for session in told {
            let sessions = ExpelledSessions::One(session);
            account.notifier.expel(Expulsion {
                code: EndCode::Kicked,
                sessions,
                text: text.clone(),
            });
        }
        state.sessions.wake(user);
    }

    pub(super) fn apply_account_changed(
        &self,
        user: UserId,
        what: AccountChange,
        by: Option<&User>,
    ) {
        let mut state = self.state();
        state.sessions.notice(user, what, by);
        if let Some(account) = state.account(user) {
            state.notify(account);
        }
    }
}

/// The reason that the client of a session is sent when it ends.
fn text(ended: EndedSessions, user: UserId, by: Option<&User>) -> String {
    let is_own = by.is_some_and(|by| by.id == user);
    let author = by.map_or("the operator", |by| by.name.as_str());
    match (ended, is_own) {
        (EndedSessions::One(_), true) => {
            "you have ended this session; connect again if you want".to_owned()
        }
        (EndedSessions::One(_), false) => {
            format!("{author} has ended this session; connect again if you want")
        }
        (EndedSessions::Of(_), true) => {
            "you have dropped this device; log in again with your password, or with \
             a code of another device"
                .to_owned()
        }
        (EndedSessions::Of(_), false) => format!(
            "{author} has dropped this device; log in with your password, or ask {author} for a code"
        ),
        (EndedSessions::All, _) => format!(
            "{author} has given you another password and dropped your devices; log in with that password"
        ),
    }
}
