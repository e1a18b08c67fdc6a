//! Invites: they are made, shown, listed and ended.

use chat_proto::event::InviteInfo;
use chat_proto::{EndCode, Role, Secret, Timestamp};

use super::*;

const LINE: &str =
    "chat://192.0.2.7:12345/#cVxnW5AYHhLnUtsU9qIWJbfVq1_7mxJXN_qMOckZbbY.iK7tXYHLyRmrTrKnNb8RIS";

fn info(id: u64, uses: u32) -> InviteInfo {
    InviteInfo {
        id,
        by: Some(user(7, "bob")),
        role: Role::Member,
        room: None,
        uses,
        used: 0,
        until: Timestamp::from_millis(1_795_958_520_000),
        note: ShortString::default(),
    }
}

fn made(line: &str) -> Event {
    Event::Invite { line: Secret::new(line), invite: info(4, 1) }
}

#[test]
fn an_invite_is_asked_for_in_words_and_made_once() {
    let invite = |uses, valid_s, role, note: Option<&str>| Command::Invite {
        uses,
        valid_s,
        role,
        room: None,
        note: note.map(|note| ShortString::new(note).unwrap()),
    };
    for (typed, expected) in [
        ("/invite", invite(None, None, None, None)),
        ("/invite 5 2d", invite(Some(5), Some(172_800), None, None)),
        ("/invite moderator", invite(None, None, Some(Role::Moderator), None)),
        ("/invite 1d 3 the new ones", invite(Some(3), Some(86_400), None, Some("the new ones"))),
        ("/invite the 3 new ones", invite(None, None, None, Some("the 3 new ones"))),
    ] {
        let mut harness = Harness::connected(80, 24);
        assert_eq!(sent(&harness.type_text(&format!("{typed}\n"))), [expected], "{typed}");
    }
    let into = |command| match command {
        Command::Invite { uses, valid_s, role, note, .. } => {
            Command::Invite { uses, valid_s, role, room: Some(room("#ops")), note }
        }
        other => other,
    };
    let mut harness = Harness::connected(80, 24);
    let expected = into(invite(Some(5), Some(172_800), None, Some("the new ones")));
    assert_eq!(sent(&harness.type_text("/invite 5 #ops 2d the new ones\n")), [expected]);
    for (typed, why) in [
        ("/invite 0", "An invite lets in 1 to 1000 users"),
        ("/invite 2000", "An invite lets in 1 to 1000 users"),
        ("/invite 31d", "An invite is valid for at most 30 days"),
        ("/invite ana", "ana has an account here. Into a private room: "),
        ("/invite @ana #ops", "/ask-in ana."),
    ] {
        let mut harness = Harness::connected(80, 24);
        assert!(sent(&harness.type_text(&format!("{typed}\n"))).is_empty());
        assert_shows(&harness, why);
    }
    let mut harness = Harness::connected(80, 24);
    harness.lose();
    assert!(sent(&harness.type_text("/invite\n")).is_empty());
    assert_shows(&harness, "You're offline. Try again once connected");
    assert!(sent(&harness.connect(2)).is_empty(), "nothing is made later");
}

#[test]
fn the_page_of_an_invite_has_its_line_its_code_and_what_to_do() {
    let mut harness = Harness::connected(80, 24);
    harness.type_text("/invite\n");
    harness.event(made(LINE));
    insta::assert_snapshot!(harness.screen(), @"
    Invite                                                     y copies · Esc closes
    chat://192.0.2.7:12345/#cVxnW5AYHhLnUtsU9qIWJbfVq1_7mxJXN_qMOckZbbY.iK7tXYHLyRmr
    TrKnNb8RIS
    Send this line in private
    They type   chat-tui, a space, and       █▀▀▀▀▀█ ▄ █ ▀▀▀▀▄██ ▀▄▄ ▄▄██▀ █▀▀▀▀▀█
                this line. Or chat-tui       █ ███ █ ▄▄▄ █▀ ▄▄▀▄▀██▄▄  ▄█▄ █ ███ █
                alone, and this line as      █ ▀▀▀ █ ▄█ ▄▄█▄▀▄█▄▄ ▀█▄▀▄▀██ █ ▀▀▀ █
                the server                   ▀▀▀▀▀▀▀ ▀▄█▄▀ ▀ ▀ █ ▀ █ ▀ ▀▄█ ▀▀▀▀▀▀▀
    Lets in     1 new user, as a member      █▀█▀█▄▀██▀▄▀▄ ▄▄█  ▀▀▀▀ ▄▄▄▄▄█ ▀ ▀▄▀
    Until       29 Nov, 13:22                ▀▀▄█▄ ▀ ▄██ ▄▄▀  ██▀ ▀█▀▄▀ ▄█ █  ▄▀ ▀
    To copy it  y. It is shown this once     ▄▀ ▀▄ ▀     ▀ ▄█▀▄▄▀▀▀█▀▄ ▄█▀ ▀ ▀▀█▄
    To end it   /revoke 4. /invites lists    █▀▀▀██▀▀████▀▀ ▄▄▄ █▄▄▄▀█▀▄ ▀█  █▄▀ █
                all                          ▄▄▄ ▄█▀ ▀▀ ▀▄ █▄▀▄  █▀█▀▄▄▄▄▀▄█▀▀▄▀█▀
                                             ▀▀▀▀██▀▄▄▄  ▄▄▀██  █ ▄▀███▄▀▄▄██▀▄ ██
                                               ▄ ▀▄▀▄ ▄█ ▀ ▀█▀ ▀▀██▄   ▄▄▀▀▀▀▀▄█ ▀
                                             ▄   ██▀ ▀  █▀  ▄▄▀▄▀   ▀  █▄█▀█▄█▄ ▀█
                                             ▄▀▄▀▄█▀█▀ ▄▀▄▄ ▄█ ▀▀██▄  ▄███▄▀ ▀▄▀
                                             █  ▀██▀█▄█▀ ▄█▀▀▀▀▄█▀▄▀▄█ █▄ ▄█ ▀█▀█▀
                                             ▀ ▀▀▀ ▀▀██  ▀ ▀▄▀   ██▄  ▄▄ █▀▀▀█▀█ ▀
                                             █▀▀▀▀▀█ ▀▀▄█▀ ▄▄▄▀█▄▀ ▄ ▀▄▀▀█ ▀ ██▀██
                                             █ ███ █ █▀▀▀▄▄▄██ ▀ ██▄▀  █▄▀▀███▄▀▄█
                                             █ ▀▀▀ █ █▄▄ ▄█▀▀▄▀▀ ▄ █▄▀ ██▀▀█ ▄█  █
                                             ▀▀▀▀▀▀▀ ▀▀▀ ▀ ▀ ▀ ▀▀▀▀▀▀▀ ▀ ▀ ▀▀▀▀▀▀▀
    ");
    harness.resize(44, 12);
    insta::assert_snapshot!(harness.screen(), @"
    Invite     y copies · PgDn more · Esc closes
    chat://192.0.2.7:12345/#cVxnW5AYHhLnUtsU9qIW
    JbfVq1_7mxJXN_qMOckZbbY.iK7tXYHLyRmrTrKnNb8R
    IS
    Send this line in private
    They type   chat-tui, a space, and this
                line. Or chat-tui alone, and
                this line as the server
    Lets in     1 new user, as a member
    Until       29 Nov, 13:22
    To copy it  y. It is shown this once
    To end it   /revoke 4. /invites lists all
    ");
    for (width, height) in [(20, 6), (30, 60), (44, 50), (79, 24), (80, 25), (120, 40), (300, 100)]
    {
        harness.resize(width, height);
        let rows = harness.state.page_rows();
        let text = harness.screen();
        let line: String =
            text.lines().skip(1).map(|row| &row[..row.find(' ').unwrap_or(row.len())]).collect();
        assert!(height < 8 || line.starts_with(LINE), "{text}");
        let code = rows.iter().filter_map(|row| row.code.as_ref()).count();
        assert!(code == 0 || rows.len() < usize::from(height), "it is whole: {width} × {height}");
        assert_eq!(
            code > 0,
            width >= 77 || (width, height) == (44, 50),
            "{width} × {height}\n{text}"
        );
    }
}

#[test]
fn the_page_of_an_invite_names_the_room_that_new_users_join() {
    let mut harness = Harness::connected(100, 40);
    harness.type_text("/invite #ops\n");
    let invite = InviteInfo { room: Some(room("#ops")), ..info(4, 1) };
    harness.event(Event::Invite { line: Secret::new(LINE), invite: invite.clone() });
    assert_shows(&harness, "1 new user, as a member, who joins #ops");
    harness.press(KeyCode::Esc);
    harness.type_text("/invites\n");
    harness.event(Event::Invites { invites: vec![invite], more: false });
    assert_shows(&harness, "0 of 1 used · into #ops · until");
}

#[test]
fn no_key_of_a_text_closes_the_page_of_an_invite() {
    let mut harness = Harness::connected(80, 24);
    harness.event(made(LINE));
    harness.type_text("hello\n q");
    harness.input(Input::Paste("text".to_owned()));
    harness.click("Invite");
    assert_shows(&harness, "y copies · Esc closes");
    let copied = harness.type_text("y");
    assert_eq!(copied, [Effect::Copy(LINE.to_owned())]);
    assert_shows(&harness, "Copied it · Esc closes");
    harness.press(KeyCode::Esc);
    assert_eq!((harness.state.page.as_ref(), typed(&harness)), (None, String::new()));
}

#[test]
fn a_server_that_only_its_machine_reaches_says_so() {
    let mut harness = Harness::connected(80, 30);
    harness.event(made(&LINE.replace("192.0.2.7", "127.0.0.1")));
    assert_shows(&harness, "No other machine can connect");
    assert_shows(&harness, "the server listens on");
    assert!(!harness.screen().contains("192.0.2.7"));
}

#[test]
fn an_invite_is_ended_from_the_list_after_a_question() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(sent(&harness.type_text("/invites\n")), [Command::Invites { before: None }]);
    assert_shows(&harness, "Loading…");
    let invites = vec![
        InviteInfo { used: 2, note: ShortString::new("the new ones").unwrap(), ..info(4, 5) },
        InviteInfo { by: Some(user(3, "ana")), role: Role::Moderator, ..info(2, 1) },
    ];
    harness.event(Event::Invites { invites: invites.clone(), more: false });
    assert_shows(&harness, "4  2 of 5 used · until 2026-11-29 13:22 · the new ones");
    assert_shows(&harness, "2  0 of 1 used · moderator · until 2026-11-29 13:22 · by ana");
    harness.type_text("new\n");
    assert_shows(
        &harness,
        "End invite 4? Users who came by it stay, and nobody else comes · y ends it",
    );
    assert!(sent(&harness.type_text("n")).is_empty());
    assert_shows(&harness, "Nothing was changed");
    harness.type_text("/revoke 4\n");
    assert_eq!(sent(&harness.type_text("y")), [Command::Revoke { id: 4 }]);
    assert!(!harness.screen().contains("has ended"), "the server has not answered");
    harness.event(Event::Invites { invites: invites[1..].to_vec(), more: false });
    assert_shows(&harness, "Invite 4 has ended");
    assert_eq!(typed(&harness), "", "the answer is not text");
}

#[test]
fn a_refused_end_of_an_invite_is_not_said_to_be_done() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/revoke 9\ny");
    let why = "there is no invite 9 that you may end";
    harness.event(Event::Refused(Refusal::new(RefusalCode::NoSuchInvite, why)));
    assert_shows(&harness, "Refused: there is no invite 9 that you may end");
    harness.event(Event::Invites { invites: Vec::new(), more: false });
    assert!(!harness.screen().contains("has ended"), "{}", harness.screen());
}

#[test]
fn a_kicked_user_reads_by_whom_and_how_to_come_back() {
    for (code, text, said) in [
        (
            EndCode::Kicked,
            "ana has kicked you: cool down",
            "Not connected: ana has kicked you: cool down. /reconnect connects again",
        ),
        (
            EndCode::Banned,
            "you are banned from this server for 9 more minutes: spam",
            "Not connected: you are banned from this server for 9 more minutes: spam. Once the ban",
        ),
    ] {
        let mut harness = Harness::connected(119, 20);
        harness.link_event(LinkEvent::Lost(LinkError::Goodbye { code, text: text.to_owned() }));
        assert_shows(&harness, said);
        assert_shows(&harness, "Not connected, /reconnect tries again");
        let effects = harness.type_text("/reconnect\n");
        let connect = Effect::Client(ClientEffect::Link(LinkRequest::Connect(name("bob"))));
        assert!(effects.contains(&connect), "{effects:?}");
    }
}
