//! `chat-server status`: asks who answers at an address, and what is wrong with it if it is the daemon here.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use chat_server::{control_path, is_of_this_machine};
use serde_json::Value;

use crate::address::Address;
use crate::announce::reached_from_here;

/// How long a connection may take: a few retries of TCP over a slow network.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// How long a question and its answer may take, with a handshake of TLS: longer than a busy daemon is silent.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// Bytes of the answer that are read. An `about` is far shorter.
const ANSWER_BYTES_MAX: u64 = 4096;

/// Characters of a foreign answer that are shown.
const SHOWN_CHARS: usize = 60;

/// The answer of a chat-server.
#[derive(Debug, PartialEq, Eq)]
struct About {
    version: String,
    /// The id of its journal.
    journal: String,
}

/// The program that answers at an address.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// A chat-server, and what it says if it says something.
    Chat(Option<About>),
    /// A chat-server that speaks no plain text with this machine, and what it says within TLS.
    NeedsTls(Option<About>),
    /// Another program; the beginning of what it sends.
    Other(String),
    /// Nothing listens on an address of this machine.
    Nothing,
    /// Another machine cannot be reached.
    Unreachable(String),
}

/// Prints who answers at `address`, and returns the exit code for it. If that is the daemon whose data is in `data`,
/// prints what is wrong with its search index, too.
///
/// # Errors
/// If the name has no address, or standard output cannot be written.
pub(crate) fn status(address: &Address, data: Option<&Path>) -> anyhow::Result<ExitCode> {
    let addresses = address
        .resolve()
        .with_context(|| format!("cannot reach {address}: the name has no address"))?;
    let found = ask_all(&addresses);
    let (code, text) = match &found {
        Answer::Chat(Some(About { version, .. })) => {
            (0, format!("chat-server {version} runs on {address}"))
        }
        Answer::Chat(None) => (0, format!("a chat-server older than this one runs on {address}")),
        Answer::NeedsTls(Some(About { version, .. })) => (
            0,
            format!("chat-server {version} runs on {address}; it takes only TLS from this machine"),
        ),
        Answer::NeedsTls(None) => {
            (0, format!("a chat-server runs on {address}, but does not answer within TLS"))
        }
        Answer::Nothing => (3, format!("nothing listens on {address}")),
        Answer::Unreachable(why) => (4, format!("{address} cannot be reached: {why}")),
        Answer::Other(said) if said.is_empty() => {
            (5, format!("what listens on {address} is not a chat-server: it does not answer"))
        }
        Answer::Other(said) => {
            (5, format!("what listens on {address} is not a chat-server: it answers {said:?}"))
        }
    };
    writeln!(io::stdout(), "{text}")?;
    if let Answer::Chat(Some(about)) | Answer::NeedsTls(Some(about)) = found
        && let Some(state) = data.and_then(|data| search_state(data, &about.journal))
    {
        writeln!(io::stdout(), "{state}")?;
    }
    Ok(code.into())
}

/// The trouble of the search index of the daemon whose data is in `data`, if it has this journal. Only the user who
/// runs it, and root, can ask; anybody else is told nothing.
fn search_state(data: &Path, journal: &str) -> Option<String> {
    let stream = UnixStream::connect(control_path(data)).ok()?;
    stream.set_read_timeout(Some(ANSWER_MAX)).ok()?;
    stream.set_write_timeout(Some(ANSWER_MAX)).ok()?;
    let event = parse(&ask_about(stream).ok()?);
    let is_it = event["journal"]["id"] == journal;
    let search = &event["search"];
    let words = match (search["trouble"].as_str(), search["indexed"].as_u64()) {
        (Some(trouble), _) => {
            format!("the index cannot be written: {trouble}; searches are refused")
        }
        (None, Some(percent)) if percent < 100 => {
            format!("the index is being built; {percent} % of the messages are found")
        }
        (None, _) => return None,
    };
    is_it.then(|| format!("search: {words}"))
}

/// Asks one address after the other; a chat-server on one of them is the answer.
fn ask_all(addresses: &[SocketAddr]) -> Answer {
    let mut found = Answer::Nothing;
    for address in addresses {
        let address = reached_from_here(*address);
        match ask(address, ANSWER_MAX) {
            Ok(chat @ (Answer::Chat(_) | Answer::NeedsTls(_))) => return chat,
            Ok(other) => found = other,
            Err(_) if matches!(found, Answer::Other(_)) || is_of_this_machine(address.ip()) => {}
            Err(error) => found = Answer::Unreachable(error.to_string()),
        }
    }
    found
}

/// A socket on which all that is read and written is within a deadline, however slowly the bytes come.
struct DeadlineSocket {
    socket: TcpStream,
    deadline: Instant,
}

impl DeadlineSocket {
    fn connect(address: SocketAddr, max: Duration) -> io::Result<Self> {
        let socket = TcpStream::connect_timeout(&address, CONNECT_MAX)?;
        Ok(Self { socket, deadline: Instant::now() + max })
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for DeadlineSocket {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        self.socket.read(bytes)
    }
}

impl Write for DeadlineSocket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Connects and asks `about`, and again within TLS if no plain text is spoken. Each may take `max`.
///
/// # Errors
/// If there is no connection.
fn ask(address: SocketAddr, max: Duration) -> io::Result<Answer> {
    // A peer that closes the connection or is silent is not a chat-server.
    let found = converse(DeadlineSocket::connect(address, max)?);
    let found = found.unwrap_or_else(|_| Answer::Other(String::new()));
    let Answer::NeedsTls(_) = found else { return Ok(found) };
    let within = chat_server::within_tls(DeadlineSocket::connect(address, max)?, address.ip());
    let about = match within.and_then(converse) {
        Ok(Answer::Chat(about)) => about,
        _ => None,
    };
    Ok(Answer::NeedsTls(about))
}

/// Asks on `stream`.
fn converse(stream: impl Read + Write) -> io::Result<Answer> {
    Ok(understand(&ask_about(stream)?))
}

/// Asks `about`, and returns the answer.
fn ask_about(mut stream: impl Read + Write) -> io::Result<Vec<u8>> {
    stream.write_all(b"{\"type\":\"about\"}\n")?;
    let mut answer = Vec::new();
    let mut reader = BufReader::new(stream);
    while !answer.contains(&b'\n') && (answer.len() as u64) < ANSWER_BYTES_MAX {
        match reader.fill_buf() {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                let count = bytes.len();
                answer.extend_from_slice(bytes);
                reader.consume(count);
            }
        }
    }
    Ok(answer)
}

fn first_line(answer: &[u8]) -> &[u8] {
    answer.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// The first line of an answer. No `Event`: an older or a newer chat-server may send more or less.
fn parse(answer: &[u8]) -> Value {
    let line = first_line(answer);
    // The number of the connection may precede it.
    let json = line.iter().position(|byte| *byte == b'{').map_or(line, |start| &line[start..]);
    serde_json::from_slice(json).unwrap_or_default()
}

/// The kind of program that the first line of an answer is of.
fn understand(answer: &[u8]) -> Answer {
    let (line, event) = (first_line(answer), parse(answer));
    match (event["type"].as_str(), event["server"]["version"].as_str()) {
        (Some("about"), Some(version)) => {
            let journal = event["journal"]["id"].as_str().unwrap_or_default();
            Answer::Chat(Some(About { version: version.to_owned(), journal: journal.to_owned() }))
        }
        (Some("refused"), _) if event["code"] == "tls_needed" => Answer::NeedsTls(None),
        // A server without `about` refuses it.
        (Some("refused"), _) => Answer::Chat(None),
        _ => Answer::Other(String::from_utf8_lossy(line).chars().take(SHOWN_CHARS).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use chat_server::{Config, Server};

    use super::*;

    #[test]
    fn the_first_line_tells_a_chat_from_something_else() {
        let about = br#"{"type":"about","server":{"name":"chat-server","version":"9.1"},"journal":{"id":"a","epoch":"b"}}"#;
        let expected = About { version: "9.1".to_owned(), journal: "a".to_owned() };
        assert_eq!(understand(about), Answer::Chat(Some(expected)));
        let refused = br#"ID:7{"type":"refused","code":"bad_field","text":"no"}"#;
        assert_eq!(understand(refused), Answer::Chat(None));
        let tls = br#"{"type":"refused","code":"tls_needed","text":"no"}"#;
        assert_eq!(understand(tls), Answer::NeedsTls(None));
        let http = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        assert_eq!(understand(http), Answer::Other("HTTP/1.1 400 Bad Request\r".to_owned()));
        assert_eq!(understand(b"{}"), Answer::Other("{}".to_owned()));
    }

    #[test]
    fn one_address_that_answers_is_enough() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"{\"type\":\"refused\",\"code\":\"x\",\"text\":\"y\"}\n").unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
        });
        let free = TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap();
        assert_eq!(ask_all(&[free]), Answer::Nothing);
        assert_eq!(ask_all(&[free, address]), Answer::Chat(None));
        server.join().unwrap();
    }

    #[tokio::test]
    async fn a_server_without_plain_text_is_asked_within_tls() {
        let server = Server::in_memory(Config::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let elsewhere = SocketAddr::from(([192, 0, 2, 7], 4000));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.serve(stream, elsewhere));
            }
        });
        let found = tokio::task::spawn_blocking(move || ask_all(&[address])).await.unwrap();
        let is_it = |about: &About| about.version == env!("CARGO_PKG_VERSION");
        assert!(matches!(&found, Answer::NeedsTls(Some(about)) if is_it(about)), "{found:?}");
    }

    #[test]
    fn a_host_that_sends_a_byte_now_and_then_within_tls_holds_nobody() {
        const RECORD_BYTES: u16 = 0x4000;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let host = thread::spawn(move || {
            let (mut plain, _) = listener.accept().unwrap();
            plain.write_all(b"{\"type\":\"refused\",\"code\":\"tls_needed\"}\n").unwrap();
            let (mut within, _) = listener.accept().unwrap();
            let [high, low] = RECORD_BYTES.to_be_bytes();
            within.write_all(&[22, 3, 3, high, low]).unwrap();
            within.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            (0..RECORD_BYTES)
                .find(|_| {
                    let is_closed = matches!(within.read(&mut [0; 512]), Ok(0));
                    is_closed || within.write_all(&[0]).is_err()
                })
                .is_some()
        });
        let found = ask(address, Duration::from_millis(200)).unwrap();
        assert_eq!(found, Answer::NeedsTls(None));
        assert!(host.join().unwrap(), "the whole record was waited for");
    }

    #[test]
    fn a_peer_that_hangs_up_is_not_a_chat_server() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || drop(listener.accept()));
        assert_eq!(ask_all(&[address]), Answer::Other(String::new()));
        server.join().unwrap();
    }
}
