use chat_proto::{Event, RoomName};

use super::*;

fn news(rings: &Arc<Rings>) -> Batch {
    Batch::update(Event::Presence { room: RoomName::lobby(), count: 1 }, rings)
}

#[test]
fn batches_that_are_gone_take_no_memory_behind_one_that_is_not() {
    let rings = Arc::new(Rings::default());
    let quiet = Ring::new();
    let _stalled = quiet.subscribe();
    assert!(quiet.send(news(&rings), &rings));
    let busy = Ring::new();
    let mut reader = busy.subscribe();
    for _ in 0..10 * QUEUE_SLACK {
        assert!(busy.send(news(&rings), &rings));
        reader.try_recv().unwrap();
    }
    assert!(rings.queue().slots.len() <= 2 * QUEUE_SLACK);
}

#[test]
fn a_ring_without_readers_holds_nothing() {
    let rings = Arc::new(Rings::default());
    assert!(!Ring::new().send(news(&rings), &rings));
    assert_eq!(rings.bytes(), 0);
}
