//! Lists to choose from: rooms, users, and what completes a word.

use chat_proto::event::RoomInfo;

use super::*;

fn info(name: &str, count: usize, topic: &str) -> RoomInfo {
    RoomInfo { room: room(name), topic: chat_proto::Topic::new(topic).unwrap(), count }
}

/// The rooms of the server have come.
pub(super) fn list_rooms(harness: &mut Harness) {
    let rooms =
        vec![info("#lobby", 3, ""), info("#ops", 12, "on call: mei"), info("#rust", 2, "crabs")];
    harness.event(Event::Rooms { rooms, more: false });
}

/// A client in #lobby, #rust, #dev and a direct message with ana; #rust names the user, #dev has something new.
pub(super) fn busy() -> Harness {
    let mut harness = Harness::connected(80, 24);
    harness.event(room_event("#dev", 0, 0));
    harness.event(room_event("#rust", 0, 0));
    harness.event(direct_event(&user(3, "ana"), 0, 0));
    harness.message_in("#dev", 1, user(5, "carl"), "hi");
    harness.message_in("#rust", 1, user(5, "carl"), "@bob?");
    harness
}

pub(super) fn labels(harness: &Harness) -> Vec<String> {
    let popup = harness.state.popup();
    let offers = popup.iter().flat_map(|popup| popup.list.offers());
    offers.map(|offer| offer.label.clone()).collect()
}

#[test]
fn rooms_are_a_list_to_choose_from_the_largest_first() {
    let mut harness = busy();
    harness.type_text("/rooms\n");
    assert_shows(&harness, "Rooms › ");
    list_rooms(&mut harness);
    assert_eq!(labels(&harness), ["#ops", "#lobby", "#dev", "#rust"]);
    assert_shows(&harness, "#ops    12 users · on call: mei");
    harness.type_text("ru");
    assert_shows(&harness, "Rooms · 1 of 4");
    harness.press(KeyCode::Enter);
    assert_eq!(harness.state.shown(), &room("#rust"));
}

#[test]
fn everybody_in_the_room_is_found() {
    let mut harness = Harness::connected(80, 24);
    let mut state = room_state("#lobby", 0, 0);
    state.count = 600;
    harness.event(Event::Room(state));
    let who = |after| Command::Who { room: RoomName::lobby(), after, limit: None };
    assert_eq!(sent(&harness.type_text("/who zo\n")), [who(None)]);
    assert_shows(&harness, "No match in this room");
    let page = |names: std::ops::Range<u64>, prefix: &str| {
        names.map(|id| user(id, &format!("{prefix}{id}"))).collect::<Vec<_>>()
    };
    let (room, users) = (RoomName::lobby(), page(100..600, "u"));
    let effects = harness.event(Event::Users {
        room: room.clone(),
        users,
        away: Vec::new(),
        roles: Vec::new(),
        more: true,
    });
    assert_eq!(sent(&effects), [who(Some(name("u599")))]);
    let users = [page(601..603, "zoe"), page(604..608, "v")].concat();
    harness.event(Event::Users { room, users, away: Vec::new(), roles: Vec::new(), more: false });
    assert_eq!(labels(&harness), ["zoe601", "zoe602"]);
    assert_shows(&harness, "Users in #lobby · 2 of 506");
    harness.type_text("602\n");
    assert_eq!(harness.state.shown(), &self::room("@7-602"));
}

#[test]
fn a_list_opens_for_a_sigil_and_one_can_type_on_through_it() {
    let mut harness = busy();
    harness.message(5, "carl", "I spoke last");
    harness.type_text("hi @");
    assert_eq!(labels(&harness), ["@carl", "@ana"], "who spoke last is first");
    assert_eq!(typed(&harness), "hi @");
    harness.press(KeyCode::Tab);
    assert_eq!(typed(&harness), "hi @carl ");
    harness.press(KeyCode::BackTab);
    assert_eq!(typed(&harness), "hi @ana ");
    assert_eq!(harness.press(KeyCode::Enter), [], "it takes what was chosen");
    assert_eq!(says(&harness.type_text("there\n")), [(1, "hi @ana there")]);
    harness.type_text("see #");
    list_rooms(&mut harness);
    assert_eq!(labels(&harness), ["#lobby", "#dev", "#rust", "#ops"]);
    assert_eq!(says(&harness.type_text("ru\n")), [(2, "see #ru")], "nothing was chosen");
    harness.type_text("see #ru");
    harness.press(KeyCode::Esc);
    assert_eq!(labels(&harness), [""; 0]);
    harness.type_text("s");
    assert_eq!(labels(&harness), [""; 0], "it stays closed for this word");
}

#[test]
fn rooms_of_others_complete_a_join_and_users_do_not() {
    let mut harness = Harness::connected(80, 24);
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(9, "olga") });
    harness.type_text("/join ");
    list_rooms(&mut harness);
    harness.type_text("o");
    assert_eq!(labels(&harness), ["#ops"]);
    harness.press(KeyCode::Tab);
    assert_eq!(typed(&harness), "/join #ops ");
    let join = Command::Join { room: room("#ops"), since: None };
    assert_eq!(sent(&harness.press(KeyCode::Enter)), [join]);
    harness.type_text("/msg o\t");
    assert_eq!(typed(&harness), "/msg olga ");
}

#[test]
fn commands_are_listed_with_what_they_do_and_so_are_emoji() {
    let mut harness = Harness::connected(80, 24);
    harness.type_text("/n");
    assert_eq!(labels(&harness), ["/names [PART]", "/name [NAME]", "/notify [LEVEL]"]);
    assert_shows(&harness, "/name [NAME]     Change your name");
    harness.control('u');
    harness.type_text("done :tad\t");
    assert_eq!(typed(&harness), "done 🎉 ");
    harness.control('u');
    harness.type_text("at 12:30 :D x:y");
    assert_eq!(labels(&harness), [""; 0]);
}

#[test]
fn a_bare_name_is_completed_by_tab_alone() {
    let mut harness = Harness::connected(80, 24);
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(9, "Anton") });
    harness.type_text("an");
    assert_eq!(labels(&harness), [""; 0]);
    let mut tab = || {
        harness.press(KeyCode::Tab);
        typed(&harness)
    };
    assert_eq!([tab(), tab(), tab()], ["ana: ", "Anton: ", "ana: "]);
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "an");
    harness.control('u');
    harness.type_text("hi ca\t");
    assert_eq!(typed(&harness), "hi carl ");
    assert_eq!(labels(&harness), [""; 0], "there was one");
}

#[test]
fn the_topic_is_completed_to_be_changed() {
    let mut harness = Harness::connected(80, 24);
    let topic = chat_proto::Topic::new("tea and crumpets").unwrap();
    harness.event(Event::Topic { room: RoomName::lobby(), topic, user: user(3, "ana") });
    harness.type_text("/topic \t");
    assert_eq!(typed(&harness), "/topic tea and crumpets");
}

#[test]
fn the_list_fits_every_screen() {
    let mut harness = busy();
    harness.control('k');
    list_rooms(&mut harness);
    for (width, height) in [(1, 1), (5, 3), (20, 6), (40, 12), (59, 24), (120, 30), (300, 100)] {
        harness.resize(width, height);
        let screen = harness.screen();
        if width >= 20 {
            assert!(
                screen.contains("▶ ") && screen.contains(" #rust"),
                "{width}x{height}\n{screen}"
            );
        }
    }
}

#[test]
fn the_wheel_chooses() {
    let mut harness = busy();
    harness.control('k');
    let position = harness.state.popup().unwrap().area.as_position();
    harness.input(Input::Wheel(Wheel::Down, position));
    harness.press(KeyCode::Enter);
    assert_eq!(harness.state.shown(), &room("#dev"));
    harness.type_text("#");
    harness.input(Input::Wheel(Wheel::Down, ratatui::layout::Position::ORIGIN));
    assert_eq!(typed(&harness), "#", "it turns over something else");
}

#[test]
fn a_click_takes_what_is_under_it_and_one_elsewhere_closes_the_list() {
    let mut harness = busy();
    harness.control('k');
    let row = |harness: &Harness, text: &str| {
        let screen = harness.screen();
        let row = screen.lines().position(|row| row.contains(text)).unwrap();
        ratatui::layout::Position::new(30, u16::try_from(row).unwrap())
    };
    let at = row(&harness, "Go to ");
    harness.input(Input::Click(at));
    assert!(harness.state.popup().is_some(), "it is the heading");
    harness.input(Input::Click(ratatui::layout::Position::ORIGIN));
    assert!(harness.state.popup().is_none());
    harness.control('k');
    let at = row(&harness, "@carl");
    harness.input(Input::Click(at));
    assert_eq!(harness.state.shown(), &room("@5-7"));
    harness.type_text("#");
    let at = row(&harness, "  #rust");
    harness.input(Input::Click(at));
    assert_eq!(typed(&harness), "#rust ");
}

#[test]
fn the_user_list_scrolls_under_the_wheel_and_its_last_row_opens_all() {
    let mut harness = Harness::connected(120, 12);
    for id in 10..40 {
        let user = user(id, &format!("u{id}"));
        harness.event(Event::Joined { room: RoomName::lobby(), user });
    }
    let over = ratatui::layout::Position::new(110, 5);
    assert_shows(&harness, " ↓ 25 more · /who");
    harness.input(Input::Wheel(Wheel::Down, over));
    assert_shows(&harness, " ↑ 4 more");
    let last = ratatui::layout::Position::new(110, 9);
    harness.input(Input::Click(last));
    assert_shows(&harness, "Users in #lobby · 33");
}

#[test]
fn whois_says_what_is_known_of_a_user() {
    let mut harness = busy();
    harness.message_in("#rust", 2, user(5, "carl"), "I am here");
    harness.type_text("/whois CARL\n");
    assert_shows(&harness, "carl: online · in #lobby, #dev, #rust");
    assert_shows(&harness, "last wrote in #rust on 22 November, 14:02");
    harness.type_text("/set time 12h\n");
    harness.type_text("/whois carl\n");
    let screen = harness.screen();
    let words: Vec<&str> = screen.split_whitespace().filter(|word| *word != "│").collect();
    assert!(words.join(" ").contains("last wrote in #rust on 22 November, 02:02 PM"), "{screen}");
    harness.type_text("/whois nobody\n");
    assert_shows(&harness, "No user \"nobody\" in your rooms.");
    harness.type_text("/whois\n");
    assert_shows(&harness, "Usage: /whois NAME");
}

#[test]
fn a_user_who_is_away_is_marked_in_every_list() {
    let mut harness = Harness::connected(120, 12);
    let text = chat_proto::AwayText::new("lunch").unwrap();
    harness.event(Event::Away { user: user(3, "ana"), text });
    assert_shows(&harness, " ○ ana");
    assert_shows(&harness, " ● carl");
    harness.type_text("/who\n");
    assert_shows(&harness, "○ ana   away: lunch");
    harness.press(KeyCode::Esc);
    harness.type_text("/whois ana\n");
    assert_shows(&harness, "ana: away: lunch · in #lobby");
    harness.event(Event::Back { user: user(3, "ana") });
    assert_shows(&harness, " ● ana");
}
