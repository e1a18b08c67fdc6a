//! Accounts and sessions in words.

use std::fmt::Write;

use chat_proto::event::{AccountInfo, AccountSummary, DeviceInfo, SessionInfo};
use chat_proto::{Secret, ShortString};

use super::{clean, time};

/// An account, with its devices and its sessions.
pub(super) fn account(account: &AccountInfo) -> String {
    let AccountInfo { id, name, role, has_password, devices, sessions } = account;
    let password = if *has_password { "with a password" } else { "without a password" };
    let mut text = format!("{name}: number {id}, {role}, {password}\n");
    text.push_str(if devices.is_empty() { "no devices\n" } else { "devices:\n" });
    for DeviceInfo { id, device, made_at, seen_at, .. } in devices {
        let since = made_at.map_or_else(|| "an earlier version".to_owned(), time);
        let (device, seen_at) = (named(device), time(*seen_at));
        let _ = writeln!(text, "{id:>6}  {device}  since {since}  last used {seen_at}");
    }
    text.push_str(if sessions.is_empty() { "not connected\n" } else { "sessions:\n" });
    text.extend(sessions.iter().map(session));
    text
}

/// A line of a list of users.
pub(super) fn listed(account: &AccountSummary) -> String {
    let AccountSummary { id, name, role, has_password, devices, sessions, seen_at } = account;
    let devices = match devices {
        1 => "1 device".to_owned(),
        devices => format!("{devices} devices"),
    };
    let password = if *has_password { ", a password" } else { "" };
    let seen = match sessions {
        0 => format!("last seen {}", time(*seen_at)),
        _ => "connected".to_owned(),
    };
    format!("{id:>6}  {name}  {role}  {devices}{password}  {seen}\n")
}

/// A line of a list of sessions.
pub(super) fn session(session: &SessionInfo) -> String {
    let SessionInfo { id, user, device, door, since, .. } = session;
    let user = user.as_ref().map_or_else(String::new, |user| format!("{}  ", user.name));
    format!("{id:>6}  {user}{}  {}  since {}\n", named(device), door.as_str(), time(*since))
}

/// A code for a device of a user.
pub(super) fn link(code: &Secret, valid_ms: u64) -> String {
    let minutes = valid_ms / 60_000;
    format!(
        "Code: {}\nIt lets in one device of the user, within {minutes} minutes. Tell it to nobody else.\n",
        code.reveal()
    )
}

fn named(device: &ShortString) -> String {
    if device.is_empty() { "unnamed".to_owned() } else { clean(device.as_str()) }
}

#[cfg(test)]
mod tests {
    use chat_proto::{Door, Role, Timestamp, User, UserId, UserName};

    use super::*;

    const AT: i64 = 1_795_946_400_000;

    fn bob() -> User {
        User { id: UserId::new(7), name: UserName::new("bob").unwrap() }
    }

    fn of_laptop(user: Option<User>) -> SessionInfo {
        let device = ShortString::new("laptop").unwrap();
        let (door, since) = (Door::Native, Timestamp::from_millis(AT));
        SessionInfo { id: 41, user, device, door, since, network: None, this: false }
    }

    #[test]
    fn an_account_has_its_devices_and_sessions() {
        let seen_at = Timestamp::from_millis(AT);
        let device = DeviceInfo {
            id: 12,
            device: ShortString::default(),
            made_at: None,
            seen_at,
            this: false,
        };
        let User { id, name } = bob();
        let info = AccountInfo {
            id,
            name,
            role: Role::Member,
            has_password: false,
            devices: vec![device],
            sessions: vec![of_laptop(None)],
        };
        let expected = "bob: number 7, member, without a password\n\
                        devices:\n\
                        \x20   12  unnamed  since an earlier version  last used 2026-11-29 10:00 UTC\n\
                        sessions:\n\
                        \x20   41  laptop  native  since 2026-11-29 10:00 UTC\n";
        assert_eq!(account(&info), expected);
        let away = AccountInfo { devices: Vec::new(), sessions: Vec::new(), ..info };
        assert!(account(&away).ends_with("no devices\nnot connected\n"));
    }

    #[test]
    fn a_session_in_a_list_has_its_user() {
        let line = "    41  bob  laptop  native  since 2026-11-29 10:00 UTC\n";
        assert_eq!(session(&of_laptop(Some(bob()))), line);
    }

    #[test]
    fn a_user_in_a_list_says_how_it_logs_in_and_when_it_was_there() {
        let User { id, name } = bob();
        let (role, seen_at) = (Role::Owner, Timestamp::from_millis(AT));
        let away =
            AccountSummary { id, name, role, has_password: true, devices: 1, sessions: 0, seen_at };
        let line = "     7  bob  owner  1 device, a password  last seen 2026-11-29 10:00 UTC\n";
        assert_eq!(listed(&away), line);
        let here = AccountSummary { has_password: false, devices: 2, sessions: 3, ..away };
        assert_eq!(listed(&here), "     7  bob  owner  2 devices  connected\n");
    }

    #[test]
    fn a_code_says_how_long_it_is_valid() {
        let text = link(&Secret::new("7KQ2M9XT"), 300_000);
        assert!(
            text.starts_with("Code: 7KQ2M9XT\n") && text.contains("within 5 minutes"),
            "{text}"
        );
    }
}
