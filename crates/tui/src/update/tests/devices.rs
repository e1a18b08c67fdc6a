//! Devices, sessions and names: those of the user, and for owners those of others.

use chat_proto::event::{AccountInfo, DeviceInfo, SessionInfo};
use chat_proto::{Door, Role, Secret, Timestamp, UserId};

use super::*;

fn at() -> Timestamp {
    Timestamp::from_millis(1_795_356_120_000)
}

fn device(id: u64, called: &str, this: bool) -> DeviceInfo {
    let device = ShortString::new(called).unwrap();
    DeviceInfo { id, device, made_at: Some(at()), seen_at: at(), this }
}

fn session(id: u64, called: &str, this: bool) -> SessionInfo {
    let network = this.then(|| "192.0.2.7".parse().unwrap());
    let (door, since) = (Door::Native, at());
    SessionInfo {
        id,
        user: None,
        device: ShortString::new(called).unwrap(),
        door,
        since,
        network,
        this,
    }
}

fn account(id: u64, called: &str) -> AccountInfo {
    let is_me = id == 7;
    AccountInfo {
        id: UserId::new(id),
        name: name(called),
        role: Role::Member,
        has_password: !is_me,
        devices: vec![device(12, "laptop", is_me), device(15, "", false)],
        sessions: vec![session(41, "laptop", is_me), session(44, "phone", false)],
    }
}

fn listed(harness: &mut Harness, account: AccountInfo) {
    harness.event(Event::Account(Box::new(account)));
}

#[test]
fn a_device_is_dropped_from_the_list_after_a_question() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(sent(&harness.type_text("/devices\n")), [Command::Account { user: None }]);
    assert_shows(&harness, "Loading…");
    listed(&mut harness, account(7, "bob"));
    assert_shows(&harness, "Your devices and sessions · no password");
    assert_shows(
        &harness,
        "laptop   device 12 · this one · last login 2026-11-22 14:02 · known since 2026-11-22 14:02",
    );
    assert_shows(&harness, "unnamed  device 15 · last login");
    assert_shows(
        &harness,
        "laptop   session 41 · this one · connected since 2026-11-22 14:02 · from 192.0.2.7",
    );
    harness.type_text("15\n");
    assert_shows(
        &harness,
        "Drop device 15? It is logged out, and needs a code or a password · y drops it",
    );
    assert!(sent(&harness.type_text("n")).is_empty());
    assert_shows(&harness, "Nothing was changed");
    harness.type_text("/drop 12\n");
    assert_shows(&harness, "Drop this device? You are logged out here.");
    let drop = Command::Drop { id: 12, user: None };
    assert_eq!(sent(&harness.type_text("y")), [drop]);
    assert!(!harness.screen().contains("is dropped"), "the server has not answered");
    listed(&mut harness, AccountInfo { devices: vec![device(15, "", false)], ..account(7, "bob") });
    assert_shows(&harness, "Device 12 is dropped");
    assert_eq!(typed(&harness), "", "the answer is not text");
}

#[test]
fn a_session_is_ended_from_the_list_after_a_question() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/devices\n");
    listed(&mut harness, account(7, "bob"));
    harness.type_text("phone\n");
    assert_shows(
        &harness,
        "End session 44? Its device stays logged in, and can connect again · y ends it",
    );
    assert_eq!(sent(&harness.type_text("y")), [Command::End { session: 44 }]);
    listed(&mut harness, AccountInfo { sessions: Vec::new(), ..account(7, "bob") });
    assert_shows(&harness, "Session 44 has ended");
    harness.type_text("/end 41\n");
    assert_shows(&harness, "End session 41? Its device stays logged in");
    harness.type_text("n/end me\n");
    assert_shows(&harness, "Which session? /devices lists yours, /devices NAME those of others");
    assert_eq!(sent(&harness.type_text("/end\n")), [Command::Account { user: None }]);
}

#[test]
fn an_owner_helps_a_user_who_has_lost_the_credentials() {
    let mut harness = Harness::connected(100, 24);
    let ana = || Some(name("ana"));
    assert_eq!(sent(&harness.type_text("/devices ana\n")), [Command::Account { user: ana() }]);
    listed(&mut harness, account(3, "ana"));
    assert_shows(&harness, "Devices and sessions of ana · a password");
    harness.type_text("device 12\n");
    assert_shows(&harness, "Drop device 12 (laptop) of ana? It is logged out");
    assert_eq!(sent(&harness.type_text("y")), [Command::Drop { id: 12, user: ana() }]);
    listed(
        &mut harness,
        AccountInfo { devices: Vec::new(), sessions: Vec::new(), ..account(3, "ana") },
    );
    harness.type_text("/drop ana 15\n");
    assert_eq!(sent(&harness.type_text("y")), [Command::Drop { id: 15, user: ana() }]);
    harness.type_text("/free @ana\n");
    assert_shows(&harness, "Free the name ana? Its user keeps its account, under a similar name");
    assert_eq!(sent(&harness.type_text("y")), [Command::Free { user: name("ana") }]);
    listed(&mut harness, account(3, "ana_2"));
    assert_shows(&harness, "The name ana is free. Its user has a similar name now");
    assert_eq!(sent(&harness.type_text("/link ana\n")), [Command::Link { user: ana() }]);
    harness.event(Event::Link { code: Secret::new("7KQ2M9XT"), valid_ms: 300_000 });
    assert_shows(&harness, "Tell it to that user alone: it logs in as that user");
    assert_shows(&harness, "chat-tui ana@SERVER");
}

#[test]
fn an_order_about_an_account_that_makes_no_sense_is_not_sent() {
    for (typed, said) in [
        ("/free bob", "You cannot free your own name. /name NAME takes another one"),
        ("/free", "Usage: /free NAME"),
        ("/devices ana eva", "ana eva is more than one name"),
    ] {
        let mut harness = Harness::connected(100, 20);
        assert!(sent(&harness.type_text(&format!("{typed}\n"))).is_empty(), "{typed}");
        assert_shows(&harness, said);
    }
    // One's own name is as good as none.
    let mut harness = Harness::connected(100, 20);
    assert_eq!(sent(&harness.type_text("/devices bob\n")), [Command::Account { user: None }]);
    harness.press(KeyCode::Esc);
    assert_eq!(sent(&harness.type_text("/link bob\n")), [Command::Link { user: None }]);
    harness.lose();
    for typed in ["/devices", "/free ana"] {
        assert!(sent(&harness.type_text(&format!("{typed}\ny"))).is_empty(), "{typed}");
        harness.control('u');
    }
    assert!(sent(&harness.connect(2)).is_empty(), "nothing is carried out later");
}

#[test]
fn an_account_that_the_server_does_not_list_says_so() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/devices ana\n");
    let why = "only owners of the server may do this";
    harness.event(Event::Refused(Refusal::new(RefusalCode::NotAllowed, why)));
    assert_shows(&harness, "Refused: only owners of the server may do this");
    assert!(harness.state.picker.is_none(), "it would hide why");
    harness.type_text("/devices ana\n");
    let none = AccountInfo { devices: Vec::new(), sessions: Vec::new(), ..account(3, "ana") };
    listed(&mut harness, none);
    assert_shows(&harness, "ana has no device. /link ana makes a code for one");
}

#[test]
fn what_completes_the_commands_of_accounts_is_users() {
    for command in ["/devices", "/link", "/free", "/drop"] {
        let mut harness = Harness::connected(100, 20);
        harness.type_text(&format!("{command} a"));
        harness.press(KeyCode::Tab);
        assert_eq!(typed(&harness), format!("{command} ana "));
    }
}

#[test]
fn an_order_without_an_answer_says_what_to_do_once_the_connection_is_lost() {
    for (typed, said) in [
        ("/invite\n", "before the line of your invite came. Nobody has that line. /invite"),
        ("/link\n", "before the code came. Nobody has that code. /link makes another one"),
        (
            "/password\n\ncorrect horse\ncorrect horse\n",
            "before the server answered: your new password may be set already.",
        ),
    ] {
        let mut harness = Harness::connected(110, 20);
        harness.type_text(typed);
        harness.lose();
        assert_shows(&harness, said);
        assert!(sent(&harness.connect(2)).is_empty(), "{typed} is not sent again");
    }
    let mut harness = Harness::connected(110, 20);
    harness.type_text("/link\n");
    harness.event(Event::Link { code: Secret::new("7KQ2M9XT"), valid_ms: 300_000 });
    harness.press(KeyCode::Esc);
    harness.lose();
    assert!(!harness.screen().contains("before the code came"), "{}", harness.screen());
}
