//! Hooks: they are made, shown this once, listed and ended.

use chat_proto::event::HookInfo;
use chat_proto::{Secret, ShortString, Timestamp};

use super::*;

const URL: &str = "https://192.0.2.7:12345/hook/hK7tXYHLyRmrTrKnNb8RIS";

const KEY: &str = "JuX8vZ0mGq3cYgHqj1tqk7-x3l0nDd5Q9rZ2wqkV_0M";

fn info(id: u64) -> HookInfo {
    HookInfo {
        id,
        room: room("#ops"),
        bot: user(9, "nightly"),
        by: Some(user(3, "ana")),
        made_at: Timestamp::from_millis(1_795_958_520_000),
    }
}

#[test]
fn a_hook_is_made_for_the_room_that_is_open() {
    let mut harness = Harness::connected(80, 24);
    let hook = Command::Hook { room: room("#lobby"), name: name("nightly builds") };
    assert_eq!(sent(&harness.type_text("/hook nightly builds\n")), [hook]);
    for (typed, why) in [("/hook", "Usage: /hook NAME"), ("/hook a|b", "Not a name: ")] {
        let mut harness = Harness::connected(80, 24);
        assert!(sent(&harness.type_text(&format!("{typed}\n"))).is_empty());
        assert_shows(&harness, why);
    }
}

#[test]
fn the_address_of_a_hook_is_shown_until_esc_and_copied() {
    let mut harness = Harness::connected(80, 24);
    let key = ShortString::new(KEY).ok();
    harness.event(Event::Hook { url: Secret::new(URL), hook: info(5), key });
    assert_shows(&harness, URL);
    assert_shows(&harness, "what is posted there, as nightly in #ops");
    assert_shows(&harness, "-k --pinnedpubkey sha256//");
    assert_shows(&harness, &KEY.replace('_', "/").replace('-', "+"));
    assert_shows(&harness, "/revoke-hook 5. /hooks lists all");
    assert_eq!(harness.type_text("y"), [Effect::Copy(URL.to_owned())]);
    harness.press(KeyCode::Esc);
    assert!(harness.state.page.is_none() && !harness.screen().contains("/hook/h"));
}

#[test]
fn a_hook_is_ended_from_the_list_after_a_question() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(sent(&harness.type_text("/hooks\n")), [Command::Hooks { before: None }]);
    assert_shows(&harness, "Loading…");
    harness.event(Event::Hooks { hooks: vec![info(5)], more: true });
    harness.event(Event::Hooks { hooks: vec![info(4)], more: false });
    assert_shows(&harness, "5  nightly in #ops · made 2026-11-29 13:22 · by ana");
    assert_shows(&harness, "4  nightly in #ops");
    harness.type_text("\n");
    assert_shows(&harness, "End hook 5? What was posted stays, and nothing more is posted");
    assert_eq!(sent(&harness.type_text("y")), [Command::RevokeHook { id: 5 }]);
    harness.event(Event::Hooks { hooks: vec![info(4)], more: false });
    assert_shows(&harness, "Hook 5 has ended");
}
