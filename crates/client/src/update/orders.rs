//! Orders: commands of the user about who may do what, and their answers.

use chat_proto::{Command, Event, features};

use super::{Effect, send};
use crate::error::RequestError;
use crate::state::State;

/// Whether a command is one that [`Request::Order`](crate::Request::Order) sends.
#[must_use]
pub fn is_order(command: &Command) -> bool {
    missing(command).is_some()
}

/// The feature of a server that carries out the order, and the error if it does not have it.
const fn missing(command: &Command) -> Option<(&'static str, RequestError)> {
    match command {
        Command::Invite { .. }
        | Command::Invites { .. }
        | Command::Revoke { .. }
        | Command::Hook { .. }
        | Command::Hooks { .. }
        | Command::RevokeHook { .. }
        | Command::Grant { .. }
        | Command::Rule { .. }
        | Command::AskIn { .. }
        | Command::Sanction(_)
        | Command::Pardon { .. }
        | Command::Sanctions { .. }
        | Command::Audit { .. } => Some((features::ROLES, RequestError::NoRoles)),
        Command::SetPassword { .. }
        | Command::Link { .. }
        | Command::Account { .. }
        | Command::Drop { .. }
        | Command::End { .. }
        | Command::Sessions { .. }
        | Command::Accounts { .. }
        | Command::Free { .. } => Some((features::ACCOUNTS, RequestError::NoAccounts)),
        _ => None,
    }
}

/// Sends an order. It is not stored for a later session: the user would not expect it then.
pub(super) fn order(state: &mut State, command: Command) -> Result<Effect, RequestError> {
    let (feature, error) = missing(&command).ok_or(RequestError::NoOrder)?;
    if state.session().is_some() && !state.features.has(feature) {
        return Err(error);
    }
    if state.session().is_some() {
        match command {
            Command::Invites { .. } | Command::Revoke { .. } => state.invites.begin(),
            Command::Hooks { .. } | Command::RevokeHook { .. } => state.hooks.begin(),
            Command::Sanctions { .. } => state.sanctions.begin(),
            Command::Audit { .. } => state.audit.begin(),
            Command::Account { .. } => state.account.begin(),
            _ => {}
        }
    }
    send(state, command).ok_or(RequestError::NotConnected)
}

/// The server has answered an order. The front end hears of a list once it is complete.
pub(super) fn take_answer(state: &mut State, event: Event) -> Vec<Effect> {
    let next = match &event {
        Event::Invites { invites, more } => {
            let last = state.invites.page(invites.clone(), *more);
            last.map(|last| Command::Invites { before: Some(last.id) })
        }
        Event::Hooks { hooks, more } => {
            let last = state.hooks.page(hooks.clone(), *more);
            last.map(|last| Command::Hooks { before: Some(last.id) })
        }
        Event::Sanctions { room, sanctions, more } => {
            let last = state.sanctions.page(sanctions.clone(), *more);
            let (room, limit) = (room.clone(), None);
            last.map(|last| Command::Sanctions { room, after: last.id, limit })
        }
        Event::Audit { records, more } => {
            let last = state.audit.page(records.clone(), *more);
            last.map(|last| Command::Audit { before: Some(last.id), limit: None })
        }
        Event::Account(account) => {
            state.account.put(account.clone());
            None
        }
        _ => None,
    };
    match next {
        Some(next) => send(state, next).into_iter().collect(),
        None => vec![Effect::Answered(Box::new(event))],
    }
}

/// The server has refused a command: a list that was asked for may not come.
pub(super) const fn take_refusal(state: &mut State) {
    stop_waiting(state);
}

/// An answer that this version cannot read: the list of an event that `may_be` it is not waited for any more. Returns
/// whether one was.
pub(super) fn fail(state: &mut State, may_be: impl Fn(&str) -> bool) -> bool {
    [
        may_be("invites") && state.invites.fail(),
        may_be("hooks") && state.hooks.fail(),
        may_be("sanctions") && state.sanctions.fail(),
        may_be("audit") && state.audit.fail(),
        may_be("account") && state.account.fail(),
    ]
    .contains(&true)
}

/// No answer comes any more.
pub(super) const fn stop_waiting(state: &mut State) {
    state.invites.stop_waiting();
    state.hooks.stop_waiting();
    state.sanctions.stop_waiting();
    state.audit.stop_waiting();
    state.account.stop_waiting();
}
