//! Posts to hooks: each becomes a message in the room of the hook, and is answered once that is stored.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chat_proto::Secret;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::post::{self, Post};
use super::reply::{self, Reply};
use crate::hub::{HookError, Hub, HubError, Outcome};
use crate::limits::{Cost, Limits};
use crate::strangers::StrangerLog;
use crate::tries::Tries;

/// The path of a hook, before its secret.
const PATH: &str = "/hook/";

/// Bytes of a body: as many as a line has, and a text of 16 KiB in a form of which each byte takes three.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// How long a client may take for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a sender waits before it tries again if the server cannot store anything.
const NOT_STORED_RETRY: Duration = Duration::from_secs(5);

/// The name under which wrong secrets are counted: no user has it, since it begins with a space.
const TRY: &str = " hook";

/// The answer of Slack, whose senders look for it.
const OK: &str = "ok";

/// The parts of the daemon that posts to hooks need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Senders<'c> {
    pub(crate) hub: &'c Arc<Hub>,
    pub(crate) tries: &'c Arc<Tries>,
    pub(crate) limits: &'c Limits,
    pub(crate) strangers: &'c StrangerLog,
    /// The address of the client.
    pub(crate) address: IpAddr,
}

/// The secret in the path of a hook; `None` if it is the path of something else.
pub(super) fn secret(path: &str) -> Option<Secret> {
    path.strip_prefix(PATH).map(Secret::new)
}

/// Sends the post as a message, and answers.
pub(super) async fn answer(senders: Senders<'_>, request: Request<Incoming>) -> Reply {
    posted(senders, request).await.unwrap_or_else(|refused| refused)
}

async fn posted(senders: Senders<'_>, request: Request<Incoming>) -> Result<Reply, Reply> {
    let Senders { hub, limits, .. } = senders;
    let found = secret(request.uri().path()).and_then(|secret| hub.hook(&secret));
    // Before the body is read: only a sender with a secret may make the daemon read one.
    let hook = found.ok_or_else(|| unknown(senders))?;
    let (head, body) = request.into_parts();
    let body = read(body).await?;
    let Post { text, n } = post::read(&head.headers, &body)
        .map_err(|error| reply::line(error.status(), format!("{error}\n")))?;
    let cost = Cost::of_text(text.as_str().len());
    hook.try_charge(limits, cost, Instant::now()).map_err(|wait| {
        let text = "too many messages by this hook; post this one again later\n";
        reply::retry_after(reply::line(StatusCode::TOO_MANY_REQUESTS, text), wait)
    })?;
    match hub.say_by_hook(&hook, text, n).await {
        Outcome::Stored { .. } | Outcome::Repeat { .. } => Ok(reply::line(StatusCode::OK, OK)),
        Outcome::NumberUsed => {
            let text = "this key was used for another text; use another key\n";
            Err(reply::line(StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        Outcome::Refused(error) => Err(refused(&error)),
    }
}

/// Counts a wrong secret. A right one is never refused for that, since a sender with an old address may be in the
/// network of the others, and no secret is found by trying.
fn unknown(Senders { tries, strangers, address, .. }: Senders<'_>) -> Reply {
    match tries.begin(address, TRY, Instant::now()) {
        Ok(_wrong) => {
            strangers.log(|| info!("refused a post: there is no such hook"));
            let text = "there is no such hook; it may have been revoked\n";
            reply::line(StatusCode::NOT_FOUND, text)
        }
        Err(wait) => {
            let text = "too many posts from your network to hooks that do not exist\n";
            reply::retry_after(reply::line(StatusCode::TOO_MANY_REQUESTS, text), wait)
        }
    }
}

async fn read(body: Incoming) -> Result<bytes::Bytes, Reply> {
    let whole = timeout(BODY_TIMEOUT, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    match whole {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let text = format!("a post has at most {BODY_BYTES_MAX} bytes\n");
            Err(reply::last(reply::line(StatusCode::PAYLOAD_TOO_LARGE, text)))
        }
        Ok(Err(_)) => Err(reply::last(reply::line(
            StatusCode::BAD_REQUEST,
            "the body is cut off, or has a broken chunk\n",
        ))),
        Err(_) => {
            let text = format!("the body did not arrive within {} s\n", BODY_TIMEOUT.as_secs());
            Err(reply::last(reply::line(StatusCode::REQUEST_TIMEOUT, text)))
        }
    }
}

fn refused(error: &HubError) -> Reply {
    let text = format!("{error}\n");
    match error {
        HubError::Hook(HookError::Ended) => reply::line(StatusCode::NOT_FOUND, text),
        HubError::Slow { room, pause_s, wait_ms } => {
            let text =
                format!("{room} has a pause of {pause_s} s between two messages of one user\n");
            let reply = reply::line(StatusCode::TOO_MANY_REQUESTS, text);
            reply::retry_after(reply, Duration::from_millis(*wait_ms))
        }
        HubError::NotStored(_) | HubError::GoingAway => {
            warn!(%error, "a post to a hook was not stored");
            let reply = reply::line(StatusCode::SERVICE_UNAVAILABLE, text);
            reply::retry_after(reply, NOT_STORED_RETRY)
        }
        HubError::NotInRoom(room) => {
            let text = format!(
                "the bot of this hook was removed from {room}; ask a moderator of the room\n"
            );
            reply::line(StatusCode::FORBIDDEN, text)
        }
        HubError::Muted(_) | HubError::Banned(_) => {
            let text = "the bot of this hook is muted or banned; ask a moderator of the room\n";
            reply::line(StatusCode::FORBIDDEN, text)
        }
        HubError::Failed(_) => reply::line(StatusCode::INTERNAL_SERVER_ERROR, text),
        _ => reply::line(StatusCode::FORBIDDEN, text),
    }
}
