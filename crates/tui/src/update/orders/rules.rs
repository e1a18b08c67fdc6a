//! `/private`, `/public`, `/announce`, `/slow`, `/topic-by` and `/ask-in`: who finds the room on the screen, joins it,
//! and writes there.

use chat_client::NoticeKind;
use chat_proto::limits::SLOW_S_MAX;
use chat_proto::{Command, Privacy, RoomName, Timestamp, TopicBy};

use super::{Effect, ask, notify, order, place};
use crate::durations;
use crate::state::{Question, State};

/// The words that end a pause.
const OFF: [&str; 2] = ["off", "0"];

/// Sets who finds the room, joins it, and writes there.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be sent.
pub(in crate::update) fn privacy(
    state: &mut State,
    privacy: Privacy,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = room(state)?;
    let now = state.client.room().rules().map(|rules| rules.privacy);
    if now == Some(privacy) {
        return Ok(notify(
            state,
            NoticeKind::Info,
            format!("{room} is {} already", in_words(privacy)),
            at,
        ));
    }
    let command = rule(&room, Some(privacy), None, None);
    if now == Some(Privacy::Private) {
        let text = format!("Open {room} to everybody? They can read all of it");
        return Ok(ask(state, Question { text, verb: "opens it", command, done: None }, at));
    }
    order(state, command, None, at)
}

/// Shows the pause between two messages of one user, or sets it.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a time.
pub(in crate::update) fn slow(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = room(state)?;
    if argument.is_empty() {
        let text = match state.client.room().rules().map_or(0, |rules| rules.slow_s) {
            0 => {
                format!("{room} has no pause between two messages of one user. /slow 30s sets one")
            }
            slow_s => {
                let pause = durations::in_words(slow_s.into());
                format!(
                    "{room} has a pause of {pause} between two messages of one user. /slow off ends it"
                )
            }
        };
        return Ok(notify(state, NoticeKind::Info, text, at));
    }
    let seconds = match OFF.contains(&argument) {
        true => Some(0),
        false => argument.parse().ok().or_else(|| durations::seconds(argument)),
    };
    let seconds = seconds
        .ok_or_else(|| format!("{argument} is not a time. Type {}, or off", durations::FORMS))?;
    let slow_s = u32::try_from(seconds).ok().filter(|seconds| *seconds <= SLOW_S_MAX);
    let slow_s = slow_s
        .ok_or_else(|| format!("A pause has at most {}", durations::in_words(SLOW_S_MAX.into())))?;
    order(state, rule(&room, None, Some(slow_s), None), None, at)
}

/// Sets who sets the topic and pins messages.
///
/// # Errors
/// Returns the reason in words for the user, if it is not one of the words.
pub(in crate::update) fn topic_by(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = room(state)?;
    let known = [TopicBy::All, TopicBy::Moderators].into_iter();
    let topic_by = known.clone().find(|by| by.as_str() == argument);
    let topic_by = topic_by.ok_or("Type /topic-by all, or /topic-by moderators")?;
    order(state, rule(&room, None, None, Some(topic_by)), None, at)
}

/// Asks a user into the room.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a name.
pub(in crate::update) fn ask_in(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = room(state)?;
    let (user, rest) = place::user(state, argument)?;
    if !rest.is_empty() {
        return Err("One user at a time: /ask-in NAME".to_owned());
    }
    let is_public =
        state.client.room().rules().is_some_and(|rules| rules.privacy != Privacy::Private);
    if is_public {
        return Err(format!(
            "Everybody can join {room}. /private lets in only users who were asked in"
        ));
    }
    order(state, Command::AskIn { room, user }, None, at)
}

const fn in_words(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Private => "private",
        Privacy::Announce => "for announcements",
        Privacy::Public | Privacy::Unknown => "public",
    }
}

/// The room on the screen, if it can have rules.
fn room(state: &State) -> Result<RoomName, String> {
    match state.shown() {
        room if room.is_private() => {
            Err("A direct message has no rules. Go to a room, and try again there".to_owned())
        }
        room => Ok(room.clone()),
    }
}

fn rule(
    room: &RoomName,
    privacy: Option<Privacy>,
    slow_s: Option<u32>,
    topic_by: Option<TopicBy>,
) -> Command {
    Command::Rule { room: room.clone(), privacy, slow_s, topic_by }
}
