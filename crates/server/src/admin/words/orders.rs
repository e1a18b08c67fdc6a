//! Roles, sanctions and the audit log in words.

use chat_proto::event::{AuditEntry, SanctionInfo};
use chat_proto::{AuditKind, Role, RoomName, SanctionKind, Timestamp, User};

use super::{after, clean, in_scope, time};

/// A role that was given.
pub(super) fn role(room: Option<&RoomName>, user: &User, role: Role) -> String {
    let article = if role == Role::Owner { "an" } else { "a" };
    format!("{} is {article} {role} of {} now.\n", user.name, scope(room))
}

/// A sanction that was made.
pub(super) fn sanction(sanction: &SanctionInfo) -> String {
    let (target, scope) = (capitalized(&target(sanction), sanction), scope(sanction.room.as_ref()));
    let (end, reason) = (end(sanction.until), after(": ", sanction.reason.as_str()));
    match sanction.kind {
        SanctionKind::Mute => {
            let in_scope = in_scope(sanction.room.as_ref());
            format!("{target} is muted {in_scope} {end}{reason}.\n")
        }
        SanctionKind::Ban => format!("{target} is banned from {scope} {end}{reason}.\n"),
        SanctionKind::Kick | SanctionKind::Unknown => {
            format!("{target} was kicked out of {scope}{reason}. It may come back.\n")
        }
    }
}

/// A sanction that was ended.
pub(super) fn pardon(sanction: &SanctionInfo) -> String {
    let (kind, in_scope) = (sanction.kind, in_scope(sanction.room.as_ref()));
    format!("The {kind} of {} {in_scope} has ended.\n", target(sanction))
}

/// A line of the list of sanctions.
pub(super) fn listed(sanction: &SanctionInfo) -> String {
    let (id, kind) = (sanction.id.unwrap_or_default(), sanction.kind.as_str());
    let (target, end) = (target(sanction), end(sanction.until));
    let by = by(sanction.by.as_ref());
    let reason = after("  ", sanction.reason.as_str());
    format!("{id:>4}  {kind}  {target}  {end}  by {by}{reason}\n")
}

/// A line of the audit log.
pub(super) fn record(record: &AuditEntry) -> String {
    let by = match record.what {
        AuditKind::Tries => "somebody",
        _ => by(record.by.as_ref()),
    };
    let (at, what) = (time(record.at), record.what);
    let (about, reason) = (clean(&record.about), after(": ", record.reason.as_str()));
    format!("{at}  {by}  {what}  {about}{reason}\n")
}

/// The room in which an order counts, or the server.
fn scope(room: Option<&RoomName>) -> &str {
    room.map_or("the server", RoomName::as_str)
}

fn by(user: Option<&User>) -> &str {
    user.map_or("the operator", |user| user.name.as_str())
}

/// The target of a sanction.
fn target(sanction: &SanctionInfo) -> String {
    match (&sanction.user, sanction.network, sanction.invite) {
        (Some(user), ..) => user.name.to_string(),
        (None, Some(network), _) => format!("the network {network}"),
        (None, None, Some(invite)) => format!("everybody who came by invite {invite}"),
        (None, None, None) => "a guest who has left".to_owned(),
    }
}

/// The target of a sanction, at the beginning of a sentence. A name stays as it is.
fn capitalized(target: &str, sanction: &SanctionInfo) -> String {
    match (&sanction.user, target.split_at_checked(1)) {
        (None, Some((first, rest))) => first.to_uppercase() + rest,
        _ => target.to_owned(),
    }
}

fn end(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "without an end".to_owned(), |until| format!("until {}", time(until)))
}

#[cfg(test)]
mod tests {
    use chat_proto::{Reason, UserId, UserName};

    use super::*;

    fn eva() -> User {
        User { id: UserId::new(8), name: UserName::new("eva").unwrap() }
    }

    fn mute() -> SanctionInfo {
        SanctionInfo {
            id: Some(12),
            kind: SanctionKind::Mute,
            room: Some(RoomName::new("#rust").unwrap()),
            user: Some(eva()),
            network: None,
            invite: None,
            by: None,
            until: Some(Timestamp::from_millis(1_795_946_400_000)),
            reason: Reason::new("cool down").unwrap(),
        }
    }

    #[test]
    fn a_sanction_says_whom_where_until_when_and_why() {
        let muted = sanction(&mute());
        assert_eq!(muted, "eva is muted in #rust until 2026-11-29 10:00 UTC: cool down.\n");
        let network = Some("203.0.113.0/24".parse().unwrap());
        let ban = SanctionInfo { kind: SanctionKind::Ban, room: None, until: None, ..mute() };
        let ban = SanctionInfo { user: None, network, reason: Reason::default(), ..ban };
        let banned = sanction(&ban);
        assert_eq!(
            banned,
            "The network 203.0.113.0/24 is banned from the server without an end.\n"
        );
        assert_eq!(pardon(&mute()), "The mute of eva in #rust has ended.\n");
        let line = "  12  mute  eva  until 2026-11-29 10:00 UTC  by the operator  cool down\n";
        assert_eq!(listed(&mute()), line);
    }

    #[test]
    fn a_role_says_of_what() {
        assert_eq!(role(None, &eva(), Role::Owner), "eva is an owner of the server now.\n");
        let room = RoomName::new("#rust").unwrap();
        assert_eq!(role(Some(&room), &eva(), Role::Voice), "eva is a voice of #rust now.\n");
    }

    #[test]
    fn a_record_of_the_audit_log_is_one_line() {
        let entry = AuditEntry {
            id: 1,
            at: Timestamp::from_millis(1_795_946_400_000),
            by: Some(eva()),
            what: AuditKind::Role,
            about: "bob: member → moderator".to_owned(),
            reason: Reason::default(),
        };
        let line = "2026-11-29 10:00 UTC  eva  role  bob: member → moderator\n";
        assert_eq!(record(&entry), line);
        let tries = "5 wrong codes from one network".to_owned();
        let tries = AuditEntry { by: None, what: AuditKind::Tries, about: tries, ..entry };
        let line = "2026-11-29 10:00 UTC  somebody  tries  5 wrong codes from one network\n";
        assert_eq!(record(&tries), line);
    }
}
