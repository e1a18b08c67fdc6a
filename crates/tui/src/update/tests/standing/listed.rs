//! The lists of sanctions and of the audit log.

use chat_proto::event::AuditEntry;

use super::*;

#[test]
fn mutes_and_bans_are_listed_and_ended_there() {
    let mut harness = in_rust(Role::Moderator);
    let list = Command::Sanctions { room: Some(room("#rust")), after: None, limit: None };
    assert_eq!(sent(&harness.type_text("/sanctions\n")), [list]);
    let ban = SanctionInfo {
        id: Some(13),
        kind: SanctionKind::Ban,
        until: None,
        by: None,
        reason: Reason::default(),
        ..mute(&harness, 13, user(9, "zoe"))
    };
    let sanctions = vec![mute(&harness, 12, user(5, "carl")), ban];
    harness.event(Event::Sanctions { room: Some(room("#rust")), sanctions, more: false });
    assert_shows(&harness, "carl  muted until 2026-11-22 14:12 · by ana · cool down");
    assert_shows(&harness, "zoe   banned with no end · by the operator");
    assert_eq!(sent(&harness.type_text("zoe\n")), [Command::Pardon { id: 13 }]);
    let list = Command::Sanctions { room: None, after: None, limit: None };
    assert_eq!(sent(&harness.type_text("/sanctions server\n")), [list]);
}

#[test]
fn the_audit_log_is_listed_with_its_older_pages() {
    let mut harness = Harness::connected(100, 20);
    let audit = |before| Command::Audit { before, limit: None };
    assert_eq!(sent(&harness.type_text("/audit\n")), [audit(None)]);
    let record = |id| AuditEntry {
        id,
        at: harness.at,
        by: Some(user(3, "ana")),
        what: AuditKind::Sanction,
        about: format!("mute eva {id}, #rust, 600 s"),
        reason: Reason::new("cool down").unwrap(),
    };
    let tries = "5 wrong codes from one network".to_owned();
    let tries = AuditEntry { by: None, what: AuditKind::Tries, about: tries, ..record(4) };
    let pages = [vec![record(9), record(8)], vec![tries, record(3)]];
    assert_eq!(
        sent(&harness.event(Event::Audit { records: pages[0].clone(), more: true })),
        [audit(Some(8))]
    );
    harness.event(Event::Audit { records: pages[1].clone(), more: false });
    for id in [9, 8, 3] {
        assert_shows(
            &harness,
            &format!("ana       sanction: mute eva {id}, #rust, 600 s · cool down"),
        );
    }
    assert_shows(&harness, "somebody  tries: 5 wrong codes from one network");
}
