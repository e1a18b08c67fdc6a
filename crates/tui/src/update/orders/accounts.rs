//! `/password`, `/login` and `/link`: how a user comes in on a device without a token.

use chat_client::link::Login;
use chat_client::{Connection, NoticeKind, Request};
use chat_proto::{Command, Secret, Timestamp, UserName};

use super::{Effect, lists, notify, order, request};
use crate::lists::{SecretKind, Subject};
use crate::pages::{CodeOwner, CodePage};
use crate::state::{Page, PageSubject, State};
use crate::wording::OFFLINE;

/// Characters of a code, without hyphens and spaces.
const CODE_CHARS: usize = 8;

/// Asks for the present and the new password, and sends them.
///
/// # Errors
/// Returns the reason in words for the user, if there is no session.
pub(in crate::update) fn password(state: &mut State, at: Timestamp) -> Result<Vec<Effect>, String> {
    if state.client.session().is_none() {
        return Err(OFFLINE.to_owned());
    }
    state.passwords = (None, None);
    Ok(lists::open(state, Subject::Secret(SecretKind::OldPassword), "", at))
}

/// Logs in by the code that is typed behind the command, or asks for the password.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a code, or if the user is logged in.
pub(in crate::update) fn login(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if !matches!(state.client.connection(), Connection::Refused { .. }) {
        return Err(format!(
            "The server has not refused {}. /login is for a device that it does not know",
            state.client.name()
        ));
    }
    if argument.is_empty() {
        return Ok(lists::open(state, Subject::Secret(SecretKind::Login), "", at));
    }
    let code: String = argument.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if code.chars().count() != CODE_CHARS {
        return Err(format!(
            "A code has {CODE_CHARS} characters: /link on a device that is logged in shows one. /login alone asks for \
             the password"
        ));
    }
    request(state, Request::LogIn(Login::Code(Secret::new(code))), at)
}

/// The user has typed the secret that was asked for.
pub(in crate::update) fn take_secret(
    state: &mut State,
    kind: SecretKind,
    typed: String,
    at: Timestamp,
) -> Vec<Effect> {
    let next = |kind| Subject::Secret(kind);
    let typed = Some(typed).filter(|typed| !typed.is_empty()).map(Secret::new);
    let done =
        match (kind, typed) {
            (SecretKind::OldPassword, old) => {
                state.passwords = (old, None);
                return lists::open(state, next(SecretKind::NewPassword), "", at);
            }
            (SecretKind::Login, Some(password)) => {
                request(state, Request::LogIn(Login::Password(password)), at)
            }
            (SecretKind::Server, Some(password)) => {
                request(state, Request::LogIn(Login::Server(password)), at)
            }
            (SecretKind::Server, None) => {
                Err("Not connected: no password was typed. /reconnect asks for it again".to_owned())
            }
            (_, None) => Err("Nothing was changed: nothing was typed".to_owned()),
            (SecretKind::NewPassword, new) => {
                state.passwords.1 = new;
                return lists::open(state, next(SecretKind::Again), "", at);
            }
            (SecretKind::Again, Some(again)) => match std::mem::take(&mut state.passwords) {
                (old, Some(password)) if password == again => {
                    let done =
                        Some("Your password is set. /login takes it on another device".to_owned());
                    let (user, drop_devices) = (None, false);
                    let set = Command::SetPassword { password, old, user, drop_devices };
                    order(state, set, done, at)
                }
                _ => Err("The two passwords differ. Nothing was changed: /password begins again"
                    .to_owned()),
            },
        };
    done.unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}

/// Shows a code for a device of the user, or of `other`.
pub(super) fn show_code(state: &mut State, code: &Secret, valid_ms: u64, other: Option<UserName>) {
    let ends = i64::try_from(valid_ms).unwrap_or_default();
    let (_, time) =
        state.day_and_time(Timestamp::from_millis(state.now.as_millis().saturating_add(ends)));
    let client = &state.client;
    let owner = other.map_or_else(|| CodeOwner::User(client.name().clone()), CodeOwner::Other);
    let page = CodePage::new(code, owner, client.server().to_owned(), time);
    state.page = Some(Page { subject: PageSubject::Code(Box::new(page)), top: 0 });
}
