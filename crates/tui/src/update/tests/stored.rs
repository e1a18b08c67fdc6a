//! Nothing is sent before it is stored, and the screen says what is.

use chat_client::store::StoreOp;
use chat_proto::Secret;

use super::*;

/// A client in a session, whose disk does not answer.
fn with_slow_disk() -> Bench {
    let mut bench = Bench::connected(80, 20);
    bench.disk = None;
    bench
}

#[test]
fn a_message_is_sent_and_marked_once_it_is_stored() {
    let mut bench = with_slow_disk();
    let effects = bench.types("hi\n");
    assert!(matches!(kept(&effects)[..], [StoreOp::Message(_)]), "{effects:?}");
    assert!(says(&effects).is_empty(), "not before it is stored");
    assert_shows(&bench, "14:02   bob: hi");
    assert_eq!(says(&bench.stores()), [(1, "hi")]);
    assert_shows(&bench, "14:02 … bob: hi");
    bench.accepts(1);
    assert_shows(&bench, "14:02 › bob: hi");
}

#[test]
fn messages_are_sent_in_order_however_the_disk_answers() {
    let mut bench = with_slow_disk();
    let said =
        |effects: Vec<Effect>| says(&effects).into_iter().map(|(n, _)| n).collect::<Vec<u64>>();
    for text in ["one", "two", "three"] {
        bench.types(&format!("{text}\n"));
    }
    assert_eq!(said(bench.stores()), [1]);
    bench.loses();
    assert!(said(bench.stores()).is_empty(), "there is no session");
    assert!(said(bench.connects(2)).is_empty(), "name and token are not stored yet");
    for _third_name_and_token in 0..3 {
        assert_eq!(bench.state.client.outbox().waiting(), 3);
        let sent = said(bench.stores());
        assert!(sent.is_empty() || sent == [1, 2, 3], "{sent:?}");
    }
    assert_eq!(bench.state.client.outbox().waiting(), 0);
}

#[test]
fn what_waits_is_sent_only_once_the_token_is_stored() {
    let mut bench = Bench::new(80, 20);
    bench.types("early\n");
    bench.disk = None;
    let welcome = Welcome { token: Some(Secret::new("made by the server")), ..welcome(7, "bob") };
    let effects = bench.connects_to(1, welcome);
    assert!(matches!(kept(&effects)[..], [StoreOp::Name(_), StoreOp::Token(_)]), "{effects:?}");
    assert!(says(&effects).is_empty(), "a client that is killed now would be another user");
    assert!(says(&bench.stores()).is_empty());
    assert_eq!(says(&bench.stores()), [(1, "early")]);
}

#[test]
fn a_message_is_not_sent_under_a_new_number_before_that_is_stored() {
    let mut bench = Bench::connected(80, 20);
    bench.types("hi\n");
    bench.disk = None;
    let refusal =
        Refusal { n: Some(1), ..Refusal::new(RefusalCode::NumberUsed, "that number is used") };
    let effects = bench.hears(Event::Refused(refusal));
    assert!(matches!(kept(&effects)[..], [StoreOp::Pending(_)]), "{effects:?}");
    assert!(says(&effects).is_empty());
    assert_eq!(says(&bench.stores()), [(2, "hi")]);
}
