//! Passwords and further devices.

use chat_proto::ShortString;

use super::*;
use crate::hub::Proof;
use crate::token::PasswordHash;

fn hash(written: &str) -> PasswordHash {
    PasswordHash::new(written)
}

fn stored(hub: &Hub, member: &Member) -> Option<String> {
    Some(hub.password_of(member.id())?.hash.as_str().to_owned())
}

async fn log_in(
    hub: &Arc<Hub>,
    member: &Member,
    proof: Proof,
) -> Result<(Member, Secret), HubError> {
    hub.log_in(member.id(), proof, ShortString::new("phone").unwrap(), OPEN).await
}

#[tokio::test]
async fn a_password_and_a_further_device_are_there_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, first) = enter(&hub, "ana").await.unwrap();
    ana.actor().set_password(hash("one"), None).await.unwrap();
    let (phone, second) = log_in(&hub, &ana, Proof::Link).await.unwrap();
    assert_eq!(phone.id(), ana.id());
    drop((ana, phone));
    let hub = again(hub, directory.path()).await;
    for token in [first, second] {
        let ana = back(&hub, &token, "ana").await.unwrap();
        assert_eq!(stored(&hub, &ana).as_deref(), Some("one"));
    }
}

#[tokio::test]
async fn a_password_replaces_only_the_one_that_its_user_has_shown() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (one, two) = (hash("one"), hash("two"));
    let both = futures_util::join!(
        ana.actor().set_password(one, None),
        ana.actor().set_password(two, None)
    );
    assert_eq!((both.0, both.1), (Ok(()), Err(HubError::BadSecret)), "also within a commit");
    let id = ana.actor().password().unwrap().id;
    ana.actor().set_password(hash("three"), Some(id)).await.unwrap();
    assert_eq!(stored(&hub, &ana).as_deref(), Some("three"));
    let old = ana.actor().set_password(hash("four"), Some(id)).await;
    assert_eq!(old, Err(HubError::BadSecret));
    let login = log_in(&hub, &ana, Proof::Password(id, None)).await;
    assert_eq!(login.err(), Some(HubError::BadSecret), "it was changed while it was verified");
    let id = ana.actor().password().unwrap().id;
    log_in(&hub, &ana, Proof::Password(id, Some(hash("renewed")))).await.unwrap();
    assert_eq!(stored(&hub, &ana).as_deref(), Some("renewed"));
}

#[tokio::test]
async fn a_login_that_cannot_be_stored_changes_nothing() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    hub.refuse_to_store(true).await.unwrap();
    let refused = log_in(&hub, &ana, Proof::Link).await.err().map(|error| error.code());
    assert_eq!(refused, Some(RefusalCode::NotKept));
    assert!(ana.actor().set_password(hash("one"), None).await.is_err());
    assert_eq!(stored(&hub, &ana), None);
    hub.refuse_to_store(false).await.unwrap();
    let (phone, token) = log_in(&hub, &ana, Proof::Link).await.unwrap();
    drop(phone);
    assert_eq!(back(&hub, &token, "ana").await.unwrap().id(), ana.id());
}

#[tokio::test]
async fn a_guest_has_neither_a_password_nor_a_further_device() {
    let hub = hub();
    let guest = hub.enter_guest(hub.next_user(), &name("ana"), OPEN).await.unwrap();
    assert_eq!(
        guest.actor().set_password(hash("one"), None).await.err(),
        Some(HubError::BadSecret)
    );
    assert_eq!(log_in(&hub, &guest, Proof::Link).await.err(), Some(HubError::BadSecret));
    assert!(!guest.is_stored());
}
