//! Mutes, kicks, bans and pardons, rooms with a pause, and the audit log.

use chat_proto::{Role, UserName};
use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// An owner of the server, and a user without a role.
pub(crate) async fn ana_and_eva(daemon: &Server) -> (Peer, Peer, Value) {
    let (mut ana, _) = Peer::with_roles(daemon, "ana").await;
    daemon.appoint(UserName::new("ana").unwrap(), Role::Owner).await.unwrap();
    let (mut eva, welcome) = Peer::with_roles(daemon, "eva").await;
    ana.until_now().await;
    eva.until_now().await;
    (ana, eva, welcome["token"].clone())
}

pub(crate) async fn send(peer: &mut Peer, command: Value) {
    peer.send(&command.to_string()).await;
}

pub(crate) fn say(room: &str, n: u64) -> Value {
    json!({"type": "say", "room": room, "n": n, "text": "hi"})
}

pub(crate) fn sanction(kind: &str, user: &str, room: Option<&str>, for_s: Option<u64>) -> Value {
    let mut command =
        json!({"type": "sanction", "kind": kind, "user": user, "reason": "cool down"});
    if let Some(room) = room {
        command["room"] = json!(room);
    }
    if let Some(for_s) = for_s {
        command["for_s"] = json!(for_s);
    }
    command
}

#[tokio::test(start_paused = true)]
async fn a_muted_user_reads_and_does_not_write_until_it_is_pardoned() {
    let daemon = daemon();
    let (mut ana, mut eva, token) = ana_and_eva(&daemon).await;
    let made = ana.answer(sanction("mute", "eva", Some("#lobby"), Some(600)), "sanction").await;
    assert_eq!((&made["kind"], &made["room"]), (&json!("mute"), &json!("#lobby")));
    assert_eq!((&made["user"]["name"], &made["by"]["name"]), (&json!("eva"), &json!("ana")));
    let told = eva.until("sanction").await;
    assert_eq!((&told["id"], &told["reason"]), (&made["id"], &json!("cool down")));
    let refusal = eva.answer(say("#lobby", 1), "refused").await;
    assert_eq!((&refusal["code"], &refusal["n"]), (&json!("muted"), &json!(1)));
    let text = refusal["text"].as_str().unwrap();
    assert!(
        text.starts_with("you are muted in #lobby for ") && text.ends_with(": cool down"),
        "{text}"
    );
    assert!(refusal["retry_ms"].as_u64().is_some_and(|left| left <= 600_000), "{refusal}");
    let topic = json!({"type": "topic", "room": "#lobby", "topic": "mine"});
    assert_eq!(eva.answer(topic, "refused").await["code"], "muted");
    // Elsewhere it writes, and reads here.
    eva.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    assert_eq!(eva.answer(say("#rust", 3), "accepted").await["n"], 3);
    ana.answer(say("#lobby", 1), "accepted").await;
    assert_eq!(eva.until("message").await["text"], "hi");
    // Another session learns of it, too.
    let mut other = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "eva", "token": token,
                       "features": ["events", "roles"]});
    send(&mut other, hello).await;
    assert_eq!(other.until("sanction").await["id"], made["id"]);
    let pardon = json!({"type": "pardon", "id": made["id"]});
    let refused = eva.answer(pardon.clone(), "refused").await;
    assert_eq!(refused["code"], "not_allowed");
    let pardoned = ana.answer(pardon.clone(), "pardoned").await;
    assert_eq!(
        (&pardoned["sanction"]["id"], &pardoned["by"]["name"]),
        (&made["id"], &json!("ana"))
    );
    eva.until("pardoned").await;
    assert_eq!(eva.answer(say("#lobby", 4), "accepted").await["n"], 4);
    assert_eq!(ana.answer(pardon, "refused").await["code"], "no_such_sanction");
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_muted_on_the_server_writes_nowhere() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    ana.answer(sanction("mute", "eva", None, None), "sanction").await;
    eva.until("sanction").await;
    let refusal = eva.answer(say("@ana", 1), "refused").await;
    let text = "you are muted on this server until a moderator ends the mute: cool down";
    assert_eq!((&refusal["code"], &refusal["text"]), (&json!("muted"), &json!(text)));
    assert_eq!(refusal.get("retry_ms"), None);
    for command in [
        json!({"type": "rename", "name": "ana_is_mean"}),
        json!({"type": "away", "text": "ana is mean"}),
        say("#lobby", 2),
    ] {
        assert_eq!(eva.answer(command, "refused").await["code"], "muted");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kicked_user_leaves_the_room_and_may_come_back_and_a_banned_one_may_not() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    for peer in [&mut ana, &mut eva] {
        peer.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    }
    ana.until_now().await;
    let kick = ana.answer(sanction("kick", "eva", Some("#rust"), None), "sanction").await;
    assert_eq!((&kick["kind"], kick.get("id")), (&json!("kick"), None));
    assert_eq!(ana.until("left").await["reason"], "kicked");
    assert_eq!(eva.until("sanction").await["reason"], "cool down");
    assert_eq!(eva.until("left").await["reason"], "kicked");
    eva.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    let ban = ana.answer(sanction("ban", "eva", Some("#rust"), Some(60)), "sanction").await;
    assert_eq!(ana.until("left").await["reason"], "banned");
    let own: Vec<Value> = eva.until_now().await;
    let types: Vec<&Value> = own.iter().map(|event| &event["type"]).collect();
    assert!(types.contains(&&json!("left")) && types.contains(&&json!("sanction")), "{own:?}");
    let join = json!({"type": "join", "room": "#rust"});
    let refusal = eva.answer(join.clone(), "refused").await;
    assert_eq!((&refusal["code"], &refusal["room"]), (&json!("banned"), &json!("#rust")));
    let list = ana.answer(json!({"type": "sanctions", "room": "#rust"}), "sanctions").await;
    assert_eq!(list["sanctions"][0]["id"], ban["id"]);
    let of_server = ana.answer(json!({"type": "sanctions"}), "sanctions").await;
    assert_eq!(of_server["sanctions"], json!([]));
    let refused = eva.answer(json!({"type": "sanctions"}), "refused").await;
    assert_eq!((&refused["code"], refused.get("room")), (&json!("not_allowed"), None));
    ana.answer(json!({"type": "pardon", "id": ban["id"]}), "pardoned").await;
    eva.answer(join, "room").await;
}

#[tokio::test(start_paused = true)]
async fn a_ban_of_the_server_ends_the_sessions_and_keeps_the_user_out() {
    let daemon = daemon();
    let (mut ana, mut eva, token) = ana_and_eva(&daemon).await;
    let hello = |name: &str| json!({"type": "hello", "version": 1, "name": name, "token": token});
    let mut ghost = Peer::connect(&daemon);
    ghost.answer(hello("eva"), "welcome").await;
    let password = "correct horse battery staple";
    eva.answer(json!({"type": "set_password", "password": password}), "account").await;
    let ban = ana.answer(sanction("ban", "eva", None, None), "sanction").await;
    // All peers are on the machine of the server, which is never banned.
    assert_eq!(ban.get("network"), None);
    for peer in [&mut eva, &mut ghost] {
        let goodbye = peer.until("goodbye").await;
        let text = "you are banned from this server until a moderator ends the ban: cool down";
        assert_eq!((&goodbye["code"], &goodbye["text"]), (&json!("banned"), &json!(text)));
    }
    assert_eq!(ana.until("left").await["reason"], "banned");
    let mut again = Peer::connect(&daemon);
    assert_eq!(again.answer(hello("eva"), "refused").await["code"], "banned");
    let mut again = Peer::connect(&daemon);
    let log_in = json!({"type": "hello", "version": 1, "name": "eva", "password": password});
    assert_eq!(again.answer(log_in, "refused").await["code"], "banned");
    Peer::native(&daemon, "new").await;
    ana.answer(json!({"type": "pardon", "id": ban["id"]}), "pardoned").await;
    let mut again = Peer::connect(&daemon);
    again.answer(hello("eva"), "welcome").await;
    // A kick from the server ends the session, and lets the user in again.
    let kick = ana.answer(sanction("kick", "eva", None, None), "sanction").await;
    assert_eq!(kick["kind"], "kick");
    let goodbye = again.until("goodbye").await;
    let text = "ana has kicked you: cool down";
    assert_eq!((&goodbye["code"], &goodbye["text"]), (&json!("kicked"), &json!(text)));
    let mut again = Peer::connect(&daemon);
    again.answer(hello("eva"), "welcome").await;
}

#[tokio::test(start_paused = true)]
async fn a_moderator_is_safe_from_others_of_its_rank() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    let (mut bob, _) = Peer::with_roles(&daemon, "bob").await;
    for user in ["bob", "eva"] {
        daemon.appoint(UserName::new(user).unwrap(), Role::Moderator).await.unwrap();
    }
    let (mut carl, _) = Peer::with_roles(&daemon, "carl").await;
    let code = "not_allowed";
    for hit in ["eva", "ana", "bob"] {
        for place in [None, Some("#lobby")] {
            let refusal = bob.answer(sanction("mute", hit, place, None), "refused").await;
            assert_eq!(refusal["code"], code, "{hit}");
        }
    }
    let refusal = carl.answer(sanction("mute", "eva", None, None), "refused").await;
    assert_eq!(refusal["code"], code);
    // What an owner has done, no moderator undoes.
    let mute = ana.answer(sanction("mute", "carl", None, None), "sanction").await;
    let pardon = json!({"type": "pardon", "id": mute["id"]});
    assert_eq!(bob.answer(pardon, "refused").await["code"], code);
    let mute = bob.answer(sanction("mute", "carl", Some("#lobby"), None), "sanction").await;
    eva.until_now().await;
    let pardon = json!({"type": "pardon", "id": mute["id"]});
    eva.answer(pardon, "pardoned").await;
    for (wrong, code) in [
        (sanction("ban", "carl", Some("#lobby"), None), "cannot_leave"),
        (sanction("mute", "nobody", None, None), "no_such_user"),
        (json!({"type": "sanction", "kind": "mute"}), "bad_field"),
        (json!({"type": "sanction", "kind": "ban", "network": "127.0.0.1"}), "not_allowed"),
        (json!({"type": "sanction", "kind": "ban", "network": "10.0.0.0/7"}), "bad_field"),
        (json!({"type": "sanction", "kind": "kick", "network": "203.0.113.1"}), "not_allowed"),
        (sanction("mute", "carl", None, Some(0)), "bad_field"),
    ] {
        assert_eq!(bob.answer(wrong.clone(), "refused").await["code"], code, "{wrong}");
    }
    let ban = json!({"type": "sanction", "kind": "ban", "network": "203.0.113.77/24"});
    assert_eq!(bob.answer(ban, "sanction").await["network"], "203.0.113.0/24");
    // Each action is in the audit log; a moderator sees its own.
    let audit = ana.answer(json!({"type": "audit", "limit": 2}), "audit").await;
    assert_eq!(audit["more"], true);
    assert_eq!(audit["records"][0]["about"], "ban network 203.0.113.0/24, the server, no end");
    assert_eq!(audit["records"][1]["what"], "pardon");
    let own = eva.answer(json!({"type": "audit"}), "audit").await;
    assert_eq!(own["records"].as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!(own["records"][0]["by"]["name"], "eva");
    assert_eq!(carl.answer(json!({"type": "audit"}), "refused").await["code"], code);
}

#[tokio::test(start_paused = true)]
async fn a_muted_moderator_deletes_only_its_own_messages_and_deletions_are_in_the_audit_log() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    ana.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    eva.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    let grant = json!({"type": "grant", "user": "eva", "room": "#rust", "role": "moderator"});
    ana.answer(grant, "role").await;
    for n in [1, 2] {
        ana.answer(say("#rust", n), "accepted").await;
    }
    eva.answer(say("#rust", 1), "accepted").await;
    let delete = |target: u64, n: u64| json!({"type": "say", "room": "#rust", "n": n, "kind": "delete", "target": target});
    assert_eq!(eva.answer(delete(1, 2), "accepted").await["n"], 2);
    ana.answer(sanction("mute", "eva", Some("#rust"), None), "sanction").await;
    assert_eq!(eva.answer(delete(2, 3), "refused").await["code"], "not_yours");
    assert_eq!(eva.answer(delete(3, 4), "accepted").await["n"], 4);
    let audit = ana.answer(json!({"type": "audit"}), "audit").await;
    let records = audit["records"].as_array().unwrap();
    let deletions: Vec<_> = records.iter().filter(|record| record["what"] == "delete").collect();
    assert_eq!(deletions.len(), 1, "{audit}");
    let (by, about) = (&deletions[0]["by"]["name"], &deletions[0]["about"]);
    assert_eq!((by, about), (&json!("eva"), &json!("a message of ana, #rust")));
}

#[tokio::test(start_paused = true)]
async fn a_muted_user_is_not_shown_as_writing_there() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    let mut bob = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "bob", "features": ["typing"]});
    bob.answer(hello, "welcome").await;
    for peer in [&mut eva, &mut bob] {
        peer.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    }
    ana.answer(sanction("mute", "eva", Some("#lobby"), None), "sanction").await;
    for room in ["#lobby", "#rust"] {
        send(&mut eva, json!({"type": "typing", "room": room})).await;
    }
    let seen = eva.until_now().await;
    assert!(seen.iter().all(|event| event["type"] != "refused"), "{seen:?}");
    assert_eq!(bob.until("typing").await["room"], "#rust");
}

/// Waits until a classic client receives this text.
pub(crate) async fn until_told(old: &mut Peer, text: &str) {
    loop {
        let told = old.recv().await;
        assert!(!told.is_empty(), "the end instead of {text}");
        if told.contains(text) {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_is_muted_and_banned_in_its_own_protocol() {
    let daemon = daemon();
    let (mut ana, _, _) = ana_and_eva(&daemon).await;
    let (mut old, _) = Peer::classic(&daemon, "old").await;
    ana.answer(sanction("mute", "old", None, None), "sanction").await;
    old.write(b"hello").await;
    until_told(&mut old, "you are muted on this server").await;
    ana.answer(sanction("ban", "old", None, None), "sanction").await;
    until_told(&mut old, "you are banned from this server").await;
}

#[tokio::test(start_paused = true)]
async fn a_room_with_a_pause_takes_one_message_of_a_user_in_that_time() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    for peer in [&mut ana, &mut eva] {
        peer.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    }
    ana.answer(json!({"type": "rule", "room": "#rust", "slow_s": 21_600}), "rules").await;
    assert_eq!(eva.answer(say("#rust", 1), "accepted").await["n"], 1);
    let refusal = eva.answer(say("#rust", 2), "refused").await;
    assert_eq!((&refusal["code"], &refusal["n"]), (&json!("slow"), &json!(2)));
    assert!(refusal["retry_ms"].as_u64().is_some_and(|wait| wait <= 21_600_000), "{refusal}");
    // A repeat is answered as before, and other rooms have no pause.
    assert_eq!(eva.answer(say("#rust", 1), "accepted").await["repeat"], true);
    assert_eq!(eva.answer(say("#lobby", 3), "accepted").await["n"], 3);
    for n in 1..=3 {
        assert_eq!(ana.answer(say("#rust", n), "accepted").await["n"], n);
    }
}

#[tokio::test(start_paused = true)]
async fn a_ban_removes_what_was_written_lately_and_its_author_sees_that() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    let written = eva.answer(say("#lobby", 1), "accepted").await;
    let mut ban = sanction("ban", "eva", None, None);
    for (seconds, code) in [(0, "bad_field"), (86_401, "bad_field")] {
        ban["remove_since_s"] = json!(seconds);
        assert_eq!(ana.answer(ban.clone(), "refused").await["code"], code);
    }
    let network = json!({"type": "sanction", "kind": "ban", "network": "203.0.113.0/24",
                         "remove_since_s": 60});
    assert_eq!(ana.answer(network, "refused").await["code"], "bad_field");
    ban["remove_since_s"] = json!(86_400);
    ana.send(&ban.to_string()).await;
    let deleted = loop {
        let message = ana.until("message").await;
        if message["kind"] == "delete" {
            break message;
        }
    };
    assert_eq!((&deleted["target"], &deleted["from"]["name"]), (&written["seq"], &json!("ana")));
}
