use super::*;

const LOBBY: u32 = 0;

fn label(client: u32, n: u64, to: Option<u32>) -> Label {
    Label { client, n, to }
}

fn position(room: u32, seq: u64) -> Position {
    Position { room, seq }
}

/// Returns the journal and the records of three users with one client each, who have read all their messages:
/// one in the lobby, one direct message.
fn without_faults() -> (Journal, [Record; 3]) {
    let mut journal = Journal::default();
    let (public, private) = (label(0, 1, None), label(0, 2, Some(1)));
    journal.put(position(LOBBY, 1), public);
    journal.put(position(direct(0, 1), 1), private);
    let mut records = [0, 1, 2].map(|number| Record::new(number, number));
    for record in &mut records {
        record.add_read(position(LOBBY, 1), public);
    }
    records[1].add_read(position(direct(0, 1), 1), private);
    records[0].add_accepted(public, LOBBY, Some(1));
    (journal, records)
}

fn findings_after(change: impl FnOnce(&mut Journal, &mut [Record; 3])) -> Findings {
    let (mut journal, mut records) = without_faults();
    change(&mut journal, &mut records);
    Findings::of(&journal, &records, 0)
}

#[test]
fn each_fault_is_found() {
    assert!(findings_after(|_, _| {}).is_clean());
    let missing =
        findings_after(|_, records| records[0].add_accepted(label(0, 9, None), LOBBY, None));
    assert_eq!(missing.missing, 1);
    let moved =
        findings_after(|_, records| records[0].add_accepted(label(0, 1, None), LOBBY, Some(2)));
    assert_eq!(moved.missing, 1);
    let doubled = findings_after(|journal, _| journal.put(position(LOBBY, 2), label(0, 1, None)));
    assert_eq!(doubled.doubled, 1);
    let gap = findings_after(|journal, _| journal.put(position(LOBBY, 3), label(0, 3, None)));
    assert_eq!(gap.gaps, 1);
    let not_stored =
        findings_after(|_, records| records[2].add_read(position(LOBBY, 2), label(1, 1, None)));
    assert_eq!(not_stored.not_stored, 1);
    let unread = findings_after(|_, records| records[1] = Record::new(1, 1));
    assert_eq!(unread.unread, 1, "the direct message; an empty record has no rooms");
    let barred = findings_after(|_, records| records[0].set_barred());
    assert_eq!((barred.hooks.wrong, barred.is_clean()), (2, false));
}

#[test]
fn messages_to_the_wrong_user_are_found() {
    let private = label(0, 2, Some(1));
    let read = findings_after(|_, records| records[2].add_read(position(direct(0, 1), 1), private));
    assert_eq!(read.misdirected, 1);
    for (room, label) in [
        (direct(0, 2), label(0, 3, Some(1))),
        (LOBBY, label(0, 3, Some(1))),
        (direct(0, 1), label(0, 3, None)),
    ] {
        let stored = findings_after(|journal, _| journal.put(position(room, 2), label));
        assert_eq!(stored.misdirected, 1, "{room}");
    }
}

#[test]
fn a_user_has_read_a_message_if_one_of_the_clients_has() {
    let unread = |reader: usize| {
        let (mut journal, records) = without_faults();
        let mut records = Vec::from(records);
        records.push(Record::new(3, 1));
        let message = label(0, 3, None);
        journal.put(position(LOBBY, 2), message);
        records[2].add_read(position(LOBBY, 2), message);
        records[reader].add_read(position(LOBBY, 2), message);
        Findings::of(&journal, &records, 0).unread
    };
    assert_eq!((unread(1), unread(3)), (0, 0));
    assert_eq!(unread(0), 1, "only its author's client has read it");
}

#[test]
fn faults_in_what_a_classic_client_reads_are_found() {
    let read = |read: &[Label]| {
        findings_after(|_, records| {
            read.iter().for_each(|label| records[2].add_classic_read(*label));
        })
    };
    let public = label(0, 1, None);
    assert!(read(&[public]).is_clean());
    assert_eq!(read(&[public, public]).doubled, 1);
    assert_eq!(read(&[label(7, 7, None)]).not_stored, 1);
    assert_eq!(read(&[label(0, 2, Some(1))]).misdirected, 1);
}

/// A message that a restore undid and that was sent again has a later position.
#[test]
fn messages_that_a_classic_client_read_before_a_restore_may_have_moved() {
    let (first, second) = (label(0, 1, None), label(1, 1, None));
    let read = |is_before: bool| {
        findings_after(|journal, records| {
            journal.put(position(LOBBY, 2), second);
            journal.set_restored([(LOBBY, 0)].into());
            for record in records.iter_mut() {
                record.add_read(position(LOBBY, 2), second);
            }
            records[2].add_classic_read(second);
            records[2].add_classic_read(first);
            if is_before {
                records[2].set_restored();
            }
        })
    };
    assert_eq!((read(true).out_of_order, read(false).out_of_order), (0, 1));
}

/// A `message` as a client reads it.
fn message(fields: &serde_json::Value) -> serde_json::Value {
    let mut message = serde_json::json!({"kind": "text", "text": "reacts"});
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

#[test]
fn an_event_that_is_another_one_than_the_stored_one_is_found() {
    let reaction = |on: bool| {
        let fields = serde_json::json!({"kind": "reaction", "target": 1, "emoji": "👍", "on": on});
        Read::of(&message(&fields))
    };
    let not_stored = |read: Read| {
        let found = findings_after(|journal, records| {
            let Read::Event(event) = reaction(true) else { panic!("it is an event") };
            journal.put_event(position(LOBBY, 2), label(0, 3, None), event);
            for record in records.iter_mut().skip(1) {
                record.add_message(position(LOBBY, 2), read.clone());
            }
        });
        found.not_stored
    };
    assert_eq!((not_stored(reaction(true)), not_stored(reaction(false))), (0, 2));
    let deleted = || Read::of(&message(&serde_json::json!({"text": "gone", "deleted": true})));
    assert_eq!(not_stored(deleted()), 0, "a client of an earlier version cannot tell");
    let own = Read::of(&message(&serde_json::json!({"device": "torture-0", "n": 3})));
    assert_eq!((own.clone(), not_stored(own)), (Read::Label(label(0, 3, None)), 0));
    let unlabelled = findings_after(|_, records| {
        records[2].add_message(position(LOBBY, 1), deleted());
    });
    assert_eq!((unlabelled.not_stored, unlabelled.doubled), (1, 1), "that message has a text");
}

/// Number 8 of client 0 is stored after number 9.
#[test]
fn a_message_is_late_if_it_may_have_been_refused_and_otherwise_out_of_order() {
    let late = |put: &dyn Fn(&mut Journal)| {
        let found = findings_after(|journal, records| {
            journal.put(position(LOBBY, 2), label(0, 9, None));
            put(journal);
            for record in records.iter_mut().skip(1) {
                record.add_read(position(LOBBY, 2), label(0, 9, None));
                record.add_read(position(LOBBY, 3), label(0, 8, None));
            }
        });
        (found.out_of_order, found.late)
    };
    let reply = |journal: &mut Journal, to| {
        journal.set_restored([(LOBBY, 1)].into());
        journal.put_reply(position(LOBBY, 3), label(0, 8, None), to);
    };
    let event = |journal: &mut Journal, kind| {
        let fields = serde_json::json!({"kind": kind, "target": 1, "on": true});
        let Read::Event(event) = Read::of(&message(&fields)) else { panic!("it is an event") };
        journal.put_event(position(LOBBY, 3), label(0, 8, None), event);
    };
    assert_eq!(late(&|journal| journal.put(position(LOBBY, 3), label(0, 8, None))), (1, 0));
    assert_eq!(late(&|journal| reply(journal, 1)), (1, 0), "it was there all the time");
    assert_eq!(late(&|journal| reply(journal, 2)), (0, 1));
    assert_eq!(late(&|journal| event(journal, "edit")), (1, 0));
    assert_eq!(late(&|journal| event(journal, "pin")), (0, 1), "the room had too many pins");
    assert_eq!(late(&|journal| event(journal, "reaction")), (0, 1), "it changed nothing then");
}

#[test]
fn a_state_that_differs_from_what_is_stored_is_found() {
    let state = |fields: serde_json::Value| State::of(&message(&fields)).unwrap();
    let pinned = || state(serde_json::json!({"pinned": true}));
    let wrong = |shown: State| {
        let found = findings_after(|journal, records| {
            journal.states.insert(position(LOBBY, 1), pinned());
            records[1].add_state(position(LOBBY, 1), shown);
        });
        found.wrong_state
    };
    assert_eq!((wrong(pinned()), wrong(state(serde_json::json!({})))), (0, 1));
}
