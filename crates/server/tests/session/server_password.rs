//! The password of the server: who sends it, who need not, and what is refused.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chat_proto::Secret;
use chat_server::config::{Join, Plain};
use chat_server::{Config, Server, ServerPassword};
use serde_json::{Value, json};
use tokio::io::duplex;

use crate::peer::{Peer, daemon_with};

const PASSWORD: &str = "four little words here";
const TOKEN: &str = "5f0c1e9a5f0c1e9a5f0c1e9a5f0c1e9a5f0c1e9a5f0c1e9a5f0c1e9a5f0c1e9a";

fn config() -> Config {
    let password = ServerPassword::new(&Secret::new(PASSWORD)).unwrap();
    Config { password: Some(password), ..Config::default() }
}

/// The answer to a `hello` with these fields, on a connection that is returned.
async fn enter(daemon: &Server, name: &str, more: Value) -> (Peer, Value) {
    let mut peer = Peer::connect(daemon);
    let mut hello = json!({"type": "hello", "version": 1, "name": name});
    hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    peer.send(&hello.to_string()).await;
    let answer = peer.next().await.unwrap();
    (peer, answer)
}

/// The code of the answer, or its type if it is not a refusal.
async fn code(daemon: &Server, name: &str, more: Value) -> String {
    let (mut peer, answer) = enter(daemon, name, more).await;
    if answer["type"] == "refused" {
        assert_eq!(peer.next().await, None, "the connection closes");
    }
    let code = if answer["type"] == "refused" { &answer["code"] } else { &answer["type"] };
    code.as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn everybody_who_is_new_says_the_password_of_the_server_and_nobody_else_does() {
    let daemon = daemon_with(config());
    let new = |password: &str| json!({"token": TOKEN, "new": true, "password": password});
    assert_eq!(code(&daemon, "ana", json!({})).await, "password_needed");
    assert_eq!(code(&daemon, "ana", json!({"token": TOKEN, "new": true})).await, "password_needed");
    let (_, wrong) = enter(&daemon, "ana", new("four little words")).await;
    assert_eq!(
        (&wrong["code"], &wrong["text"]),
        (
            &json!("bad_secret"),
            &json!("this is not the password of the server; ask the person who runs it")
        )
    );
    let (ana, welcome) = enter(&daemon, "ana", new(PASSWORD)).await;
    assert_eq!((&welcome["type"], &welcome["id"]), (&json!("welcome"), &json!(1)), "{welcome}");
    drop(ana);
    for known in [json!({"token": TOKEN}), json!({"token": TOKEN, "new": true}), new("another one")]
    {
        let (_, welcome) = enter(&daemon, "ana", known).await;
        assert_eq!(welcome["id"], 1, "{welcome}");
    }
    // A client that lets the server make its token.
    let (_, welcome) = enter(&daemon, "bob", json!({"password": PASSWORD})).await;
    assert_eq!(
        (&welcome["type"], &welcome["name"]),
        (&json!("welcome"), &json!("bob")),
        "{welcome}"
    );
    // Somebody who is new, and wants a name that is taken.
    let (_, taken) = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    assert_eq!(
        (&taken["code"], &taken["suggestion"]),
        (&json!("name_taken"), &json!("ana_2")),
        "{taken}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_password_of_a_user_lets_it_in_and_that_of_the_server_does_not() {
    let daemon = daemon_with(config());
    let (mut ana, _) = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    let set = json!({"type": "set_password", "password": "correct horse"});
    ana.answer(set, "account").await;
    let (_, welcome) = enter(&daemon, "ana", json!({"password": "correct horse"})).await;
    assert_eq!((&welcome["type"], &welcome["id"]), (&json!("welcome"), &json!(1)), "{welcome}");
    assert_eq!(code(&daemon, "ana", json!({"password": PASSWORD})).await, "name_taken");
    assert_eq!(code(&daemon, "bob", json!({"password": "correct horse"})).await, "bad_secret");
    let (_, wrong) = enter(&daemon, "ana", json!({"password": "correct house"})).await;
    let (_, nobody) = enter(&daemon, "eva", json!({"password": "correct house"})).await;
    assert_eq!(wrong, nobody, "nothing says which names there are");
}

#[tokio::test(start_paused = true)]
async fn wrong_passwords_of_the_server_are_counted() {
    let daemon = daemon_with(config());
    let new = |password: &str| json!({"token": TOKEN, "new": true, "password": password});
    let _ana = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    for nth in 0..5 {
        assert_eq!(code(&daemon, &format!("new {nth}"), new("wrong one")).await, "bad_secret");
    }
    assert_eq!(code(&daemon, "bob", new(PASSWORD)).await, "too_fast");
    tokio::time::sleep(Duration::from_secs(15 * 60)).await;
    assert_eq!(code(&daemon, "bob", new(PASSWORD)).await, "welcome");
}

#[tokio::test(start_paused = true)]
async fn a_new_user_with_an_invite_says_the_password_too_and_without_one_cannot_try_any() {
    let daemon = daemon_with(Config { join: Join::Invite, ..config() });
    let line = daemon.first_owner().await.unwrap().unwrap();
    let (_, invite) = line.reveal().rsplit_once('.').unwrap();
    assert_eq!(code(&daemon, "ana", json!({"password": PASSWORD})).await, "invite_needed");
    assert_eq!(code(&daemon, "ana", json!({"invite": invite})).await, "password_needed");
    assert_eq!(
        code(&daemon, "ana", json!({"invite": invite, "password": "wrong one"})).await,
        "bad_secret"
    );
    assert_eq!(
        code(&daemon, "ana", json!({"invite": invite, "password": PASSWORD})).await,
        "welcome"
    );
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_cannot_say_it_and_is_told_so() {
    let daemon = daemon_with(config());
    let mut bob = Peer::connect(&daemon);
    bob.write(b"NAME:bob").await;
    let mut told = bob.recv().await;
    while !told.is_empty() && !told.contains("password") {
        told = bob.recv().await; // its number came first
    }
    assert!(
        told.contains(
            "this server asks new users for its password, which a classic client cannot send"
        ),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_is_taken_within_tls_or_from_this_machine_alone() {
    let daemon = daemon_with(Config { plain: Plain::Any, ..config() });
    let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 1);
    let (client, stream) = duplex(16 * 1024);
    tokio::spawn(daemon.serve(stream, peer));
    let mut ana = Peer::on(client);
    ana.send(
        &json!({"type": "hello", "version": 1, "name": "ana", "password": PASSWORD}).to_string(),
    )
    .await;
    assert_eq!(ana.expect("refused").await["code"], "tls_needed");
}
