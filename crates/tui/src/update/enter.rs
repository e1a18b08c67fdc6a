//! Enter: sends the text, carries out the command, or takes the name.

use chat_client::{NoticeKind, Request};
use chat_proto::Timestamp;
use chat_proto::command::{Kind, Links};

use super::{Effect, commands, notify, request};
use crate::commands::{Command, Verb};
use crate::prompt::is_command;
use crate::state::{Compose, State};

/// Sends the text or carries out the command, and empties the box. Up brings a command back. A message that
/// cannot be sent stays in the box.
pub(super) fn enter(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let typed = state.prompt.editor.text();
    let typed = typed.trim_end();
    let is_command = is_command(typed);
    if state.asks_name() && !is_command {
        return enter_name(state, typed.trim(), at);
    }
    if typed.trim().is_empty() {
        if state.is_editing() {
            state.done = Some(Err(
                "A message can't be empty. Select it and press d to delete it".to_owned()
            ));
        }
        return Vec::new();
    }
    if state.is_editing() && !is_command {
        let text = typed.strip_prefix('/').unwrap_or(typed).to_owned();
        return save(state, &text, at);
    }
    let links = if is_command { Links::default() } else { state.links() };
    let store = typed_for_later(state, typed);
    // First, since a command may open another room with its draft.
    let typed_before = state.prompt.submit(!is_command);
    let done = if is_command {
        commands::run(state, typed, at)
    } else {
        let text = if typed.starts_with("//") { &typed[1..] } else { typed };
        let (room, text) = (state.shown().clone(), text.to_owned());
        request(state, Request::Say { room, kind: Kind::Text, text, links }, at)
    };
    if done.is_ok() && !is_command {
        state.end_compose();
    }
    let mut effects = done.unwrap_or_else(|why| {
        let effects = notify(state, NoticeKind::Trouble, why, at);
        // These commands contain a text, which would be lost.
        if !is_command || ["/msg ", "/me "].iter().any(|command| typed.starts_with(command)) {
            state.prompt.editor = typed_before;
        }
        effects
    });
    effects.extend(store);
    effects
}

/// Gives the edited message its new text, and the input box the text that was typed before. A text that cannot be sent
/// stays in the box.
fn save(state: &mut State, text: &str, at: Timestamp) -> Vec<Effect> {
    let Some(Compose::Edit { target, .. }) = state.compose else {
        return Vec::new();
    };
    let room = state.shown().clone();
    let entry = state.message(target);
    let is_same = entry.and_then(crate::state::text).is_some_and(|before| before == text);
    let done = match is_same {
        true => Ok(Vec::new()),
        false => request(state, Request::Edit { room, target, text: text.to_owned() }, at),
    };
    match done {
        Ok(effects) => {
            if !is_same {
                state.prompt.remember_message(state.prompt.editor.text());
            }
            state.end_compose();
            effects
        }
        Err(why) => notify(state, NoticeKind::Trouble, why, at),
    }
}

/// Stores the text for the history of the next run, if it was not typed just before. Names are not stored.
fn typed_for_later(state: &State, typed: &str) -> Option<Effect> {
    let is_name = state.asks_name() || is_name_command(typed);
    let is_new = state.prompt.newest() != Some(typed);
    (is_new && !is_name).then(|| Effect::StoreTyped(typed.to_owned()))
}

/// Connects again under the name that was typed, and puts back the text that was typed before.
fn enter_name(state: &mut State, typed: &str, at: Timestamp) -> Vec<Effect> {
    match commands::rename(state, typed, at) {
        Ok(effects) => {
            state.prompt.editor = state.draft_while_asking.take().unwrap_or_default();
            effects
        }
        Err(why) => notify(state, NoticeKind::Trouble, why, at),
    }
}

/// Puts a text that the user has edited into the box.
pub(super) fn put_edited(
    state: &mut State,
    edited: Result<String, String>,
    at: Timestamp,
) -> Vec<Effect> {
    let done = edited.and_then(|text| {
        // If the box asks for a name now, the text is shown after that.
        state.draft_editor_mut().set(&text).map_err(|error| error.to_string())
    });
    done.map_or_else(|why| notify(state, NoticeKind::Trouble, why, at), |()| Vec::new())
}

/// Whether it is a command with a name, or with a code: neither is stored.
fn is_name_command(typed: &str) -> bool {
    let name = typed.split_whitespace().next().unwrap_or_default();
    Command::named(name).is_some_and(|command| matches!(command.verb, Verb::Name | Verb::Login))
}
