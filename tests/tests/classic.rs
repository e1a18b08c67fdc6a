//! What the original clients live through, over real sockets: crowds, odd texts, odd names.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::classic::{Classic, Shown};
use e2e::native::Native;
use e2e::server::Server;
use tokio::task::JoinSet;
use tokio::time::interval;

/// More than a busy machine keeps a client of the test from reading, since a client that reads late
/// finds two writes as one whatever the daemon does.
const GAP: Duration = Duration::from_millis(60);

fn config() -> Config {
    Config { classic_gap: GAP, ..Config::default() }
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("user{n}")).collect()
}

/// Waits until each of these clients has all of them in its list.
async fn all_see_all(mut clients: Vec<Classic>, names: &[String]) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for client in &mut clients {
        client.until("all the others", |seen| seen.lists_only(&names)).await;
        assert_eq!(client.seen().users[0].0, client.id(), "its own entry is the first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_that_join_at_the_same_moment_all_live_and_list_all() {
    let server = Server::start(config());
    let names = names(20);
    let mut joining = JoinSet::new();
    for name in names.clone() {
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &name).await });
    }
    all_see_all(joining.join_all().await, &names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_that_join_within_a_second_all_live_and_list_all() {
    let server = Server::start(config());
    let names = names(20);
    let mut pace = interval(Duration::from_millis(50));
    let mut joining = JoinSet::new();
    for name in names.clone() {
        pace.tick().await;
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &name).await });
    }
    all_see_all(joining.join_all().await, &names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_look_like_the_protocol_hurt_nobody() {
    let server = Server::start(config());
    let ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Native::join(server.address, "eva").await;
    // Each as it is said, and as a classic client is shown it: in three parts, whatever it says.
    let texts = [
        ("a||b", "a| |b"),
        ("a&&b", "a&&b"),
        ("USERS:9||eve&&8", "USERS:9| |eve&&8"),
        ("USERS:", "USERS:"),
        ("ID:9", "ID:9"),
        ("NAME:eve", "NAME:eve"),
        ("|||", "| | |"),
        ("||", "| |"),
    ];
    for (count, (said, shown)) in texts.into_iter().enumerate() {
        ana.say(said).await;
        assert_eq!(eva.hear().await, ("ana".to_owned(), said.to_owned()));
        bob.until_messages(count + 1).await;
        assert_eq!(bob.seen().messages[count], Shown::new(&ana.id(), "ana", shown));
    }
    for (n, (said, shown)) in (1..).zip(texts) {
        eva.tell_all(n, said).await;
        bob.until_messages(texts.len() + usize::try_from(n).unwrap()).await;
        let seen = bob.seen();
        assert_eq!(seen.messages.last(), Some(&Shown::new(&eva.id.to_string(), "eva", shown)));
    }
    assert!(bob.seen().lists_only(&["ana", "bob", "eva"]), "{:?}", bob.seen().users);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_comes_whole_in_pieces_that_are_each_a_message() {
    let server = Server::start(config());
    let ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Native::join(server.address, "eva").await;
    let mut text: String = "año ".repeat(1000);
    text.push_str("END");
    assert_eq!(text.len(), 5003);
    let whole = |shown: &[Shown]| shown.iter().map(|one| one.text.as_str()).collect::<String>();

    ana.say(&text).await;
    bob.until("the end of the text", |seen| whole(&seen.messages).ends_with("END")).await;
    assert_eq!(whole(&bob.seen().messages), text);
    assert!(
        bob.seen().messages.iter().all(|one| (one.id.clone(), &*one.name) == (ana.id(), "ana"))
    );
    assert_eq!(eva.hear().await.1, text, "and in one piece where pieces are not needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_cut_or_glued_is_put_right() {
    let server = Server::start(config());
    let mut eva = Native::join(server.address, "eva").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let ana = Classic::connect(server.address).await;
    let id = ana.id();
    ana.write(format!("NAME:ana{id}||ana||first{id}||ana||second").as_bytes()).await;
    for text in ["first", "second"] {
        assert_eq!(eva.hear().await, ("ana".to_owned(), text.to_owned()));
    }
    bob.until_messages(2).await;

    let said = format!("{id}||ana||mañana");
    let (start, rest) = said.as_bytes().split_at(said.find('ñ').unwrap() + 1);
    ana.write(start).await;
    // What another says meanwhile shows that the daemon had the time to take the first half.
    bob.say("between the halves").await;
    assert_eq!(eva.hear().await.1, "between the halves");
    ana.write(rest).await;
    assert_eq!(eva.hear().await, ("ana".to_owned(), "mañana".to_owned()));
    bob.until_messages(3).await;
    let shown = ["first", "second", "mañana"].map(|text| Shown::new(&id, "ana", text));
    assert_eq!(bob.seen().messages, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_cannot_be_are_mended_and_nobody_dies() {
    let server = Server::start(config());
    let mut ana = Classic::join(server.address, "ana").await;
    let mut clients = Vec::new();
    let mut listed = vec!["ana"];
    for (wanted, mended) in [
        ("a||b", "a_b"),
        ("a&&b", "a_b_2"),
        ("USERS:9||x", "USERS_9_x"),
        ("ANA", "ANA_2"),
        ("", "guest"),
        ("   ", "guest_2"),
        ("eva\r\n", "eva"),
        ("Chat-Server", "Chat-Server_2"),
    ] {
        clients.push(Classic::join(server.address, wanted).await);
        listed.push(mended);
        ana.until(mended, |seen| seen.lists(mended)).await;
    }
    ana.until("all of them", |seen| seen.lists_only(&listed)).await;
    // What such a client says is stamped with what it thinks it is called, and shown under its name.
    clients[0].say("hi").await;
    ana.until_messages(1).await;
    assert_eq!(ana.seen().messages, [Shown::new(&clients[0].id(), "a_b", "hi")]);
    for client in &mut clients {
        client.until("all of them", |seen| seen.lists_only(&listed)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_too_long_for_one_read_kills_nobody() {
    let server = Server::start(config());
    let mut ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut others = Vec::new();
    for n in 1..=118 {
        others.push(Native::join(server.address, &format!("user-number-{n}")).await);
    }
    for client in [&mut ana, &mut bob] {
        client.until("a list of 120", |seen| seen.users_counted() == 120).await;
        assert_eq!(client.seen().users[0].0, client.id(), "its own entry is the first");
        assert_eq!(client.seen().messages, [], "no part of the list is taken for a message");
    }
    ana.say("still here").await;
    bob.until_messages(1).await;
    assert_eq!(bob.seen().messages, [Shown::new(&ana.id(), "ana", "still here")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_under_another_name() {
    let server = Server::start(config());
    let mut eva = Native::join(server.address, "eva").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let eve = Classic::join(server.address, "eve").await;
    let (bobs, evas) = (bob.id(), eva.id.to_string());
    let claims = [format!("{bobs}||bob"), format!("{evas}||eva"), "0||chat-server".to_owned()];
    for (n, claim) in claims.into_iter().enumerate() {
        eve.write(format!("{claim}||trust me {n}").as_bytes()).await;
        assert_eq!(eva.hear().await, ("eve".to_owned(), format!("trust me {n}")));
        bob.until_messages(n + 1).await;
        assert_eq!(bob.seen().messages[n], Shown::new(&eve.id(), "eve", &format!("trust me {n}")));
    }
    eve.write(b"NAME:BOB").await;
    bob.until("its new name", |seen| seen.lists_only(&["bob", "BOB_2", "eva"])).await;
}
