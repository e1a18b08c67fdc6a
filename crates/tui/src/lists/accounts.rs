//! The devices and the sessions of an account, to drop or to end one.

use chat_client::State as ClientState;
use chat_proto::event::{AccountInfo, DeviceInfo, SessionInfo};
use chat_proto::{Door, ShortString, Timestamp};

use super::{Offer, OfferAction};

/// The devices of the account that was asked for, then its sessions. `when` writes a time.
pub(super) fn devices(client: &ClientState, when: impl Fn(Timestamp) -> String) -> Vec<Offer> {
    let Some(account) = client.listed_account().account() else {
        return Vec::new();
    };
    let devices = account.devices.iter().map(|of| device(of, &when));
    devices.chain(account.sessions.iter().map(|of| session(of, &when))).collect()
}

/// The heading of the list.
pub(super) fn title(client: &ClientState) -> String {
    let Some(account) = client.listed_account().account() else {
        return "Devices and sessions".to_owned();
    };
    let AccountInfo { id, name, has_password, .. } = account;
    let password = if *has_password { "a password" } else { "no password" };
    match client.is_me(*id) {
        true => format!("Your devices and sessions · {password}"),
        false => format!("Devices and sessions of {name} · {password}"),
    }
}

/// What the list says if there is nothing in it.
pub(super) fn empty(client: &ClientState) -> String {
    let listed = client.listed_account();
    match listed.account() {
        _ if listed.is_loading() => "Loading…".to_owned(),
        Some(AccountInfo { name, .. }) => {
            let written = name.as_str().replace(' ', "_");
            format!("{name} has no device. /link {written} makes a code for one")
        }
        None => "There is nothing to list".to_owned(),
    }
}

fn device(of: &DeviceInfo, when: &impl Fn(Timestamp) -> String) -> Offer {
    let mut details = vec![format!("device {}", of.id)];
    details.extend(of.this.then(|| "this one".to_owned()));
    details.push(format!("last login {}", when(of.seen_at)));
    details.extend(of.made_at.map(|at| format!("known since {}", when(at))));
    Offer::new(named(&of.device), OfferAction::Drop(of.id)).detail(details.join(" · "))
}

fn session(of: &SessionInfo, when: &impl Fn(Timestamp) -> String) -> Offer {
    let mut details = vec![format!("session {}", of.id)];
    details.extend(of.this.then(|| "this one".to_owned()));
    details.push(format!("connected since {}", when(of.since)));
    details.extend(of.network.map(|network| format!("from {network}")));
    details.extend((of.door == Door::Classic).then(|| "classic client".to_owned()));
    Offer::new(named(&of.device), OfferAction::End(of.id)).detail(details.join(" · "))
}

fn named(device: &ShortString) -> String {
    if device.is_empty() { "unnamed".to_owned() } else { device.as_str().to_owned() }
}
