//! Invites: what a client that brings one, or none, is sent.

use std::net::SocketAddr;

use chat_proto::{AddressLine, Secret};
use chat_server::config::Join;
use chat_server::{Config, Server};

use crate::peer::Peer;

/// The secret of an address line.
fn secret(line: &str) -> Secret {
    line.parse::<AddressLine>().unwrap().secret().unwrap().clone()
}

async fn come(daemon: &Server, name: &str, invite: &Secret) -> Peer {
    let mut peer = Peer::connect(daemon);
    let hello = r#"{"type":"hello","version":1,"name":"NAME","invite":"INVITE"}"#;
    peer.send(&hello.replace("NAME", name).replace("INVITE", invite.reveal())).await;
    peer
}

#[tokio::test(start_paused = true)]
async fn a_client_with_an_invite_comes_in_and_may_invite_others() {
    let daemon = Server::in_memory(Config { join: Join::Invite, ..Config::default() });
    let owner = daemon.first_owner().await.unwrap().unwrap();
    let mut bob = Peer::connect(&daemon);
    bob.send(r#"{"type":"hello","version":1,"name":"bob"}"#).await;
    assert_eq!(bob.expect("refused").await["code"], "invite_needed");
    assert_eq!(bob.next().await, None);

    let mut ana = come(&daemon, "ana", &secret(owner.reveal())).await;
    ana.expect("welcome").await;
    assert_eq!(daemon.first_owner().await, Ok(None), "ana owns the server");
    ana.send(r#"{"type":"invite","uses":1,"note":"bob"}"#).await;
    let invited = ana.until("invite").await;
    assert_eq!(
        (&invited["invite"]["uses"], &invited["invite"]["note"]),
        (&1.into(), &"bob".into())
    );
    let line = secret(invited["line"].as_str().unwrap());
    come(&daemon, "bob", &line).await.expect("welcome").await;
    let mut eva = come(&daemon, "eva", &line).await;
    let refused = eva.expect("refused").await;
    assert_eq!(refused["code"], "bad_secret");
    assert_eq!(refused["text"], "this invite has been used; ask ana for another");

    ana.send(r#"{"type":"invites"}"#).await;
    let listed = ana.until("invites").await;
    assert_eq!(listed["invites"][0]["used"], 1);
    assert!(!listed.to_string().contains(line.reveal()), "the secret is sent once");
    let id = listed["invites"][0]["id"].to_string();
    ana.send(&r#"{"type":"revoke","id":ID}"#.replace("ID", &id)).await;
    ana.until("invites").await;
    ana.send(&r#"{"type":"revoke","id":ID}"#.replace("ID", &id)).await;
    assert_eq!(ana.until("refused").await["code"], "no_such_invite");
    for bad in [r#""uses":0"#, r#""uses":1001"#, r#""valid_s":2592001"#, r#""role":"voice""#] {
        ana.send(&r#"{"type":"invite",BAD}"#.replace("BAD", bad)).await;
        assert_eq!(ana.until("refused").await["code"], "bad_field", "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_is_told_that_it_cannot_come_in_without_an_invite() {
    let daemon = Server::in_memory(Config { join: Join::Invite, ..Config::default() });
    let mut bob = Peer::connect_classic(&daemon);
    bob.write(b"NAME:bob").await;
    let mut told = bob.recv().await;
    while !told.is_empty() && !told.contains("chat://") {
        told = bob.recv().await; // its number came first
    }
    assert!(told.contains("ask one of its users for a chat:// line"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn those_who_may_not_come_in_use_up_no_budget_of_those_who_may() {
    let daemon = Server::in_memory(Config { join: Join::Invite, ..Config::default() });
    let owner = secret(daemon.first_owner().await.unwrap().unwrap().reveal());
    for nth in 0..300 {
        let mut peer = match nth % 2 {
            0 => Peer::connect(&daemon),
            _ => come(&daemon, "eve", &Secret::new("i".repeat(23))).await,
        };
        peer.send(r#"{"type":"hello","version":1,"name":"eve"}"#).await;
        let code = peer.expect("refused").await["code"].clone();
        assert_eq!(code, if nth % 2 == 0 { "invite_needed" } else { "bad_secret" });
    }
    come(&daemon, "ana", &owner).await.expect("welcome").await;
}

#[tokio::test(start_paused = true)]
async fn a_token_of_nobody_takes_the_place_of_no_session() {
    let daemon = Server::in_memory(Config { max_connections: 2, ..Config::default() });
    let mut sessions = [Peer::native(&daemon, "ana").await, Peer::native(&daemon, "bob").await];
    let (client, stream) = tokio::io::duplex(1 << 16);
    tokio::spawn(daemon.serve(stream, SocketAddr::from(([127, 0, 0, 2], 1))));
    let mut peer = Peer::on(client);
    peer.send(r#"{"type":"hello","version":1,"name":"eve","token":"none"}"#).await;
    assert_eq!(peer.expect("refused").await["code"], "bad_token");
    for session in &mut sessions {
        session.send(r#"{"type":"ping"}"#).await;
        session.until("pong").await;
    }
}
