//! Accounts, with their devices and sessions.

use std::net::IpAddr;

use chat_proto::event::{AccountInfo, AccountSummary, DeviceInfo, SessionInfo};
use chat_proto::{AccountChange, Door};

use super::*;

pub(super) fn account_command() -> impl Strategy<Value = Command> {
    let user = || option::of(user_name());
    prop_oneof![
        (secret(), option::of(secret()), user(), any::<bool>()).prop_map(
            |(password, old, user, drop_devices)| Command::SetPassword {
                password,
                old,
                user,
                drop_devices
            }
        ),
        user().prop_map(|user| Command::Link { user }),
        user().prop_map(|user| Command::Account { user }),
        (any::<u64>(), user()).prop_map(|(id, user)| Command::Drop { id, user }),
        any::<u64>().prop_map(|session| Command::End { session }),
        (option::of(any::<u64>()), option::of(any::<u32>()))
            .prop_map(|(after, limit)| Command::Sessions { after, limit }),
        (option::of(any::<u64>()), option::of(any::<u32>()))
            .prop_map(|(after, limit)| Command::Accounts { after, limit }),
        user_name().prop_map(|user| Command::Free { user }),
    ]
}

fn device_info() -> impl Strategy<Value = DeviceInfo> {
    (any::<u64>(), short_string(), option::of(at()), at(), any::<bool>()).prop_map(
        |(id, device, made_at, seen_at, this)| DeviceInfo { id, device, made_at, seen_at, this },
    )
}

fn session_info() -> impl Strategy<Value = SessionInfo> {
    let place = (select(Door::ALL), option::of(any::<IpAddr>()));
    (any::<u64>(), option::of(user()), short_string(), place, at(), any::<bool>()).prop_map(
        |(id, user, device, (door, network), since, this)| SessionInfo {
            id,
            user,
            device,
            door,
            since,
            network,
            this,
        },
    )
}

fn account_summary() -> impl Strategy<Value = AccountSummary> {
    let counts = (any::<u32>(), any::<u32>());
    (user(), select(Role::ALL), any::<bool>(), counts, at()).prop_map(
        |(User { id, name }, role, has_password, (devices, sessions), seen_at)| AccountSummary {
            id,
            name,
            role,
            has_password,
            devices,
            sessions,
            seen_at,
        },
    )
}

pub(super) fn account_event() -> impl Strategy<Value = Event> {
    let lists = (vec(device_info(), 0..3), vec(session_info(), 0..3));
    let account = (user(), select(Role::ALL), any::<bool>(), lists).prop_map(
        |(User { id, name }, role, has_password, (devices, sessions))| {
            Event::Account(Box::new(AccountInfo {
                id,
                name,
                role,
                has_password,
                devices,
                sessions,
            }))
        },
    );
    prop_oneof![
        account,
        (select(AccountChange::ALL), option::of(user()))
            .prop_map(|(what, by)| Event::AccountChanged { what, by }),
        (vec(session_info(), 0..3), any::<bool>())
            .prop_map(|(sessions, more)| Event::Sessions { sessions, more }),
        (vec(account_summary(), 0..3), option::of(any::<u64>()))
            .prop_map(|(accounts, next)| Event::Accounts { accounts, next }),
    ]
}
