//! Cleans the names of an account, of its devices and of its sessions.

use chat_proto::ShortString;
use chat_proto::event::{AccountInfo, AccountSummary, DeviceInfo, SessionInfo};

use super::{line, name, user};

pub(super) fn account(account: AccountInfo) -> AccountInfo {
    let device = |of: DeviceInfo| DeviceInfo { device: short(&of.device), ..of };
    AccountInfo {
        name: name(&account.name),
        devices: account.devices.into_iter().map(device).collect(),
        sessions: account.sessions.iter().map(session).collect(),
        ..account
    }
}

pub(super) fn summary(of: &AccountSummary) -> AccountSummary {
    AccountSummary { name: name(&of.name), ..*of }
}

pub(super) fn session(of: &SessionInfo) -> SessionInfo {
    SessionInfo { device: short(&of.device), user: of.user.as_ref().map(user), ..*of }
}

fn short(written: &ShortString) -> ShortString {
    // A text that grows too long is left out.
    ShortString::new(line(written.as_str())).unwrap_or_default()
}
