//! The model finds what a server does wrong.

mod broken;

use serde_json::json;

use super::barred::BanTarget;
use super::board::Board;
use super::order::{Kind, Order, Role};
use super::worlds::Outcome::{self, Done, Refused, Unanswered};
use super::{Backup, BackupState, Settings};

const MUTE: Order = Order::Sanction { by: 1, kind: Kind::Mute, user: 2, room: Some(0), label: 1 };

/// A group that has just begun.
fn new_group() -> Board {
    let settings = Settings {
        group: 0,
        seed: 1,
        pauses_ms: 1..2,
        backup: BackupState::default(),
        is_simulated: false,
        has_codes: true,
    };
    let mut board = Board::new(settings, fastrand::Rng::with_seed(1));
    board.begin();
    board
}

/// A group whose users are in the first room, which user 1 moderates.
fn group() -> Board {
    let mut board = new_group();
    for by in 1..3 {
        take(&mut board, &[(Order::Join { by, room: 0 }, Done)]);
    }
    take(&mut board, &[(grant(Role::Moderator), Done)]);
    assert!(board.findings.is_clean(), "{:?}", board.findings);
    board
}

/// The owner gives user 1 a role in the first room.
fn grant(role: Role) -> Order {
    Order::Grant { by: 0, user: 1, room: Some(0), role }
}

fn take(board: &mut Board, orders: &[(Order, Outcome)]) {
    let (given, outcomes): (Vec<_>, Vec<_>) = orders.iter().cloned().unzip();
    board.send(&given);
    board.answer(&outcomes, &[]);
}

/// Number of wrong orders after some more.
fn wrong_after(orders: &[&[(Order, Outcome)]]) -> u64 {
    let mut board = group();
    orders.iter().for_each(|orders| take(&mut board, orders));
    board.findings.wrong_orders
}

#[test]
fn a_right_that_was_taken_is_not_used_afterwards() {
    let taken = (grant(Role::Member), Done);
    assert_eq!(wrong_after(&[std::slice::from_ref(&taken), &[(MUTE, Refused)]]), 0);
    assert_eq!(wrong_after(&[std::slice::from_ref(&taken), &[(MUTE, Done)]]), 1);
    for outcome in [Done, Refused] {
        assert_eq!(wrong_after(&[&[taken.clone(), (MUTE, outcome)]]), 0, "at the same time");
    }
    let unanswered = (grant(Role::Member), Unanswered);
    assert_eq!(wrong_after(&[&[unanswered], &[(MUTE, Done)], &[(MUTE, Refused)]]), 0, "then it is");
}

#[test]
fn a_user_who_is_banned_in_a_backup_may_be_refused_before_anybody_sees_that_it_was_restored() {
    let ban = Order::Sanction { by: 0, kind: Kind::Ban, user: 2, room: None, label: 1 };
    let pardon = Order::Pardon { by: 0, label: 1, id: 1 };
    for (backup, wrong) in [(Backup::None, 1), (Backup::Made, 0)] {
        let mut board = group();
        take(&mut board, &[(ban.clone(), Done)]);
        board.settings.backup.set(backup);
        take(&mut board, &[(pardon.clone(), Done)]);
        board.hello(2);
        board.kept_out(2, &json!({"type": "refused", "code": "banned"}));
        assert_eq!(board.findings.wrong_orders, wrong, "{:?}", board.findings);
    }
}

#[test]
fn a_backup_that_was_made_before_the_first_command_has_the_begin_of_the_group() {
    let mut board = new_group();
    board.settings.backup.set(Backup::Made);
    for epoch in ["before", "after the restore"] {
        board.welcome(0, &json!({"journal": {"epoch": epoch}, "id": 1, "role": "owner"}));
    }
    board.records(&[], 0, true);
    take(&mut board, &[(Order::Join { by: 1, room: 0 }, Done)]);
    take(&mut board, &[(grant(Role::Moderator), Done)]);
    assert!(board.findings.is_clean(), "{:?}", board.findings);
}

#[test]
fn the_records_of_orders_at_the_same_time_are_in_the_order_in_which_they_were_allowed() {
    let record = |by: &str, what: &str, about: &str, reason: &str| json!({"by": {"name": by}, "what": what, "about": about, "reason": reason});
    let granted =
        record("owner of 0", "role", "maria of 0 in #rights-0-one: member → moderator", "");
    let taken = record("owner of 0", "role", "maria of 0 in #rights-0-one: moderator → member", "");
    let muted =
        record("maria of 0", "sanction", "mute eva of 0, #rights-0-one, no end", "reason 1");
    let wrong = |records: &[&serde_json::Value]| {
        let mut board = group();
        take(&mut board, &[(grant(Role::Member), Done), (MUTE, Done)]);
        let records: Vec<_> = records.iter().map(|record| (*record).clone()).collect();
        board.records(&records, 3, false);
        board.findings.wrong_audit
    };
    assert_eq!(wrong(&[&granted, &muted, &taken]), 0);
    assert_eq!(wrong(&[&granted, &taken, &muted]), 1, "the mute was not allowed any more");
    assert_eq!(wrong(&[&granted, &taken]), 1, "one is lost");
    assert_eq!(wrong(&[&granted, &muted, &muted, &taken]), 1, "one is there twice");
}

#[test]
fn a_message_of_a_muted_user_is_wrong_if_it_is_accepted_and_fine_if_the_mute_may_have_come_later() {
    let wrong = |is_sent_before: bool| {
        let mut board = group();
        let say = |board: &mut Board| loop {
            let said = board.say(2).unwrap();
            if said["room"] == "#rights-0-one" {
                break said["n"].clone();
            }
            board.users[2].outbox.clear();
        };
        let before = say(&mut board);
        take(&mut board, &[(MUTE, Done)]);
        let after = say(&mut board);
        let n = if is_sent_before { before } else { after };
        board.said(2, &json!({"type": "accepted", "n": n, "seq": 9}));
        board.findings.wrong_says
    };
    assert_eq!((wrong(true), wrong(false)), (0, 1));
}

#[test]
fn a_message_that_a_user_is_sent_after_it_has_left_is_found() {
    let read_outside = |is_out: bool| {
        let mut board = group();
        if is_out {
            take(&mut board, &[(Order::Leave { by: 1, room: 0 }, Done)]);
        }
        let said = loop {
            let said = board.say(2).unwrap();
            if said["room"] == "#rights-0-one" {
                break said;
            }
            board.users[2].outbox.clear();
        };
        board.read(1, &json!({"room": said["room"], "text": said["text"], "seq": 3}));
        board.findings.read_outside
    };
    assert_eq!((read_outside(false), read_outside(true)), (0, 1));
}

#[test]
fn a_ban_of_an_invite_keeps_out_all_who_come_by_it_until_it_is_ended() {
    let invite = Order::Invite { by: 0, role: Role::Member, uses: 3, label: 5 };
    let admit = |newcomer| Order::Admit { newcomer, label: 5, id: 9 };
    let bar = Order::Bar { by: 0, whom: BanTarget::Invite { label: 5, id: 9 }, label: 6 };
    let pardon = Order::Pardon { by: 0, label: 6, id: 10 };
    let wrong = |after_bar, after_pardon| {
        let orders = [
            (invite.clone(), Done),
            (admit(1), Done),
            (bar.clone(), Done),
            (admit(1), after_bar),
            (admit(2), after_bar),
            (pardon.clone(), Done),
            (admit(2), after_pardon),
        ];
        let orders: Vec<_> = orders.into_iter().map(|order| [order]).collect();
        wrong_after(&orders.iter().map(<[_; 1]>::as_slice).collect::<Vec<_>>())
    };
    assert_eq!(wrong(Refused, Done), 0);
    assert!(wrong(Done, Done) > 0 && wrong(Refused, Refused) > 0);
}

#[test]
fn a_network_is_banned_by_moderators_of_the_server_and_listed() {
    let bar = |by| Order::Bar { by, whom: BanTarget::Network, label: 4 };
    assert_eq!(wrong_after(&[&[(bar(0), Done)]]), 0);
    assert_eq!(wrong_after(&[&[(bar(1), Done)]]), 1, "it moderates a room only");
    let wrong = |listed: serde_json::Value| {
        let mut board = group();
        take(&mut board, &[(bar(0), Done)]);
        board.sanctions(None, &listed);
        board.findings.wrong_orders
    };
    assert_eq!(
        wrong(json!({"sanctions": [{"reason": "reason 4", "network": "198.51.0.0/24"}]})),
        0
    );
    assert_eq!(wrong(json!({"sanctions": []})), 1, "it is lost");
}

#[test]
fn a_name_is_freed_once_and_a_session_is_ended_by_its_user_or_an_owner() {
    let invite = (Order::Invite { by: 0, role: Role::Member, uses: 1, label: 5 }, Done);
    let admit = (Order::Admit { newcomer: 1, label: 5, id: 9 }, Done);
    let free = |outcome| (Order::Free { by: 0, newcomer: 1 }, outcome);
    let begin = [&[invite][..], &[admit][..]];
    let wrong = |last: &[(Order, Outcome)]| {
        wrong_after(&[&begin[..], &[&[free(Refused)], &[free(Done)], last]].concat())
    };
    assert_eq!((wrong(&[free(Refused)]), wrong(&[free(Done)])), (0, 1), "it was not free yet");
    let end = |by, user, outcome| wrong_after(&[&[(Order::End { by, user, id: 3 }, outcome)]]);
    assert_eq!([end(0, 2, Done), end(2, 2, Done), end(0, 2, Refused)], [0; 3]);
    assert_eq!(end(1, 2, Done), 1);
}

#[test]
fn nothing_is_compared_with_the_states_before_a_restore() {
    let welcome = |epoch: &str| json!({"id": 1, "journal": {"epoch": epoch}});
    let none = json!({"sanctions": []});
    let mut board = group();
    board.welcome(0, &welcome("one"));
    take(&mut board, &[(Order::Bar { by: 0, whom: BanTarget::Network, label: 1 }, Done)]);
    board.welcome(0, &welcome("two"));
    board.sanctions(None, &none);
    board.records(&[], 0, false);
    assert!(board.findings.is_clean(), "{:?}", board.findings);
    board.records(&[json!({"what": "a record that the backup has not"})], 0, true);
    assert_eq!(board.findings.wrong_audit, 1, "it is compared with those of the backup");
}
