//! What is kept, and how a client comes by it: repeats, what was missed, history.

use std::time::Duration;

use chat_server::Config;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon, daemon_with};

fn seqs(messages: &[Value]) -> Vec<u64> {
    messages.iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_said_again_is_a_repeat_and_the_welcome_tells_what_is_kept() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let (mut bob, token) = Peer::with_token(&daemon, "bob").await;
    ana.expect("joined").await;
    let say = |n| json!({"type": "say", "room": "#lobby", "n": n, "text": "once"});
    assert_eq!(bob.ask(say(7), "accepted").await["seq"], 1);
    drop(bob);
    ana.expect("message").await;
    ana.expect("left").await;

    let (mut bob, welcome) = Peer::again(&daemon, &token, "laptop").await;
    assert_eq!(welcome["last"], 7);
    let repeat = bob.ask(say(7), "accepted").await;
    assert_eq!((&repeat["n"], &repeat["repeat"]), (&json!(7), &json!(true)));
    assert_eq!(bob.ask(say(8), "accepted").await["seq"], 2);
    let (_phone, welcome) = Peer::again(&daemon, &token, "phone").await;
    assert_eq!(welcome["last"], 0, "each device counts by itself");
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
async fn who_sleeps_through_ten_thousand_messages_gets_them_all() {
    let hour = Duration::from_secs(3600);
    let config = Config { write_timeout: hour, idle_timeout: hour, ..Config::default() };
    let daemon = daemon_with(config);
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
async fn at_the_end_the_speaker_hears_what_is_kept() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    for n in 1..=100 {
        bob.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": "x"}).to_string()).await;
    }
    bob.expect("accepted").await;
    daemon.closing.cancel();
    daemon.hub.close().await;
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
