//! The devices and sessions of a user, and what an owner does for somebody who has lost its credentials.

use chat_proto::{Role, UserName};
use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

const PASSWORD: &str = "correct horse";

/// A client that shows changes of its account, and its welcome. The room of its entry is read.
async fn enter(daemon: &Server, name: &str, more: Value) -> (Peer, Value) {
    let mut peer = Peer::connect(daemon);
    let mut hello = json!({"type": "hello", "version": 1, "name": name, "features": ["accounts"]});
    hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    peer.send(&hello.to_string()).await;
    let welcome = peer.next().await.unwrap();
    if welcome["type"] == "welcome" {
        peer.expect("room").await;
    }
    (peer, welcome)
}

/// The code with which a `hello` is refused.
async fn refused(daemon: &Server, name: &str, more: Value) -> Value {
    let (_, answer) = enter(daemon, name, more).await;
    assert_eq!(answer["type"], "refused", "{answer}");
    answer["code"].clone()
}

/// An owner of the server.
async fn owner(daemon: &Server) -> Peer {
    let (ana, _) = enter(daemon, "ana", json!({"device_name": "desk"})).await;
    daemon.appoint(UserName::new("ana").unwrap(), Role::Owner).await.unwrap();
    ana
}

async fn account(peer: &mut Peer) -> Value {
    peer.answer(json!({"type": "account"}), "account").await
}

/// The records of the audit log: what, and about what.
async fn audit(owner: &mut Peer) -> Vec<[String; 2]> {
    let page = owner.answer(json!({"type": "audit"}), "audit").await;
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let records = page["records"].as_array().unwrap().iter();
    records.map(|record| [word(&record["what"]), word(&record["about"])]).collect()
}

/// About what the records of a kind are.
async fn about(owner: &mut Peer, what: &str) -> Vec<String> {
    let records = audit(owner).await.into_iter();
    records.filter_map(|[kind, about]| (kind == what).then_some(about)).collect()
}

/// The last words of a session, which is read to its end.
async fn goodbye(peer: &mut Peer) -> (Value, String) {
    let goodbye = peer.until("goodbye").await;
    assert_eq!(peer.next().await, None, "the connection closes");
    (goodbye["code"].clone(), goodbye["text"].as_str().unwrap().to_owned())
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["device"].as_str().unwrap_or("")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_user_sees_its_devices_and_its_sessions() {
    let daemon = daemon();
    let (mut bob, first) = enter(&daemon, "bob", json!({"device": "run-1"})).await;
    let code = bob.answer(json!({"type": "link"}), "link").await["code"].clone();
    let phone = json!({"link": code, "device_name": " bob's\u{1b} ph\u{200b}one"});
    let (mut phone, _) = enter(&daemon, "bob", phone).await;
    let seen = account(&mut phone).await;
    assert_eq!(
        (&seen["id"], &seen["name"], &seen["has_password"]),
        (&json!(1), &json!("bob"), &json!(false))
    );
    assert_eq!(names(&seen["devices"]), ["run-1", "bob's phone"]);
    assert_eq!(names(&seen["sessions"]), ["run-1", "bob's phone"]);
    let this = |list: &Value| {
        list.as_array().unwrap().iter().map(|one| one["this"] == true).collect::<Vec<_>>()
    };
    assert_eq!(
        (this(&seen["devices"]), this(&seen["sessions"])),
        (vec![false, true], vec![false, true])
    );
    assert_eq!(seen["sessions"][0]["network"], "127.0.0.1");
    assert_eq!(seen["sessions"][0]["door"], "native");
    drop(bob);
    // A device keeps its name until its client sends another one.
    let again = json!({"token": first["token"], "device": "run-2"});
    let (mut bob, _) = enter(&daemon, "bob", again).await;
    assert_eq!(names(&account(&mut bob).await["devices"]), ["run-1", "bob's phone"]);
    let named = json!({"token": first["token"], "device": "run-3", "device_name": "laptop"});
    let (mut bob, _) = enter(&daemon, "bob", named).await;
    assert_eq!(names(&account(&mut bob).await["devices"]), ["laptop", "bob's phone"]);
}

#[tokio::test(start_paused = true)]
async fn only_owners_see_the_account_of_another_user_and_never_where_it_is() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, _) = enter(&daemon, "bob", json!({"device": "laptop"})).await;
    let of_bob = json!({"type": "account", "user": "bob"});
    let seen = ana.answer(of_bob.clone(), "account").await;
    assert_eq!((&seen["name"], names(&seen["devices"])), (&json!("bob"), vec!["laptop"]));
    let session = &seen["sessions"][0];
    assert_eq!(
        (&session["device"], &session["network"], &session["this"]),
        (&json!("laptop"), &Value::Null, &Value::Null)
    );
    bob.answer(of_bob, "account").await;
    let of_ana = json!({"type": "account", "user": "ana"});
    assert_eq!(bob.answer(of_ana, "refused").await["code"], "not_allowed");
    let of_eva = json!({"type": "account", "user": "eva"});
    assert_eq!(bob.answer(of_eva.clone(), "refused").await["code"], "not_allowed");
    assert_eq!(ana.answer(of_eva, "refused").await["code"], "no_such_user");
    assert_eq!(bob.answer(json!({"type": "sessions"}), "refused").await["code"], "not_allowed");
    let page = ana.answer(json!({"type": "sessions", "limit": 1}), "sessions").await;
    assert_eq!(
        (&page["sessions"][0]["user"]["name"], &page["more"]),
        (&json!("ana"), &json!(true))
    );
    let after = page["sessions"][0]["id"].clone();
    let page = ana.answer(json!({"type": "sessions", "after": after}), "sessions").await;
    assert_eq!(
        (&page["sessions"][0]["user"]["name"], &page["more"]),
        (&json!("bob"), &json!(false))
    );
    assert_eq!(page["sessions"][0]["network"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_owner_lists_all_users_also_those_who_are_not_connected() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (bob, _) = enter(&daemon, "bob", json!({})).await;
    drop(bob);
    // A guest has a number, and no account.
    let _guest = Peer::classic(&daemon, "carl").await;
    let (mut eva, _) = enter(&daemon, "eva", json!({})).await;
    let asked = json!({"type": "accounts"});
    assert_eq!(eva.answer(asked, "refused").await["code"], "not_allowed");
    let (mut users, mut after) = (Vec::new(), json!(0));
    while !after.is_null() {
        let asked = json!({"type": "accounts", "after": after, "limit": 1});
        let page = ana.answer(asked, "accounts").await;
        users.extend(page["accounts"].as_array().unwrap().clone());
        after = page["next"].clone();
    }
    let seen: Vec<_> = users.iter().map(|user| (&user["name"], &user["role"])).collect();
    let (owner, member) = (json!("owner"), Value::Null);
    assert_eq!(seen, [(&json!("ana"), &owner), (&json!("bob"), &member), (&json!("eva"), &member)]);
    assert_eq!((&users[2]["devices"], &users[2]["sessions"]), (&json!(1), &json!(1)));
    let past = json!({"type": "accounts", "after": u64::MAX});
    let none = ana.answer(past, "accounts").await;
    assert_eq!((&none["accounts"], &none["next"]), (&json!([]), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_device_loses_its_token_and_its_sessions() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, laptop) = enter(&daemon, "bob", json!({"device": "laptop"})).await;
    let own = account(&mut bob).await["devices"][0]["id"].clone();
    let last = bob.answer(json!({"type": "drop", "id": own}), "refused").await;
    assert_eq!(last["code"], "not_allowed");
    assert!(last["text"].as_str().unwrap().starts_with("this is the last device"), "{last}");
    let code = bob.answer(json!({"type": "link"}), "link").await["code"].clone();
    let (mut phone, _) = enter(&daemon, "bob", json!({"link": code, "device": "phone"})).await;
    let left = phone.answer(json!({"type": "drop", "id": own}), "account").await;
    assert_eq!((names(&left["devices"]), names(&left["sessions"])), (vec!["phone"], vec!["phone"]));
    let (code, text) = goodbye(&mut bob).await;
    assert_eq!(code, "kicked");
    assert!(text.starts_with("you have dropped this device"), "{text}");
    let old = json!({"token": laptop["token"]});
    assert_eq!(refused(&daemon, "bob", old).await, "bad_token");
    let gone = phone.answer(json!({"type": "drop", "id": own}), "refused").await;
    assert_eq!(gone["code"], "no_such_device");
    // The password is a way back, and an owner is another one.
    let set = json!({"type": "set_password", "password": PASSWORD});
    assert_eq!(phone.answer(set, "account").await["has_password"], true);
    let id = account(&mut phone).await["devices"][0]["id"].clone();
    let of_bob = json!({"type": "drop", "id": id, "user": "bob"});
    assert_eq!(ana.answer(of_bob, "account").await["devices"], json!([]));
    assert!(goodbye(&mut phone).await.1.starts_with("ana has dropped this device"));
    assert_eq!(
        about(&mut ana, "drop").await,
        [
            format!("the token of the device phone, number {id} of bob"),
            format!("the token of the device laptop, number {own} of bob"),
        ]
    );
    let (_, back) = enter(&daemon, "bob", json!({"password": PASSWORD})).await;
    assert_eq!(back["id"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_ended_by_its_user_and_by_an_owner_and_by_nobody_else() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, welcome) = enter(&daemon, "bob", json!({"device": "laptop"})).await;
    let again = json!({"token": welcome["token"], "device": "ghost"});
    let (mut ghost, _) = enter(&daemon, "bob", again.clone()).await;
    let seen = account(&mut bob).await;
    let [own, other] = [0, 1].map(|n| seen["sessions"][n]["id"].clone());
    let end = |session: &Value| json!({"type": "end", "session": session});
    let left = bob.answer(end(&other), "account").await;
    assert_eq!(names(&left["sessions"]), ["laptop"]);
    assert_eq!(
        goodbye(&mut ghost).await,
        (json!("kicked"), "you have ended this session; connect again if you want".to_owned())
    );
    assert_eq!(bob.answer(end(&other), "refused").await["code"], "no_such_session");
    let of_ana = account(&mut ana).await["sessions"][0]["id"].clone();
    assert_eq!(bob.answer(end(&of_ana), "refused").await["code"], "no_such_session");
    let (mut guest, _) = Peer::classic(&daemon, "carl").await;
    let of_bob = ana.answer(end(&own), "account").await;
    assert_eq!((&of_bob["name"], &of_bob["sessions"]), (&json!("bob"), &json!([])));
    assert!(goodbye(&mut bob).await.1.starts_with("ana has ended this session"));
    let all = ana.answer(json!({"type": "sessions"}), "sessions").await;
    let carl = all["sessions"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&carl["user"]["name"], &carl["door"]), (&json!("carl"), &json!("classic")));
    assert_eq!(ana.answer(end(&carl["id"]), "account").await["role"], "guest");
    while !guest.recv().await.is_empty() {}
    // The token is as good as before.
    let (_, back) = enter(&daemon, "bob", again).await;
    assert_eq!(back["id"], welcome["id"]);
    assert_eq!(audit(&mut ana).await.iter().filter(|[what, _]| what == "end").count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_owner_makes_a_code_for_somebody_who_has_lost_the_only_device() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, _) = enter(&daemon, "bob", json!({"device": "lost"})).await;
    let link = |user: &str| json!({"type": "link", "user": user});
    assert_eq!(bob.answer(link("ana"), "refused").await["code"], "not_allowed");
    assert_eq!(ana.answer(link("eva"), "refused").await["code"], "no_such_user");
    let code = ana.answer(link("bob"), "link").await["code"].clone();
    let told = bob.until("account_changed").await;
    assert_eq!((&told["what"], &told["by"]["name"]), (&json!("link"), &json!("ana")));
    let (mut phone, welcome) =
        enter(&daemon, "bob", json!({"link": code, "device": "phone"})).await;
    assert_eq!((&welcome["id"], &welcome["name"]), (&json!(2), &json!("bob")));
    assert_eq!(names(&account(&mut phone).await["devices"]), ["lost", "phone"]);
    assert_eq!(about(&mut ana, "link").await, ["bob"]);
    let _guest = Peer::classic(&daemon, "carl").await;
    assert_eq!(ana.answer(link("carl"), "refused").await["code"], "not_allowed");
}

#[tokio::test(start_paused = true)]
async fn an_owner_hands_a_user_back_with_a_password_and_without_its_devices() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, welcome) = enter(&daemon, "bob", json!({"device": "stolen"})).await;
    let set = |user: &str, password: &str, drop: bool| json!({"type": "set_password", "user": user, "password": password, "drop_devices": drop});
    assert_eq!(bob.answer(set("ana", PASSWORD, true), "refused").await["code"], "not_allowed");
    assert_eq!(ana.answer(set("bob", "short", true), "refused").await["code"], "bad_password");
    assert_eq!(ana.answer(set("ana", PASSWORD, true), "refused").await["code"], "bad_field");
    let kept = ana.answer(set("bob", "another horse", false), "account").await;
    assert_eq!((&kept["has_password"], names(&kept["devices"])), (&json!(true), vec!["stolen"]));
    assert_eq!(bob.until("account_changed").await["what"], "password");
    let kept = ana.answer(set("bob", PASSWORD, true), "account").await;
    assert_eq!((&kept["devices"], &kept["sessions"]), (&json!([]), &json!([])));
    let (code, text) = goodbye(&mut bob).await;
    assert_eq!(code, "kicked");
    assert!(text.starts_with("ana has given you another password"), "{text}");
    assert_eq!(refused(&daemon, "bob", json!({"token": welcome["token"]})).await, "bad_token");
    assert_eq!(refused(&daemon, "bob", json!({"password": "another horse"})).await, "bad_secret");
    let (_, back) = enter(&daemon, "bob", json!({"password": PASSWORD})).await;
    assert_eq!(back["id"], 2);
    let records = about(&mut ana, "password").await;
    assert_eq!(records, ["bob, and dropped the token of its device", "bob"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_freed_while_its_user_is_away_who_keeps_everything_else() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, welcome) = enter(&daemon, "bob", json!({})).await;
    bob.say("#lobby", "hi").await;
    let free = json!({"type": "free", "user": "bob"});
    assert_eq!(bob.answer(free.clone(), "refused").await["code"], "not_allowed");
    let here = ana.answer(free.clone(), "refused").await;
    assert_eq!(
        here["text"],
        "bob is connected; a name is freed while its user is not connected: end its sessions first"
    );
    drop(bob);
    ana.until("left").await;
    assert_eq!(ana.answer(free, "account").await["name"], "bob_2");
    let (mut other, new) = enter(&daemon, "bob", json!({})).await;
    assert_eq!((&new["id"], &new["name"]), (&json!(3), &json!("bob")));
    let history = other.answer(json!({"type": "history", "room": "#lobby"}), "history").await;
    assert_eq!(history["messages"][0]["from"]["id"], 2, "{history}");
    let (_, back) = enter(&daemon, "bob", json!({"token": welcome["token"]})).await;
    assert_eq!((&back["id"], &back["name"]), (&json!(2), &json!("bob_2")));
    drop(other);
    assert_eq!(audit(&mut ana).await[0], ["free", "bob → bob_2"]);
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_has_what_a_user_does_with_its_own_account() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, _) = enter(&daemon, "bob", json!({"device": "laptop"})).await;
    bob.answer(json!({"type": "set_password", "password": PASSWORD}), "account").await;
    let code = bob.answer(json!({"type": "link"}), "link").await["code"].clone();
    enter(&daemon, "bob", json!({"link": code, "device": "phone"})).await;
    enter(&daemon, "bob", json!({"password": PASSWORD, "device": "tablet"})).await;
    for name in ["Rob", "Rob"] {
        bob.answer(json!({"type": "rename", "name": name}), "renamed").await;
    }
    let (mut guest, _) = Peer::classic(&daemon, "carl").await;
    guest.write(b"NAME:karl").await;
    while ana.until("renamed").await["name"] != "karl" {}
    let devices = account(&mut bob).await["devices"].clone();
    let [phone, tablet] = [1, 2].map(|nth| devices[nth]["id"].clone());
    let mut records = audit(&mut ana).await;
    records.reverse();
    let expected = [
        ["password", "bob"],
        ["device", &format!("the token of the device phone, number {phone}, with a code")],
        ["device", &format!("the token of the device tablet, number {tablet}, with the password")],
        ["rename", "bob → Rob"],
    ];
    let of_accounts = records.iter().filter(|[what, _]| what != "role");
    assert!(of_accounts.eq(expected.map(|record| record.map(str::to_owned)).iter()), "{records:?}");
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_says_once_that_a_network_may_try_no_more() {
    let daemon = daemon();
    let mut ana = owner(&daemon).await;
    let (mut bob, _) = enter(&daemon, "bob", json!({})).await;
    bob.answer(json!({"type": "set_password", "password": PASSWORD}), "account").await;
    // Nobody is called eva. The codes are the last that the network may try.
    for (name, secret) in [("bob", "password"), ("eva", "password"), ("bob", "link")] {
        for code in ["bad_secret"; 5].into_iter().chain(["too_fast"; 2]) {
            assert_eq!(refused(&daemon, name, json!({secret: "wrong one"})).await, code);
        }
    }
    let wrong = json!({"type": "set_password", "password": "another horse", "old": "wrong one"});
    for _ in 0..5 {
        assert_eq!(bob.answer(wrong.clone(), "refused").await["code"], "bad_secret");
    }
    let of_bob = "5 wrong passwords of bob from one network";
    let expected = [of_bob, "5 wrong codes from one network", of_bob];
    assert_eq!(about(&mut ana, "tries").await, expected);
    let page = ana.answer(json!({"type": "audit"}), "audit").await;
    assert!(page["records"][0]["by"].is_null(), "{page}");
}
