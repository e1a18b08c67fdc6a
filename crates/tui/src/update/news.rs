//! What the link tells. All of it is clean by now.

use chat_proto::event::{Accepted, Message, Welcome};
use chat_proto::{At, Event, LeaveReason, Refusal, RefusalCode, User};

use super::{Effect, send_waiting};
use crate::link::{Lost, News};
use crate::mention::mentions;
use crate::prompt::Editor;
use crate::state::{Body, Connection, Delivery, How, State, Tone};

pub(super) fn news(state: &mut State, news: News, at: At) -> Vec<Effect> {
    match news {
        News::Dialling => state.connection = Connection::Connecting,
        News::Waiting { seconds } => state.connection = Connection::Waiting { seconds },
        News::Welcome { session, welcome } => return welcomed(state, session, welcome, at),
        News::Event(event) => return heard(state, event, at),
        News::Unreadable(refusal) => unreadable(state, &refusal, at),
        News::Refused(refusal) => not_let_in(state, &refusal, at),
        News::Lost { why, written } => lost(state, &why, written, at),
    }
    Vec::new()
}

fn welcomed(state: &mut State, session: u64, welcome: Welcome, at: At) -> Vec<Effect> {
    state.connection = Connection::Connected { session };
    state.told = crate::state::Told::default();
    // The name was asked for, and then it was free after all: what was typed goes on.
    if let Some(draft) = state.draft.take() {
        state.prompt.editor = draft;
    }
    let text = format!(
        "connected to {} {} as {}",
        welcome.server.name, welcome.server.version, welcome.name
    );
    state.log.note(at, Tone::Info, text);
    state.users.set_me(welcome.id);
    state.name = welcome.name;
    state.outbox.start_after(welcome.last);
    send_waiting(state)
}

fn heard(state: &mut State, event: Event, at: At) -> Vec<Effect> {
    match event {
        Event::Room { room, topic, count, users, .. } if room == state.room => {
            state.users.replace(users, count);
            if !topic.as_str().is_empty() {
                state.log.note(at, Tone::Info, format!("{room}: {}", topic.as_str()));
            }
        }
        Event::Joined { room, user } if room == state.room && user.id != state.users.me() => {
            state.log.note(at, Tone::Joined, format!("{} is here", user.name));
            state.users.joined(user);
        }
        Event::Left { room, user, reason } if room == state.room => {
            let text = format!("{} {}", user.name, left_because(reason));
            state.log.note(at, Tone::Left, text);
            state.users.left(user.id);
        }
        Event::Renamed { user, name } => renamed(state, &user, name, at),
        Event::Message(message) if message.room == state.room => return said(state, message),
        Event::Accepted(accepted) => settled(state, &accepted),
        Event::Refused(refusal) => refused(state, refusal, at),
        _ => {}
    }
    Vec::new()
}

const fn left_because(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Bye | LeaveReason::Unknown => "has left",
        LeaveReason::Lost => "has lost the connection",
        LeaveReason::TooSlow => "was too slow to read",
        LeaveReason::Idle => "has not answered any more",
        LeaveReason::TooManyErrors => "was sent away after too many errors",
    }
}

fn renamed(state: &mut State, user: &User, name: chat_proto::UserName, at: At) {
    let text = if user.id == state.users.me() {
        state.name = name.clone();
        format!("you are {name} now")
    } else {
        format!("{} is {name} now", user.name)
    };
    state.log.note(at, Tone::Info, text);
    state.users.renamed(user.id, name);
}

fn said(state: &mut State, message: Message) -> Vec<Effect> {
    let own = message.from.id == state.users.me();
    let text = message.text.as_str().to_owned();
    let mentions = if own { Vec::new() } else { mentions(&text, &state.name) };
    let ring = !mentions.is_empty();
    let how = if own { How::Own(Delivery::Accepted) } else { How::Heard(mentions) };
    let body = Body::Said { from: message.from.name, kind: message.kind, text, how };
    state.log.push(message.at, body);
    if ring { vec![Effect::Ring] } else { Vec::new() }
}

fn settled(state: &mut State, accepted: &Accepted) {
    let (n, at) = match accepted {
        Accepted::Kept { n, at, .. } => (*n, Some(*at)),
        Accepted::Repeat { n, .. } => (Some(*n), None),
    };
    if let Some(entry) = n.and_then(|n| state.outbox.settle(n)) {
        state.log.settle(entry, at, Delivery::Accepted);
    }
}

fn refused(state: &mut State, refusal: Refusal, at: At) {
    if let Some(entry) = refusal.n.and_then(|n| state.outbox.settle(n)) {
        return state.log.settle(entry, None, Delivery::Refused(refusal.text));
    }
    let free = refusal.suggestion.map(|name| format!("; /name {name} is free"));
    let text = format!("refused: {}{}", refusal.text, free.unwrap_or_default());
    state.log.note(at, Tone::Trouble, text);
}

fn unreadable(state: &mut State, refusal: &Refusal, at: At) {
    if !std::mem::replace(&mut state.told.unreadable, true) {
        let text = format!(
            "the server says something this version cannot read ({}); a newer one may",
            refusal.text
        );
        state.log.note(at, Tone::Trouble, text);
    }
}

/// The server did not take the hello. About a name the user can do something, in the input box.
fn not_let_in(state: &mut State, refusal: &Refusal, at: At) {
    state.connection = Connection::Refused;
    let about_name = matches!(refusal.code, RefusalCode::NameTaken | RefusalCode::BadName);
    let what_next =
        if about_name { "type another name below" } else { "/reconnect tries it again" };
    state.log.note(at, Tone::Trouble, format!("not let in: {}; {what_next}", refusal.text));
    if about_name && state.draft.is_none() {
        let suggestion = refusal.suggestion.as_ref().unwrap_or(&state.name);
        let asking = Editor::new(suggestion.as_str());
        state.draft = Some(std::mem::replace(&mut state.prompt.editor, asking));
        state.prompt.end_completion();
    }
}

fn lost(state: &mut State, why: &Lost, written: u64, at: At) {
    state.connection = Connection::Connecting;
    state.users.clear();
    for entry in state.outbox.lost(written) {
        state.log.settle(entry, None, Delivery::Unknown);
    }
    if matches!(why, Lost::Asked) || std::mem::replace(&mut state.told.lost, true) {
        return;
    }
    let text = format!("{why} (it is tried again by itself; /reconnect tries now)");
    state.log.note(at, Tone::Trouble, text);
}
