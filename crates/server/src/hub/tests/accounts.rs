//! Changes of an account by the operator or an owner are stored together, or not at all.

use std::net::{IpAddr, Ipv4Addr};

use chat_proto::{Door, Role, ShortString};

use super::*;
use crate::hub::{Asker, Client};
use crate::token::PasswordHash;

const OPERATOR: Asker = Asker::OPERATOR;

fn client(device: &str) -> Client {
    let device = ShortString::new(device).unwrap();
    Client { door: Door::Native, device, address: IpAddr::V4(Ipv4Addr::LOCALHOST) }
}

/// The names of the devices of a user.
fn devices(hub: &Hub, user: &str) -> Vec<String> {
    let account = hub.account(OPERATOR, Some(&name(user))).unwrap();
    account.devices.iter().map(|device| device.device.as_str().to_owned()).collect()
}

#[tokio::test]
async fn a_password_without_devices_and_a_freed_name_are_there_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, lost) = enter(&hub, "ana").await.unwrap();
    let (bob, kept) = enter(&hub, "bob").await.unwrap();
    bob.put_client(client("laptop"), &kept, true).unwrap();
    let hash = PasswordHash::new("one");
    let account = hub.hand_back(OPERATOR, name("ana"), hash, true).await.unwrap();
    assert!(account.has_password && account.devices.is_empty() && ana.is_expelled());
    assert!(!bob.is_expelled());
    drop((ana, bob));
    assert_eq!(hub.free_name(OPERATOR, name("bob")).await.unwrap().name, name("bob_2"));
    let hub = again(hub, directory.path()).await;
    assert!(hub.holder(&name("bob")).is_none());
    assert_eq!(devices(&hub, "bob_2"), ["laptop"]);
    let bob = back(&hub, &kept, "bob_2").await.unwrap();
    assert_eq!(back(&hub, &lost, "ana").await.err(), Some(HubError::BadToken));
    let ana = hub.account(OPERATOR, Some(&name("ana"))).unwrap();
    assert!(ana.has_password && ana.devices.is_empty());
    let id = hub.account(OPERATOR, Some(&name("bob_2"))).unwrap().devices[0].id;
    hub.drop_device(OPERATOR, Some(name("bob_2")), id).await.unwrap();
    drop(bob);
    let hub = again(hub, directory.path()).await;
    assert_eq!(back(&hub, &kept, "bob_2").await.err(), Some(HubError::BadToken));
}

#[tokio::test]
async fn a_change_that_cannot_be_stored_ends_no_session_and_changes_no_account() {
    let hub = hub();
    let (ana, token) = enter(&hub, "ana").await.unwrap();
    ana.put_client(client("desk"), &token, true).unwrap();
    let id = hub.account(OPERATOR, Some(&name("ana"))).unwrap().devices[0].id;
    hub.refuse_to_store(true).await.unwrap();
    let hash = PasswordHash::new("one");
    assert!(hub.hand_back(OPERATOR, name("ana"), hash, true).await.is_err());
    assert!(hub.drop_device(OPERATOR, Some(name("ana")), id).await.is_err());
    assert!(hub.permit_link(OPERATOR, name("ana")).await.is_err());
    hub.refuse_to_store(false).await.unwrap();
    let account = hub.account(OPERATOR, Some(&name("ana"))).unwrap();
    assert!(!account.has_password && !ana.is_expelled());
    assert_eq!((devices(&hub, "ana"), account.sessions.len()), (vec!["desk".to_owned()], 1));
    assert!(back(&hub, &token, "ana").await.is_ok());
}

#[tokio::test]
async fn a_session_that_begins_while_its_token_is_dropped_does_not_begin() {
    let hub = hub();
    let (ana, token) = enter(&hub, "ana").await.unwrap();
    ana.put_client(client("desk"), &token, true).unwrap();
    let id = hub.account(OPERATOR, Some(&name("ana"))).unwrap().devices[0].id;
    let late = back(&hub, &token, "ana").await.unwrap();
    hub.drop_device(OPERATOR, Some(name("ana")), id).await.unwrap();
    assert!(ana.is_expelled(), "it began with the token");
    let refused = late.put_client(client("desk"), &token, true);
    assert_eq!(refused.err(), Some(HubError::BadToken));
    drop((ana, late));
    assert!(hub.account(OPERATOR, Some(&name("ana"))).unwrap().sessions.is_empty());
}

#[tokio::test]
async fn an_owner_who_does_not_send_its_own_password_does_not_get_another_one() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    hub.grant(None, name("ana"), None, Role::Owner).await.unwrap();
    let asker = ana.asker();
    let set = hub.hand_back(asker, name("ana"), PasswordHash::new("one"), true).await;
    assert_eq!(set.err(), Some(HubError::NotToYourself));
    assert!(!ana.is_expelled() && !hub.account(asker, None).unwrap().has_password);
}
