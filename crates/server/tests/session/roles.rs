//! Roles on the server and in rooms, the rules of rooms, and private rooms.

use chat_proto::{Role, UserName};
use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};
use crate::sanctions::until_told;

async fn join(peer: &mut Peer, room: &str) -> Value {
    peer.send(&json!({"type": "join", "room": room}).to_string()).await;
    peer.until("room").await
}

/// Sends a command and returns the next event of that type, without those that were sent before.
async fn fresh_answer(peer: &mut Peer, command: Value, kind: &str) -> Value {
    peer.until_now().await;
    peer.answer(command, kind).await
}

/// Sends a command and returns the refusal.
async fn refused(peer: &mut Peer, command: Value) -> Value {
    peer.send(&command.to_string()).await;
    peer.until("refused").await
}

async fn not_allowed(peer: &mut Peer, command: Value, text: &str) {
    let refusal = refused(peer, command).await;
    assert_eq!((&refusal["code"], &refusal["text"]), (&json!("not_allowed"), &json!(text)));
}

async fn appoint(daemon: &Server, name: &str, role: Role) {
    daemon.appoint(UserName::new(name).unwrap(), role).await.unwrap();
}

fn grant(user: &str, room: Option<&str>, role: &str) -> Value {
    match room {
        Some(room) => json!({"type": "grant", "user": user, "room": room, "role": role}),
        None => json!({"type": "grant", "user": user, "role": role}),
    }
}

fn rule(room: &str, privacy: &str) -> Value {
    json!({"type": "rule", "room": room, "privacy": privacy})
}

fn say(room: &str, n: u64) -> Value {
    json!({"type": "say", "room": room, "n": n, "text": "hi"})
}

#[tokio::test(start_paused = true)]
async fn an_owner_gives_and_takes_roles_and_everybody_learns_of_it() {
    let daemon = daemon();
    let (mut ana, welcome) = Peer::with_roles(&daemon, "ana").await;
    assert_eq!(welcome["role"], "member");
    let (mut bob, _) = Peer::with_roles(&daemon, "bob").await;
    let mut old = Peer::native(&daemon, "old").await;
    let only_owners = "only the owners of this server can do this; ask one of them";
    not_allowed(&mut bob, grant("bob", None, "owner"), only_owners).await;
    appoint(&daemon, "ana", Role::Owner).await;
    let role = bob.until("role").await;
    assert_eq!(role, json!({"type": "role", "user": {"id": 1, "name": "ana"}, "role": "owner"}));
    let role = bob.expect("role").await;
    assert_eq!((&role["room"], &role["role"]), (&json!("#lobby"), &json!("owner")));
    ana.until_now().await;
    let role = fresh_answer(&mut ana, grant("bob", None, "moderator"), "role").await;
    let by = json!({"id": 1, "name": "ana"});
    assert_eq!((&role["role"], &role["by"]), (&json!("moderator"), &by));
    // Nothing changes, and it is answered.
    ana.until_now().await;
    assert_eq!(
        fresh_answer(&mut ana, grant("bob", None, "moderator"), "role").await["role"],
        "moderator"
    );
    not_allowed(&mut bob, grant("ana", None, "member"), only_owners).await;
    let last = "ana is the last owner of this server; make another user an owner first";
    not_allowed(&mut ana, grant("ana", None, "member"), last).await;
    let (mut carl, _) = Peer::with_roles(&daemon, "carl").await;
    let users = fresh_answer(&mut carl, json!({"type": "who", "room": "#lobby"}), "users").await;
    let roles = json!([{"id": 1, "role": "owner"}, {"id": 2, "role": "moderator"}]);
    assert_eq!(users["roles"], roles);
    fresh_answer(&mut ana, grant("bob", None, "owner"), "role").await;
    ana.until_now().await;
    assert_eq!(
        fresh_answer(&mut ana, grant("ana", None, "member"), "role").await["role"],
        "member"
    );
    not_allowed(&mut ana, grant("carl", None, "moderator"), only_owners).await;
    let of_old = old.until_now().await;
    assert!(of_old.iter().all(|event| event["type"] == "joined"), "{of_old:?}");
}

#[tokio::test(start_paused = true)]
async fn the_user_who_makes_a_room_owns_it_and_decides_who_writes_there() {
    let daemon = daemon();
    let (mut ana, _) = Peer::with_roles(&daemon, "ana").await;
    let (mut bob, _) = Peer::with_roles(&daemon, "bob").await;
    let room = join(&mut ana, "#news").await;
    assert_eq!(room["rules"], json!({"privacy": "public"}));
    assert_eq!(room["roles"], json!([{"id": 1, "role": "owner"}]));
    join(&mut bob, "#news").await;
    let only_owners = "only the owners of #news can do this; ask one of them";
    not_allowed(&mut bob, rule("#news", "announce"), only_owners).await;
    ana.until_now().await;
    let rules = fresh_answer(&mut ana, rule("#news", "announce"), "rules").await;
    assert_eq!(rules["rules"], json!({"privacy": "announce"}));
    assert_eq!(bob.until("rules").await, rules);
    let only_voices = "in #news only voices, moderators and owners write; ask one of them";
    not_allowed(&mut bob, say("#news", 1), only_voices).await;
    assert_eq!(fresh_answer(&mut ana, say("#news", 1), "accepted").await["seq"], 1);
    let only_moderators = "only the moderators and owners of #news can do this; ask one of them";
    let topic = json!({"type": "topic", "room": "#news", "topic": "mine"});
    not_allowed(&mut bob, topic, only_moderators).await;
    not_allowed(&mut bob, grant("bob", Some("#news"), "voice"), only_moderators).await;
    let role = fresh_answer(&mut ana, grant("bob", Some("#news"), "voice"), "role").await;
    assert_eq!((&role["room"], &role["role"]), (&json!("#news"), &json!("voice")));
    assert_eq!(bob.until_answer(say("#news", 1)).await["type"], "accepted");
    // Reactions are for all, and a moderator deletes messages of others.
    fresh_answer(&mut ana, grant("bob", Some("#news"), "member"), "role").await;
    let react = json!({"type": "say", "room": "#news", "n": 2, "kind": "reaction", "target": 1,
                       "emoji": "👍", "on": true});
    assert_eq!(bob.until_answer(react).await["type"], "accepted");
    let delete = |n: u64, target: u64| json!({"type": "say", "room": "#news", "n": n, "kind": "delete", "target": target});
    assert_eq!(bob.until_answer(delete(3, 1)).await["code"], "not_yours");
    fresh_answer(&mut ana, grant("bob", Some("#news"), "moderator"), "role").await;
    assert_eq!(bob.until_answer(delete(4, 1)).await["type"], "accepted");
    // A role stays while its user is not in the room.
    bob.send(r##"{"type":"leave","room":"#news"}"##).await;
    bob.until("left").await;
    let room = join(&mut bob, "#news").await;
    let roles = json!([{"id": 1, "role": "owner"}, {"id": 2, "role": "moderator"}]);
    assert_eq!(room["roles"], roles);
}

#[tokio::test(start_paused = true)]
async fn nobody_who_was_not_asked_in_learns_of_a_private_room() {
    let daemon = daemon();
    let (mut ana, _) = Peer::with_roles(&daemon, "ana").await;
    let (mut bob, _) = Peer::with_roles(&daemon, "bob").await;
    let mut old = Peer::native(&daemon, "old").await;
    join(&mut ana, "#ops").await;
    fresh_answer(&mut ana, rule("#ops", "private"), "rules").await;
    fresh_answer(&mut ana, say("#ops", 1), "accepted").await;
    appoint(&daemon, "old", Role::Owner).await;
    bob.until_now().await;
    old.until_now().await;
    for peer in [&mut bob, &mut old] {
        let rooms = fresh_answer(peer, json!({"type": "rooms"}), "rooms").await;
        assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "{rooms}");
        let private = "#ops is private; ask a user who is in it to ask you in";
        not_allowed(peer, json!({"type": "join", "room": "#ops"}), private).await;
        for command in ["history", "who", "typing", "pins", "leave"] {
            let refusal = refused(peer, json!({"type": command, "room": "#ops"})).await;
            assert_eq!(refusal["code"], "not_in_room", "{command}");
        }
        assert_eq!(refused(peer, say("#ops", 1)).await["code"], "not_in_room");
        let search = fresh_answer(peer, json!({"type": "search", "query": "hi"}), "found").await;
        assert_eq!(search["hits"], json!([]));
    }
    // Nor who has a role there; neither as a member nor as a moderator of the server.
    let commands = [
        rule("#ops", "public"),
        grant("ana", Some("#ops"), "member"),
        json!({"type": "sanction", "kind": "mute", "user": "ana", "room": "#ops"}),
        json!({"type": "sanction", "kind": "mute", "user": "old", "room": "#ops"}),
        json!({"type": "sanction", "kind": "mute", "user": "bob", "room": "#ops"}),
        json!({"type": "sanction", "kind": "mute", "user": "nobody", "room": "#ops"}),
        json!({"type": "sanction", "kind": "ban", "network": "203.0.113.7", "room": "#ops"}),
        json!({"type": "sanctions", "room": "#ops"}),
        json!({"type": "hook", "room": "#ops", "name": "nightly"}),
        json!({"type": "invite", "room": "#ops"}),
    ];
    for role in [Role::Member, Role::Moderator] {
        appoint(&daemon, "bob", role).await;
        for command in &commands {
            let of_none = command.to_string().replace("#ops", "#none");
            let of_none = refused(&mut bob, serde_json::from_str(&of_none).unwrap()).await;
            let refusal = refused(&mut bob, command.clone()).await;
            assert_eq!(refusal.to_string(), of_none.to_string().replace("#none", "#ops"));
        }
    }
    appoint(&daemon, "bob", Role::Member).await;
    bob.until_now().await;
    let rooms = fresh_answer(&mut ana, json!({"type": "rooms"}), "rooms").await;
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 2, "{rooms}");

    let ask_in = json!({"type": "ask_in", "room": "#ops", "user": "bob"});
    assert_eq!(refused(&mut bob, ask_in.clone()).await["code"], "not_in_room");
    ana.until_now().await;
    let asked = fresh_answer(&mut ana, ask_in.clone(), "asked_in").await;
    let expected = json!({"type": "asked_in", "room": "#ops", "user": {"id": 2, "name": "bob"},
                          "by": {"id": 1, "name": "ana"}});
    assert_eq!(asked, expected);
    assert_eq!(bob.until("asked_in").await, expected);
    assert_eq!(fresh_answer(&mut ana, ask_in.clone(), "asked_in").await, expected, "again");
    assert_eq!(bob.until_now().await, [] as [Value; 0], "once");
    fresh_answer(&mut ana, say("#ops", 2), "accepted").await;
    let room = join(&mut bob, "#ops").await;
    assert_eq!((&room["rules"], &room["read"]), (&json!({"privacy": "private"}), &json!(1)));
    let in_room = refused(&mut ana, ask_in).await;
    assert_eq!(in_room["text"], "bob is in the room already; nobody has to ask that user in");
    // It was used.
    bob.send(r##"{"type":"leave","room":"#ops"}"##).await;
    bob.until("left").await;
    assert_eq!(
        refused(&mut bob, json!({"type": "join", "room": "#ops"})).await["code"],
        "not_allowed"
    );
    // The owner of the server sets the rules, and does not read before.
    old.send(&rule("#ops", "public").to_string()).await;
    assert_eq!(ana.until("rules").await["rules"], json!({"privacy": "public"}));
    join(&mut bob, "#ops").await;
}

#[tokio::test(start_paused = true)]
async fn a_user_who_was_asked_in_is_told_at_each_entry_until_it_joins() {
    let daemon = daemon();
    let (mut ana, _) = Peer::with_roles(&daemon, "ana").await;
    let (bob, welcome) = Peer::with_roles(&daemon, "bob").await;
    drop(bob);
    join(&mut ana, "#ops").await;
    fresh_answer(&mut ana, rule("#ops", "private"), "rules").await;
    ana.send(&json!({"type": "ask_in", "room": "#ops", "user": "bob"}).to_string()).await;
    ana.until("asked_in").await;
    for (entry, is_asked) in [true, true, false].into_iter().enumerate() {
        let mut bob = Peer::connect(&daemon);
        let hello = json!({"type": "hello", "version": 1, "name": "bob", "token": welcome["token"],
                           "features": ["roles"]});
        bob.send(&hello.to_string()).await;
        let events = bob.until_now().await;
        let asked = events.iter().filter(|event| event["type"] == "asked_in").count();
        assert_eq!(asked, usize::from(is_asked), "{events:?}");
        if entry == 1 {
            join(&mut bob, "#ops").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_makes_no_sense_is_refused_and_says_why() {
    let daemon = daemon();
    let (mut ana, _) = Peer::with_roles(&daemon, "ana").await;
    appoint(&daemon, "ana", Role::Owner).await;
    let (_bob, _) = Peer::with_roles(&daemon, "bob").await;
    let (_guest, _) = Peer::classic(&daemon, "guest").await;
    join(&mut ana, "#rust").await;
    for (command, code, text) in [
        (grant("eva", None, "owner"), "no_such_user", "there is no user called eva"),
        (grant("bob", None, "voice"), "not_allowed", "a user is a member, a moderator"),
        (grant("bob", None, "emperor"), "not_allowed", "a user is a member, a moderator"),
        (grant("guest", None, "owner"), "not_allowed", "guest is a guest"),
        (grant("bob", Some("#rust"), "voice"), "not_allowed", "bob has never been in the room"),
        (grant("bob", Some("@bob"), "voice"), "not_allowed", "@1-2 is a direct message"),
        (grant("bob", Some("#none"), "voice"), "not_in_room", "you are not in #none"),
        (rule("#lobby", "private"), "not_allowed", "#lobby cannot be private"),
        (rule("#rust", "hidden"), "bad_field", "`privacy` is public, private or announce"),
        (rule("@bob", "private"), "not_allowed", "@1-2 is a direct message"),
        (
            json!({"type": "rule", "room": "#rust", "slow_s": 21_601}),
            "bad_field",
            "`slow_s` has at most 21600 seconds",
        ),
        (
            json!({"type": "ask_in", "room": "#rust", "user": "bob"}),
            "not_allowed",
            "everybody can join #rust",
        ),
    ] {
        let refusal = refused(&mut ana, command.clone()).await;
        assert_eq!(refusal["code"], code, "{command}: {refusal}");
        assert!(refusal["text"].as_str().unwrap().starts_with(text), "{command}: {refusal}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lobby_for_announcements_is_read_by_all_and_each_client_is_told_why_it_cannot_write() {
    let daemon = daemon();
    let (mut ana, _) = Peer::with_roles(&daemon, "ana").await;
    appoint(&daemon, "ana", Role::Owner).await;
    fresh_answer(&mut ana, rule("#lobby", "announce"), "rules").await;
    let mut eva = Peer::native(&daemon, "eva").await;
    let (mut old, _) = Peer::classic(&daemon, "old").await;
    let only_voices = "in #lobby only voices, moderators and owners write; ask one of them";
    not_allowed(&mut eva, say("#lobby", 1), only_voices).await;
    old.write(b"hello").await;
    until_told(&mut old, only_voices).await;
    fresh_answer(&mut ana, say("#lobby", 1), "accepted").await;
    assert_eq!(eva.until("message").await["from"]["name"], "ana");
    until_told(&mut old, "1||ana||hi").await;
    join(&mut eva, "#rust").await;
    assert_eq!(eva.until_answer(say("#rust", 2)).await["type"], "accepted");
}
