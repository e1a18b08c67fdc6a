//! Answers of a daemon that has not stored something, or has not applied it: the model finds each.

use serde_json::Value;

use super::*;
use crate::rights::order::{Privacy, Rules};

/// The event `room` of the first room, which user 0 owns and is sent. User 1 has `role` there.
fn room(role: &str, rules: &Value) -> Value {
    json!({"type": "room", "room": "#rights-0-one", "topic": "", "rules": rules,
           "users": [{"id": 1, "name": "owner of 0"}, {"id": 2, "name": "maria of 0"}],
           "roles": [{"id": 1, "role": "owner"}, {"id": 2, "role": role}]})
}

/// Number of wrong orders if user 0 is sent this of the first room after some orders.
fn wrong_room(orders: &[(Order, Outcome)], sent: Value) -> u64 {
    let mut board = group();
    orders.iter().for_each(|order| take(&mut board, std::slice::from_ref(order)));
    board.send(&[Order::Join { by: 0, room: 0 }]);
    board.answer(&[Done], &[vec![sent]]);
    board.findings.wrong_orders
}

/// Number of wrong orders after some that are given one after the other.
fn wrong_in_turn(orders: &[(Order, Outcome)]) -> u64 {
    let each: Vec<_> = orders.iter().map(std::slice::from_ref).collect();
    wrong_after(&each)
}

#[test]
fn a_role_on_the_server_that_is_lost_is_found_when_its_user_comes_back() {
    let wrong = |role: &str| {
        let mut board = group();
        let order = Order::Grant { by: 0, user: 1, room: None, role: Role::Moderator };
        take(&mut board, &[(order, Done)]);
        board.hello(1);
        board.welcome(1, &json!({"id": 2, "role": role}));
        board.findings.wrong_orders
    };
    assert_eq!((wrong("moderator"), wrong("member")), (0, 1));
}

#[test]
fn a_role_on_the_server_that_may_have_changed_meanwhile_is_not_compared() {
    let order = |role| Order::Grant { by: 0, user: 1, room: None, role };
    for outcome in [Done, Unanswered] {
        let mut board = group();
        board.hello(1);
        take(&mut board, &[(order(Role::Moderator), outcome)]);
        board.welcome(1, &json!({"id": 2, "role": "member"}));
        assert!(board.findings.is_clean(), "{outcome:?}: {:?}", board.findings);
    }
}

#[test]
fn a_role_in_a_room_that_is_not_applied_is_found_by_the_list_of_the_room() {
    let public = json!({"privacy": "public"});
    assert_eq!(wrong_room(&[], room("moderator", &public)), 0);
    assert_eq!(wrong_room(&[], room("member", &public)), 1);
}

#[test]
fn a_role_in_a_room_that_is_not_applied_is_found_by_what_its_user_may_do() {
    assert_eq!(wrong_in_turn(&[(MUTE, Done)]), 0);
    assert_eq!(wrong_in_turn(&[(MUTE, Refused)]), 1);
}

#[test]
fn a_ban_that_is_lost_is_found_by_the_list_of_sanctions_and_when_its_user_comes_in() {
    let ban = |room| Order::Sanction { by: 0, kind: Kind::Ban, user: 2, room, label: 7 };
    let listed = |room, sent: &Value| {
        let mut board = group();
        take(&mut board, &[(ban(room), Done)]);
        board.sanctions(room, sent);
        board.findings.wrong_orders
    };
    for room in [None, Some(0)] {
        assert_eq!(listed(room, &json!({"sanctions": [{"reason": "reason 7"}]})), 0);
        assert_eq!(listed(room, &json!({"sanctions": []})), 1);
    }
    let join =
        |outcome| wrong_in_turn(&[(ban(Some(0)), Done), (Order::Join { by: 2, room: 0 }, outcome)]);
    assert_eq!((join(Refused), join(Done)), (0, 1));
    let mut board = group();
    take(&mut board, &[(ban(None), Done)]);
    board.hello(2);
    board.welcome(2, &json!({"id": 3, "role": "member"}));
    assert_eq!(board.findings.wrong_orders, 1);
}

/// Number of messages that are wrong if two of user 2 are accepted at once in a room with pauses or without.
fn accepted_at_once(is_slow: bool, outcome: Outcome) -> u64 {
    let mut board = group();
    let rules = Rules { is_slow, ..Rules::default() };
    take(&mut board, &[(Order::Rule { by: 0, room: 0, rules }, outcome)]);
    let mut accepted = 0;
    while accepted < 2 {
        let said = board.say(2).unwrap();
        let seq = said["n"].as_u64().unwrap();
        if said["room"] == "#rights-0-one" {
            accepted += 1;
            board.said(2, &json!({"type": "accepted", "n": said["n"], "seq": seq}));
        }
        board.users[2].outbox.clear();
    }
    board.findings.wrong_says
}

#[test]
fn a_room_with_pauses_that_takes_two_messages_at_once_is_found() {
    assert_eq!(accepted_at_once(true, Done), 1);
    assert_eq!((accepted_at_once(false, Done), accepted_at_once(true, Unanswered)), (0, 0));
}

#[test]
fn rules_that_are_lost_are_found_by_the_state_of_the_room() {
    let rules = Rules { privacy: Privacy::Announce, is_slow: true, by_moderators: true };
    let order = [(Order::Rule { by: 0, room: 0, rules }, Done)];
    let sent = json!({"privacy": "announce", "slow_s": 3_600, "topic_by": "moderators"});
    assert_eq!(wrong_room(&order, room("moderator", &sent)), 0);
    for field in ["privacy", "slow_s", "topic_by"] {
        let mut lost = sent.clone();
        lost[field] = json!({"privacy": "public", "slow_s": 0, "topic_by": "all"})[field].clone();
        assert_eq!(wrong_room(&order, room("moderator", &lost)), 1, "{field}");
    }
}

#[test]
fn a_device_that_is_dropped_and_still_logs_in_is_found_and_one_that_is_lost() {
    let add = (Order::AddDevice { user: 2, label: 3 }, Done);
    let dropped = (Order::Drop { by: 2, user: 2, label: 3, id: 9 }, Done);
    let comes = |outcome| (Order::UseDevice { user: 2, label: 3 }, outcome);
    let in_turn = [add.clone(), comes(Done), dropped.clone(), comes(Refused)];
    assert_eq!(wrong_in_turn(&in_turn), 0);
    assert_eq!(wrong_in_turn(&[add.clone(), dropped, comes(Done)]), 1);
    assert_eq!(wrong_in_turn(&[add, comes(Refused)]), 1);
}

#[test]
fn an_invite_or_a_password_that_is_lost_is_found_when_it_is_used() {
    let invite = (Order::Invite { by: 0, role: Role::Member, uses: 1, label: 5 }, Done);
    let admit = |newcomer, outcome| (Order::Admit { newcomer, label: 5, id: 9 }, outcome);
    assert_eq!(wrong_in_turn(&[invite.clone(), admit(1, Done), admit(2, Refused)]), 0);
    assert_eq!(wrong_in_turn(&[invite.clone(), admit(1, Refused)]), 1);
    assert_eq!(wrong_in_turn(&[invite, admit(1, Done), admit(2, Done)]), 1, "its use is lost");
    let set = |old, label| (Order::SetPassword { user: 2, old, label }, Done);
    let log_in = |label, outcome| (Order::LogIn { user: 2, label }, outcome);
    let (one, other) = (set(None, 1), set(Some(1), 2));
    assert_eq!(wrong_in_turn(&[one.clone(), log_in(1, Done), other.clone(), log_in(2, Done)]), 0);
    assert_eq!(wrong_in_turn(&[one.clone(), log_in(1, Refused)]), 1);
    assert_eq!(wrong_in_turn(&[one.clone(), other, log_in(1, Done)]), 1, "the other is lost");
    assert_eq!(wrong_in_turn(&[one, set(None, 3)]), 1, "it is lost");
}
