//! The table of all rights, which is compared with `table.txt`: every action, every role, every kind of room.

use std::fmt::Write;

use super::*;

/// Set to write the table again, after a change that is meant.
const WRITE: &str = "WRITE_TABLE";

const TABLE: &str = include_str!("table.txt");

/// The kinds of rooms: their names in the table, kinds and rules.
fn rooms() -> [(&'static str, RoomKind, Rules); 8] {
    let with = |privacy| Rules { privacy, ..Rules::PUBLIC };
    let moderated = Rules { topic_by: TopicBy::Moderators, ..Rules::PUBLIC };
    [
        ("lobby", RoomKind::Lobby, Rules::PUBLIC),
        ("lobby, announce", RoomKind::Lobby, with(Privacy::Announce)),
        ("public", RoomKind::Named, Rules::PUBLIC),
        ("topics by mods", RoomKind::Named, moderated),
        ("announce", RoomKind::Named, with(Privacy::Announce)),
        ("private", RoomKind::Named, with(Privacy::Private)),
        ("private, by mods", RoomKind::Named, Rules { privacy: Privacy::Private, ..moderated }),
        ("direct", RoomKind::Direct, Rules::PUBLIC),
    ]
}

/// The standings in a room, each with its letter in the table.
const STANDINGS: [(char, bool, MemberRole, bool); 9] = [
    ('-', false, MemberRole::Member, false),
    ('a', false, MemberRole::Member, true),
    ('w', false, MemberRole::Voice, false),
    ('W', false, MemberRole::Moderator, false),
    ('f', false, MemberRole::Owner, false),
    ('m', true, MemberRole::Member, false),
    ('v', true, MemberRole::Voice, false),
    ('M', true, MemberRole::Moderator, false),
    ('O', true, MemberRole::Owner, false),
];

type InRoom = fn(Standing) -> Action;

fn set_role(standing: Standing, from: MemberRole, to: MemberRole) -> Action {
    Action::SetRoleInRoom { standing, from, to, is_self: false }
}

fn actions_in_rooms() -> Vec<(&'static str, InRoom)> {
    use MemberRole::{Member, Moderator, Owner, Voice};
    vec![
        ("find", Action::Find),
        ("join", Action::Join),
        ("leave", Action::Leave),
        ("read history", Action::ReadHistory),
        ("list users", Action::ListUsers),
        ("mark read", Action::MarkRead),
        ("write, edit", Action::Send),
        ("react, delete own", Action::React),
        ("set the topic", Action::SetTopic),
        ("pin", Action::Pin),
        ("delete others'", Action::DeleteOthers),
        ("ask in", Action::AskIn),
        ("invite into", Action::InviteInto),
        ("set rules", Action::SetRules),
        ("manage hooks", Action::ManageHooks),
        ("give a voice", |at| set_role(at, Member, Voice)),
        ("make a moderator", |at| set_role(at, Voice, Moderator)),
        ("make an owner", |at| set_role(at, Member, Owner)),
        ("take a moderator's", |at| set_role(at, Moderator, Member)),
        ("step down", |standing| Action::SetRoleInRoom {
            standing,
            from: standing.role,
            to: Member,
            is_self: true,
        }),
        ("mute, kick a member", |standing| Action::SanctionInRoom { standing, of: Member }),
        ("… a moderator", |standing| Action::SanctionInRoom { standing, of: Moderator }),
        ("… an owner", |standing| Action::SanctionInRoom { standing, of: Owner }),
    ]
}

fn actions_on_the_server() -> Vec<(&'static str, Action)> {
    use UserRole::{Member, Moderator, Owner};
    let set = |from, to| Action::SetRole { from, to, is_self: false };
    vec![
        ("take a name", Action::TakeName),
        ("list rooms", Action::ListRooms),
        ("make a moderator", set(Member, Moderator)),
        ("make an owner", set(Member, Owner)),
        ("take an owner's role", set(Owner, Member)),
        ("step down as owner", Action::SetRole { from: Owner, to: Member, is_self: true }),
        ("mute, ban a member", Action::Sanction { of: Member }),
        ("mute, ban a moderator", Action::Sanction { of: Moderator }),
        ("mute, ban an owner", Action::Sanction { of: Owner }),
        ("invite a member", Action::Invite { role: Member }),
        ("invite a moderator", Action::Invite { role: Moderator }),
        ("invite an owner", Action::Invite { role: Owner }),
        ("end an own invite", Action::Revoke { role: Member, is_own: true }),
        ("end a member's invite", Action::Revoke { role: Member, is_own: false }),
        ("… a moderator's invite", Action::Revoke { role: Moderator, is_own: false }),
        ("… an owner's invite", Action::Revoke { role: Owner, is_own: false }),
        ("see own audit records", Action::SeeAudit { is_own: true }),
        ("see all audit records", Action::SeeAudit { is_own: false }),
        ("manage own account", Action::ManageOwnAccount),
        ("manage users", Action::ManageUsers),
    ]
}

/// The number of the kind of an action. A new one does not compile without a number here, nor pass without a row.
const fn kind(action: Action) -> usize {
    match action {
        Action::TakeName => 0,
        Action::ListRooms => 1,
        Action::Find(_) => 2,
        Action::Join(_) => 3,
        Action::Leave(_) => 4,
        Action::Send(_) => 5,
        Action::React(_) => 6,
        Action::SetTopic(_) => 7,
        Action::Pin(_) => 8,
        Action::DeleteOthers(_) => 9,
        Action::MarkRead(_) => 10,
        Action::ReadHistory(_) => 11,
        Action::ListUsers(_) => 12,
        Action::AskIn(_) => 13,
        Action::InviteInto(_) => 14,
        Action::SetRules(_) => 15,
        Action::ManageHooks(_) => 16,
        Action::SetRoleInRoom { .. } => 17,
        Action::SetRole { .. } => 18,
        Action::SanctionInRoom { .. } => 19,
        Action::Sanction { .. } => 20,
        Action::Invite { .. } => 21,
        Action::Revoke { .. } => 22,
        Action::SeeAudit { .. } => 23,
        Action::ManageOwnAccount => 24,
        Action::ManageUsers => 25,
    }
}

/// Number of kinds of actions.
const KINDS: usize = 26;

#[test]
fn every_action_has_a_row() {
    let at = Standing::of(RoomKind::Named, Rules::PUBLIC, MembershipFacts::default());
    let in_rooms = actions_in_rooms().into_iter().map(|(_, action)| kind(action(at)));
    let on_server = actions_on_the_server().into_iter().map(|(_, action)| kind(action));
    let mut kinds: Vec<usize> = in_rooms.chain(on_server).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, (0..KINDS).collect::<Vec<_>>());
}

const SUBJECTS: [(&str, UserKind, UserRole); 5] = [
    ("guest", UserKind::Guest, UserRole::Member),
    ("member", UserKind::Registered, UserRole::Member),
    ("moderator", UserKind::Registered, UserRole::Moderator),
    ("owner", UserKind::Registered, UserRole::Owner),
    ("bot", UserKind::Bot, UserRole::Member),
];

/// Whether the operator may do it, who is in no room.
fn operators_cell((kind, rules): (RoomKind, Rules), action: InRoom) -> String {
    yes(may(None, action(Standing::of(kind, rules, MembershipFacts::default()))))
}

fn yes(answer: Result<(), Denial>) -> String {
    if answer.is_ok() { "yes" } else { "." }.to_owned()
}

fn cell(subject: Subject, (kind, rules): (RoomKind, Rules), action: InRoom) -> String {
    let may = |(_, is_in, role, is_asked): &(char, bool, MemberRole, bool)| {
        let facts = MembershipFacts { is_in: *is_in, role: *role, is_asked: *is_asked };
        may(subject, action(Standing::of(kind, rules, facts))).is_ok()
    };
    STANDINGS.iter().map(|standing| if may(standing) { standing.0 } else { '.' }).collect()
}

/// The table as the code answers it.
fn table() -> String {
    let mut table = String::from(
        "Who may do what: the answers of hub/policy.rs, compared by its test. A cell has the standings in the room for\n\
         which the answer is yes:\n\
         \n\
         \x20   -  not in the room                      m  member\n\
         \x20   a  not in it, and asked in              v  voice\n\
         \x20   w  not in it, and a voice of it         M  moderator\n\
         \x20   W  not in it, and a moderator of it     O  owner\n\
         \x20   f  not in it, and an owner of it\n\
         \n\
         On the server\n\n",
    );
    let line = |table: &mut String, cells: &[String]| {
        let row = cells
            .iter()
            .skip(1)
            .fold(format!("{:24}", cells[0]), |row, cell| row + &format!("{cell:17}"));
        let _ = writeln!(table, "{}", row.trim_end());
    };
    let mut names = vec![String::new()];
    names.extend(SUBJECTS.map(|(name, ..)| name.to_owned()));
    names.push("operator".to_owned());
    line(&mut table, &names);
    for (name, action) in actions_on_the_server() {
        let mut cells = vec![name.to_owned()];
        cells.extend(SUBJECTS.map(|(_, kind, role)| yes(may(Subject { kind, role }, action))));
        cells.push(yes(may(None, action)));
        line(&mut table, &cells);
    }
    for (name, kind, role) in SUBJECTS {
        let _ = write!(table, "\nIn a room: a {name} of the server\n\n");
        let names = rooms().map(|(name, ..)| name.to_owned());
        line(&mut table, &[vec![String::new()], names.to_vec()].concat());
        for (name, action) in actions_in_rooms() {
            let cells =
                rooms().map(|(_, room, rules)| cell(Subject { kind, role }, (room, rules), action));
            line(&mut table, &[vec![name.to_owned()], cells.to_vec()].concat());
        }
    }
    table.push_str("\nIn a room: the operator, who is in none\n\n");
    let names = rooms().map(|(name, ..)| name.to_owned());
    line(&mut table, &[vec![String::new()], names.to_vec()].concat());
    for (name, action) in actions_in_rooms() {
        let cells = rooms().map(|(_, room, rules)| operators_cell((room, rules), action));
        line(&mut table, &[vec![name.to_owned()], cells.to_vec()].concat());
    }
    table
}

#[test]
fn the_answers_are_those_of_the_table() {
    let table = table();
    if std::env::var_os(WRITE).is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/hub/policy/table.txt");
        std::fs::write(path, &table).unwrap();
    }
    for (found, expected) in table.lines().zip(TABLE.lines()) {
        assert_eq!(
            found, expected,
            "set {WRITE} to write the table again, and look at what has changed"
        );
    }
    assert_eq!(table.lines().count(), TABLE.lines().count());
}

#[test]
fn rules_of_a_newer_version_are_as_strict_as_private() {
    let rules = Rules { privacy: Privacy::Unknown, ..Rules::PUBLIC };
    let subject = Subject { kind: UserKind::Registered, role: UserRole::Member };
    let at = Standing::of(RoomKind::Named, rules, MembershipFacts::default());
    assert!(may(subject, Action::Find(at)).is_err() && may(subject, Action::Join(at)).is_err());
}
