//! Begins a session: connect, hello, welcome; or finds out what else answered.

use std::io;
use std::time::Duration;

use bytes::BytesMut;

use chat_proto::event::Welcome;
use chat_proto::native::write_line;
use chat_proto::{Command, EndCode, Event, NativeCodec, Refusal, RefusalCode, ShortString};
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::codec::{Framed, FramedParts};

use super::session::{Wire, in_words, is_of_unknown_type, read, write};
use super::tls::WrongKey;
use super::{DIAL_TIMEOUT, Dial, DialError, Identity, LinkError};

/// Longest time until the server answers the hello. It stores a new user first, which a busy disk delays.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(10);

/// Most bytes before the first `{` of a chat-server (the number of a classic client), and most bytes that are
/// read of the first line of another kind of server.
const PREAMBLE_BYTES_MAX: usize = 256;

/// Most characters that are shown of what another kind of server sent: about half a row.
const SHOWN_CHARS_MAX: usize = 60;

/// Most unreadable lines before the welcome. A newer server may send an event that cannot be read here;
/// one that sends nothing else is not a chat-server.
const UNREADABLE_LINES_MAX: usize = 8;

/// Begin of the line of plain text with which a chat-server rejects a connection.
const TURNED_AWAY: &str = "chat-server ";

/// Why no session began.
pub(super) enum OpenError {
    /// There is no connection, or no answer.
    Lost(LinkError),
    /// The server refused the hello.
    Refused(Box<Refusal>),
    /// The server has another key than it must have.
    WrongKey(WrongKey),
}

impl From<LinkError> for OpenError {
    fn from(why: LinkError) -> Self {
        Self::Lost(why)
    }
}

/// Connects and says hello. A client that has tokens, or makes them, asks for the journal of the server
/// first, and sends no token of another server; `journal` becomes the id of that journal.
pub(super) async fn open<D: Dial>(
    dial: &mut D,
    identity: &Identity,
    journal: &mut Option<ShortString>,
) -> Result<(Wire<D::Stream>, Welcome), OpenError> {
    let mut stream = match timeout(DIAL_TIMEOUT, dial.dial()).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(DialError::WrongKey(wrong))) => return Err(OpenError::WrongKey(wrong)),
        Ok(Err(DialError::NotTls(greeting))) => return Err(no_tls(greeting.as_bytes()).into()),
        Ok(Err(DialError::Io(error))) => {
            return Err(LinkError::Unreachable(in_words(&error)).into());
        }
        Err(_) => return Err(LinkError::Unreachable("no answer".to_owned()).into()),
    };
    let deadline = Instant::now() + WELCOME_TIMEOUT;
    let asks = identity.needs_journal();
    let command =
        if asks { Command::About } else { Command::Hello(Box::new(identity.hello(None))) };
    let mut first = BytesMut::new();
    let greeting = async {
        // A server that rejects the client may have closed the connection by now. What it sent before can
        // still be read, and is the better reason.
        let _ = write_first(&mut stream, &command).await;
        read_preamble(&mut stream, &mut first).await
    };
    match timeout_at(deadline, greeting).await {
        Ok(greeted) => greeted?,
        Err(_) if first.is_empty() => return Err(LinkError::Silent.into()),
        Err(_) => return Err(another_server(&first).into()),
    }
    let shown = shown(&first);
    let mut parts = FramedParts::new::<&Command>(stream, NativeCodec::default());
    parts.read_buf = first;
    let mut wire = Framed::from_parts(parts);
    let mut answers = Answers { wire: &mut wire, shown, unreadable_lines: 0 };
    let welcoming = async {
        if asks {
            *journal = answers.about().await?;
            let hello = Command::Hello(Box::new(identity.hello(journal.as_ref())));
            write(answers.wire, &hello).await?;
        }
        answers.welcome().await
    };
    match timeout_at(deadline, welcoming).await {
        Ok(welcome) => {
            let welcome = welcome?;
            Ok((wire, welcome))
        }
        Err(_) => Err(LinkError::Silent.into()),
    }
}

async fn write_first(stream: &mut (impl AsyncWrite + Unpin), command: &Command) -> io::Result<()> {
    let mut line = BytesMut::new();
    write_line(command, &mut line);
    stream.write_all(&line).await?;
    stream.flush().await
}

/// Reads into `first` until it holds the first `{` of a chat-server.
///
/// # Errors
/// Returns an error if another kind of server answers, or none.
async fn read_preamble(
    stream: &mut (impl AsyncRead + Unpin),
    first: &mut BytesMut,
) -> Result<(), LinkError> {
    loop {
        match guess(first) {
            Guess::ChatServer => return Ok(()),
            Guess::Another => return Err(another_server(first)),
            Guess::NeedMore => {}
        }
        match stream.read_buf(first).await {
            Ok(1..) => {}
            Ok(0) | Err(_) if !first.is_empty() => return Err(another_server(first)),
            Err(error) if !is_close(&error) => return Err(LinkError::Broken(in_words(&error))),
            Ok(0) | Err(_) => return Err(LinkError::ClosedAtOnce),
        }
    }
}

/// Whether the error means that the server has closed the connection.
fn is_close(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// The kind of server that the first bytes of one show.
#[derive(Debug, PartialEq, Eq)]
enum Guess {
    ChatServer,
    Another,
    NeedMore,
}

/// A chat-server sends lines of JSON, and before them at most the number of a classic client, without a line
/// end. A whole line of something else comes from another kind of server, or from one that is full.
fn guess(first: &[u8]) -> Guess {
    let (preamble, has_json) = match first.iter().position(|byte| *byte == b'{') {
        Some(start) => (&first[..start], true),
        None => (first, false),
    };
    if preamble.len() > PREAMBLE_BYTES_MAX || preamble.trim_ascii_start().contains(&b'\n') {
        return Guess::Another;
    }
    if has_json { Guess::ChatServer } else { Guess::NeedMore }
}

/// Why there is no session with a server whose first bytes are `first`.
fn another_server(first: &[u8]) -> LinkError {
    // TLS answers bytes that are not TLS with one of these records: an alert, or a handshake.
    if let [0x15 | 0x16, 0x03, ..] = first {
        return LinkError::Tls;
    }
    let shown = shown(first);
    if shown.starts_with(TURNED_AWAY) {
        LinkError::TurnedAway(shown)
    } else {
        LinkError::Another(shown)
    }
}

/// The same for a server that answered a handshake of TLS with something else. A chat-server before TLS takes it for an
/// unknown protocol, and says which it knows; it sends a client that was slow its number.
fn no_tls(first: &[u8]) -> LinkError {
    let is_chat = first.starts_with(b"This is chat-server") || first.starts_with(b"ID:");
    if is_chat { LinkError::NoTls } else { another_server(first) }
}

/// The first line of `first`, shortened. It is not sanitized yet.
fn shown(first: &[u8]) -> String {
    let text = String::from_utf8_lossy(first.trim_ascii_start());
    let line = text.lines().next().unwrap_or_default().trim();
    let max = if line.starts_with(TURNED_AWAY) { PREAMBLE_BYTES_MAX } else { SHOWN_CHARS_MAX };
    match line.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The answers of the server before there is a session.
struct Answers<'a, S> {
    wire: &'a mut Wire<S>,
    /// The bytes that are read already.
    shown: String,
    unreadable_lines: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Answers<'_, S> {
    /// Waits for the answer to `about`: the journal; `None` if the server does not know `about`, like version
    /// 0.1.0. Any other refusal is about the client, not about the command.
    async fn about(&mut self) -> Result<Option<ShortString>, OpenError> {
        loop {
            match self.next().await? {
                Event::About { journal, .. } => return Ok(Some(journal.id)),
                Event::Refused(Refusal {
                    code: RefusalCode::UnknownType | RefusalCode::HelloFirst,
                    ..
                }) => return Ok(None),
                Event::Refused(refusal) => return Err(refused(refusal)),
                _ => {}
            }
        }
    }

    /// Waits for the welcome.
    async fn welcome(&mut self) -> Result<Welcome, OpenError> {
        loop {
            match self.next().await? {
                Event::Welcome(welcome) => return Ok(welcome),
                Event::Refused(refusal) => return Err(refused(refusal)),
                _ => {}
            }
        }
    }

    /// The next event that can be read and is not `goodbye`.
    async fn next(&mut self) -> Result<Event, LinkError> {
        let another = || LinkError::Another(self.shown.clone());
        loop {
            match read(self.wire.next().await) {
                Err(_) if self.unreadable_lines > 0 => return Err(another()),
                Err(LinkError::Closed) => return Err(LinkError::ClosedAtOnce),
                Err(why) => return Err(why),
                Ok(Ok(Event::Goodbye { code, text })) => {
                    return Err(LinkError::Goodbye { code, text });
                }
                Ok(Ok(event)) => return Ok(event),
                Ok(Err(unknown)) if is_of_unknown_type(&unknown) => {}
                Ok(Err(unreadable)) => {
                    tracing::warn!(why = unreadable.refusal.text, "unreadable line");
                    self.unreadable_lines += 1;
                    if self.unreadable_lines > UNREADABLE_LINES_MAX {
                        return Err(another());
                    }
                }
            }
        }
    }
}

/// Connects again after a pause if the server shuts down, is full, or takes no new user now. Anything else it
/// would refuse again.
fn refused(refusal: Refusal) -> OpenError {
    let code = match refusal.code {
        RefusalCode::Shutdown => EndCode::Shutdown,
        RefusalCode::Busy => EndCode::Busy,
        // No end of a session has this reason: the text of the server says it.
        RefusalCode::NotKept | RefusalCode::TooFast => EndCode::Unknown,
        _ => return OpenError::Refused(Box::new(refusal)),
    };
    OpenError::Lost(LinkError::Goodbye { code, text: refusal.text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_server_is_known_by_its_first_bytes() {
        for (first, guessed) in [
            ("", Guess::NeedMore),
            ("ID:7", Guess::NeedMore),
            ("ID:7{", Guess::ChatServer),
            ("{\"type\"", Guess::ChatServer),
            ("\r\n{", Guess::ChatServer),
            ("HTTP/1.1 400 Bad", Guess::NeedMore),
            ("HTTP/1.1 400 Bad Request\r\n", Guess::Another),
            ("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":1}", Guess::Another),
        ] {
            assert_eq!(guess(first.as_bytes()), guessed, "{first:?}");
        }
        assert_eq!(guess(&[b'x'; PREAMBLE_BYTES_MAX + 1]), Guess::Another);
    }

    #[test]
    fn another_server_is_named_by_its_first_line() {
        let another = |shown: &str| LinkError::Another(shown.to_owned());
        for (first, why) in [
            (&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], another("SSH-2.0-OpenSSH_9.2p1")),
            (b"\xff\xfe\n", another("\u{fffd}\u{fffd}")),
            (b"\x15\x03\x01\x00\x02\x02\x28", LinkError::Tls),
            (b"chat-server is full\n", LinkError::TurnedAway("chat-server is full".to_owned())),
        ] {
            assert_eq!(another_server(first), why);
        }
        assert_eq!(no_tls(b"This is chat-server 0.1.0. Spoken here: "), LinkError::NoTls);
        assert_eq!(no_tls(b"SSH-2.0-x\r\n"), another("SSH-2.0-x"));
        assert_eq!(shown("é".repeat(100).as_bytes()), format!("{}…", "é".repeat(60)));
    }
}
