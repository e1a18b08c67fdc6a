//! The request that opens a WebSocket.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE};
use hyper::{Request, StatusCode};
use tungstenite::Error;
use tungstenite::error::ProtocolError;
use tungstenite::handshake::server::create_response_with_body;

use super::reply::{self, Reply};

/// The subprotocol: the native protocol, a message is one or several lines.
const NATIVE: &str = "chat.1";

/// Opens a WebSocket for a client that may, or says what is wrong with its request.
pub(super) fn open<B>(request: &Request<B>) -> Reply {
    let opened = create_response_with_body(request, || Full::new(Bytes::new()));
    let mut reply = match opened {
        Ok(reply) => reply,
        Err(error) => return refuse(&error),
    };
    match choose(request) {
        Choice::Native => {
            let value = HeaderValue::from_static(NATIVE);
            reply.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, value);
            reply
        }
        Choice::Unnamed => reply,
        Choice::None => reply::line(StatusCode::BAD_REQUEST, "the subprotocol of /ws is chat.1\n"),
    }
}

/// The subprotocol of a WebSocket.
enum Choice {
    /// The client offers it.
    Native,
    /// The client has named none.
    Unnamed,
    /// The client speaks others only.
    None,
}

fn choose<B>(request: &Request<B>) -> Choice {
    let mut offers = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter().peekable();
    if offers.peek().is_none() {
        return Choice::Unnamed;
    }
    let mut names = offers.filter_map(|offer| offer.to_str().ok()).flat_map(|it| it.split(','));
    if names.any(|name| name.trim() == NATIVE) { Choice::Native } else { Choice::None }
}

fn refuse(error: &Error) -> Reply {
    use ProtocolError::{
        MissingConnectionUpgradeHeader, MissingSecWebSocketVersionHeader,
        MissingUpgradeWebSocketHeader, WrongHttpVersion,
    };
    let needs_upgrade = matches!(
        error,
        Error::Protocol(
            MissingConnectionUpgradeHeader
                | MissingUpgradeWebSocketHeader
                | MissingSecWebSocketVersionHeader
                | WrongHttpVersion
        )
    );
    if !needs_upgrade {
        return reply::line(StatusCode::BAD_REQUEST, "this request opens no WebSocket\n");
    }
    let text = "this address is for a WebSocket of version 13\n";
    let mut reply = reply::line(StatusCode::UPGRADE_REQUIRED, text);
    let headers = reply.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    reply
}
