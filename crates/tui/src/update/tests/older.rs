//! Older messages: asked for as one scrolls up, and taken where they were asked for.

use super::*;

/// The last fifty messages of five hundred, read back to their begin: older ones are asked for.
fn at_the_oldest() -> Bench {
    let mut bench = Bench::new(80, 20);
    bench.seq = 500;
    bench.connects(1);
    for seq in 451..=500 {
        bench.says_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_eq!(sent(&bench.control_home()), [asks(451)]);
    bench
}

fn asks(before: u64) -> Command {
    Command::History { room: RoomName::lobby(), before: Some(before), limit: Some(100) }
}

/// Tells that page of the lobby.
fn tells(bench: &mut Bench, seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let at = bench.at;
    let messages = seqs.map(|seq| message_in("#lobby", seq, user(3, "ana"), "older", at)).collect();
    bench.hears(Event::History { room: RoomName::lobby(), messages, more: true })
}

#[test]
fn what_the_server_cannot_read_is_not_waited_for() {
    let mut bench = at_the_oldest();
    assert_shows(&bench, "loading…");
    let code = RefusalCode::NotReadable;
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(code, "older messages cannot be read: the disk is broken")
    };
    assert!(sent(&bench.hears(Event::Refused(refusal))).is_empty());
    assert!(!bench.screen().contains("loading…"), "{}", bench.screen());
    assert_shows(&bench, "cannot be read now");
    assert!(sent(&bench.takes(Input::Wheel(Wheel::Up))).is_empty(), "not with each frame");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "refused: older messages cannot be read");
    assert_eq!(sent(&bench.control_home()), [asks(451)]);
}

#[test]
fn pages_that_nobody_asked_for_are_not_taken() {
    let mut bench = at_the_oldest();
    tells(&mut bench, 351..=450);
    bench.presses(KeyCode::End);
    tells(&mut bench, 251..=350);
    assert_eq!(bench.state.room().log.oldest(), Some(351));
}
