//! Stored messages, and how a client receives them: repeats, missed messages, history.

use chat_server::journal::{Durability, Location};
use chat_server::{Config, Limits, Server};
use serde_json::{Value, json};

use crate::peer::{Peer, daemon, daemon_with, patient};

fn seqs(messages: &[Value]) -> Vec<u64> {
    messages.iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

/// A command waits for its commit, and nothing else does: what comes from the rooms is delivered meanwhile.
#[tokio::test]
async fn a_command_that_waits_for_its_commit_holds_up_no_delivery() {
    let directory = tempfile::TempDir::new().unwrap();
    let place = Location::Directory(directory.path().to_path_buf());
    let daemon = Server::open(Config::default(), &place, Durability::Os).unwrap();
    let (ana, token) = Peer::with_token(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    drop(ana);
    bob.until("left").await;
    // Another program has the file, so no commit ends.
    let other = rusqlite::Connection::open(directory.path().join("journal.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    bob.send(r##"{"type":"join","room":"#rust"}"##).await;
    bob.send(r#"{"type":"ping"}"#).await;
    // A user who comes back needs no commit to be seen.
    let mut ana = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "ana", "token": token});
    ana.send(&hello.to_string()).await;
    bob.expect("joined").await;
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bob.expect("room").await["room"], "#rust");
    bob.expect("pong").await;
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_again_is_a_repeat_and_the_welcome_has_the_last_number() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let (mut bob, token) = Peer::with_token(&daemon, "bob").await;
    ana.expect("joined").await;
    let say = |n| json!({"type": "say", "room": "#lobby", "n": n, "text": "once"});
    let accepted = bob.ask(say(7), "accepted").await;
    assert_eq!((&accepted["seq"], &accepted["repeat"]), (&json!(1), &Value::Null));
    drop(bob);
    ana.expect("message").await;
    ana.expect("left").await;

    let (mut bob, welcome) = Peer::again(&daemon, &token, "laptop").await;
    assert_eq!(welcome["last"], 7);
    let repeat = json!({"type": "accepted", "n": 7, "room": "#lobby", "seq": 1,
                        "at": accepted["at"], "repeat": true});
    assert_eq!(bob.ask(say(7), "accepted").await, repeat);
    assert_eq!(bob.ask(say(8), "accepted").await["seq"], 2);
    let (_phone, welcome) = Peer::again(&daemon, &token, "phone").await;
    assert_eq!(welcome["last"], 0, "each device counts by itself");
}

/// A new run of a client sends what an earlier one had no answer to.
#[tokio::test(start_paused = true)]
async fn a_message_may_have_the_number_of_another_device() {
    let daemon = daemon();
    let (mut bob, token) = Peer::with_token(&daemon, "bob").await;
    let say = |device, text| json!({"type": "say", "room": "#lobby", "n": 0, "device": device, "text": text});
    let accepted = bob.ask(say("run-1", "once"), "accepted").await;
    assert_eq!((&accepted["device"], &accepted["n"]), (&json!("run-1"), &json!(0)));
    let repeat = bob.ask(say("run-1", "once"), "accepted").await;
    assert_eq!((&repeat["repeat"], &repeat["seq"]), (&json!(true), &json!(1)));
    let refused = bob.ask(say("run-1", "something else"), "refused").await;
    let about = ["code", "device", "n", "room"].map(|field| refused[field].clone());
    assert_eq!(about, [json!("number_used"), json!("run-1"), json!(0), json!("#lobby")]);
    let own = json!({"type": "say", "room": "#lobby", "n": 0, "text": "once"});
    let own = bob.ask(own, "accepted").await;
    assert_eq!((&own["seq"], &own["device"]), (&json!(2), &Value::Null), "on the session's device");

    let (mut again, _) = Peer::again(&daemon, &token, "run-2").await;
    again.send(r##"{"type":"join","room":"#lobby","since":0}"##).await;
    again.expect("room").await;
    assert_eq!(again.expect("message").await["device"], "run-1");
    assert_eq!(again.expect("message").await["device"], "laptop");
    let refused =
        json!({"type": "say", "room": "#none", "n": 4, "device": "run-1", "text": "nowhere"});
    assert_eq!(again.ask(refused, "refused").await["device"], "run-1");
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_named_before_and_after_hello() {
    let daemon = daemon();
    let mut ana = Peer::connect(&daemon);
    let about = ana.ask(json!({"type": "about"}), "about").await;
    assert_eq!(about["server"]["name"], "chat-server");
    let [id, epoch] = ["id", "epoch"].map(|word| about["journal"][word].as_str().unwrap());
    assert!(id.len() == 16 && epoch.len() == 16 && id != epoch, "{about}");
    ana.send(r#"{"type":"hello","version":1,"name":"ana"}"#).await;
    assert_eq!(ana.expect("welcome").await["journal"], about["journal"]);
    ana.expect("room").await;
    assert_eq!(ana.ask(json!({"type": "about"}), "about").await, about);
    let mut other = Peer::connect(&daemon_with(Config::default()));
    assert_ne!(other.ask(json!({"type": "about"}), "about").await["journal"]["id"], id);
}

#[tokio::test(start_paused = true)]
async fn a_join_brings_what_was_missed_then_what_happens() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    for n in 1..=300 {
        ana.say("#lobby", &n.to_string()).await;
    }
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.send(r##"{"type":"join","room":"#lobby","since":20}"##).await;
    ana.say("#lobby", "301").await;
    assert_eq!(bob.expect("room").await["users"].as_array().unwrap().len(), 2);
    for seq in 21..=301 {
        let message = bob.expect("message").await;
        assert_eq!((&message["seq"], &message["text"]), (&json!(seq), &json!(seq.to_string())));
    }
    bob.send(r##"{"type":"join","room":"#lobby"}"##).await;
    bob.expect("room").await;
    for seq in 252..=301 {
        assert_eq!(bob.expect("message").await["seq"], seq, "the newest, on a join without since");
    }
    bob.send(r##"{"type":"join","room":"#lobby","since":9999}"##).await;
    bob.expect("room").await;
    ana.say("#lobby", "302").await;
    assert_eq!(bob.expect("message").await["seq"], 302);
}

#[tokio::test(start_paused = true)]
async fn history_comes_in_pages() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    for n in 1..=250 {
        ana.say("#lobby", &n.to_string()).await;
    }
    let history = json!({"type": "history", "room": "#lobby", "before": 5, "limit": 3});
    let page = ana.ask(history, "history").await;
    assert_eq!(seqs(page["messages"].as_array().unwrap()), [2, 3, 4]);
    assert_eq!((&page["more"], &page["messages"][0]["device"]), (&json!(true), &json!("")));
    let history = json!({"type": "history", "room": "#lobby", "before": 2});
    let page = ana.ask(history, "history").await;
    assert_eq!(
        (seqs(page["messages"].as_array().unwrap()), &page["more"]),
        (vec![1], &json!(false))
    );
    let page =
        ana.ask(json!({"type": "history", "room": "#lobby", "limit": 9999}), "history").await;
    let newest = seqs(page["messages"].as_array().unwrap());
    assert_eq!((newest.last(), newest.len() <= 200), (Some(&250), true));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_for_ten_thousand_messages_gets_them_all() {
    let daemon = patient();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut sleeper = Peer::native(&daemon, "sleeper").await;
    ana.expect("joined").await;
    for n in 1..=10_000 {
        ana.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": "x"}).to_string()).await;
        if n % 100 == 0 {
            for n in n - 99..=n {
                assert_eq!(ana.expect("accepted").await["seq"], n);
            }
        }
    }
    let _eva = Peer::native(&daemon, "eva").await;
    ana.expect("joined").await;
    for seq in 1..=10_000 {
        assert_eq!(sleeper.expect("message").await["seq"], seq);
    }
    let room = sleeper.expect("room").await;
    assert_eq!((&room["count"], &room["last_seq"]), (&json!(3), &json!(10_000)), "what it missed");
    ana.say("#lobby", "awake?").await;
    assert_eq!(sleeper.expect("message").await["seq"], 10_001);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_the_sender_is_answered_for_all_that_is_stored() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    for n in 1..=100 {
        bob.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": "x"}).to_string()).await;
    }
    bob.expect("accepted").await;
    daemon.close().await;
    let mut answered = 1;
    let goodbye = loop {
        let event = bob.next().await.expect("the end without a goodbye");
        match event["type"].as_str() {
            Some("accepted") => answered += 1,
            Some("refused") => assert_eq!(event["code"], "shutdown"),
            _ => break event,
        }
    };
    assert_eq!(goodbye["code"], "shutdown");
    assert!(answered >= 1);
}

/// A client that sends without a pause must not fall behind the room by its own messages: they would come
/// to it again, and fill the connection of one that does not read meanwhile.
#[tokio::test]
async fn a_client_that_sends_without_a_pause_is_not_sent_its_own_messages() {
    const MESSAGES: u64 = 4000;
    const ALL_BYTES: usize = 16 * 1024 * 1024;
    let directory = tempfile::TempDir::new().unwrap();
    // A writer with a thread of its own commits while the session listens.
    let place = Location::Directory(directory.path().to_path_buf());
    let config = Config { limits: Limits::off(), ..Config::default() };
    let daemon = Server::open(config, &place, Durability::Os).unwrap();
    let mut ana = Peer::connect_through(&daemon, ALL_BYTES);
    ana.send(r#"{"type":"hello","version":1,"name":"ana"}"#).await;
    ana.expect("welcome").await;
    ana.expect("room").await;
    let text = "x".repeat(2000);
    for n in 1..=MESSAGES {
        let say = json!({"type": "say", "room": "#lobby", "n": n, "text": text});
        ana.send(&say.to_string()).await;
    }
    for n in 1..=MESSAGES {
        let event = ana.next().await.expect("an answer to each");
        assert_eq!((&event["type"], &event["n"]), (&json!("accepted"), &json!(n)), "{event}");
    }
}

/// The answer was lost, and another session has left the room meanwhile.
#[tokio::test(start_paused = true)]
async fn a_repeat_is_accepted_after_its_room_was_left() {
    let daemon = daemon();
    let _ana = Peer::native(&daemon, "ana").await;
    let (mut bob, _) = Peer::with_token(&daemon, "bob").await;
    for room in ["#rust", "@1-2"] {
        bob.ask(json!({"type": "join", "room": room}), "room").await;
        let say = |text| json!({"type": "say", "room": room, "n": 1, "device": room, "text": text});
        let accepted = bob.until_answer(say("once")).await;
        assert_eq!(accepted["seq"], 1, "{accepted}");
        bob.send(&json!({"type": "leave", "room": room}).to_string()).await;
        bob.until("left").await;
        let repeat = json!({"type": "accepted", "n": 1, "device": room, "room": room, "seq": 1,
                            "at": accepted["at"], "repeat": true});
        assert_eq!(bob.until_answer(say("once")).await, repeat);
        let refused = bob.until_answer(say("something else")).await;
        assert_eq!(refused["code"], "number_used", "{refused}");
        let gone = json!({"type": "history", "room": room});
        assert_eq!(
            bob.until_answer(gone).await["code"],
            "not_in_room",
            "the repeat joined nothing"
        );
    }
    let new = json!({"type": "say", "room": "#rust", "n": 2, "text": "a new message"});
    assert_eq!(bob.until_answer(new).await["code"], "not_in_room");
}
