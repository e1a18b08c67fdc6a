//! Original clients, over real sockets: simultaneous joins, special texts, invalid names.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::classic::{Classic, Message};
use e2e::native::Native;
use e2e::server::Server;
use tokio::task::JoinSet;
use tokio::time::interval;

/// Longer than a busy machine delays a client's read: if a client reads late, it receives two messages in one
/// read, and no daemon can prevent that.
const GAP: Duration = Duration::from_millis(60);

fn config() -> Config {
    Config { classic_gap: GAP, ..Config::default() }
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("user{n}")).collect()
}

/// Waits until the list of each of these clients has exactly `names`.
async fn all_list_all(mut clients: Vec<Classic>, names: &[String]) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for client in &mut clients {
        client.until("all the others", |view| view.lists_only(&names)).await;
        assert_eq!(client.view().users[0].0, client.id(), "its own entry is the first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_clients_that_join_at_once_all_list_each_other() {
    let server = Server::start(config());
    let names = names(20);
    let mut joining = JoinSet::new();
    for name in names.clone() {
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &name).await });
    }
    all_list_all(joining.join_all().await, &names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_clients_that_join_within_a_second_all_list_each_other() {
    let server = Server::start(config());
    let names = names(20);
    let mut pace = interval(Duration::from_millis(50));
    let mut joining = JoinSet::new();
    for name in names.clone() {
        pace.tick().await;
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &name).await });
    }
    all_list_all(joining.join_all().await, &names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_look_like_the_protocol_arrive_as_texts() {
    let server = Server::start(config());
    let ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Native::join(server.address, "eva").await;
    // Each as it is sent, and as a classic client receives it, always in three parts.
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
    for (count, (sent, shown)) in texts.into_iter().enumerate() {
        ana.say(sent).await;
        assert_eq!(eva.next_message().await, ("ana".to_owned(), sent.to_owned()));
        bob.until_messages(count + 1).await;
        assert_eq!(bob.view().messages[count], Message::new(&ana.id(), "ana", shown));
    }
    for (n, (sent, shown)) in (1..).zip(texts) {
        eva.say_accepted(n, sent).await;
        bob.until_messages(texts.len() + usize::try_from(n).unwrap()).await;
        let view = bob.view();
        assert_eq!(view.messages.last(), Some(&Message::new(&eva.id.to_string(), "eva", shown)));
    }
    assert!(bob.view().lists_only(&["ana", "bob", "eva"]), "{:?}", bob.view().users);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_arrives_complete_in_several_messages() {
    let server = Server::start(config());
    let ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Native::join(server.address, "eva").await;
    let mut text: String = "año ".repeat(1000);
    text.push_str("END");
    assert_eq!(text.len(), 5003);
    let whole = |messages: &[Message]| messages.iter().map(|m| m.text.as_str()).collect::<String>();

    ana.say(&text).await;
    bob.until("the end of the text", |view| whole(&view.messages).ends_with("END")).await;
    assert_eq!(whole(&bob.view().messages), text);
    assert!(bob.view().messages.iter().all(|m| (m.id.clone(), &*m.name) == (ana.id(), "ana")));
    assert_eq!(eva.next_message().await.1, text, "a native client receives it in one message");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_in_one_packet_and_in_pieces_are_read_alike() {
    let server = Server::start(config());
    let mut eva = Native::join(server.address, "eva").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let ana = Classic::connect(server.address).await;
    let id = ana.id();
    ana.write(format!("NAME:ana{id}||ana||first{id}||ana||second").as_bytes()).await;
    for text in ["first", "second"] {
        assert_eq!(eva.next_message().await, ("ana".to_owned(), text.to_owned()));
    }
    bob.until_messages(2).await;

    let line = format!("{id}||ana||mañana");
    let (start, rest) = line.as_bytes().split_at(line.find('ñ').unwrap() + 1);
    ana.write(start).await;
    // Once this message arrives, the daemon has read the first half.
    bob.say("between the halves").await;
    assert_eq!(eva.next_message().await.1, "between the halves");
    ana.write(rest).await;
    assert_eq!(eva.next_message().await, ("ana".to_owned(), "mañana".to_owned()));
    bob.until_messages(3).await;
    let shown = ["first", "second", "mañana"].map(|text| Message::new(&id, "ana", text));
    assert_eq!(bob.view().messages, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_names_are_corrected_and_no_reader_crashes() {
    let server = Server::start(config());
    let mut ana = Classic::join(server.address, "ana").await;
    let mut clients = Vec::new();
    let mut listed = vec!["ana"];
    for (requested, corrected) in [
        ("a||b", "a_b"),
        ("a&&b", "a_b_2"),
        ("USERS:9||x", "USERS_9_x"),
        ("ANA", "ANA_2"),
        ("", "guest"),
        ("   ", "guest_2"),
        ("eva\r\n", "eva"),
        ("Chat-Server", "Chat-Server_2"),
    ] {
        clients.push(Classic::join(server.address, requested).await);
        listed.push(corrected);
        ana.until(corrected, |view| view.lists(corrected)).await;
    }
    ana.until("all of them", |view| view.lists_only(&listed)).await;
    // Such a client sends messages with its invalid name; they are delivered with the corrected one.
    clients[0].say("hi").await;
    ana.until_messages(1).await;
    assert_eq!(ana.view().messages, [Message::new(&clients[0].id(), "a_b", "hi")]);
    for client in &mut clients {
        client.until("all of them", |view| view.lists_only(&listed)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_too_long_for_one_read_crashes_no_reader() {
    let server = Server::start(config());
    let mut ana = Classic::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let mut others = Vec::new();
    for n in 1..=118 {
        others.push(Native::join(server.address, &format!("user-number-{n}")).await);
    }
    for client in [&mut ana, &mut bob] {
        client.until("a list of 120", |view| view.users_counted() == 120).await;
        assert_eq!(client.view().users[0].0, client.id(), "its own entry is the first");
        assert_eq!(client.view().messages, [], "no part of the list is read as a message");
    }
    ana.say("still here").await;
    bob.until_messages(1).await;
    assert_eq!(bob.view().messages, [Message::new(&ana.id(), "ana", "still here")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_can_send_under_another_name() {
    let server = Server::start(config());
    let mut eva = Native::join(server.address, "eva").await;
    let mut bob = Classic::join(server.address, "bob").await;
    let eve = Classic::join(server.address, "eve").await;
    let (bob_id, eva_id) = (bob.id(), eva.id.to_string());
    let claims = [format!("{bob_id}||bob"), format!("{eva_id}||eva"), "0||chat-server".to_owned()];
    for (n, claim) in claims.into_iter().enumerate() {
        eve.write(format!("{claim}||trust me {n}").as_bytes()).await;
        assert_eq!(eva.next_message().await, ("eve".to_owned(), format!("trust me {n}")));
        bob.until_messages(n + 1).await;
        assert_eq!(
            bob.view().messages[n],
            Message::new(&eve.id(), "eve", &format!("trust me {n}"))
        );
    }
    eve.write(b"NAME:BOB").await;
    bob.until("the corrected name", |view| view.lists_only(&["bob", "BOB_2", "eva"])).await;
}

/// A page of the original chat that is loaded again connects again, and its first connection stays open for a while.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_talks_beside_its_first_connection() {
    let server = Server::start(config());
    let mut bob = Classic::join(server.address, "bob").await;
    let mut first = Classic::join(server.address, "carla").await;
    first.say("before").await;
    bob.until_messages(1).await;
    let mut again = Classic::join(server.address, "carla").await;
    for page in [&mut bob, &mut first, &mut again] {
        page.until("all three", |view| view.lists_only(&["bob", "carla", "carla_2"])).await;
    }
    again.say("after").await;
    bob.until_messages(2).await;
    first.until_messages(1).await;
    bob.say("hi").await;
    again.until_messages(1).await;
    drop(first);
    bob.until("the two", |view| view.lists_only(&["bob", "carla_2"])).await;
    let heard: Vec<_> =
        bob.view().messages.iter().map(|one| (one.name.clone(), one.text.clone())).collect();
    let said = [("carla", "before"), ("carla_2", "after")];
    assert_eq!(heard, said.map(|(name, text)| (name.to_owned(), text.to_owned())));
    // Its own messages do not come back to it.
    assert_eq!(again.view().messages, [Message::new(&bob.id(), "bob", "hi")]);
}
