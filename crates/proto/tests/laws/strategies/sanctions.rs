//! Sanctions, and records of the audit log.

use chat_proto::command;
use chat_proto::event::{AuditEntry, SanctionInfo};
use chat_proto::{AuditKind, Network, Reason, SanctionKind};

use super::*;

fn network() -> impl Strategy<Value = Network> {
    let v4 = (any::<[u8; 4]>(), 8..=32_u8).prop_map(|(ip, bits)| Network::new(ip.into(), bits));
    let v6 = (any::<[u8; 16]>(), 96..=128_u8).prop_map(|(mut ip, bits)| {
        ip[0] = 0x20; // not an IPv4 address in another form
        Network::new(ip.into(), bits)
    });
    prop_oneof![v4, v6].prop_map(|network| network.unwrap())
}

fn reason() -> impl Strategy<Value = Reason> {
    ".{0,40}".prop_map(|written| Reason::from_lossy(&written))
}

pub(super) fn sanction_command() -> impl Strategy<Value = command::Sanction> {
    let target = (option::of(user_name()), option::of(network()), option::of(any::<u64>()));
    let times = (option::of(any::<u64>()), option::of(any::<u32>()));
    (select(SanctionKind::ALL), target, option::of(room_name()), times, reason()).prop_map(
        |(kind, (user, network, invite), room, (for_s, remove_since_s), reason)| {
            command::Sanction { kind, user, network, invite, room, for_s, remove_since_s, reason }
        },
    )
}

pub(super) fn sanction_info() -> impl Strategy<Value = SanctionInfo> {
    let target = (option::of(user()), option::of(network()), option::of(any::<u64>()));
    let place = (option::of(room_name()), option::of(user()));
    let what = (option::of(any::<u64>()), select(SanctionKind::ALL));
    (what, target, place, option::of(at()), reason()).prop_map(
        |((id, kind), (user, network, invite), (room, by), until, reason)| SanctionInfo {
            id,
            kind,
            room,
            user,
            network,
            invite,
            by,
            until,
            reason,
        },
    )
}

pub(super) fn audit_entry() -> impl Strategy<Value = AuditEntry> {
    (any::<u64>(), at(), option::of(user()), select(AuditKind::ALL), ".{0,40}", reason()).prop_map(
        |(id, at, by, what, about, reason)| AuditEntry { id, at, by, what, about, reason },
    )
}
