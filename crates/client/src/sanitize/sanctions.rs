//! Sanctions, and records of the audit log.

use chat_proto::event::{AuditEntry, SanctionInfo};
use chat_proto::{Event, Reason};

use super::{line, room, user};

/// Cleans an event about sanctions; any other one stays as it is.
pub(super) fn event(event: Event) -> Event {
    match event {
        Event::Sanction(dirty) => Event::Sanction(Box::new(sanction(&dirty))),
        Event::Pardoned { sanction: dirty, by } => {
            Event::Pardoned { sanction: Box::new(sanction(&dirty)), by: by.as_ref().map(user) }
        }
        Event::Sanctions { room: dirty, sanctions, more } => Event::Sanctions {
            room: dirty.as_ref().map(room),
            sanctions: sanctions.iter().map(sanction).collect(),
            more,
        },
        Event::Audit { records, more } => {
            Event::Audit { records: records.iter().map(audit_entry).collect(), more }
        }
        other => other,
    }
}

fn sanction(sanction: &SanctionInfo) -> SanctionInfo {
    SanctionInfo {
        room: sanction.room.as_ref().map(room),
        user: sanction.user.as_ref().map(user),
        by: sanction.by.as_ref().map(user),
        reason: Reason::from_lossy(&line(sanction.reason.as_str())),
        ..*sanction
    }
}

fn audit_entry(entry: &AuditEntry) -> AuditEntry {
    AuditEntry {
        by: entry.by.as_ref().map(user),
        about: line(&entry.about),
        reason: Reason::from_lossy(&line(entry.reason.as_str())),
        ..*entry
    }
}
