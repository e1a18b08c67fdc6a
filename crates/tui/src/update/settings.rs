//! What the settings do, and `/set`.

use chat_client::NoticeKind;
use chat_client::{Input as ClientInput, Request};
use chat_proto::Timestamp;

use super::{Effect, client, notify};
use crate::action::Action;
use crate::help;
use crate::keymap::KeyMap;
use crate::settings::{Change, SETTINGS, SetError, Source, line};
use crate::state::State;

/// The name of the keys for `/set`, and that of their table in the file.
const KEYS_NAMES: [&str; 2] = ["key", "keys"];

/// What the settings ask of the terminal at the start.
pub(super) fn start(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let mut told = show_joins(state, at);
    told.extend(find_mentions(state, at));
    let mut effects = vec![Effect::SetMouse(state.look.settings().mouse.value.is_on())];
    effects.extend(question(state));
    effects.extend(told);
    effects
}

/// Says which actions have lost default keys to others of the settings file. Nothing is said of an action whose own
/// keys are in the file.
pub(super) fn lost_keys(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let (layers, keys) = (state.look.layers(), state.look.keys());
    let is_default = |action| layers.keys(action).source == Source::Default;
    let lost = KeyMap::default().lost_in(keys, is_default);
    if lost.is_empty() {
        return Vec::new();
    }
    let text =
        format!("[keys] in config.toml: {}. /set key ACTION KEYS sets other keys", lost.join("; "));
    notify(state, NoticeKind::Info, text, at)
}

/// Tells the client which users who join and leave are shown.
fn show_joins(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let policy = state.look.settings().joins.value;
    client(state, ClientInput::Request(Request::ShowJoins(policy)), at)
}

/// Tells the client what mentions the user.
fn find_mentions(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let policy = state.look.settings().mentions.value;
    client(state, ClientInput::Request(Request::FindMentions(policy)), at)
}

/// `/set NAME`: shows a setting, or changes it.
///
/// # Errors
/// Returns the reason in words for the user, if there is no such setting or value.
pub(super) fn set(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (name, value) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    if KEYS_NAMES.contains(&name) {
        return set_keys(state, value.trim(), at);
    }
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let Some(setting) = setting else {
        return Err(format!("{} /set shows all settings", SetError::unknown_name(name)));
    };
    if value.trim().is_empty() {
        let text = line(setting, state.look.layers());
        return Ok(notify(state, NoticeKind::Info, text, at));
    }
    let known = setting.values.iter().find(|known| **known == value.trim());
    let Some(value) = known else {
        return Err(SetError::unknown_value(name, value.trim(), setting.values).to_string());
    };
    state.look.set(setting.name, value).map_err(|error| error.to_string())?;
    let mut effects = vec![Effect::SaveSetting(Change::Value(setting.name, value))];
    match setting.name {
        "mouse" => effects.push(Effect::SetMouse(state.look.settings().mouse.value.is_on())),
        // The setting replaces what the key for the list has done.
        "users" => state.users = None,
        "time" => state.forget_heights(),
        "joins" => effects.extend(show_joins(state, at)),
        "mentions" => effects.extend(find_mentions(state, at)),
        "theme" => effects.extend(question(state)),
        _ => {}
    }
    Ok(effects)
}

/// `/set key`: shows the keys of an action, or changes them.
fn set_keys(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    if argument.is_empty() {
        let (what, does) = help::SET_KEYS;
        return Ok(notify(state, NoticeKind::Info, format!("{what}: {does}"), at));
    }
    if Action::named(argument).is_some() {
        let text = help::on(argument, state.look.keys())?;
        return Ok(notify(state, NoticeKind::Info, text, at));
    }
    let change = Change::keys(argument).map_err(|error| error.to_string())?;
    let mut effects = Vec::new();
    if let Change::Keys(action, keys) = &change {
        let before = state.look.keys().clone();
        state.look.set_keys(*action, keys.clone()).map_err(|error| error.to_string())?;
        // Notices name keys.
        state.forget_heights();
        for lost in before.lost_in(state.look.keys(), |other| other != *action) {
            effects.extend(notify(state, NoticeKind::Info, lost, at));
        }
    }
    effects.push(Effect::SaveSetting(change));
    Ok(effects)
}

/// A setting is saved, or is not.
pub(super) fn take_saved(
    state: &mut State,
    change: &Change,
    result: Result<(), String>,
    at: Timestamp,
) -> Vec<Effect> {
    match result {
        Ok(()) => {
            let advice = change.advice().map(|advice| format!(". {advice}")).unwrap_or_default();
            notify(state, NoticeKind::Info, format!("{change}{advice}"), at)
        }
        Err(why) => {
            let text = format!("{change}, but only until you quit: {why}");
            notify(state, NoticeKind::Trouble, text, at)
        }
    }
}

/// Asks the terminal for its colours, if the theme depends on them and they are not known.
fn question(state: &mut State) -> Option<Effect> {
    state.look.take_question().then_some(Effect::AskColours)
}
