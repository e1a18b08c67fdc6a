//! The greeting: a client says who it is, and is let in or told why not.

use chat_proto::command::{Hello, VERSION};
use chat_proto::event::{Limits, Server, Welcome};
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode, limits};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tracing::{Span, info};

use super::Shared;
use super::end::End;
use super::strikes::Strikes;
use crate::door::{Door, DoorReader, DoorWriter, Heard};
use crate::hub::{IfTaken, Member};
use crate::room::Live;

/// Listens until the client says who it is, and lets it in. There is no deadline: that is the
/// caller's.
///
/// # Errors
/// Says how it ended instead; a refusal has been told.
pub(super) async fn greet<R, W>(
    reader: &mut DoorReader<R>,
    writer: &mut DoorWriter<W>,
    id: u64,
    shared: &Shared,
) -> Result<(Member, Live), End>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut strikes = Strikes::default();
    loop {
        let refusal = match reader.next().await.map_err(End::Failed)? {
            None => return Err(End::Left),
            Some(Heard::Command(Command::Hello(hello))) => {
                return let_in(writer, id, &hello, shared);
            }
            Some(Heard::Command(Command::Rename { name })) if reader.door() == Door::Classic => {
                let (member, _, live) = shared
                    .hub
                    .enter(id, &name, IfTaken::Number)
                    .map_err(|error| End::of_hub(&error))?;
                note_entry(&member);
                return Ok((member, live));
            }
            Some(Heard::Command(Command::Bye)) => return Err(End::Code(EndCode::Bye)),
            Some(Heard::Command(_)) => Refusal::new(
                RefusalCode::HelloFirst,
                r#"say hello first: {"type":"hello","version":1,"name":"you"}"#,
            ),
            Some(Heard::Unreadable(refusal)) => *refusal,
        };
        let code = refusal.code;
        writer.tell(&Event::Refused(refusal));
        while writer.wants_write() && reader.door() == Door::Native {
            writer.write().await.map_err(End::of_write)?;
        }
        if code == RefusalCode::BadName {
            return Err(End::Refused(code));
        }
        if code.is_broken_line() && strikes.is_one_too_many(Instant::now()) {
            return Err(End::Code(EndCode::TooManyErrors));
        }
    }
}

/// Answers a `hello`.
fn let_in<W: AsyncWrite + Unpin>(
    writer: &mut DoorWriter<W>,
    id: u64,
    hello: &Hello,
    shared: &Shared,
) -> Result<(Member, Live), End> {
    let entry = match objection(hello) {
        Some(refusal) => Err(refusal),
        None => shared.hub.enter(id, &hello.name, IfTaken::Refuse).map_err(Refusal::from),
    };
    match entry {
        Ok((member, room, live)) => {
            writer.tell(&Event::Welcome(welcome(&member, shared)));
            writer.tell(&room);
            note_entry(&member);
            Ok((member, live))
        }
        Err(refusal) => {
            let code = refusal.code;
            writer.tell(&Event::Refused(refusal));
            Err(End::Refused(code))
        }
    }
}

/// What is wrong with a `hello`, whoever else is here.
fn objection(hello: &Hello) -> Option<Refusal> {
    if hello.version != VERSION {
        let text = format!("this server speaks version {VERSION} of the protocol");
        return Some(Refusal::new(RefusalCode::BadVersion, text));
    }
    hello.token.as_ref().map(|_| {
        let text = "this server gives no tokens yet; say hello without one";
        Refusal::new(RefusalCode::NotYet, text)
    })
}

fn welcome(member: &Member, shared: &Shared) -> Welcome {
    let config = &shared.config;
    Welcome {
        version: VERSION,
        id: member.user().id,
        name: member.user().name.clone(),
        last: 0,
        server: Server {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        limits: Limits {
            line_bytes: limits::LINE_BYTES_MAX,
            text_bytes: limits::TEXT_BYTES_MAX,
            name_chars: limits::NAME_CHARS_MAX,
            users_listed: config.users_listed,
            idle_timeout_ms: u64::try_from(config.idle_timeout.as_millis()).unwrap_or(u64::MAX),
        },
    }
}

fn note_entry(member: &Member) {
    let user = member.user();
    Span::current().record("user", tracing::field::display(&user.name));
    info!(id = user.id, "joined");
}
