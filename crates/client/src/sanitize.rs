//! The one place that sanitizes texts from the network, before anything else sees them.
//!
//! The result is safe to print on a terminal and takes the columns it seems to take:
//!
//! * Control characters become visible pictures (`␛`), C1 and the bidi embeddings, overrides and isolates
//!   become `�`: that somebody sends them is visible.
//! * Invisible characters are removed, except joiners and variation selectors in places where they are text:
//!   see `sequences`.
//! * A character has at most [`CLUSTER_CHARS_MAX`] − 1 marks, and a mark without a character gets `◌` before
//!   it.
//! * A tab becomes spaces. A line end stays in messages, and becomes a space elsewhere.

mod accounts;
mod hooks;
mod invites;
mod sanctions;
mod sequences;

use std::borrow::Cow;

use chat_proto::event::{Away, Details, Hit, Reaction, RoomInfo, RoomState, Version, Welcome};
use chat_proto::unsafe_chars::{is_invisible, is_joiner};
use chat_proto::{
    AwayText, Emoji, Event, Message, Refusal, RoomName, Secret, Text, Topic, User, UserName,
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use self::accounts::{account, session, summary};
use self::hooks::hook;
use self::invites::invite;
use self::sequences::without_loose;
/// Most characters of one grapheme cluster: a base and eight marks, more than any script needs.
pub const CLUSTER_CHARS_MAX: usize = 9;

/// Most characters of an emoji sequence: the longest that Unicode recommends has ten.
const SEQUENCE_CHARS_MAX: usize = 12;

/// Most characters of a topic, a refusal or another text that is not a message: some six full rows.
pub const LINE_CHARS_MAX: usize = 512;

/// Replaces a tab: tab stops mean nothing in wrapped text.
const TAB: &str = "    ";

/// Replaces a character that must not be shown.
const REPLACEMENT: char = '\u{FFFD}';

/// Sanitizes an event of the server.
#[must_use]
pub fn event(event: Event) -> Event {
    match event {
        // The rest is for the operator.
        Event::About { server, journal, .. } => {
            Event::About { server, journal, key: None, search: None }
        }
        Event::Welcome(_) | Event::Accepted(_) | Event::Ping { .. } | Event::Pong { .. } => event,
        Event::Account(of) => Event::Account(Box::new(account(*of))),
        Event::AccountChanged { what, by } => {
            Event::AccountChanged { what, by: by.as_ref().map(user) }
        }
        Event::Sessions { sessions, more } => {
            Event::Sessions { sessions: sessions.iter().map(session).collect(), more }
        }
        Event::Accounts { accounts, next } => {
            Event::Accounts { accounts: accounts.iter().map(summary).collect(), next }
        }
        Event::Link { code, valid_ms } => {
            Event::Link { code: Secret::new(line(code.reveal())), valid_ms }
        }
        Event::Room(state) => Event::Room(RoomState {
            room: room(&state.room),
            title: state.title.as_ref().map(name),
            topic: topic(&state.topic),
            users: state.users.iter().map(user).collect(),
            away: state.away.iter().map(away).collect(),
            ..state
        }),
        Event::History { room, messages, more } => Event::History {
            room: self::room(&room),
            messages: messages.into_iter().map(message).collect(),
            more,
        },
        Event::Versions { room, seq, versions, more } => Event::Versions {
            room: self::room(&room),
            seq,
            versions: versions
                .into_iter()
                .map(|version| Version { text: message_text(&version.text), ..version })
                .collect(),
            more,
        },
        Event::Thread { room, seq, replies, unread, messages, more } => {
            let (room, messages) = (self::room(&room), messages.into_iter().map(message).collect());
            Event::Thread { room, seq, replies, unread, messages, more }
        }
        Event::Pins { room, count, messages, more } => {
            let (room, messages) = (self::room(&room), messages.into_iter().map(message).collect());
            Event::Pins { room, count, messages, more }
        }
        Event::Mentions { messages, next } => {
            Event::Mentions { messages: messages.into_iter().map(message).collect(), next }
        }
        Event::Found { query, order, hits, next, indexed } => {
            Event::Found { query, order, hits: hits.iter().map(hit).collect(), next, indexed }
        }
        Event::Users { room, users, away, roles, more } => Event::Users {
            room: self::room(&room),
            users: users.iter().map(user).collect(),
            away: away.iter().map(self::away).collect(),
            roles,
            more,
        },
        Event::Typing { room, user } => {
            Event::Typing { room: self::room(&room), user: self::user(&user) }
        }
        Event::Away { user, text } => {
            Event::Away { user: self::user(&user), text: away_text(&text) }
        }
        Event::Back { user } => Event::Back { user: self::user(&user) },
        Event::Invite { line: dirty, invite } => {
            Event::Invite { line: Secret::new(line(dirty.reveal())), invite: self::invite(&invite) }
        }
        Event::Invites { invites, more } => {
            Event::Invites { invites: invites.iter().map(invite).collect(), more }
        }
        Event::Hook { url, hook, key } => Event::Hook {
            url: Secret::new(line(url.reveal())),
            hook: self::hook(&hook),
            key: key.map(|key| key.cleaned()),
        },
        Event::Hooks { hooks, more } => {
            Event::Hooks { hooks: hooks.iter().map(hook).collect(), more }
        }
        Event::Role { room, user, role, by } => Event::Role {
            room: room.as_ref().map(self::room),
            user: self::user(&user),
            role,
            by: by.as_ref().map(self::user),
        },
        Event::Rules { room, rules, by } => {
            Event::Rules { room: self::room(&room), rules, by: by.as_ref().map(user) }
        }
        Event::AskedIn { room, user, by } => {
            Event::AskedIn { room: self::room(&room), user: self::user(&user), by: self::user(&by) }
        }
        event @ (Event::Sanction(_)
        | Event::Pardoned { .. }
        | Event::Sanctions { .. }
        | Event::Audit { .. }) => sanctions::event(event),
        Event::Rooms { rooms, more } => {
            Event::Rooms { rooms: rooms.iter().map(room_info).collect(), more }
        }
        Event::Presence { room, count } => Event::Presence { room: self::room(&room), count },
        Event::Topic { room, topic, user } => Event::Topic {
            room: self::room(&room),
            topic: self::topic(&topic),
            user: self::user(&user),
        },
        Event::Read { room, seq, last_seq, unread, mentions, more } => {
            let room = self::room(&room);
            Event::Read { room, seq, last_seq, unread, mentions, more }
        }
        Event::Joined { room, user } => {
            Event::Joined { room: self::room(&room), user: self::user(&user) }
        }
        Event::Left { room, user, reason } => {
            Event::Left { room: self::room(&room), user: self::user(&user), reason }
        }
        Event::Renamed { user, name } => {
            Event::Renamed { user: self::user(&user), name: self::name(&name) }
        }
        Event::Message(message) => Event::Message(self::message(message)),
        Event::Refused(refusal) => Event::Refused(self::refusal(&refusal)),
        Event::Goodbye { code, text } => Event::Goodbye { code, text: line(&text) },
    }
}

/// Sanitizes a refusal.
#[must_use]
pub fn refusal(refusal: &Refusal) -> Refusal {
    Refusal {
        code: refusal.code,
        text: line(&refusal.text),
        n: refusal.n,
        device: refusal.device.clone(),
        room: refusal.room.as_ref().map(room),
        seq: refusal.seq,
        suggestion: refusal.suggestion.as_ref().map(name),
        retry_ms: refusal.retry_ms,
    }
}

/// Sanitizes a welcome.
#[must_use]
pub fn welcome(mut welcome: Welcome) -> Welcome {
    welcome.name = name(&welcome.name);
    welcome.server.name = line(&welcome.server.name);
    welcome.server.version = line(&welcome.server.version);
    welcome
}

fn message(message: Message) -> Message {
    Message {
        room: room(&message.room),
        from: user(&message.from),
        text: message_text(&message.text),
        details: message.details.map(|all| Box::new(details(*all))),
        ..message
    }
}

fn details(details: Details) -> Details {
    let reaction = |reaction: Reaction| Reaction {
        emoji: emoji(&reaction.emoji),
        users: reaction.users.iter().map(user).collect(),
        ..reaction
    };
    Details {
        emoji: details.emoji.as_ref().map(emoji),
        topic: details.topic.as_ref().map(topic),
        reactions: details.reactions.into_iter().map(reaction).collect(),
        ..details
    }
}

/// Sanitizes an emoji. One that is then no single emoji becomes [`REPLACEMENT`].
fn emoji(emoji: &Emoji) -> Emoji {
    let replacement = || Emoji::new(REPLACEMENT.to_string()).expect("it is one character");
    Emoji::new(text(emoji.as_str())).unwrap_or_else(|_| replacement())
}

fn hit(hit: &Hit) -> Hit {
    let text = message_text(&hit.text);
    let length = text.as_str().chars().count();
    // Where the same characters are in the clean text.
    let at = |mark: u32| {
        let before: String = hit.text.as_str().chars().take(mark as usize).collect();
        u32::try_from(self::text(&before).chars().count().min(length)).unwrap_or(mark)
    };
    let Hit { seq, at: stored, kind, .. } = *hit;
    let marks = hit.marks.iter().map(|mark| mark.map(at)).collect();
    Hit { room: room(&hit.room), seq, from: user(&hit.from), at: stored, kind, text, marks }
}

fn room_info(info: &RoomInfo) -> RoomInfo {
    RoomInfo { room: room(&info.room), topic: topic(&info.topic), count: info.count }
}

fn topic(topic: &Topic) -> Topic {
    Topic::from_lossy(&line(topic.as_str()))
}

fn away(away: &Away) -> Away {
    Away { id: away.id, text: away_text(&away.text) }
}

fn away_text(text: &AwayText) -> AwayText {
    AwayText::from_lossy(&line(text.as_str()))
}

fn user(user: &User) -> User {
    User { id: user.id, name: name(&user.name) }
}

fn name(name: &UserName) -> UserName {
    UserName::from_lossy(&line(name.as_str()))
}

fn room(room: &RoomName) -> RoomName {
    RoomName::new(&line(room.as_str())).unwrap_or_else(|_| room.clone())
}

fn message_text(message: &Text) -> Text {
    Text::from_lossy(&text(message.as_str())).unwrap_or_else(|| message.clone())
}

/// Sanitizes a text that may have several lines.
#[must_use]
pub fn text(dirty: &str) -> String {
    let clean = match is_plain(dirty) {
        true => dirty.to_owned(),
        false => bounded_clusters(&without_loose(&replaced(dirty, '\n'))),
    };
    if clean.trim().is_empty() { REPLACEMENT.to_string() } else { clean }
}

/// Sanitizes a text of one line, and cuts it at [`LINE_CHARS_MAX`] characters.
#[must_use]
pub fn line(dirty: &str) -> String {
    if dirty.len() <= LINE_CHARS_MAX && is_plain(dirty) {
        return dirty.to_owned();
    }
    let cut: Cow<'_, str> = match dirty.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &dirty[..end]).into(),
        None => dirty.into(),
    };
    bounded_clusters(&without_loose(&replaced(&cut, ' ')))
}

/// Whether a text is safe at a glance: most are printable ASCII, and to take one apart costs far more.
fn is_plain(dirty: &str) -> bool {
    dirty.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Makes unsafe characters visible, or removes them.
fn replaced(dirty: &str, line_end: char) -> String {
    let mut clean = String::with_capacity(dirty.len());
    for c in dirty.chars() {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' => clean.push(line_end),
            '\t' => clean.push_str(TAB),
            '\0'..='\u{1F}' => clean.push(picture(c)),
            '\u{7F}' => clean.push('␡'),
            '\u{80}'..='\u{9F}' => clean.push(REPLACEMENT),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => clean.push(REPLACEMENT),
            _ if is_invisible(c) && !sequences::is_part(c) => {}
            _ => clean.push(c),
        }
    }
    clean
}

/// The picture of a C0 control character.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(REPLACEMENT)
}

/// Cuts each grapheme cluster at [`CLUSTER_CHARS_MAX`] characters, and gives marks without a character
/// something to stand on.
fn bounded_clusters(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        if cluster.chars().next().and_then(UnicodeWidthChar::width) == Some(0) {
            clean.push_str(&standing(cluster));
        } else {
            clean.push_str(bounded(cluster));
        }
    }
    clean
}

/// The part of a cluster that is shown.
fn bounded(cluster: &str) -> &str {
    let is_sequence = cluster.contains(is_joiner);
    let max = if is_sequence { SEQUENCE_CHARS_MAX } else { CLUSTER_CHARS_MAX };
    match cluster.char_indices().nth(max) {
        Some((end, _)) => cluster[..end].trim_end_matches(sequences::is_part),
        None => cluster,
    }
}

/// Puts `◌` before a cluster that begins with a character of no width. One that cannot stand on it either
/// (the vowel of a Hangul syllable, alone) is replaced.
fn standing(cluster: &str) -> String {
    let on_circle: String = std::iter::once('◌').chain(cluster.chars()).collect();
    if on_circle.graphemes(true).count() > 1 {
        return REPLACEMENT.to_string();
    }
    on_circle.chars().take(CLUSTER_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
