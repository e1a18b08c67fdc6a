//! Search, and history at a time, as clients see them.

use std::time::Duration;

use chat_server::{Config, Server};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::peer::{Peer, daemon, daemon_with};

/// How often a test searches until the index is complete, at most.
const SEARCHES_MAX: u32 = 1_000;

async fn search(peer: &mut Peer, query: &str) -> Value {
    let search = json!({"type": "search", "query": query});
    peer.send(&search.to_string()).await;
    loop {
        let answer = peer.next().await.expect("the end instead of an answer");
        if answer["type"] == "found" || answer["type"] == "refused" {
            return answer;
        }
    }
}

/// Searches until `word` is found.
async fn index(peer: &mut Peer, word: &str) -> Value {
    for _ in 0..SEARCHES_MAX {
        let found = search(peer, word).await;
        if found["type"] == "found" && !found["hits"].as_array().unwrap().is_empty() {
            return found;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{word} is not found");
}

/// The messages that a user finds, as `ROOM:SEQ`, in the order of the rooms: some were stored in the same millisecond.
fn sorted(found: &Value) -> Vec<String> {
    let mut places = places(found);
    places.sort();
    places
}

/// The messages that a user finds, as `ROOM:SEQ`.
fn places(found: &Value) -> Vec<String> {
    let hits = found["hits"].as_array().unwrap_or_else(|| panic!("{found}"));
    let place = |hit: &Value| format!("{}:{}", hit["room"].as_str().unwrap(), hit["seq"]);
    hits.iter().map(place).collect()
}

async fn join(peer: &mut Peer, room: &str) {
    peer.send(&json!({"type": "join", "room": room}).to_string()).await;
    peer.until("room").await;
}

#[tokio::test(start_paused = true)]
async fn a_message_is_found_with_its_matches_marked() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    ana.say("#lobby", "the café\nopens").await;
    let found = index(&mut ana, "cafe").await;
    assert_eq!(found["query"], "cafe");
    let hit = &found["hits"][0];
    assert_eq!(hit["text"], "the café opens");
    assert_eq!(hit["marks"], json!([[4, 8]]));
    assert_eq!((&hit["from"]["name"], &hit["kind"]), (&json!("ana"), &json!("text")));
    assert!(found.get("next").is_none() && found.get("indexed").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_user_finds_what_it_may_read_and_nothing_else() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    let mut eva = Peer::native(&daemon, "eva").await;
    join(&mut ana, "#rust").await;
    for room in ["#rust", "@bob", "#lobby"] {
        let say = json!({"type": "say", "room": room, "text": "a secret word"});
        assert_eq!(ana.until_answer(say).await["type"], "accepted");
    }
    let last = json!({"type": "say", "room": "#lobby", "text": "done"});
    ana.until_answer(last).await;
    index(&mut eva, "done").await;
    assert_eq!(sorted(&search(&mut ana, "secret ").await), ["#lobby:1", "#rust:1", "@1-2:1"]);
    assert_eq!(sorted(&search(&mut bob, "secret ").await), ["#lobby:1", "@1-2:1"]);
    assert_eq!(sorted(&search(&mut eva, "secret ").await), ["#lobby:1"]);
    for query in ["in:@ana secret", "in:@1-2 secret", "in:#rust secret"] {
        assert!(sorted(&search(&mut eva, query).await).is_empty(), "{query}");
    }
    assert_eq!(sorted(&search(&mut bob, "in:@ana secret").await), ["@1-2:1"]);
    assert_eq!(sorted(&search(&mut ana, "in:rust from:me").await), ["#rust:1"]);
    join(&mut eva, "#rust").await;
    assert_eq!(sorted(&search(&mut eva, "secret ").await), ["#lobby:1", "#rust:1"]);
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    for number in 1..=5 {
        ana.say("#lobby", &format!("word {number}")).await;
    }
    index(&mut ana, "5").await;
    let ask =
        |before: &Value| json!({"type": "search", "query": "word", "limit": 2, "before": before});
    let mut page = ana.ask(json!({"type": "search", "query": "word", "limit": 2}), "found").await;
    let mut found = places(&page);
    while page.get("next").is_some() {
        page = ana.ask(ask(&page["next"]), "found").await;
        found.extend(places(&page));
    }
    assert_eq!(found, ["#lobby:5", "#lobby:4", "#lobby:3", "#lobby:2", "#lobby:1"]);
}

#[tokio::test(start_paused = true)]
async fn long_texts_fill_a_line_and_no_more() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    for _ in 0..50 {
        ana.say("#lobby", &"\"東京\" ".repeat(400)).await;
    }
    ana.say("#lobby", "done").await;
    index(&mut ana, "done").await;
    let (mut found, mut next) = (0, Value::Null);
    loop {
        let mut ask = json!({"type": "search", "query": "東京", "limit": 50});
        if next != Value::Null {
            ask["before"] = next;
        }
        let page = ana.ask(ask, "found").await;
        assert!(page.to_string().len() <= 65_536);
        found += places(&page).len();
        next = page["next"].clone();
        if next == Value::Null {
            break;
        }
    }
    assert_eq!(found, 50);
}

#[tokio::test(start_paused = true)]
async fn a_search_that_asks_for_too_much_is_refused_and_the_session_goes_on() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let many: Vec<String> = (0..17).map(|number| format!("word{number}")).collect();
    for _ in 0..30 {
        for query in ["x".repeat(513), many.join(" ")] {
            let refused = search(&mut ana, &query).await;
            assert_eq!(refused["code"], "search_too_broad", "{refused}");
        }
    }
    assert!(places(&search(&mut ana, "").await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_without_search_says_so() {
    let daemon = daemon_with(Config { search: false, ..Config::default() });
    let mut ana = Peer::connect(&daemon);
    ana.send(r#"{"type":"hello","version":1,"name":"ana"}"#).await;
    let welcome = ana.expect("welcome").await;
    assert!(!welcome["features"].as_array().unwrap().contains(&json!("search")), "{welcome}");
    ana.expect("room").await;
    let refused = search(&mut ana, "word").await;
    assert_eq!(refused["code"], "search_not_ready");
}

/// The texts of the messages of the lobby from a time on, and whether there are older ones.
async fn history_at(peer: &mut Peer, at: &Value, limit: u64) -> (Vec<String>, bool) {
    let ask = json!({"type": "history", "room": "#lobby", "at": at, "limit": limit});
    let history = peer.ask(ask, "history").await;
    let texts = history["messages"].as_array().unwrap().iter();
    let texts = texts.map(|message| message["text"].as_str().unwrap().to_owned()).collect();
    (texts, history["more"].as_bool().unwrap())
}

async fn say_at_times(daemon: &Server) -> (Peer, Vec<Value>) {
    let mut ana = Peer::native(daemon, "ana").await;
    let mut times = Vec::new();
    for number in 1..=9 {
        times.push(ana.say("#lobby", &number.to_string()).await["at"].clone());
    }
    (ana, times)
}

#[tokio::test(start_paused = true)]
async fn history_at_a_time_begins_with_the_first_message_from_then_on() {
    let daemon = daemon();
    let (mut ana, times) = say_at_times(&daemon).await;
    // Some may have been stored in the same millisecond.
    let first = times.iter().position(|at| *at == times[5]).unwrap();
    let expected: Vec<String> = (first + 1..first + 3).map(|number| number.to_string()).collect();
    assert_eq!(history_at(&mut ana, &times[5], 2).await, (expected, first > 0));
    let (all, more) = history_at(&mut ana, &json!("2001-01-01T00:00:00Z"), 100).await;
    assert_eq!((all.len(), more), (9, false));
    let (newest, more) = history_at(&mut ana, &json!("2999-01-01T00:00:00Z"), 2).await;
    assert_eq!((newest, more), (vec!["8".to_owned(), "9".to_owned()], true));
}

#[tokio::test(start_paused = true)]
async fn history_at_a_time_of_an_empty_room_is_empty() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    join(&mut ana, "#empty").await;
    let ask = json!({"type": "history", "room": "#empty", "at": "2026-05-01T00:00:00Z"});
    ana.send(&ask.to_string()).await;
    assert_eq!(ana.until("history").await["messages"], json!([]));
}
