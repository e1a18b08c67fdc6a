//! Roles, rules of rooms, mutes, kicks and bans: what somebody did, and how the user undoes what they did.

use chat_client::{Person, Target};
use chat_proto::{
    AccountChange, Privacy, Reason, Role, RoomName, Rules, SanctionKind, TopicBy, UserName,
};

use super::quoted;
use crate::durations;

/// A role with its article.
pub(crate) const fn a_role(role: Role) -> &'static str {
    match role {
        Role::Guest => "a guest",
        Role::Voice => "a voice",
        Role::Moderator => "a moderator",
        Role::Owner => "an owner",
        Role::Member | Role::Unknown => "a member",
    }
}

/// A room, or the server.
pub(crate) fn place(room: Option<&RoomName>) -> String {
    room.map_or_else(|| "this server".to_owned(), ToString::to_string)
}

/// A name as a command takes it, in one word.
pub(crate) fn one_word(name: &UserName) -> String {
    name.as_str().replace(' ', "_")
}

/// Who did something, at the beginning of a sentence.
fn who(person: &Person) -> String {
    match person {
        Person::You => "You".to_owned(),
        Person::Other(name) => quoted(name).into_owned(),
        Person::Operator => "The operator".to_owned(),
    }
}

/// To whom it was done.
fn whom(person: &Person) -> String {
    match person {
        Person::You => "you".to_owned(),
        Person::Other(name) => quoted(name).into_owned(),
        Person::Operator => "the operator".to_owned(),
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Person(person) => whom(person),
        Target::Network(network) => format!("guests and new users from {network}"),
        Target::Invite(id) => format!("all users of invite {id}"),
    }
}

/// A user has another role.
pub(super) fn role_given(
    user: &Person,
    role: Role,
    room: Option<&RoomName>,
    by: &Person,
) -> String {
    let place = place(room);
    let done = match role {
        Role::Voice => format!("{} gave {} a voice in {place}", who(by), whom(user)),
        role => format!("{} made {} {} of {place}", who(by), whom(user), a_role(role)),
    };
    match (by, user) {
        (Person::You, Person::Other(name)) if role != Role::Member => {
            let server = if room.is_none() { " server" } else { "" };
            format!("{done}. /role {} member{server} undoes it", one_word(name))
        }
        _ => done,
    }
}

/// A room has other rules: what has changed.
pub(super) fn rules_set(
    room: &RoomName,
    before: Option<Rules>,
    rules: Rules,
    by: &Person,
) -> String {
    let before = before.unwrap_or(Rules::PUBLIC);
    let mut changes = Vec::new();
    if before.privacy != rules.privacy {
        changes.push(match rules.privacy {
            Privacy::Private => {
                format!("made {room} private: only users who were asked in can find and join it")
            }
            Privacy::Announce => {
                format!(
                    "made {room} a room for announcements: only voices, moderators and owners write"
                )
            }
            Privacy::Public | Privacy::Unknown => {
                format!("made {room} public: everybody can find it, join it and write")
            }
        });
    }
    if before.slow_s != rules.slow_s {
        changes.push(match rules.slow_s {
            0 => "ended the pause between two messages of one user".to_owned(),
            slow_s => format!(
                "set a pause of {} between two messages of one user",
                durations::in_words(slow_s.into())
            ),
        });
    }
    if before.topic_by != rules.topic_by {
        changes.push(match rules.topic_by {
            TopicBy::Moderators => {
                "let only moderators and owners set the topic and pin messages".to_owned()
            }
            TopicBy::All | TopicBy::Unknown => {
                "let everybody set the topic and pin messages".to_owned()
            }
        });
    }
    if changes.is_empty() {
        changes.push(format!("left the rules of {room} as they are"));
    }
    let undo = undo_rules(before, rules).filter(|_| *by == Person::You);
    format!("{} {}{}", who(by), changes.join(", and "), undo.unwrap_or_default())
}

/// How the user undoes a change of the rules.
fn undo_rules(before: Rules, rules: Rules) -> Option<String> {
    if before.privacy != rules.privacy {
        let asks = match rules.privacy {
            Privacy::Private => ". /ask-in NAME asks one in",
            _ => "",
        };
        return Some(format!("{asks}. {} undoes it", privacy_command(before.privacy)));
    }
    if before.slow_s != rules.slow_s {
        return Some(match before.slow_s {
            0 => ". /slow off ends it".to_owned(),
            slow_s => format!(". /slow {slow_s} undoes it"),
        });
    }
    (before.topic_by != rules.topic_by)
        .then(|| format!(". /topic-by {} undoes it", before.topic_by))
}

const fn privacy_command(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Private => "/private",
        Privacy::Announce => "/announce",
        Privacy::Public | Privacy::Unknown => "/public",
    }
}

/// A user was asked into a private room.
pub(super) fn asked_in(room: &RoomName, user: &Person, by: &Person) -> String {
    let asked = format!("{} asked {} into {room}", who(by), whom(user));
    match user {
        Person::You => format!("{asked}. /join {room} joins it"),
        _ => asked,
    }
}

/// A sanction, in words.
#[derive(Debug, Clone, Copy)]
pub(super) struct SanctionNotice<'a> {
    pub(super) kind: SanctionKind,
    pub(super) whom: &'a Target,
    pub(super) room: Option<&'a RoomName>,
    pub(super) ms_left: Option<u64>,
    pub(super) by: &'a Person,
    pub(super) reason: &'a Reason,
    pub(super) is_private: bool,
}

/// Somebody is muted, kicked or banned.
pub(super) fn sanctioned(it: SanctionNotice<'_>) -> String {
    let does = match it.kind {
        SanctionKind::Mute => ("muted", "in"),
        SanctionKind::Kick => ("kicked", "from"),
        SanctionKind::Ban | SanctionKind::Unknown => ("banned", "from"),
    };
    let on = if it.room.is_none() && it.kind == SanctionKind::Mute { "on" } else { does.1 };
    let mut text = format!("{} {} {} {on} {}", who(it.by), does.0, target(it.whom), place(it.room));
    if let Some(ms_left) = it.ms_left {
        text.push_str(&format!(" for {}", durations::in_words(ms_left.div_ceil(1000))));
    }
    if !it.reason.is_empty() {
        text.push_str(&format!(": {}", it.reason.as_str()));
    }
    let hint = match (it.whom, it.by) {
        (Target::Person(Person::You), _) => hint_for_you(it),
        (whom, Person::You) => undo(it.kind, whom, it.room),
        _ => None,
    };
    text + &hint.map(|hint| format!(". {hint}")).unwrap_or_default()
}

/// What the user whom it is about can still do.
fn hint_for_you(it: SanctionNotice<'_>) -> Option<String> {
    match (it.kind, it.room, it.ms_left) {
        (SanctionKind::Kick, Some(_), _) if it.is_private => {
            Some("You come back if somebody in it asks you in".to_owned())
        }
        (SanctionKind::Kick, Some(room), _) => Some(format!("/join {room} joins it again")),
        (SanctionKind::Mute, _, Some(_)) => Some("You can read meanwhile".to_owned()),
        (SanctionKind::Mute, ..) => Some("You can read. A moderator can end it".to_owned()),
        _ => None,
    }
}

/// How the user undoes what they did.
pub(crate) fn undo(kind: SanctionKind, whom: &Target, room: Option<&RoomName>) -> Option<String> {
    let command = match kind {
        SanctionKind::Mute => "/unmute",
        SanctionKind::Ban => "/unban",
        SanctionKind::Kick | SanctionKind::Unknown => return None,
    };
    let written = match whom {
        Target::Person(Person::Other(name)) => one_word(name),
        Target::Network(network) => network.to_string(),
        Target::Invite(id) => format!("invite:{id}"),
        Target::Person(_) => return None,
    };
    let server = if room.is_none() { " server" } else { "" };
    Some(format!("{command} {written}{server} ends it"))
}

/// A mute or a ban has ended before its time.
pub(super) fn pardoned(
    kind: SanctionKind,
    whom: &Target,
    room: Option<&RoomName>,
    by: Option<&Person>,
) -> String {
    let what = if kind == SanctionKind::Mute { "mute" } else { "ban" };
    let (done, on) = match (kind, room) {
        (SanctionKind::Mute, None) => ("muted", "on"),
        (SanctionKind::Mute, Some(_)) => ("muted", "in"),
        _ => ("banned", "from"),
    };
    match (whom, by) {
        (Target::Person(Person::You), None) => {
            format!("You are no longer {done} {on} {}", place(room))
        }
        (whom, by) => {
            // Only the user itself is not told who it was.
            let by = who(by.unwrap_or(&Person::Operator));
            format!("{by} ended the {what} of {} {on} {}", target(whom), place(room))
        }
    }
}

/// What somebody has changed in the account of the user.
pub(super) fn account_changed(what: AccountChange, by: &Person) -> String {
    let who = who(by);
    match what {
        AccountChange::Password => {
            format!("{who} gave you another password, and can log in as you. /password sets one")
        }
        AccountChange::Link => {
            format!("{who} made a code with which another device logs in as you")
        }
        AccountChange::Drop => {
            format!("{who} dropped one of your devices: it can no longer log in as you")
        }
        AccountChange::Unknown => format!("{who} changed your account"),
    }
}
