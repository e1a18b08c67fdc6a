//! Carries out the actions of the keys.

use chat_client::NoticeKind;
use chat_proto::Timestamp;

use super::{
    Effect, bare, enter, find, help, insert, lists, mentions, notify, quit, rooms, scroll_page,
    searching, selecting, to_newest, to_oldest,
};
use crate::action::Action;
use crate::lists::Subject;
use crate::prompt::{Case, Motion, Prompt, TooMuch};
use crate::state::{LogPane, PageSubject, State};
use crate::wording::in_short;

/// Carries out an action.
pub(super) fn run(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    let typed = state.input().editor.text();
    if let Some(mut effects) = lists::action(state, action, at) {
        effects.extend(find::ask_if_completed(state, &typed, at));
        return effects;
    }
    if let Some(effects) = find::action(state, action, at) {
        return effects;
    }
    // Before text these keys edit, as in every shell; at its end they go elsewhere.
    let action = match action {
        Action::GoTo if state.prompt.editor.has_rest_of_line() => Action::CutLineEnd,
        Action::Search if state.prompt.editor.has_rest_of_line() => Action::Right,
        action => action,
    };
    if !matches!(action, Action::Complete | Action::CompleteBack) {
        state.prompt.end_completion();
    }
    if !is_cut(action) {
        state.prompt.end_cut();
    }
    match action {
        Action::NextRoom => rooms::open_beside(state, 1, at),
        Action::PreviousRoom => rooms::open_beside(state, -1, at),
        Action::NextUnread => rooms::open_unread(state, at),
        Action::GoTo => lists::open(state, Subject::GoTo, "", at),
        Action::Search if !state.asks_name() => find::open(state, "", at),
        Action::Complete => lists::complete(state, false, at),
        Action::CompleteBack => lists::complete(state, true, at),
        Action::DeleteLeft => {
            drop(state.prompt.editor.delete(Motion::Left));
            lists::suggest(state, at)
        }
        Action::Room1 => rooms::open_numbered(state, 1, at),
        Action::Room2 => rooms::open_numbered(state, 2, at),
        Action::Room3 => rooms::open_numbered(state, 3, at),
        Action::Room4 => rooms::open_numbered(state, 4, at),
        Action::Room5 => rooms::open_numbered(state, 5, at),
        Action::Room6 => rooms::open_numbered(state, 6, at),
        Action::Room7 => rooms::open_numbered(state, 7, at),
        Action::Room8 => rooms::open_numbered(state, 8, at),
        Action::Room9 => rooms::open_numbered(state, 9, at),
        Action::PageUp => scroll_page(state, -page(state), at),
        Action::PageDown => scroll_page(state, page(state), at),
        Action::Oldest => to_oldest(state, at),
        Action::Back | Action::Clear if state.is_editing() => {
            state.end_compose();
            Vec::new()
        }
        Action::Clear if state.prompt.editor.is_empty() && state.end_compose() => Vec::new(),
        Action::Back if state.end_compose() => Vec::new(),
        // In the log, Esc goes to the newest message first.
        Action::Back
            if (state.focus() == LogPane::Thread || !state.is_end_hidden(LogPane::Room))
                && state.close_thread() =>
        {
            Vec::new()
        }
        Action::OtherPane => {
            state.focus_on_other();
            Vec::new()
        }
        Action::Back if state.back.is_some() => {
            state.back.take().map(|back| Effect::Connect(back.server.into())).into_iter().collect()
        }
        Action::Back if state.may_ask_server => {
            vec![Effect::AskServer(state.client.trouble().map(in_short))]
        }
        Action::Back => find::back(state, at).unwrap_or_else(|| to_newest(state, at)),
        Action::Newest => leave_to_newest(state, at),
        Action::FirstUnread => mentions::first_unread(state, at),
        Action::NextMention => mentions::start(state, true, at),
        Action::PreviousMention => mentions::start(state, false, at),
        Action::SearchInput => {
            searching::start(state);
            Vec::new()
        }
        Action::Select => {
            selecting::start(state);
            Vec::new()
        }
        Action::Bare => bare::open(state),
        Action::Users => super::toggle_users(state, at),
        Action::Send => enter::enter(state, at),
        Action::NewLine => insert(state, "\n", at),
        Action::Up if state.edit_last() => Vec::new(),
        Action::PreviousInput => {
            state.step_input(Prompt::older);
            Vec::new()
        }
        Action::NextInput => {
            state.step_input(Prompt::newer);
            Vec::new()
        }
        Action::Home if state.prompt.editor.is_empty() => to_oldest(state, at),
        Action::End if state.prompt.editor.is_empty() => leave_to_newest(state, at),
        Action::Clear => quit::clear(state, at),
        Action::DeleteOrQuit => quit::delete(state, at),
        Action::Edit if !state.asks_name() => vec![Effect::Edit(state.prompt.editor.text())],
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Help => {
            help::open(state, PageSubject::Keys);
            Vec::new()
        }
        // The history has messages; there is none for names.
        Action::Up | Action::Down if state.asks_name() => Vec::new(),
        action => edit(&mut state.prompt, action).map_or_else(
            |error| notify(state, NoticeKind::Trouble, error.to_string(), at),
            |()| Vec::new(),
        ),
    }
}

/// Whether an action does nothing but change the text of the input box, or its cursor, and always can.
pub(super) const fn only_edits(action: Action) -> bool {
    matches!(
        action,
        Action::DeleteLeft
            | Action::DeleteRight
            | Action::Left
            | Action::Right
            | Action::WordLeft
            | Action::WordRight
            | Action::LineStart
            | Action::LineEnd
            | Action::CutWord
            | Action::CutWordLeft
            | Action::CutWordRight
            | Action::CutLineStart
            | Action::CutLineEnd
    )
}

/// Whether the text that is cut now may be joined to the one cut before.
const fn is_cut(action: Action) -> bool {
    matches!(
        action,
        Action::CutWord
            | Action::CutWordLeft
            | Action::CutWordRight
            | Action::CutLineStart
            | Action::CutLineEnd
            | Action::Paste
            | Action::PasteOlder
    )
}

/// Moves the cursor, or changes the text.
pub(super) fn edit(prompt: &mut Prompt, action: Action) -> Result<(), TooMuch> {
    match action {
        Action::Up => prompt.up(),
        Action::Down => prompt.down(),
        Action::Left => prompt.editor.go(Motion::Left),
        Action::Right => prompt.editor.go(Motion::Right),
        Action::WordLeft => prompt.editor.go(Motion::WordLeft),
        Action::WordRight => prompt.editor.go(Motion::WordRight),
        Action::LineStart | Action::Home => prompt.editor.go(Motion::LineStart),
        Action::LineEnd | Action::End => prompt.editor.go(Motion::LineEnd),
        Action::DeleteLeft => drop(prompt.editor.delete(Motion::Left)),
        Action::DeleteRight => drop(prompt.editor.delete(Motion::Right)),
        Action::CutWord => prompt.cut(Motion::SpaceLeft),
        Action::CutWordLeft => prompt.cut(Motion::WordLeft),
        Action::CutWordRight => prompt.cut(Motion::WordRight),
        Action::CutLineStart => prompt.cut(Motion::LineStart),
        Action::CutLineEnd => prompt.cut(Motion::LineEnd),
        Action::Paste => return prompt.yank(),
        Action::PasteOlder => return prompt.yank_older(),
        Action::SwapCharacters => return prompt.editor.swap_characters(),
        Action::SwapWords => return prompt.editor.swap_words(),
        Action::Upper => return prompt.editor.change_case(Case::Upper),
        Action::Lower => return prompt.editor.change_case(Case::Lower),
        Action::Capital => return prompt.editor.change_case(Case::Capital),
        Action::Undo => prompt.editor.undo(),
        Action::Redo => prompt.editor.redo(),
        _ => {}
    }
    Ok(())
}

/// Goes to the newest message to stay there.
fn leave_to_newest(state: &mut State, at: Timestamp) -> Vec<Effect> {
    state.end_jump();
    to_newest(state, at)
}

/// A screen of the log, less one row for orientation.
pub(super) fn page(state: &State) -> isize {
    let height = state.log_area(state.focus()).map_or(0, |area| area.height);
    let rows = height.saturating_sub(1).max(1);
    isize::try_from(rows).unwrap_or(isize::MAX)
}
