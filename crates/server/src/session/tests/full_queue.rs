//! A session whose messages wait, because the queue of the hub is full. The tests poll the session themselves, since
//! the hub empties the queue as soon as a test waits.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, ready};
use std::time::Duration;

use chat_proto::command::{Body, Say};
use chat_proto::{DeviceId, Role, RoomName, Text, UserName};
use futures_util::future::{join, join_all};
use futures_util::{FutureExt, poll};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio::sync::mpsc;
use tokio::task::unconstrained;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::{BROKEN_LINES_MAX, Config, Join};
use crate::hub::{Admission, Answer, Hub, Member, NewMessage, Outcome, QUEUE_ITEMS};
use crate::journal::{Durability, Location, RoomId};
use crate::late::LateBrowsers;
use crate::logins::Logins;
use crate::networks::{Bounds, Networks};
use crate::session::pending::{CommandResult, PendingCommand};
use crate::session::{Context, serve};
use crate::strangers::StrangerLog;
use crate::tls::Tls;

const DEADLINE: Duration = Duration::from_secs(600);

/// A client, its session, and the hub.
struct Rig {
    hub: Arc<Hub>,
    client: DuplexStream,
    session: Pin<Box<dyn Future<Output = ()>>>,
    has_ended: bool,
    unread: Vec<u8>,
}

impl Rig {
    /// Ana is in, and the queue is empty.
    async fn new() -> Self {
        let config = Config::default();
        let hub = Hub::open(&Location::Memory, Durability::Os, &config).unwrap();
        let (hub_of_context, closing) = (Arc::clone(&hub), CancellationToken::new());
        let tls = Arc::new(Tls::open(&Location::Memory, None).unwrap());
        let bounds =
            Bounds { sessions: 9, unidentified: 9, unidentified_per_network: 9, crowded: 9 };
        let networks = Networks::new(bounds);
        let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let slot = networks.connect(peer.ip(), false);
        let context = Arc::new(Context {
            config,
            tls,
            hub: hub_of_context,
            location: Location::Memory,
            search: None,
            networks,
            logins: Logins::default(),
            late: LateBrowsers::default(),
            strangers: Arc::new(StrangerLog::default()),
            closing,
            address: OnceLock::new(),
        });
        let (client, stream) = duplex(4 * 1024 * 1024);
        let session = Box::pin(unconstrained(serve(stream, peer, context, slot)));
        let mut rig = Self { hub, client, session, has_ended: false, unread: Vec::new() };
        rig.send(&json!({"type": "hello", "version": 1, "name": "ana"}));
        rig.until("room").await;
        rig
    }

    async fn member(&self, name: &str) -> Member {
        let open = Admission::new(None, Join::Open, None);
        self.hub.enter_new(None, &UserName::new(name).unwrap(), open).await.unwrap().0
    }

    fn send(&mut self, command: &Value) {
        let line = format!("{command}\n");
        self.client.write_all(line.as_bytes()).now_or_never().expect("the pipe is long").unwrap();
    }

    fn say(&mut self, n: u64) {
        self.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": "hi"}));
    }

    /// Lets the session do all that it can while the hub does nothing; returns the events it has sent.
    async fn turn(&mut self) -> Vec<Value> {
        assert!(poll!(&mut self.session).is_pending(), "the session goes on");
        let mut bytes = [0; 4096];
        let read = self.client.read(&mut bytes).now_or_never().map_or(0, Result::unwrap);
        let lines = bytes[..read].split_inclusive(|byte| *byte == b'\n');
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    /// The next event.
    async fn event(&mut self) -> Value {
        let event = poll_fn(|cx| {
            loop {
                if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = self.unread.drain(..=end).collect();
                    return Poll::Ready(serde_json::from_slice(&line).unwrap());
                }
                if !self.has_ended {
                    self.has_ended = self.session.as_mut().poll(cx).is_ready();
                }
                let mut bytes = [0; 4096];
                let mut read = ReadBuf::new(&mut bytes);
                ready!(Pin::new(&mut self.client).poll_read(cx, &mut read)).unwrap();
                assert!(!read.filled().is_empty(), "the connection is open");
                self.unread.extend_from_slice(read.filled());
            }
        });
        timeout(DEADLINE, unconstrained(event)).await.expect("the event comes in time")
    }

    /// The events up to one of this type, without the messages of others.
    async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.event().await;
            let is_last = event["type"] == kind;
            if event["type"] != "message" {
                events.push(event);
            }
            if is_last {
                return events;
            }
        }
    }
}

fn message(member: &Member, answer: &mpsc::Sender<Answer>) -> NewMessage {
    let text = Text::new("hi").unwrap();
    let say = Say {
        room: RoomName::lobby(),
        n: None,
        device: None,
        body: Body::text(text),
        named_at: None,
    };
    member.message(say, Some(RoomId::LOBBY), &DeviceId::default(), answer)
}

/// Fills the queue; returns the number of messages in it.
fn fill(member: &Member) -> u64 {
    let (answer, _) = mpsc::channel(1);
    let is_queued = |_: &u64| member.actor().try_send(message(member, &answer)).is_ok();
    (0_u64..).take_while(is_queued).count() as u64
}

fn last_seq(member: &Member) -> u64 {
    member.memberships()[0].room.last_seq().get()
}

#[tokio::test(start_paused = true)]
async fn a_session_delivers_while_its_messages_wait() {
    let mut ana = Rig::new().await;
    let (bob, carol) = (ana.member("bob").await, ana.member("carol").await);
    fill(&bob);
    ana.turn().await;
    ana.say(1);
    assert_eq!(ana.turn().await, [json!(null); 0], "the message waits");
    drop(carol);
    let events = ana.turn().await;
    assert_eq!((&events[0]["type"], &events[0]["user"]["name"]), (&"left".into(), &"carol".into()));
    ana.until("accepted").await;
}

#[tokio::test(start_paused = true)]
async fn messages_that_were_received_together_wait_together_and_then_the_next_command() {
    let mut ana = Rig::new().await;
    let bob = ana.member("bob").await;
    let before = fill(&bob);
    ana.turn().await;
    ana.say(1);
    ana.say(2);
    ana.send(&json!({"type": "topic", "room": "#lobby", "topic": "crabs"}));
    ana.say(3);
    ana.turn().await;
    let (answer, _answers) = mpsc::channel(1);
    let others = (0..QUEUE_ITEMS).map(|_| bob.actor().send_all(vec![message(&bob, &answer)]));
    let ana_is_answered = async {
        let mut events = ana.until("topic").await;
        events.extend(ana.until("accepted").await);
        events
    };
    let (events, _) = join(ana_is_answered, unconstrained(join_all(others))).await;
    let of_ana = |event: &&Value| event["type"] == "accepted" || event["type"] == "topic";
    let seqs: Vec<_> = events.iter().filter(of_ana).map(|event| event["seq"].as_u64()).collect();
    assert_eq!(seqs[..3], [Some(before + 1), Some(before + 2), None]);
    assert!(seqs[3] > Some(before + 3), "the others were in the queue before: {seqs:?}");
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_are_stored_although_the_session_ends() {
    for broken_lines in [0, BROKEN_LINES_MAX + 1] {
        let mut ana = Rig::new().await;
        let bob = ana.member("bob").await;
        let before = fill(&bob);
        ana.turn().await;
        ana.say(1);
        ana.say(2);
        (0..broken_lines).for_each(|_| ana.send(&json!("no command")));
        if broken_lines == 0 {
            ana.client.shutdown().now_or_never().expect("it is at once").unwrap();
        }
        ana.until("accepted").await;
        ana.until("accepted").await;
        assert_eq!(last_seq(&bob), before + 2, "with {broken_lines} broken lines");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_a_client_that_does_not_read_hold_no_capacity() {
    let ana = Rig::new().await;
    let bob = ana.member("bob").await;
    fill(&bob);
    let (answer, mut answers) = mpsc::channel(1);
    let mut pending = PendingCommand::default();
    pending.send(message(&bob, &answer), bob.actor());
    assert!(pending.has_messages());
    let answered = poll_fn(|cx| {
        assert!(pending.poll_next(false, cx).is_pending(), "there is no capacity for a result");
        answers.poll_recv(cx)
    });
    let answer = timeout(DEADLINE, answered).await.expect("the message is stored").unwrap();
    assert!(matches!(answer.outcome, Outcome::Stored { .. }));
    let result = poll_fn(|cx| pending.poll_next(true, cx)).now_or_never();
    assert!(matches!(result, Some(CommandResult::Queued(None))));
}

#[tokio::test(start_paused = true)]
async fn a_ban_removes_everything_although_its_session_ends_at_once() {
    const WRITTEN: usize = 200;
    let mut ana = Rig::new().await;
    ana.hub.grant(None, UserName::new("ana").unwrap(), None, Role::Owner).await.unwrap();
    let (eva, bob) = (ana.member("eva").await, ana.member("bob").await);
    let (answer, mut answers) = mpsc::channel(WRITTEN);
    let messages = (0..WRITTEN).map(|_| message(&eva, &answer)).collect();
    eva.actor().send_all(messages).await;
    for _ in 0..WRITTEN {
        let outcome = answers.recv().await.unwrap().outcome;
        assert!(matches!(outcome, Outcome::Stored { .. }), "{outcome:?}");
    }
    let written = last_seq(&bob);
    let ban = json!({"type": "sanction", "kind": "ban", "user": "eva", "remove_since_s": 86_400});
    ana.send(&ban);
    assert!(poll!(&mut ana.session).is_pending(), "the ban is in the queue");
    drop(ana);
    let removed = async {
        while last_seq(&bob) < written + WRITTEN as u64 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(DEADLINE, removed).await.expect("all messages are deleted");
}
