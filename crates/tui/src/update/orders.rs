//! Orders: commands that change who may do what. The server answers, or says why not.

mod accounts;
mod devices;
mod hooks;
mod invites;
mod place;
mod roles;
mod rules;
mod sanctions;

use chat_client::{NoticeKind, Request};
use chat_proto::{Command, Event, Timestamp};

pub(super) use self::accounts::{login, password, take_secret};
pub(super) use self::devices::{
    devices, drop_device, end_of_listed_device, end_of_session, end_session, free, link,
};
pub(super) use self::hooks::{end_of_hook, hook, revoke_hook};
pub(super) use self::invites::{end_of, invite, revoke};
pub(super) use self::roles::role;
pub(super) use self::rules::{ask_in, privacy, slow, topic_by};
pub(super) use self::sanctions::{lift, list, sanction};
use super::{Effect, lists, notify, request};
use crate::pages::{HookPage, InvitePage};
use crate::state::{Page, PageSubject, PendingOrder, Question, State};
use crate::wrap::columns;

/// Gives the server an order. `done` is said once the server has carried it out; `None` if the answer says enough.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be sent.
pub(super) fn order(
    state: &mut State,
    command: Command,
    done: Option<String>,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let pending_order = PendingOrder::new(&command, done);
    let effects = request(state, Request::Order(Box::new(command)), at)?;
    state.pending_order = Some(pending_order);
    Ok(effects)
}

/// Asks whether an order is to be given. If the question is too long for the status line, the log has it.
pub(super) fn ask(state: &mut State, question: Question, at: Timestamp) -> Vec<Effect> {
    let fits = columns(&question.line()) <= usize::from(state.size.width);
    let effects = match fits {
        true => Vec::new(),
        false => notify(state, NoticeKind::Info, question.text.clone(), at),
    };
    state.question = Some(question);
    effects
}

/// The user has answered the question.
pub(super) fn answer(
    state: &mut State,
    question: Question,
    is_sure: bool,
    at: Timestamp,
) -> Vec<Effect> {
    if !is_sure {
        state.done = Some(Ok("Nothing was changed".to_owned()));
        return Vec::new();
    }
    let Question { command, done, .. } = question;
    order(state, command, done, at)
        .unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}

/// There is no session any more: returns the text about an order without an answer.
pub(super) fn take_lost(state: &mut State) -> Option<&'static str> {
    state.pending_order.take()?.if_lost
}

/// The server has answered an order.
pub(super) fn take_answer(state: &mut State, event: Event) -> Option<Effect> {
    let PendingOrder { done, user, .. } = state.pending_order.take().unwrap_or_default();
    if let Some(done) = done {
        state.done = Some(Ok(done));
    }
    match event {
        Event::Invite { line, invite } => {
            let subject = PageSubject::Invite(Box::new(InvitePage { line, invite }));
            state.page = Some(Page { subject, top: 0 });
            None
        }
        Event::Hook { url, hook, key } => {
            let key = key.and_then(|key| key.as_str().parse().ok());
            let subject = PageSubject::Hook(Box::new(HookPage { url, hook, key }));
            state.page = Some(Page { subject, top: 0 });
            None
        }
        Event::Link { code, valid_ms } => {
            accounts::show_code(state, &code, valid_ms, user);
            None
        }
        // An order is one effect.
        Event::Sanctions { .. } => sanctions::pardon_listed(state, state.now).pop(),
        _ => None,
    }
}
