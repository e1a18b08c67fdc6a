//! `update`: changes the state by one input, and returns the effects that are to be carried out.
//!
//! Pure: the time is a value, and work outside comes back as effects. A key changes the state of the
//! screen, or becomes a request to the client; effects of the client for the screen are taken in at once.

mod actions;
mod attention;
mod bare;
mod commands;
mod date;
mod drafts;
mod effect;
mod enter;
pub(crate) mod expiry;
mod export;
mod find;
mod frame;
mod goto;
mod help;
mod keys;
mod lists;
mod live;
mod mentions;
mod message;
mod mouse;
mod orders;
mod quiet;
mod quit;
mod redraw;
mod rooms;
mod scrolling;
mod searching;
mod selecting;
mod settings;
mod whois;

use chat_client::store::StoreOp;
pub(crate) use chat_client::{Effect as ClientEffect, Input as ClientInput};
use chat_client::{Notice, NoticeKind, Request};
use chat_proto::Timestamp;

use self::drafts::typing;
pub use self::effect::Effect;
use self::scrolling::{retry, retry_failed, scroll, scroll_page, to_newest, to_oldest};
use crate::input::Input;
use crate::lists::{SecretKind, Subject};
use crate::state::{LogPane, State};
use crate::viewport::Viewport;
use crate::wording::{not_done, notice};

/// Rows per notch of the mouse wheel: what terminals do.
const WHEEL_ROWS: isize = 3;

/// Takes an input at the time `at`. Returns the effects, in the order in which they are to be carried out.
#[must_use]
pub fn update(state: &mut State, input: Input, at: Timestamp) -> Vec<Effect> {
    // The text of the last keys is a draft before anything else is taken. Another key is drawn first: if it does more
    // than edit the text, it makes it a draft itself.
    if !state.is_draft_due || matches!(input, Input::Key(_)) {
        return take_input(state, input, at);
    }
    let mut effects = drafts::due(state, at);
    effects.extend(take_input(state, input, at));
    effects
}

fn take_input(state: &mut State, input: Input, at: Timestamp) -> Vec<Effect> {
    redraw::note(state, &input);
    if matches!(input, Input::Paste(_) | Input::Click(_)) {
        end_answer(state);
        mentions::stop(state);
        state.is_at_mention = false;
    }
    state.now = at;
    match input {
        Input::Start { notices } => {
            let mut effects = settings::start(state, at);
            effects.extend(client(state, ClientInput::Start, at));
            for notice in notices {
                effects.extend(notify(state, NoticeKind::Trouble, notice, at));
            }
            effects.extend(settings::lost_keys(state, at));
            effects
        }
        Input::Frame => {
            let mut effects = frame::frame(state, at);
            effects.extend(attention::title(state));
            effects.extend(expiry::frame(state, at));
            effects.extend(expiry::hide_storing(state, at));
            state.redraw.drawn_box = Some(state.prompt_area());
            effects
        }
        Input::Key(key) => {
            let press = |state: &mut State| {
                end_answer(state);
                keys::key(state, key, at)
            };
            drafts::after_key(state, at, |state| redraw::take_key(state, press))
        }
        Input::Draft => Vec::new(),
        Input::Paste(text) => {
            if help::keeps_page(state) {
                return Vec::new();
            }
            state.page = None;
            let mut effects = bare::paste(state);
            effects.extend(typing(state, at, |state| insert(state, &text, at)));
            effects
        }
        Input::Wheel(wheel, position) => mouse::wheel(state, wheel, position, at),
        Input::Click(position) => typing(state, at, |state| mouse::click(state, position, at)),
        Input::NotOpened { link, why } => selecting::copy_instead(state, &link, &why),
        Input::Focus(has_focus) => {
            let had_focus = state.attention.has_focus.replace(has_focus);
            if has_focus && had_focus != Some(true) {
                state.attention.focused_at = Some(at);
            }
            Vec::new()
        }
        Input::Resize(size) => {
            state.size = size;
            Vec::new()
        }
        Input::Zone(zone) => {
            state.zone = zone;
            // The rows of messages have times.
            state.forget_heights();
            Vec::new()
        }
        Input::Colour(answer) => {
            state.look.take_answer(answer);
            Vec::new()
        }
        Input::Edited(edited) => typing(state, at, |state| enter::put_edited(state, edited, at)),
        Input::Typed(texts) => {
            state.prompt.add_older(texts);
            Vec::new()
        }
        Input::Exported { run, result } => export::next_step(state, run, result, at),
        Input::Saved { change, result } => settings::take_saved(state, &change, result, at),
        Input::Client(input) => {
            let tick = expiry::expire(state, &input, at);
            if state.client.room().is_loading() {
                // Older messages may come, above the line that the place depends on.
                state.move_in(LogPane::Room, Viewport::hold);
            }
            let mut effects = client(state, input, at);
            effects.extend(tick);
            effects
        }
    }
}

/// The user goes on, and so has seen the answer to the last action.
fn end_answer(state: &mut State) {
    (state.done, state.done_until) = (None, None);
}

/// Gives an input to the client, and takes in its effects for the screen.
fn client(state: &mut State, input: ClientInput, at: Timestamp) -> Vec<Effect> {
    let effects = chat_client::update(&mut state.client, input, at);
    let mut effects: Vec<_> =
        effects.into_iter().filter_map(|effect| take(state, effect)).collect();
    if state.client.session().is_some() {
        // The name was free after all.
        state.end_asking();
        (state.may_ask_server, state.back) = (false, None);
    } else if let Some(lost) = orders::take_lost(state) {
        effects.extend(notify(state, NoticeKind::Trouble, lost, at));
    }
    effects
}

fn take(state: &mut State, effect: ClientEffect) -> Option<Effect> {
    match effect {
        ClientEffect::Received(message) => return attention::received(state, &message),
        ClientEffect::Alert(message) => return attention::alert(state, &message),
        ClientEffect::RoomOpened(room) => state.show_room(&room),
        ClientEffect::RoomClosed { room, draft } => {
            state.forget_room(&room, draft);
            if let Some((_, done)) = state.leaving.take_if(|(left, _)| *left == room) {
                state.done = Some(Ok(done));
            }
        }
        ClientEffect::RoomsForgotten => state.forget_rooms(),
        ClientEffect::DraftChanged(room) => state.take_draft(&room),
        ClientEffect::Noticed(notice) => repeat_notice(state, &notice),
        ClientEffect::TextReturned(text) => state.prompt.remember(text),
        ClientEffect::WrongKey(wrong) => return Some(Effect::WrongKey(wrong)),
        ClientEffect::DateFound { room, date, found } => {
            return date::take_found(state, &room, date, found);
        }
        ClientEffect::Fetched { room, to, messages } => {
            return export::write_fetched(state, &room, to, messages);
        }
        ClientEffect::Answered(event) => return orders::take_answer(state, *event),
        ClientEffect::PasswordRequired => {
            state.open_picker(Subject::Secret(SecretKind::Server), "");
        }
        ClientEffect::NameRequired(suggestion) => {
            state.ask_name(suggestion.as_ref().map_or("", |name| name.as_str()));
        }
        effect => {
            if let ClientEffect::Store(StoreOp::Message(message)) = &effect {
                state.is_first = false;
                // The user sees what they send.
                match state.focused_thread() {
                    Some(_) if message.room == *state.shown() => {
                        state.focused_viewport_mut().to_newest();
                    }
                    _ => {
                        state.viewport_mut(&message.room).to_newest();
                        state.end_jump();
                    }
                }
            }
            return Some(Effect::Client(effect));
        }
    }
    None
}

/// Asks the client for something.
///
/// # Errors
/// Returns the reason in words for the user, if the client does not carry it out.
fn request(state: &mut State, request: Request, at: Timestamp) -> Result<Vec<Effect>, String> {
    let mut effects = client(state, ClientInput::Request(request), at);
    let failed =
        effects.iter().position(|effect| matches!(effect, Effect::Client(ClientEffect::Failed(_))));
    match failed.map(|index| effects.remove(index)) {
        Some(Effect::Client(ClientEffect::Failed(error))) => {
            Err(not_done(&error, state.look.keys()))
        }
        _ => Ok(effects),
    }
}

/// Shows a notice in the room on the screen. If the user reads back, the end of the log is not on the screen: the
/// status line says it, too, and the view stays. A list has no room there: the view goes to it.
fn notify(
    state: &mut State,
    kind: NoticeKind,
    text: impl Into<String>,
    at: Timestamp,
) -> Vec<Effect> {
    let text = text.into();
    let reads_back = state.is_end_hidden(LogPane::Room);
    let is_list = kind == NoticeKind::Info && text.contains('\n');
    if reads_back && !is_list {
        state.done = Some(match kind {
            NoticeKind::Info => Ok(text.clone()),
            NoticeKind::Trouble => Err(text.clone()),
        });
    }
    let effects = client(state, ClientInput::Request(Request::Notice(kind, text)), at);
    if is_list {
        state.focus_on(LogPane::Room);
    }
    if is_list || !reads_back {
        let room = state.shown().clone();
        state.viewport_mut(&room).to_newest();
    }
    effects
}

/// The client has added a notice of its own. If the user reads back, the status line says it, too: it may be the
/// answer to a command.
fn repeat_notice(state: &mut State, new: &Notice) {
    if matches!(new, Notice::Refused(_)) {
        (state.pending_order, state.sanction_lookup) = (None, None);
        // The list that was asked for does not come, and would hide why.
        state.picker.take_if(|picker| picker.subject.is_order() && picker.list.offers().is_empty());
    }
    let reads_back = state.is_end_hidden(LogPane::Room);
    if reads_back && new.kind() == NoticeKind::Trouble && !matches!(new, Notice::Front(..)) {
        state.done = Some(Err(notice(new, state.look.keys()).replace('\n', " ")));
    }
}

/// Inserts a text into the input box.
fn insert(state: &mut State, text: &str, at: Timestamp) -> Vec<Effect> {
    if lists::insert(state, text).is_some() {
        return Vec::new();
    }
    if state.open_find().is_some() {
        return find::insert(state, text, at);
    }
    state.prompt.end_completion();
    state.prompt.end_cut();
    state.prompt.end_search();
    state.selection = None;
    match state.prompt.editor.insert(text) {
        Ok(()) => Vec::new(),
        Err(error) => notify(state, NoticeKind::Trouble, error.to_string(), at),
    }
}

/// Opens the user list, or closes it. If the screen has no room for it, the users are a list to choose from.
fn toggle_users(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let opens = state.panes().users.is_none();
    state.users = Some(opens);
    if opens && state.panes().users.is_none() {
        state.users = None;
        return lists::open(state, Subject::People, "", at);
    }
    Vec::new()
}

#[cfg(test)]
pub(crate) mod tests;
