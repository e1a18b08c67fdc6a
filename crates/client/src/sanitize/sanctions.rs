//! Sanctions, and records of the audit log.

use chat_proto::event::{AuditEntry, SanctionInfo};
use chat_proto::{Event, Reason};

use super::{line, room, user};

pub(super) fn sanction(sanction: &SanctionInfo) -> SanctionInfo {
    SanctionInfo {
        room: sanction.room.as_ref().map(room),
        user: sanction.user.as_ref().map(user),
        by: sanction.by.as_ref().map(user),
        reason: Reason::from_lossy(&line(sanction.reason.as_str())),
        ..*sanction
    }
}

pub(super) fn audit(records: &[AuditEntry], more: bool) -> Event {
    Event::Audit { records: records.iter().map(audit_entry).collect(), more }
}

fn audit_entry(entry: &AuditEntry) -> AuditEntry {
    AuditEntry {
        by: entry.by.as_ref().map(user),
        about: line(&entry.about),
        reason: Reason::from_lossy(&line(entry.reason.as_str())),
        ..*entry
    }
}
