use super::*;

const LOBBY: u32 = 0;

fn words(client: u32, n: u64, to: Option<u32>) -> Words {
    Words { client, n, to }
}

fn place(room: u32, seq: u64) -> Place {
    Place { room, seq }
}

/// Three users with a client each, who have read what is for them of a message in the lobby and one in
/// private.
fn all_is_well() -> (Journal, [Record; 3]) {
    let mut journal = Journal::default();
    let (public, private) = (words(0, 1, None), words(0, 2, Some(1)));
    journal.put(place(LOBBY, 1), public);
    journal.put(place(direct(0, 1), 1), private);
    let mut records = [0, 1, 2].map(|number| Record::new(number, number));
    for record in &mut records {
        record.read(place(LOBBY, 1), public);
    }
    records[1].read(place(direct(0, 1), 1), private);
    records[0].accepted(public, LOBBY, Some(1));
    (journal, records)
}

fn found(change: impl FnOnce(&mut Journal, &mut [Record; 3])) -> Findings {
    let (mut journal, mut records) = all_is_well();
    change(&mut journal, &mut records);
    Findings::of(&journal, &records, 0)
}

#[test]
fn each_fault_is_found() {
    assert!(found(|_, _| {}).is_clean());
    let missing = found(|_, records| records[0].accepted(words(0, 9, None), LOBBY, None));
    assert_eq!(missing.missing, 1);
    let moved = found(|_, records| records[0].accepted(words(0, 1, None), LOBBY, Some(2)));
    assert_eq!(moved.missing, 1);
    let doubled = found(|journal, _| journal.put(place(LOBBY, 2), words(0, 1, None)));
    assert_eq!(doubled.doubled, 1);
    let gap = found(|journal, _| journal.put(place(LOBBY, 3), words(0, 3, None)));
    assert_eq!(gap.gaps, 1);
    let unfounded = found(|_, records| records[2].read(place(LOBBY, 2), words(1, 1, None)));
    assert_eq!(unfounded.unfounded, 1);
    let unread = found(|_, records| records[1] = Record::new(1, 1));
    assert_eq!(unread.unread, 1, "of the two, the one in private");
}

#[test]
fn what_reaches_the_wrong_person_is_found() {
    let private = words(0, 2, Some(1));
    let read = found(|_, records| records[2].read(place(direct(0, 1), 1), private));
    assert_eq!(read.misdirected, 1);
    for (room, words) in [
        (direct(0, 2), words(0, 3, Some(1))),
        (LOBBY, words(0, 3, Some(1))),
        (direct(0, 1), words(0, 3, None)),
    ] {
        let kept = found(|journal, _| journal.put(place(room, 2), words));
        assert_eq!(kept.misdirected, 1, "{room}");
    }
}

#[test]
fn a_user_with_two_clients_reads_in_one_of_them() {
    let unread = |reader: usize| {
        let (mut journal, records) = all_is_well();
        let mut records = Vec::from(records);
        records.push(Record::new(3, 1));
        let said = words(0, 3, None);
        journal.put(place(LOBBY, 2), said);
        records[2].read(place(LOBBY, 2), said);
        records[reader].read(place(LOBBY, 2), said);
        Findings::of(&journal, &records, 0).unread
    };
    assert_eq!((unread(1), unread(3)), (0, 0));
    assert_eq!(unread(0), 1, "its own client has read it, and neither of the other user's");
}

#[test]
fn a_classic_client_reads_the_lobby_in_order() {
    let heard = |heard: &[Words]| {
        found(|_, records| heard.iter().for_each(|words| records[2].heard(*words)))
    };
    let public = words(0, 1, None);
    assert!(heard(&[public]).is_clean());
    assert_eq!(heard(&[public, public]).doubled, 1);
    assert_eq!(heard(&[words(7, 7, None)]).unfounded, 1);
    assert_eq!(heard(&[words(0, 2, Some(1))]).misdirected, 1);
}

/// A message that was undone by a restore and sent again stands behind others by then.
#[test]
fn what_a_classic_client_read_before_a_restore_may_stand_elsewhere_now() {
    let (first, second) = (words(0, 1, None), words(1, 1, None));
    let read = |is_before: bool| {
        found(|journal, records| {
            journal.put(place(LOBBY, 2), second);
            journal.restored([(LOBBY, 0)].into());
            for record in records.iter_mut() {
                record.read(place(LOBBY, 2), second);
            }
            records[2].heard(second);
            records[2].heard(first);
            if is_before {
                records[2].restored();
            }
        })
    };
    assert_eq!((read(true).out_of_order, read(false).out_of_order), (0, 1));
}
