//! Roles, rules of rooms, mutes, kicks and bans.

use chat_proto::command::Sanction;
use chat_proto::event::{RoleHolder, SanctionInfo};
use chat_proto::{
    AuditKind, LeaveReason, Privacy, Reason, Role, Rules, SanctionKind, Timestamp, TopicBy, User,
    UserId,
};

use super::*;

mod listed;

/// A client in #rust, where ana is the owner and bob, the user, has a role.
fn in_rust(role: Role) -> Harness {
    let mut harness = Harness::connected(119, 20);
    harness.type_text("/join #rust\n");
    let holder = |id, role| RoleHolder { id: UserId::new(id), role };
    let roles = vec![holder(3, Role::Owner), holder(7, role)];
    let rules = Some(Rules::PUBLIC);
    harness.event(Event::Room(RoomState { rules, roles, ..room_state("#rust", 0, 0) }));
    harness
}

fn sanction(kind: SanctionKind, for_s: Option<u64>, reason: &str) -> Sanction {
    let user = Some(name("carl"));
    let (network, invite, room) = (None, None, Some(room("#rust")));
    let (reason, remove_since_s) = (Reason::new(reason).unwrap(), None);
    Sanction { kind, user, network, invite, room, for_s, remove_since_s, reason }
}

/// What the server says of a mute of `user` in #rust by ana, for ten minutes.
fn mute(harness: &Harness, id: u64, user: User) -> SanctionInfo {
    SanctionInfo {
        id: Some(id),
        kind: SanctionKind::Mute,
        room: Some(room("#rust")),
        user: Some(user),
        network: None,
        invite: None,
        by: Some(crate::fixture::user(3, "ana")),
        until: Some(Timestamp::from_millis(harness.at.as_millis() + 600_000)),
        reason: Reason::new("cool down").unwrap(),
    }
}

fn sanctioned(info: SanctionInfo) -> Event {
    Event::Sanction(Box::new(info))
}

#[test]
fn a_sanction_has_a_name_a_time_a_place_and_a_reason() {
    let mute = |for_s, reason| sanction(SanctionKind::Mute, for_s, reason);
    let on_server = |it: Sanction| Sanction { room: None, ..it };
    let network = |it: Sanction| Sanction {
        network: Some("203.0.113.0/24".parse().unwrap()),
        user: None,
        ..it
    };
    let ban = |for_s, reason| sanction(SanctionKind::Ban, for_s, reason);
    for (typed, expected) in [
        ("/mute carl", mute(None, "")),
        ("/mute carl 10m cool down", mute(Some(600), "cool down")),
        ("/mute @carl 10m \"cool down\"", mute(Some(600), "cool down")),
        ("/mute carl server 1d spam", on_server(mute(Some(86_400), "spam"))),
        ("/mute carl 2h server", on_server(mute(Some(7_200), ""))),
        ("/mute carl #tea 30s", Sanction { room: Some(room("#tea")), ..mute(Some(30), "") }),
        ("/mute #tea carl 30s", Sanction { room: Some(room("#tea")), ..mute(Some(30), "") }),
        ("/kick carl be 10m late", sanction(SanctionKind::Kick, None, "be 10m late")),
        ("/ban carl 7d", ban(Some(604_800), "")),
        (
            "/ban carl 7d remove:10m spam",
            Sanction { remove_since_s: Some(600), ..ban(Some(604_800), "spam") },
        ),
        ("/ban 203.0.113.0/24 spam", on_server(network(ban(None, "spam")))),
        (
            "/ban invite:4 1d",
            Sanction { invite: Some(4), user: None, ..on_server(ban(Some(86_400), "")) },
        ),
    ] {
        let mut harness = in_rust(Role::Owner);
        let expected = Command::Sanction(Box::new(expected));
        assert_eq!(sent(&harness.type_text(&format!("{typed}\n"))), [expected], "{typed}");
    }
    // Nobody is kicked or banned from the lobby.
    let mut harness = Harness::connected(100, 20);
    let kick = Sanction { room: None, ..sanction(SanctionKind::Kick, None, "") };
    assert_eq!(sent(&harness.type_text("/kick carl\n")), [Command::Sanction(Box::new(kick))]);
}

#[test]
fn a_sanction_that_makes_no_sense_is_not_sent() {
    for (typed, said) in [
        (
            "/mute",
            "Usage: /mute NAME [TIME] [REASON], e.g. /mute ana 10m cool down. To make a room",
        ),
        ("/mute #rust", "/mute is for a user. To make a room quiet: /quiet #rust"),
        ("/kick #rust", "Type the name of a user after #rust"),
        ("/mute bob 10m", "You can't do this to yourself"),
        (
            "/kick carl 10m",
            "A kick has no time: a kicked user can come back. /ban NAME TIME keeps them out",
        ),
        ("/ban invite:x", "invite: and a number"),
        ("/ban 203.0.113.7 #rust", "on the whole server. Leave out the room"),
        ("/ban carl remove:2d", "remove: takes at most 1 day"),
        ("/ban carl remove:10x spam", "remove: is followed by a time, such as remove:10m"),
        ("/unmute carl now", "Type the name alone"),
        ("/slow soon", "soon is not a time. Type 30s, 10m, 2h, 7d or 4w, or off"),
        ("/slow 7h", "A pause has at most 6 hours"),
        ("/topic-by me", "Type /topic-by all, or /topic-by moderators"),
        ("/public", "#rust is public already"),
        ("/ask-in carl", "Everybody can join #rust. /private lets in only users who were asked in"),
        ("/role carl moderater", "There is no role moderater. Did you mean moderator?"),
        ("/role carl voice server", "A voice is a role in a room"),
    ] {
        let mut harness = in_rust(Role::Owner);
        assert!(sent(&harness.type_text(&format!("{typed}\n"))).is_empty(), "{typed}");
        assert_shows(&harness, said);
    }
    let mut harness = in_rust(Role::Owner);
    harness.lose();
    for typed in ["/mute carl 10m", "/private", "/role carl voice", "/unban carl", "/ask-in zoe"] {
        harness.type_text("/clear\n");
        assert!(sent(&harness.type_text(&format!("{typed}\n"))).is_empty(), "{typed}");
        assert!(!harness.state.client.outbox().messages().any(|_| true));
    }
    assert!(sent(&harness.connect(2)).iter().all(|it| matches!(it, Command::Join { .. })));
}

#[test]
fn a_mute_says_how_it_is_undone_and_is_ended_by_the_name() {
    let mut harness = in_rust(Role::Moderator);
    let by_me = SanctionInfo { by: Some(user(7, "bob")), ..mute(&harness, 12, user(5, "carl")) };
    harness.event(sanctioned(by_me.clone()));
    assert_shows(
        &harness,
        "You muted carl in #rust for 10 minutes: cool down. /unmute carl ends it",
    );
    let list = Command::Sanctions { room: Some(room("#rust")), after: None, limit: None };
    assert_eq!(sent(&harness.type_text("/unmute carl\n")), [list]);
    let page = |sanctions, more| Event::Sanctions { room: Some(room("#rust")), sanctions, more };
    let other = SanctionInfo { id: Some(4), kind: SanctionKind::Ban, ..by_me.clone() };
    let next = Command::Sanctions { room: Some(room("#rust")), after: Some(4), limit: None };
    assert_eq!(sent(&harness.event(page(vec![other], true))), [next]);
    assert_eq!(
        sent(&harness.event(page(vec![by_me.clone()], false))),
        [Command::Pardon { id: 12 }]
    );
    let (sanction, by) = (Box::new(by_me), Some(user(7, "bob")));
    harness.event(Event::Pardoned { sanction: sanction.clone(), by });
    assert_shows(&harness, "You ended the mute of carl in #rust");
    harness.event(Event::Pardoned { sanction, by: None });
    assert_shows(&harness, "The operator ended the mute of carl in #rust");
    harness.type_text("/unmute carl\n");
    harness.event(page(Vec::new(), false));
    assert_shows(&harness, "carl is not muted in #rust. /sanctions lists the mutes and bans");
}

#[test]
fn a_moderator_of_the_server_ends_a_mute_of_the_server_from_a_room() {
    let mut harness = in_rust(Role::Moderator);
    harness.event(Event::Role {
        room: None,
        user: user(7, "bob"),
        role: Role::Moderator,
        by: None,
    });
    harness.type_text("/unban carl\n");
    let none = |room| Event::Sanctions { room, sanctions: Vec::new(), more: false };
    let list = Command::Sanctions { room: None, after: None, limit: None };
    assert_eq!(sent(&harness.event(none(Some(room("#rust"))))), [list]);
    harness.event(none(None));
    assert_shows(&harness, "carl is not banned in #rust, nor on this server");
    harness.type_text("/unban carl\n");
    harness.event(Event::Refused(Refusal::new(RefusalCode::NotAllowed, "only moderators may")));
    assert!(sent(&harness.event(none(Some(room("#rust"))))).is_empty(), "it is over");
}

#[test]
fn a_muted_user_reads_why_until_when_and_can_write_afterwards() {
    let mut harness = in_rust(Role::Member);
    let info = mute(&harness, 12, user(7, "bob"));
    let effects = harness.event(sanctioned(info.clone()));
    assert!(effects.contains(&Effect::Client(ClientEffect::Tick(Duration::from_secs(600)))));
    assert_shows(
        &harness,
        "! ana muted you in #rust for 10 minutes: cool down. You can read meanwhile",
    );
    assert_shows(&harness, "#rust ›  Read only: you're muted here until 14:12: cool down");
    harness.event(sanctioned(info.clone()));
    assert_eq!(harness.screen().matches("ana muted you").count(), 1, "told once");
    harness.alt(KeyCode::Char('1'));
    assert_shows(&harness, "#lobby ›  Message #lobby");
    harness.alt(KeyCode::Char('2'));
    harness.at = Timestamp::from_millis(harness.at.as_millis() + 600_000);
    harness.input(Input::Client(ClientInput::Tick));
    assert_shows(&harness, "#rust ›  Message #rust");
    let info = SanctionInfo { until: None, room: None, ..info };
    harness.event(sanctioned(SanctionInfo { id: Some(13), ..info.clone() }));
    assert_shows(&harness, "#rust ›  Read only: you're muted on this server: cool down. Ask ana");
    let sanction = Box::new(SanctionInfo { id: Some(13), ..info });
    harness.event(Event::Pardoned { sanction, by: None });
    assert_shows(&harness, "You are no longer muted on this server");
    assert_shows(&harness, "#rust ›  Message #rust");
}

#[test]
fn a_user_who_is_kicked_from_a_room_reads_it_in_the_room_that_opens() {
    let mut harness = in_rust(Role::Member);
    let kick = SanctionInfo {
        id: None,
        kind: SanctionKind::Kick,
        until: None,
        ..mute(&harness, 0, user(7, "bob"))
    };
    harness.event(sanctioned(kick.clone()));
    let reason = LeaveReason::Kicked;
    harness.event(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert_eq!(harness.state.client.rooms().list().len(), 1);
    assert_shows(&harness, "! ana kicked you from #rust: cool down. /join #rust joins it again");
    let mut harness = in_rust(Role::Member);
    let rules = Rules { privacy: Privacy::Private, ..Rules::PUBLIC };
    harness.event(Event::Rules { room: room("#rust"), rules, by: Some(user(3, "ana")) });
    harness.event(sanctioned(kick));
    assert_shows(&harness, "You come back if somebody in it asks you in");
}

#[test]
fn rules_are_set_sent_and_shown() {
    let rule = |privacy, slow_s, topic_by| Command::Rule {
        room: room("#rust"),
        privacy,
        slow_s,
        topic_by,
    };
    for (typed, expected) in [
        ("/private", rule(Some(Privacy::Private), None, None)),
        ("/announce", rule(Some(Privacy::Announce), None, None)),
        ("/slow 30", rule(None, Some(30), None)),
        ("/slow 2m", rule(None, Some(120), None)),
        ("/slow off", rule(None, Some(0), None)),
        ("/topic-by moderators", rule(None, None, Some(TopicBy::Moderators))),
    ] {
        let mut harness = in_rust(Role::Owner);
        assert_eq!(sent(&harness.type_text(&format!("{typed}\n"))), [expected], "{typed}");
    }
    let mut harness = in_rust(Role::Owner);
    let mut set = |privacy, slow_s, by: (u64, &str)| {
        let rules = Rules { privacy, slow_s, ..Rules::PUBLIC };
        let by = Some(user(by.0, by.1));
        harness.event(Event::Rules { room: room("#rust"), rules, by });
        harness.screen()
    };
    let (me, ana) = ((7, "bob"), (3, "ana"));
    let shown = set(Privacy::Private, 0, me);
    assert!(shown.contains("#rust  private"), "{shown}");
    assert!(
        shown.contains("You made #rust private: only users who were asked in can find and join"),
        "{shown}"
    );
    assert!(shown.contains("in NAME asks one in. /public undoes it"), "{shown}");
    let shown = set(Privacy::Private, 30, ana);
    assert!(shown.contains("#rust  private, pause of 30 seconds"), "{shown}");
    assert!(
        shown.contains("ana set a pause of 30 seconds between two messages of one user\n"),
        "{shown}"
    );
    harness.type_text("/ask-in zoe\n");
    // To open a room cannot be undone: others may have read it.
    assert!(sent(&harness.type_text("/public\n")).is_empty());
    assert_shows(
        &harness,
        "Open #rust to everybody? They can read all of it · y opens it, any other key doesn't",
    );
    assert_eq!(sent(&harness.type_text("y")), [rule(Some(Privacy::Public), None, None)]);
    assert_eq!(
        sent(&harness.type_text("/ask-in zoe\n")),
        [Command::AskIn { room: room("#rust"), user: name("zoe") }]
    );
}

#[test]
fn a_member_of_a_room_for_announcements_reads_who_writes_there() {
    let mut harness = in_rust(Role::Member);
    let rules = Rules { privacy: Privacy::Announce, ..Rules::PUBLIC };
    harness.event(Event::Rules { room: room("#rust"), rules, by: Some(user(3, "ana")) });
    assert_shows(&harness, "#rust  announcements");
    assert_shows(&harness, "#rust ›  Read only: voices, moderators and owners write here. Ask ana");
    let (place, by) = (Some(room("#rust")), Some(user(3, "ana")));
    harness.event(Event::Role { room: place, user: user(7, "bob"), role: Role::Voice, by });
    assert_shows(&harness, "ana gave you a voice in #rust");
    assert_shows(&harness, "#rust ›  Message #rust");
}

#[test]
fn a_role_is_given_in_the_room_or_on_the_server_after_a_question() {
    let grant = |room, role| Command::Grant { user: name("carl"), room, role };
    let mut harness = in_rust(Role::Owner);
    let rust = || Some(room("#rust"));
    assert_eq!(sent(&harness.type_text("/role carl voice\n")), [grant(rust(), Role::Voice)]);
    assert_eq!(
        sent(&harness.type_text("/role carl #tea member\n")),
        [grant(Some(room("#tea")), Role::Member)]
    );
    assert!(sent(&harness.type_text("/role carl owner server\n")).is_empty());
    assert_shows(
        &harness,
        "Make carl an owner of this server, who can do everything that you can? · y does it",
    );
    assert_eq!(sent(&harness.type_text("y")), [grant(None, Role::Owner)]);
    assert!(sent(&harness.type_text("/role bob member\n")).is_empty());
    assert_shows(&harness, "Give up your role, owner, in #rust? Only an owner gives it back");
    harness.type_text("n/role carl\n");
    assert_shows(&harness, "carl is a member of #rust. /role carl ROLE changes it");
    // A name with a space is one word in the command that is offered.
    harness.event(Event::Renamed { user: user(3, "ana"), name: name("Ana María") });
    harness.type_text("/role Ana María\n");
    assert_shows(&harness, "/role Ana_María ROLE changes it");
    // A command that is typed in place of an answer is a command.
    harness.type_text("/role carl owner server\n");
    assert_eq!(sent(&harness.type_text("/role carl voice\n")), [grant(rust(), Role::Voice)]);
    harness.type_text("/role carl\n");
    assert_shows(&harness, "carl is a member of #rust. /role carl ROLE changes it");
    let mut harness = Harness::connected(119, 20);
    harness.type_text("/role carl moderator\n");
    assert_eq!(sent(&harness.type_text("y")), [grant(None, Role::Moderator)]);
}

#[test]
fn a_role_is_sent_once_and_shown_in_the_lists() {
    let mut harness = in_rust(Role::Member);
    let mut give = |place: Option<&str>, role| {
        let (room, by) = (place.map(room), Some(user(3, "ana")));
        harness.event(Event::Role { room, user: user(7, "bob"), role, by });
    };
    give(None, Role::Moderator);
    give(Some("#rust"), Role::Moderator);
    give(Some("#lobby"), Role::Moderator);
    let screen = harness.screen();
    assert_eq!(screen.matches("made you a moderator").count(), 1, "{screen}");
    harness.control('g');
    let screen = harness.screen();
    assert!(screen.contains("● bob    mod you") && screen.contains("● ana      owner"), "{screen}");
    harness.type_text("/whois ana\n");
    assert_shows(&harness, "in #lobby, #rust (owner)");
    harness.control('g');
    harness.type_text("/who\n");
    assert_shows(&harness, "bob   you · moderator");
}

#[test]
fn a_user_who_was_asked_in_reads_how_to_join() {
    let mut harness = Harness::connected(100, 20);
    let asked = || Event::AskedIn { room: room("#ops"), user: user(7, "bob"), by: user(3, "ana") };
    harness.event(asked());
    harness.event(asked());
    assert_eq!(harness.screen().matches("ana asked you into #ops. /join #ops joins it").count(), 1);
}

#[test]
fn names_roles_and_times_are_completed() {
    let mut harness = in_rust(Role::Owner);
    harness.type_text("/mute car\t10\t");
    assert_eq!(typed(&harness), "/mute carl 10m ");
    harness.control('u');
    harness.type_text("/role an\tmod\t");
    assert_eq!(typed(&harness), "/role ana moderator ");
    harness.control('u');
    harness.type_text("/slow 3\t");
    assert_eq!(typed(&harness), "/slow 30s ");
}
