use futures_util::FutureExt;

use super::*;

const BOUNDS: Bounds =
    Bounds { sessions: 4, unidentified: 3, unidentified_per_network: 2, crowded: 1 };

fn address(address: &str) -> IpAddr {
    address.parse().unwrap()
}

/// A session of this kind.
fn session(networks: &Arc<Networks>, from: &str, kind: Kind) -> Option<Slot> {
    let slot = networks.connect(address(from), true);
    slot.identify(kind).is_ok().then_some(slot)
}

fn ended(slots: &[Slot]) -> Vec<usize> {
    (0..slots.len()).filter(|nth| slots[*nth].is_ended()).collect()
}

#[tokio::test]
async fn one_network_cannot_have_every_connection_that_has_not_identified_itself() {
    let networks = Networks::new(BOUNDS);
    let connect = |from| networks.connect(address(from), false);
    let mut slots = vec![connect("192.0.2.1"), connect("192.0.2.1")];
    slots.push(connect("192.0.2.1"));
    assert_eq!(ended(&slots), [0], "two are the share of a network");
    slots.push(connect("192.0.2.2"));
    slots.push(connect("192.0.2.3"));
    assert_eq!(
        ended(&slots),
        [0, 1],
        "three are all there may be, and the oldest of the largest goes"
    );
    assert_eq!(slots[0].identify(Kind::Known), Err(Busy), "its place is another's");
    slots[2].identify(Kind::Guest).unwrap();
    slots.push(connect("192.0.2.4"));
    assert_eq!(ended(&slots), [0, 1], "a session does not count");
    drop(slots);
    let all = networks.all();
    assert_eq!((all.unidentified, all.sessions), (0, 0));
}

#[tokio::test]
async fn a_connection_past_the_limit_takes_the_place_of_one_that_has_not_identified_itself() {
    let networks = Networks::new(BOUNDS);
    let slots = [false, false, true].map(|crowded| networks.connect(address("::1"), crowded));
    assert_eq!(ended(&slots), [0]);
    assert!(slots[0].ended().now_or_never().is_some());
    assert!(slots[1].ended().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_known_user_takes_the_place_of_the_guest_that_is_idle_for_longest() {
    let networks = Networks::new(BOUNDS);
    let guest = |_| session(&networks, "192.0.2.1", Kind::Guest).unwrap();
    let mut slots: Vec<_> = (0..3).map(guest).collect();
    slots.push(session(&networks, "192.0.2.9", Kind::Guest).unwrap());
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    slots[0].touch(Instant::now());
    slots.push(session(&networks, "192.0.2.9", Kind::Known).unwrap());
    assert_eq!(ended(&slots), [1]);
    let same_network = session(&networks, "192.0.2.1", Kind::Known);
    assert!(same_network.is_some() && ended(&slots) == [1, 2]);
    drop(slots);
    assert_eq!(networks.all().sessions, 1);
}

#[tokio::test]
async fn others_take_a_place_of_the_largest_network_and_not_of_their_own() {
    let networks = Networks::new(BOUNDS);
    let from = |from, kind| session(&networks, from, kind);
    let mut slots = Vec::new();
    for kind in [Kind::Known, Kind::Newcomer, Kind::Guest, Kind::Guest] {
        slots.push(from("192.0.2.1", kind).unwrap());
    }
    for kind in [Kind::Guest, Kind::Newcomer] {
        assert!(from("192.0.2.1", kind).is_none(), "its own network is the largest");
    }
    slots.push(from("192.0.2.2", Kind::Guest).unwrap());
    assert_eq!(ended(&slots), [2]);
    slots.push(from("192.0.2.3", Kind::Newcomer).unwrap());
    assert_eq!(ended(&slots), [2, 3]);
    assert!(from("192.0.2.2", Kind::Guest).is_none(), "no network is larger by two");
    assert!(from("192.0.2.4", Kind::Guest).is_none(), "a guest takes the place of no user");
    slots.push(from("192.0.2.4", Kind::Newcomer).unwrap());
    assert_eq!(ended(&slots), [1, 2, 3]);
}

#[tokio::test]
async fn an_ipv6_network_is_one_and_its_budget_outlives_its_connections() {
    let networks = Networks::new(BOUNDS);
    let rate = crate::limits::Limits::default().network;
    let network = |from: &str| std::ptr::from_ref(networks.connect(address(from), false).network());
    let first = networks.connect(address("2001:db8::1"), false);
    first.network().units.charge(rate, crate::limits::Cost::UNIT, Instant::now());
    let expected: *const Network = first.network();
    drop(first);
    assert_eq!(network("2001:db8::2"), expected);
    assert_ne!(network("2001:db8:0:1::1"), expected);
    assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
}
