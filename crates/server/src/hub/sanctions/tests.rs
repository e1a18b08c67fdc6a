use chat_proto::Reason;

use super::*;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const EVA: UserId = UserId::new(7);

fn ban(id: u64, network: Option<&str>, until_ms: Option<i64>) -> SanctionRecord {
    SanctionRecord {
        id,
        kind: MuteOrBan::Ban,
        room: None,
        user: None,
        network: network.map(|written| written.parse().unwrap()),
        invite: None,
        by: UserId::new(1),
        reason: Reason::default(),
        at: Timestamp::from_millis(0),
        until: until_ms.map(Timestamp::from_millis),
    }
}

fn from(address: &str) -> SanctionSubject {
    SanctionSubject { network: Some(address.parse().unwrap()), ..SanctionSubject::default() }
}

fn is_banned(sanctions: &Sanctions, subject: SanctionSubject, now_ms: i64) -> bool {
    let now = Timestamp::from_millis(now_ms);
    sanctions.of(subject).any(|record| record.applied(MuteOrBan::Ban, None, subject, now).is_some())
}

#[test]
fn a_ban_of_a_network_is_about_its_addresses_of_any_width_until_it_ends() {
    let records = [
        ban(1, Some("203.0.113.0/24"), None),
        ban(2, Some("198.51.100.7"), Some(10)),
        ban(3, Some("2001:db8::/32"), None),
    ];
    let mut sanctions = Sanctions::restore(records.to_vec());
    for (address, hit) in [
        ("203.0.113.9", true),
        ("203.0.114.9", false),
        ("198.51.100.7", true),
        ("198.51.100.8", false),
        ("2001:db8:1::", true),
        ("2001:db9::", false),
    ] {
        assert_eq!(is_banned(&sanctions, from(address), 9), hit, "{address}");
    }
    assert!(!is_banned(&sanctions, from("198.51.100.7"), 10), "it has ended");
    for id in 1..=3 {
        sanctions.remove(id).unwrap();
    }
    assert!(!is_banned(&sanctions, from("203.0.113.9"), 9));
    assert!(sanctions.widths.is_empty() && sanctions.networks.is_empty());
}

#[test]
fn the_ban_of_a_user_bans_its_network_for_a_day() {
    let record = SanctionRecord { user: Some(EVA), ..ban(1, Some("203.0.113.9"), None) };
    let short = SanctionRecord { user: Some(EVA), ..ban(2, Some("198.51.100.7"), Some(10)) };
    let sanctions = Sanctions::restore(vec![record, short]);
    assert!(is_banned(&sanctions, from("203.0.113.9"), DAY_MS - 1));
    assert!(!is_banned(&sanctions, from("203.0.113.9"), DAY_MS));
    assert!(!is_banned(&sanctions, from("198.51.100.7"), 10));
    let eva = SanctionSubject { user: Some(EVA), ..SanctionSubject::default() };
    assert!(is_banned(&sanctions, eva, 10 * DAY_MS));
    let other = SanctionSubject { user: Some(UserId::new(8)), ..SanctionSubject::default() };
    assert!(!is_banned(&sanctions, other, 0));
}

#[test]
fn a_sanction_of_an_invite_is_about_all_who_came_by_it() {
    let record = SanctionRecord { invite: Some(4), ..ban(1, None, None) };
    let sanctions = Sanctions::restore(vec![record]);
    let by = |invite| SanctionSubject { user: Some(EVA), invite, ..SanctionSubject::default() };
    assert!(is_banned(&sanctions, by(Some(4)), 0));
    assert!(!is_banned(&sanctions, by(Some(5)), 0) && !is_banned(&sanctions, by(None), 0));
}

#[test]
fn an_ipv6_address_of_an_earlier_version_is_banned_with_its_host() {
    let sanctions = Sanctions::restore(vec![ban(1, Some("2001:db8::7/128"), None)]);
    assert!(is_banned(&sanctions, from("2001:db8::"), 0));
}

#[test]
fn a_mute_of_a_network_is_about_newcomers_with_an_account_and_a_ban_is_not() {
    let newcomer = SanctionSubject { is_stored: true, ..from("203.0.113.9") };
    let now = Timestamp::from_millis(0);
    let ban = ban(1, Some("203.0.113.0/24"), None);
    let mute = SanctionRecord { kind: MuteOrBan::Mute, ..ban.clone() };
    assert!(mute.applied(MuteOrBan::Mute, None, newcomer, now).is_some());
    assert!(ban.applied(MuteOrBan::Ban, None, newcomer, now).is_none());
}

#[test]
fn others_of_the_network_of_a_banned_user_learn_their_own_end_and_no_reason() {
    let ban = SanctionRecord { user: Some(EVA), ..ban(1, Some("203.0.113.9"), None) };
    let other = ban.applied_to(from("203.0.113.9")).unwrap();
    let day = Timestamp::from_millis(DAY_MS);
    assert_eq!((other.until, other.is_of_other), (Some(day), true));
    let eva = ban.applied_to(SanctionSubject { user: Some(EVA), ..from("203.0.113.9") });
    assert_eq!(eva.map(|eva| (eva.until, eva.is_of_other)), Some((None, false)));
}

#[test]
fn a_mute_of_a_guest_is_about_its_network_until_the_end_of_the_mute() {
    let ban = SanctionRecord { user: Some(EVA), ..ban(1, Some("203.0.113.9"), None) };
    let mute = SanctionRecord { kind: MuteOrBan::Mute, ..ban };
    assert_eq!(mute.applied_to(from("203.0.113.9")).map(|applied| applied.until), Some(None));
}

#[test]
fn the_sanctions_in_rooms_are_counted_for_each_author() {
    let in_room = |id| SanctionRecord { room: Some(RoomId::LOBBY), ..ban(id, None, None) };
    let of_bob = SanctionRecord { by: UserId::new(2), ..in_room(3) };
    let records = vec![in_room(1), in_room(2), of_bob, ban(4, None, None)];
    let mut sanctions = Sanctions::restore(records);
    let counts = |sanctions: &Sanctions| {
        [Some(UserId::new(1)), Some(UserId::new(2)), None].map(|by| sanctions.in_rooms(by))
    };
    assert_eq!(counts(&sanctions), [2, 1, 3]);
    (1..=4).for_each(|id| drop(sanctions.remove(id)));
    assert_eq!(counts(&sanctions), [0, 0, 0]);
    assert!(sanctions.in_rooms.is_empty());
}
