//! `/date`: the first message of a day, and the way back.

use super::window::Lobby;
use super::*;

const HOUR: i64 = 3_600_000;

/// A lobby with a message each hour: the last one of 3,000 is of Sunday, 22 November 2026 at two.
fn lobby() -> Lobby {
    let mut lobby = Lobby::open(1, 3_000, 3_000, 100);
    lobby.pause = HOUR;
    lobby.types("/clear\n");
    lobby.press(KeyCode::PageUp);
    lobby
}

#[test]
fn a_day_is_gone_to_and_left_again() {
    for back in [KeyCode::Esc, KeyCode::End] {
        let mut lobby = lobby();
        lobby.press(KeyCode::End);
        let before = lobby.harness.screen();
        lobby.types("/date 2026-09-01\n");
        // 82 days and 14 hours before the last one.
        lobby.shows("message 1018.");
        lobby.shows("Tuesday, 1 September 2026");
        lobby.shows("Esc back");
        let (first, last) = lobby.window();
        assert!(first < 1_018 && last < 1_500, "{first}-{last}");
        assert_eq!(lobby.read(), 3_000);
        lobby.press(back);
        assert_eq!(lobby.harness.screen(), before);
        lobby.window();
    }
}

#[test]
fn a_month_and_a_day_by_name_are_gone_to() {
    let mut lobby = lobby();
    lobby.types("/date 2026-10\n");
    lobby.shows("Thursday, 1 October 2026");
    lobby.types("/date yesterday\n");
    lobby.shows("Saturday, 21 November 2026");
    lobby.types("/date tod\t\n");
    lobby.shows("Sunday, 22 November 2026");
}

#[test]
fn a_wrong_day_and_a_day_without_messages_are_reported() {
    let mut lobby = lobby();
    lobby.types("/date lunch\n");
    lobby.shows("Not a day: lunch. Type 2026-05-01, 2026-05, 2026, today or");
    lobby.types("/date\n");
    lobby.shows("Usage: /date DAY, e.g. /date 2026-05-01");
    lobby.types("/date 2020\n");
    lobby.shows("The first message since 1 January 2020 is of 20 July 2026");
    lobby.shows("message 1.");
    lobby.types("/date 2027\n");
    lobby.shows("No message since 1 January 2027. This is the newest");
    lobby.shows("message 3000.");
    lobby.harness.lose();
    lobby.types("/date today\n");
    lobby.shows("You're offline. Try again once connected");
    let mut harness = Harness::connected(80, 20);
    let effects = harness.type_text("/date today\n");
    assert!(matches!(&sent(&effects)[..], [Command::History { at: Some(_), .. }]), "{effects:?}");
    harness.event(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    assert_shows(&harness, "#lobby has no messages");
}
