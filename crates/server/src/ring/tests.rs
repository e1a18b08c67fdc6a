use super::*;

/// More than these tests use.
const BYTES_MAX: usize = 1024 * 1024;

/// An item of a ring, with its bytes.
#[derive(Debug)]
struct Item(#[expect(dead_code, reason = "counts until it is dropped")] Charge<Self>);

fn rings() -> Arc<Rings<Item>> {
    Arc::new(Rings::new(BYTES_MAX, "full"))
}

fn item(rings: &Arc<Rings<Item>>) -> Item {
    Item(rings.charge(100))
}

#[test]
fn dropped_batches_take_no_memory_while_an_older_one_exists() {
    let rings = rings();
    let quiet = Ring::new(8);
    let _stalled = quiet.subscribe();
    assert_eq!(quiet.send(item(&rings), &rings), 1);
    let busy = Ring::new(8);
    let mut reader = busy.subscribe();
    for _ in 0..10 * QUEUE_SLACK {
        assert_eq!(busy.send(item(&rings), &rings), 1);
        reader.try_recv().unwrap();
    }
    assert!(rings.queue().slots.len() <= 2 * QUEUE_SLACK);
}

#[test]
fn a_ring_without_readers_holds_nothing() {
    let rings = rings();
    assert_eq!(Ring::new(8).send(item(&rings), &rings), 0);
    assert_eq!(rings.bytes(), 0);
}
