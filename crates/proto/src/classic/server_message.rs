//! The messages of the server to a classic client, one a write.

use crate::command::Kind;
use crate::id::UserId;
use crate::limits::CLASSIC_WRITE_BYTES_MAX;
use crate::{Text, User};

use super::{ENTRY, ID, PART, SERVER_ID, SERVER_NAME, USERS};

/// One write to a classic client, at most [`CLASSIC_WRITE_BYTES_MAX`] bytes if a function of this module has made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerMessage {
    /// The number of the connection; the first write of all.
    Id(UserId),
    /// Who is connected: numbers and names.
    Users(Vec<(UserId, String)>),
    /// A message of a user.
    Message {
        /// The number of its author; 0 is the server.
        id: UserId,
        /// The name of its author.
        name: String,
        /// Its text, or a part of it.
        text: String,
    },
    /// Anything else, which a client shows as it is. `chat-server` sends none.
    Raw(String),
}

impl std::fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{ID}{id}"),
            Self::Users(users) => {
                f.write_str(USERS)?;
                for (nth, (id, name)) in users.iter().enumerate() {
                    let between = if nth == 0 { "" } else { ENTRY };
                    write!(f, "{between}{id}{PART}{name}")?;
                }
                Ok(())
            }
            Self::Message { id, name, text } => write!(f, "{id}{PART}{name}{PART}{text}"),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

/// A message of a user, in as many writes as it takes: each has its author, and is cut between characters.
///
/// Clients split a message on `||`, so within the text that is sent as `| |`.
pub fn message(from: &User, kind: Kind, text: &Text) -> Vec<ServerMessage> {
    let text = match kind {
        Kind::Text => text.to_string(),
        Kind::Action => format!("* {} {text}", from.name),
    };
    pieces(from.id, from.name.as_str(), &text)
}

/// A message of the server itself, as `0||chat-server||text`.
pub fn notice(text: &str) -> Vec<ServerMessage> {
    pieces(SERVER_ID, SERVER_NAME, text)
}

/// Who is connected, `own` first, then as many of `others` as fit whole, then how many more of the
/// `count` users there are.
pub fn users<'a>(
    own: &User,
    others: impl Iterator<Item = &'a User>,
    count: usize,
) -> ServerMessage {
    let entry = |user: &User| (user.id, user.name.to_string());
    let length = |(id, name): &(UserId, String)| format!("{ENTRY}{id}{PART}{name}").len();
    let more = |listed: usize| (SERVER_ID, format!("+{} more", count - listed));

    let mut list = vec![entry(own)];
    let mut bytes = USERS.len() + length(&list[0]);
    for other in others.filter(|user| user.id != own.id).map(entry) {
        let rest = if list.len() + 1 < count { length(&more(list.len() + 1)) } else { 0 };
        if bytes + length(&other) + rest > CLASSIC_WRITE_BYTES_MAX {
            list.push(more(list.len()));
            break;
        }
        bytes += length(&other);
        list.push(other);
    }
    ServerMessage::Users(list)
}

fn pieces(id: UserId, name: &str, text: &str) -> Vec<ServerMessage> {
    let room = CLASSIC_WRITE_BYTES_MAX - format!("{id}{PART}{name}{PART}").len();
    let text = unsplittable(text);
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(room));
        pieces.push(ServerMessage::Message { id, name: name.to_owned(), text: piece.to_owned() });
        rest = after;
    }
    pieces
}

/// `text` with a space between any two `|`.
fn unsplittable(text: &str) -> String {
    let mut separated = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '|' && separated.ends_with('|') {
            separated.push(' ');
        }
        separated.push(c);
    }
    separated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UserName;

    fn user(id: u64, name: &str) -> User {
        User { id: UserId::new(id), name: UserName::new(name).unwrap() }
    }

    fn written(messages: &[ServerMessage]) -> Vec<String> {
        messages.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_message_has_its_author() {
        let text = Text::new("USERS:1||x&&").unwrap();
        let messages = message(&user(5, "ana"), Kind::Text, &text);
        assert_eq!(written(&messages), ["5||ana||USERS:1| |x&&"]);
        let messages = message(&user(5, "ana"), Kind::Action, &Text::new("waves").unwrap());
        assert_eq!(written(&messages), ["5||ana||* ana waves"]);
        assert_eq!(written(&notice("bye")), ["0||chat-server||bye"]);
    }

    #[test]
    fn a_long_message_is_cut_between_characters_into_pieces_with_the_author() {
        let text = Text::new("ñ".repeat(1500)).unwrap();
        let messages = written(&message(&user(5, "ana"), Kind::Text, &text));
        assert_eq!(messages.len(), 3);
        let mut together = String::new();
        for piece in &messages {
            assert!(piece.len() <= CLASSIC_WRITE_BYTES_MAX);
            together.push_str(piece.strip_prefix("5||ana||").unwrap());
        }
        assert_eq!(together, text.as_str());
    }

    #[test]
    fn no_text_can_be_split_into_more_parts() {
        for text in ["||", "|||", "a||b||c", "|a|", "||||"] {
            let messages = message(&user(5, "ana"), Kind::Text, &Text::new(text).unwrap());
            assert_eq!(messages[0].to_string().split("||").count(), 3, "{text}");
        }
    }

    #[test]
    fn a_list_has_its_reader_first_and_each_user_once() {
        let all = [user(1, "ana"), user(2, "bob"), user(3, "eva")];
        assert_eq!(users(&all[1], all.iter(), 3).to_string(), "USERS:2||bob&&1||ana&&3||eva");
        assert_eq!(users(&all[0], all[..1].iter(), 1).to_string(), "USERS:1||ana");
    }

    #[test]
    fn a_list_that_does_not_fit_counts_the_rest() {
        let all: Vec<User> = (1..=120).map(|id| user(id, &format!("user-number-{id}"))).collect();
        let list = users(&all[99], all.iter(), all.len()).to_string();
        assert!(list.len() <= CLASSIC_WRITE_BYTES_MAX, "{}", list.len());
        assert!(list.len() > CLASSIC_WRITE_BYTES_MAX - 40, "{}", list.len());
        assert!(list.starts_with("USERS:100||user-number-100&&1||"));
        let entries: Vec<&str> = list["USERS:".len()..].split("&&").collect();
        assert!(entries.iter().all(|entry| entry.split("||").count() == 2));
        assert_eq!(entries[entries.len() - 1], format!("0||+{} more", 121 - entries.len()));
    }

    #[test]
    fn the_longest_names_and_numbers_fit_too() {
        let own = user(u64::MAX, &"😀".repeat(32));
        let list = users(&own, std::iter::empty(), 1).to_string();
        assert!(list.len() <= CLASSIC_WRITE_BYTES_MAX);
        let text = Text::new("x".repeat(2000)).unwrap();
        let messages = message(&own, Kind::Text, &text);
        assert!(messages.iter().all(|piece| piece.to_string().len() <= CLASSIC_WRITE_BYTES_MAX));
    }
}
