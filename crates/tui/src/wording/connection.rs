//! Why there is no session.

use chat_client::ServerAddress;
use chat_client::link::LinkError;
use chat_proto::EndCode;

/// For the status line, which already says that there is no session.
pub(crate) fn in_short(why: &LinkError) -> String {
    match why {
        // The system begins its words with a capital.
        LinkError::Unreachable(why) => reason(why).to_lowercase(),
        LinkError::Another(_) => "not a chat-server".to_owned(),
        LinkError::Tls => "not a chat-server: it speaks TLS".to_owned(),
        LinkError::Goodbye { code: EndCode::Shutdown, .. } => "the server is restarting".to_owned(),
        LinkError::Broken(_)
        | LinkError::Silent
        | LinkError::Closed
        | LinkError::ClosedAtOnce
        | LinkError::TurnedAway(_)
        | LinkError::NoTls
        | LinkError::Goodbye { .. }
        | LinkError::Asked => why.to_string(),
    }
}

/// For the log: what the user can do about it.
pub(super) fn not_connected(server: &str, why: &LinkError) -> String {
    match why {
        LinkError::Unreachable(why) => {
            format!("Cannot reach {server}: {}. {}", reason(why), what_to_do(server))
        }
        LinkError::Another(answer) => {
            format!("{server} is not a chat-server (it answered: {answer}). Check the address.")
        }
        LinkError::Tls => {
            format!(
                "{server} is not a chat-server: it speaks only TLS. Check the address and the port."
            )
        }
        LinkError::NoTls => format!(
            "{server} is a chat-server without TLS, which chat-tui uses between machines. Update the server."
        ),
        LinkError::ClosedAtOnce => format!(
            "{server} closed the connection without an answer. Check that it is a chat-server."
        ),
        LinkError::Goodbye { code: EndCode::Banned, text } => {
            format!("Not connected: {text}. Once the ban has ended, /reconnect connects again")
        }
        LinkError::Goodbye { text, .. } => {
            format!("Not connected: {text}. /reconnect connects again")
        }
        why => in_short(why),
    }
}

/// The reason without the words that the standard library puts before that of the system: the address is wrong, and the
/// row has no room for more.
fn reason(why: &str) -> &str {
    why.strip_prefix("failed to lookup address information: ").unwrap_or(why)
}

/// What a newcomer can do if nothing answers.
fn what_to_do(server: &str) -> String {
    match server.parse::<ServerAddress>() {
        Ok(address) if address.is_local() => {
            // On a row of its own, so that it can be copied.
            format!("To start a server here:\nchat-server --listen {server}")
        }
        // A name on the command line is taken for a host.
        Ok(address) if address.host.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) => {
            let host = address.host;
            format!("Check the address. If {host} is your name: chat-tui {host}@")
        }
        _ => "Check the address; chat-tui keeps trying.".to_owned(),
    }
}
