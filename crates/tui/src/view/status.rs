//! The line above the input box: what is not normal, and hints.

use chat_client::Connection;
use chat_proto::command::SearchOrder;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::live;
use crate::action::Action;
use crate::letters::{LETTERS, Letter, MessageAction};
use crate::state::{Back, Direction, Find, LogPane, State, applies, other_author};
use crate::theme::{Role, Theme};
use crate::wording::{in_short, quoted};
use crate::wrap::{columns, cut};

/// Columns between what is not normal and the hints, at least, if there is both.
const GAP: usize = 3;

/// Separates two parts.
const AND: &str = " · ";

pub(super) fn draw(state: &State, theme: Theme, area: Rect, canvas: &mut Canvas) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let text = cut(&not_normal(state).join(AND), width);
    let typing = typing(state, width.saturating_sub(columns(&text)), text.is_empty());
    let taken = columns(&text) + columns(&typing);
    let mut left = width.saturating_sub(if taken > 0 { taken + GAP } else { 0 });
    let mut hints = String::new();
    // If there is no room for all, the last ones matter most.
    for hint in hints_of(state).into_iter().rev() {
        let and = if hints.is_empty() { "" } else { AND };
        if columns(&hint) + columns(and) > left {
            break;
        }
        left -= columns(&hint) + columns(and);
        hints = format!("{hint}{and}{hints}");
    }
    let style = match (state.client.connection(), &state.done) {
        (Connection::Refused { .. } | Connection::Expelled { .. }, _) | (_, Some(Err(_))) => {
            theme.bad()
        }
        (_, Some(Ok(_))) => theme.style(Role::Good),
        _ => theme.style(Role::Warn),
    };
    let hints = Line::styled(hints, theme.dim()).alignment(Alignment::Right);
    canvas.line(&hints, area);
    let line = vec![Span::styled(text, style), Span::styled(typing, theme.dim())];
    canvas.line(&Line::from(line), area);
}

/// Who is writing, if it fits into this part of the row.
fn typing(state: &State, width: usize, is_first: bool) -> String {
    let and = if is_first { "" } else { AND };
    let typing = live::typing(state).filter(|_| state.quitting.is_none() && !state.is_bare);
    let typing = typing.map(|typing| format!("{and}{typing}"));
    typing.filter(|typing| columns(typing) <= width).unwrap_or_default()
}

/// What is not normal: no connection, messages that wait, and why. What comes first matters most.
fn not_normal(state: &State) -> Vec<String> {
    let client = &state.client;
    if let Some(quitting) = state.quitting {
        let keys = state.look.keys().name(quitting.action).unwrap_or_default();
        return vec![format!("Press {keys} again to quit")];
    }
    let mut parts = Vec::new();
    if state.is_demo {
        parts.push("Demo: nothing is sent".to_owned());
    }
    if let Some(target) = state.deleting {
        let whose = state.message(target).and_then(other_author);
        let whose = whose.map(|name| format!(" of {}", quoted(name))).unwrap_or_default();
        parts.push(format!("Delete this message{whose}? y deletes it, any other key keeps it"));
    }
    if let Some(question) = &state.question {
        let (line, keys) = (question.line(), question.keys());
        parts.push(if columns(&line) <= usize::from(state.size.width) { line } else { keys });
    }
    parts.extend(state.export_text());
    parts.extend(state.done.iter().map(|done| done.clone().unwrap_or_else(|why| why)));
    match client.connection() {
        Connection::Connecting => parts.push("Connecting…".to_owned()),
        Connection::Waiting { seconds } => {
            parts.push(format!("Offline, retrying in {seconds} s"));
        }
        Connection::Connected { .. } => {}
        Connection::Refused { .. } if state.asks_name() => {
            parts.push("Choose a name".to_owned());
        }
        Connection::Expelled { .. } => {
            parts.push("Not connected, /reconnect tries again".to_owned());
        }
        Connection::Refused { .. } | Connection::WrongKey => parts.push("Not connected".to_owned()),
    }
    parts.extend(state.compose_text());
    parts.extend(back(state));
    match client.outbox().waiting() {
        0 => {}
        1 if state.storing_until.is_some_and(|until| state.now < until) => {}
        1 => parts.push("1 message queued".to_owned()),
        count => parts.push(format!("{count} messages queued")),
    }
    parts.extend(client.trouble().map(in_short));
    parts.extend(live::own_away(state));
    if client.other_is_online() == Some(false) {
        let name = client.room().display_name();
        parts.push(format!("{name} is offline and sees your messages when back"));
    }
    parts
}

/// How to go back to the server that worked before.
fn back(state: &State) -> Option<String> {
    let Back { server, waiting } = state.back.as_ref()?;
    let hint = state.look.keys().hint(Action::Back, &format!("goes back to {server}"))?;
    Some(match waiting {
        0 => hint,
        1 => format!("{hint}, 1 message waits there"),
        count => format!("{hint}, {count} messages wait there"),
    })
}

/// What the user can do here, the most important last.
fn hints_of(state: &State) -> Vec<String> {
    let keys = state.look.keys();
    let all = if let Some(picker) = &state.picker {
        let enter = keys.hint(Action::Send, picker.subject.enter());
        let chooses = (!picker.subject.is_secret()).then(|| format!("{} choose", keys.steps()));
        vec![chooses, enter, keys.hint(Action::Back, "close")]
    } else if state.input().completions().is_some() {
        vec![keys.hint(Action::Complete, "choose"), keys.hint(Action::Back, "close")]
    } else if let Some(find) = state.open_find() {
        find_hints(state, find)
    } else if state.is_bare {
        let pages = [Action::PageUp, Action::PageDown].map(|page| keys.name(page));
        let pages = pages.into_iter().flatten().collect::<Vec<_>>().join(" ");
        vec![Some(format!("{pages} scroll")), keys.hint(Action::Back, "back")]
    } else if state.deleting.is_some() || state.question.is_some() {
        Vec::new()
    } else if let Some((_, message)) = state.selected() {
        // The hints that matter most are last. Of the letters, that is the one that copies a link.
        let deletes_others = state.deletes_others();
        let is_link = |letter: &&Letter| letter.action == MessageAction::CopyLink;
        let of_link = LETTERS.iter().filter(is_link);
        let applying = LETTERS
            .iter()
            .rev()
            .filter(|letter| !is_link(letter))
            .chain(of_link)
            .filter(|letter| applies(letter.action, message, deletes_others).is_ok());
        let hint = |letter: &Letter| format!("{} {}", letter.key, letter.hint);
        let mut all: Vec<_> = applying.map(|action| Some(hint(action))).collect();
        if state.selected_is_long() {
            let does = if state.selected_is_open() { "fold" } else { "open" };
            all.push(keys.hint(Action::Send, does));
        }
        all.push(keys.hint(Action::Back, back_to(state).unwrap_or("back")));
        all
    } else if state.compose.is_some() {
        let does = if state.is_editing() { "save" } else { "reply" };
        vec![keys.hint(Action::Send, does), keys.hint(Action::Back, "cancel")]
    } else if state.thread.is_some() {
        let other = if state.focus() == LogPane::Thread { "messages" } else { "thread" };
        vec![
            keys.hint(Action::OtherPane, other),
            keys.hint(Action::Select, "select"),
            keys.hint(Action::Back, "close the thread"),
        ]
    } else {
        normal_hints(state)
    };
    all.into_iter().flatten().collect()
}

/// The hints while messages are searched.
fn find_hints(state: &State, find: &Find) -> Vec<Option<String>> {
    let keys = state.look.keys();
    let order = match find.order {
        SearchOrder::Newest => "best first",
        SearchOrder::Best => "newest first",
    };
    let mut hints =
        vec![keys.hint(Action::Complete, "filters"), keys.hint(Action::SearchOrder, order)];
    if !state.client.search().hits().is_empty() {
        hints.push(Some(format!("{} choose", keys.steps())));
        hints.push(keys.hint(Action::Send, "go there"));
    }
    hints.push(keys.hint(Action::Back, if state.origin.is_some() { "back" } else { "close" }));
    hints
}

/// Where the key leads that goes back, if the user has gone to a message from elsewhere.
fn back_to(state: &State) -> Option<&'static str> {
    match (&state.find, &state.origin) {
        (Some(find), _) if find.arrived.is_none() || find.arrived == state.selection => {
            Some("back to the results")
        }
        _ => None,
    }
}

/// The hints if nothing is open and nothing selected.
fn normal_hints(state: &State) -> Vec<Option<String>> {
    let (keys, room) = (state.look.keys(), state.client.room());
    let selects = room.log().oldest().is_some();
    vec![
        keys.hint(Action::Select, "select").filter(|_| selects),
        match state.to_mention() {
            Some(Direction::Below) => keys.hint(Action::NextMention, "next mention"),
            Some(Direction::Above) => keys.hint(Action::PreviousMention, "previous mention"),
            None => None,
        },
        keys.hint(Action::NextUnread, "next unread")
            .filter(|_| state.client.next_unread().is_some()),
        keys.hint(Action::Users, "users").filter(|_| !room.is_private()),
        keys.hint(Action::Help, "keys"),
        match (&state.find, &state.origin) {
            (Some(_), _) => keys.hint(Action::Back, "back to the results"),
            (None, Some(_)) => keys.hint(Action::Back, "back"),
            (None, None) => None,
        },
        keys.hint(Action::Back, "change the address")
            .filter(|_| state.may_ask_server && state.back.is_none()),
    ]
}
