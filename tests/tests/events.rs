//! Events about messages over real sockets: after a kill of the daemon, and beside classic clients.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::binary::Daemon;
use e2e::classic::{Classic, Message, View};
use e2e::native::Native;
use e2e::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than a busy machine delays a client's read, which would get two messages.
const GAP: Duration = Duration::from_millis(60);

/// Connects with the feature `events`, as a new user or as the one with that token. Returns its token as well.
async fn with_events(
    address: std::net::SocketAddr,
    name: &str,
    token: Option<&Value>,
) -> (Native, Value) {
    let mut client = Native::connect(address).await;
    let mut hello = json!({"type": "hello", "version": 1, "name": name, "device": "laptop",
                           "features": ["events", "unknown_kinds"]});
    if let Some(token) = token {
        hello["token"] = token.clone();
    }
    client.send(&hello).await;
    let token = client.expect("welcome").await["token"].clone();
    client.expect("room").await;
    (client, token)
}

/// Sends a `say` in the lobby with these fields, and returns the answer.
async fn say(client: &mut Native, n: u64, fields: &Value) -> Value {
    let mut say = json!({"type": "say", "room": "#lobby", "n": n});
    say.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    client.send(&say).await;
    let answer = client.until("accepted").await;
    assert_eq!(answer["n"], n, "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_events_about_a_message_are_there_once_after_a_kill() {
    let data = TempDir::new().unwrap();
    let args = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&args).await;
    let (mut ana, token) = with_events(daemon.address, "ana", None).await;
    let events = [
        json!({"text": "the first"}),
        json!({"kind": "edit", "target": 1, "text": "the second"}),
        json!({"kind": "reaction", "target": 1, "emoji": "👍"}),
        json!({"text": "a reply", "reply_to": 1}),
        json!({"kind": "delete", "target": 4}),
    ];
    for (n, event) in (1..).zip(&events) {
        say(&mut ana, n, event).await;
    }
    daemon.signal("KILL");
    daemon.exit_code().await;

    let daemon = Daemon::start_on(daemon.address, &args).await;
    let (mut ana, _) = with_events(daemon.address, "ana", Some(&token)).await;
    for (n, event) in (1..).zip(&events) {
        let answer = say(&mut ana, n, event).await;
        assert_eq!((&answer["seq"], &answer["repeat"]), (&json!(n), &json!(true)));
    }
    ana.send(&json!({"type": "history", "room": "#lobby"})).await;
    let history = ana.until("history").await;
    let messages = history["messages"].as_array().unwrap();
    assert_eq!(messages.len(), events.len());
    assert_eq!(messages[0]["text"], "the second");
    assert_eq!(messages[0]["edited"]["count"], 1);
    assert_eq!(messages[0]["reactions"][0]["count"], 1);
    assert_eq!(messages[0]["replies"]["count"], 1);
    assert_eq!(messages[3]["deleted"], true);
    for message in messages {
        assert!(!message["text"].as_str().unwrap().contains("a reply"), "{message}");
    }
}

/// The texts that a classic client is to read.
struct Expectation {
    ana: String,
    quoted: &'static str,
    messages: Vec<Message>,
}

impl Expectation {
    /// A line of ana's.
    fn of_ana(&mut self, text: &str) {
        self.messages.push(Message::new(&self.ana, "ana", text));
    }

    fn reaction(&mut self, emoji: &str, on: bool) {
        let does =
            if on { format!("reacts {emoji} to") } else { format!("takes back {emoji} from") };
        self.of_ana(&format!("* ana {does} \"{}\"", self.quoted));
    }
}

/// One classic client sends a message, and the other one reads it, after all earlier ones.
async fn talk((from, name): (&Classic, &str), round: u64, to: &mut Classic, all: &mut Expectation) {
    let text = format!("{name} {round}");
    from.say(&text).await;
    all.messages.push(Message::new(&from.id(), name, &text));
    to.until_messages(all.messages.len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn classic_clients_talk_through_a_storm_of_events_and_read_each_line_whole() {
    /// Rounds of the storm: in each the two classic clients say something.
    const ROUNDS: u64 = 6;
    /// Events of a round.
    const EVENTS: u64 = 10;
    let server = Server::start(Config { classic_gap: GAP, ..Config::default() });
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Classic::join(server.address, "eva").await;
    let (mut ana, _) = with_events(server.address, "ana", None).await;
    let all = ["ana", "bob", "eva"];
    bob.until("all of them", |view| view.lists_only(&all)).await;
    eva.until("all of them", |view| view.lists_only(&all)).await;
    let number_of_ana = |view: &View| {
        view.users.iter().find(|(_, name)| name == "ana").map(|(number, _)| number.clone())
    };
    let number = number_of_ana(&bob.view()).unwrap();
    let expected =
        || Expectation { ana: number.clone(), quoted: "USERS:9| |eve&&8", messages: Vec::new() };
    let mut to = [expected(), expected()];
    say(&mut ana, 1, &json!({"text": "USERS:9||eve&&8"})).await;
    to.iter_mut().for_each(|to| to.of_ana("USERS:9| |eve&&8"));
    let mut random = fastrand::Rng::with_seed(7);
    let (mut n, mut thumbs, mut bar, mut pinned) = (1, false, false, false);
    for round in 0..ROUNDS {
        for _ in 0..EVENTS {
            n += 1;
            let kind = random.u8(..6);
            let event = match kind {
                0 => json!({"kind": "edit", "target": 1, "text": "a||b\n||c"}),
                1 => json!({"kind": "reaction", "target": 1, "emoji": "|", "on": !bar}),
                2 => json!({"kind": "reaction", "target": 1, "emoji": "👍", "on": !thumbs}),
                3 => json!({"kind": "pin", "target": 1, "on": !pinned}),
                4 => json!({"kind": "topic", "topic": "a||b"}),
                _ => json!({"text": "&&||", "reply_to": 1}),
            };
            say(&mut ana, n, &event).await;
            match kind {
                0 => to.iter_mut().for_each(|to| to.of_ana("* a| |b\n| |c")),
                1 => {
                    bar = !bar;
                    to.iter_mut().for_each(|to| to.reaction("|", bar));
                }
                2 => {
                    thumbs = !thumbs;
                    to.iter_mut().for_each(|to| to.reaction("👍", thumbs));
                }
                // A classic client is sent nothing of a pin or a topic.
                3 => pinned = !pinned,
                4 => {}
                _ => to.iter_mut().for_each(|to| to.of_ana("&&| |")),
            }
        }
        let [to_bob, to_eva] = &mut to;
        talk((&bob, "bob"), round, &mut eva, to_eva).await;
        talk((&eva, "eva"), round, &mut bob, to_bob).await;
    }
    say(&mut ana, n + 1, &json!({"kind": "delete", "target": 1})).await;
    say(&mut ana, n + 2, &json!({"text": "the end"})).await;
    to.iter_mut().for_each(|to| to.of_ana("the end"));
    let [to_bob, to_eva] = to;
    for (client, expected) in [(&mut bob, to_bob), (&mut eva, to_eva)] {
        client.until_messages(expected.messages.len()).await;
        let view = client.view();
        assert_eq!(view.crash, None);
        assert_eq!(view.messages, expected.messages);
        assert!(view.lists_only(&all), "{:?}", view.users);
    }
}
