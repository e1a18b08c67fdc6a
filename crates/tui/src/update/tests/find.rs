//! Searches: the query, the way to a result, and the way back.

use chat_client::update::SEARCH_PAUSE;
use chat_proto::Features;
use chat_proto::command::SearchOrder;
use chat_proto::event::Hit;

use super::window::{Lobby, hit};
use super::*;

fn found(query: &str, hits: Vec<Hit>) -> Event {
    Event::Found {
        query: query.into(),
        order: SearchOrder::Newest,
        hits,
        next: None,
        indexed: None,
    }
}

/// The queries that the server is asked.
fn asked(effects: &[Effect]) -> Vec<String> {
    let asked = sent(effects).into_iter().filter_map(|command| match command {
        Command::Search { query, .. } => Some(query),
        _ => None,
    });
    asked.collect()
}

/// The user pauses.
fn pause(harness: &mut Harness) -> Vec<Effect> {
    let millis = i64::try_from(SEARCH_PAUSE.as_millis()).unwrap();
    harness.at = Timestamp::from_millis(harness.at.as_millis() + millis);
    harness.input(Input::Client(ClientInput::Tick))
}

/// A client in the lobby and in #rust, with messages in both, on the lobby.
fn in_two_rooms() -> Harness {
    let mut harness = Harness::connected(100, 20);
    for number in 0..40 {
        harness.message(3, "ana", &format!("lobby {number}"));
    }
    harness.join_rust();
    for seq in 1..=60 {
        harness.message_in("#rust", seq, user(5, "carl"), &format!("rust {seq}"));
    }
    harness.alt(KeyCode::Char('1'));
    harness
}

fn hit_in(room: &str, seq: u64, text: &str) -> Hit {
    hit(message_in(room, seq, user(5, "carl"), text, Timestamp::from_millis(0)))
}

#[test]
fn results_come_while_one_types_and_enter_waits_for_them() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("a draft");
    harness.control('f');
    assert_shows(&harness, "What you can search for");
    assert_eq!(asked(&harness.type_text("mig")), [""; 0]);
    assert_shows(&harness, "Searching…");
    assert_eq!(asked(&pause(&mut harness)), ["mig"]);
    assert_eq!(asked(&harness.type_text("r\n")), [""; 0], "one question at a time");
    harness.event(found("mig", vec![hit_in("#lobby", 1, "an old answer")]));
    assert_shows(&harness, "Searching…");
    harness.event(found("migr", vec![hit_in("#lobby", 1, "the migration")]));
    assert_shows(&harness, "1 of 1");
    assert_shows(&harness, "carl  the migration");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "#lobby › a draft");
    assert!(harness.state.client.search().is_empty(), "what was found is forgotten");
}

#[test]
fn esc_comes_back_to_the_results_and_then_to_the_same_place_in_the_room_of_before() {
    let mut harness = in_two_rooms();
    for _ in 0..5 {
        harness.wheel(Wheel::Up);
    }
    let before = harness.screen();
    assert!(!before.contains("lobby 39"), "{before}");
    assert_eq!(asked(&harness.type_text("/search rust\n")), ["rust"]);
    let hits = vec![hit_in("#rust", 50, "rust 50"), hit_in("#rust", 20, "rust 20")];
    harness.event(found("rust", hits));
    let results = harness.screen();
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "▶ rust 20");
    assert_shows(&harness, "#rust ›");
    assert_shows(&harness, "Esc back to the results");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "2 of 2");
    harness.press(KeyCode::Up);
    assert_eq!(without_hints(&harness.screen()), without_hints(&results));
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "▶ rust 50");
    harness.press(KeyCode::Esc);
    harness.press(KeyCode::Esc);
    assert_eq!(without_list(&harness.screen()), without_list(&before), "the same viewport");
}

#[test]
fn the_way_back_leads_to_a_room_that_is_still_cleared() {
    let mut harness = in_two_rooms();
    harness.type_text("/clear\n/search rust\n");
    harness.event(found("rust", vec![hit_in("#rust", 50, "rust 50")]));
    for key in [KeyCode::Enter, KeyCode::Esc, KeyCode::Esc] {
        harness.press(key);
    }
    assert_shows(&harness, "#lobby ›");
    assert_shows(&harness, "Cleared");
}

/// A screen without the line of hints and the room list, in which the unread counts are.
fn without_hints(screen: &str) -> Vec<String> {
    let rows: Vec<&str> = screen.lines().collect();
    let rows = rows[..rows.len() - 2].iter().map(|row| row.chars().skip(21).collect());
    rows.collect()
}

fn without_list(screen: &str) -> Vec<String> {
    screen.lines().map(|row| row.chars().skip(21).collect()).collect()
}

#[test]
fn a_result_that_is_not_loaded_is_loaded_and_esc_loads_the_place_of_before_again() {
    let mut lobby = Lobby::open(1, 3_000, 3_000, 100);
    for _ in 0..4 {
        lobby.press(KeyCode::PageUp);
    }
    let before = lobby.harness.screen();
    lobby.types("/search 123.\n");
    lobby.shows("1 of 3");
    lobby.press(KeyCode::End);
    for key in [KeyCode::Down, KeyCode::Down, KeyCode::Enter] {
        lobby.press(key);
    }
    lobby.shows("▶ message 123.");
    lobby.shows("  message 122.");
    assert!(lobby.window().1 < 500, "{:?}", lobby.window());
    assert_eq!(lobby.read(), 3_000);
    lobby.press(KeyCode::Esc);
    lobby.shows("3 of 3");
    let pages = lobby.pages;
    lobby.press(KeyCode::Esc);
    assert_eq!(lobby.harness.screen(), before);
    assert!(lobby.pages <= pages + 3, "{} pages", lobby.pages - pages);
    lobby.window();
    lobby.press(KeyCode::Esc);
    lobby.shows("message 3000.");
}

#[test]
fn what_the_page_hides_is_not_read() {
    let mut harness = Harness::connected(100, 20);
    harness.control('f');
    harness.message(3, "ana", "behind the page");
    assert_eq!(harness.state.client.room().unread(), 1);
    harness.press(KeyCode::Esc);
    assert_eq!(harness.state.client.room().unread(), 0);
}

#[test]
fn filters_are_completed_and_days_are_those_of_the_user() {
    let mut harness = in_two_rooms();
    harness.state.zone = TimeZone::fixed(jiff::tz::offset(2));
    harness.control('f');
    harness.type_text("fr\t");
    assert_shows(&harness, "Find › from:");
    harness.type_text("an");
    assert_shows(&harness, "from:ana");
    harness.type_text("\t");
    harness.type_text("in:#ru\t");
    harness.type_text("after:2026-11-20 ");
    assert_shows(&harness, "Find › from:ana in:#rust after:2026-11-20");
    assert_eq!(asked(&pause(&mut harness)), ["from:ana in:#rust after:2026-11-19T22:00:00.000Z "]);
    harness.control('u');
    harness.type_text("has:\t");
    assert_shows(&harness, "Find › has:link");
    assert_shows(&harness, "has:code");
}

#[test]
fn the_order_changes_with_one_key() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/search mig\n");
    harness.event(found("mig", Vec::new()));
    assert_shows(&harness, "newest first");
    let effects = harness.control('o');
    assert!(
        matches!(&sent(&effects)[..], [Command::Search { order: SearchOrder::Best, .. }]),
        "{effects:?}"
    );
    assert_shows(&harness, "best first");
}

#[test]
fn the_page_says_why_it_has_no_results() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/search mig\n");
    harness.event(found("mig", Vec::new()));
    assert_shows(&harness, "No message has all of this. Fewer words find more");
    harness.press(KeyCode::Enter);
    harness.event(Event::Found {
        query: "mig".into(),
        order: SearchOrder::Newest,
        hits: Vec::new(),
        next: None,
        indexed: Some(40),
    });
    assert_shows(&harness, "Nothing found yet: the server has indexed 40 % of the messages");
    assert_eq!(asked(&harness.press(KeyCode::Enter)), ["mig"], "Enter searches again");
    let refusal =
        Refusal::new(RefusalCode::SearchTooBroad, "this search takes too long; add a word");
    harness.event(Event::Refused(refusal));
    assert_shows(&harness, "Not found: this search takes too long; add a word");
    harness.input(Input::Paste("x".repeat(600)));
    assert_shows(&harness, "A search has at most 512 bytes, this one has 603");
    harness.control('u');
    harness.lose();
    harness.type_text("mig");
    assert_shows(&harness, "You're offline. The search begins once connected");
    let features = Features::all().without(chat_proto::features::SEARCH);
    harness.connect_to(2, Welcome { features, ..welcome(7, "bob") });
    assert_shows(&harness, "This server has no search");
}

#[test]
fn the_mouse_chooses_a_result() {
    let mut harness = in_two_rooms();
    harness.type_text("/search rust\n");
    harness.event(found(
        "rust",
        (1..=50).map(|n| hit_in("#rust", n, &format!("rust {n}."))).collect(),
    ));
    for _ in 0..3 {
        harness.wheel(Wheel::Down);
    }
    assert_shows(&harness, "10 of 50");
    harness.click("rust 14.");
    assert_shows(&harness, "▶ rust 14");
}

#[test]
fn a_user_who_goes_on_elsewhere_does_not_come_back() {
    let jumped = || {
        let mut harness = in_two_rooms();
        harness.type_text("/search rust\n");
        harness.event(found("rust", vec![hit_in("#rust", 30, "rust 30")]));
        harness.press(KeyCode::Enter);
        assert_shows(&harness, "▶ rust 30");
        harness
    };
    let mut harness = jumped();
    harness.press(KeyCode::End);
    harness.press(KeyCode::Esc);
    harness.press(KeyCode::End);
    assert!(harness.state.find.is_none() && harness.state.origin.is_none());
    assert_shows(&harness, "rust 60");
    let mut harness = jumped();
    harness.alt(KeyCode::Char('1'));
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "lobby 39");
    let mut harness = jumped();
    harness.type_text("r");
    harness.type_text("an answer\n");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "an answer");
    let mut harness = jumped();
    harness.type_text("/mentions\n");
    harness.press(KeyCode::Esc);
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "1 of 1");
    harness.control('k');
    harness.type_text("lobby\n");
    assert!(harness.state.find.is_none(), "another room is on the screen");
}

#[test]
fn a_room_that_was_left_says_so_and_the_results_stay() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/search rust\n");
    harness.event(found("rust", vec![hit_in("#gone", 30, "rust 30")]));
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "You're not in #gone any more");
    assert_shows(&harness, "1 of 1");
}

#[test]
fn with_text_behind_the_cursor_the_key_goes_right() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("ab");
    harness.press(KeyCode::Home);
    harness.control('f');
    harness.type_text("x");
    assert_shows(&harness, "#lobby › axb");
    harness.press(KeyCode::End);
    harness.control('f');
    assert_shows(&harness, "What you can search for");
    harness.refuse_name();
    harness.control('f');
    assert!(harness.state.find.is_none(), "a name is asked for");
}

#[test]
fn backspace_deletes_in_what_is_searched_for() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/search hix\n");
    harness.press(KeyCode::Backspace);
    let screen = harness.screen();
    assert!(screen.trim_end().ends_with("Find › hi"), "{screen}");
}
