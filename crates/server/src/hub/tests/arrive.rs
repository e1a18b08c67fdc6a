//! New users whose clients make their tokens.

use super::*;
use crate::token::TokenHash;

/// A token of 64 hexadecimal digits.
fn token(digit: char) -> Secret {
    Secret::new(String::from(digit).repeat(64))
}

#[tokio::test]
async fn a_client_that_lost_the_welcome_is_the_same_user_again() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let ana = hub.enter_proposed(None, &name("ana"), &token('a'), OPEN).await.unwrap();
    let id = ana.id();
    drop(ana);
    let ana = hub.enter_proposed(None, &name("ana"), &token('a'), OPEN).await.unwrap();
    assert_eq!((ana.id(), ana.user().name), (id, name("ana")));
    drop(ana);
    let hub = again(hub, directory.path()).await;
    assert_eq!(back(&hub, &token('a'), "ana").await.unwrap().id(), id, "it is stored");
    let other = hub.enter_proposed(None, &name("ana"), &token('b'), OPEN).await;
    assert_eq!(other.unwrap_err().code(), RefusalCode::NameTaken, "another token, another user");
}

#[tokio::test]
async fn two_connections_with_one_new_token_at_once_are_one_user() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::DirectoryInTask(directory.path().to_path_buf()));
    for (digit, names) in [('a', ["ana", "ana"]), ('b', ["bob", "rob"])] {
        let (token, names) = (token(digit), names.map(name));
        let enter = |name| hub.enter_proposed(None, name, &token, OPEN);
        let (one, other) = tokio::join!(enter(&names[0]), enter(&names[1]));
        assert_eq!(one.unwrap().id(), other.unwrap().id(), "{digit}");
    }
    assert_eq!(hub.state().users_stored(), 2);
}

#[tokio::test]
async fn a_connection_that_ends_while_its_user_is_stored_leaves_the_user_to_the_next() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::DirectoryInTask(directory.path().to_path_buf()));
    let (ana, token) = (name("ana"), token('a'));
    let mut lost = Box::pin(hub.enter_proposed(None, &ana, &token, OPEN));
    assert!(futures_util::poll!(&mut lost).is_pending());
    drop(lost);
    assert_eq!(hub.enter_proposed(None, &ana, &token, OPEN).await.unwrap().id(), UserId::new(1));
}

#[tokio::test]
async fn a_new_user_that_cannot_be_stored_may_come_again_with_its_token() {
    let hub = hub();
    let (ana, token) = (name("ana"), token('a'));
    hub.refuse_to_store(true).await.unwrap();
    let enter = || hub.enter_proposed(None, &ana, &token, OPEN);
    let (one, other) = tokio::join!(enter(), enter());
    for refused in [one, other] {
        assert_eq!(refused.unwrap_err().code(), RefusalCode::NotKept);
    }
    hub.refuse_to_store(false).await.unwrap();
    enter().await.unwrap();
}

#[tokio::test]
async fn a_new_token_that_could_be_guessed_is_refused() {
    let hub = hub();
    let refused =
        hub.enter_proposed(None, &name("ana"), &Secret::new("secret"), OPEN).await.unwrap_err();
    assert_eq!((&refused, refused.code()), (&HubError::BadNewToken, RefusalCode::BadToken));
    enter(&hub, "ana").await.unwrap();
}

#[tokio::test]
async fn past_a_number_of_users_a_new_token_is_refused_and_a_known_one_is_not() {
    let config = Config { users_max: 1, ..config() };
    let hub = Hub::open(&Location::Memory, Durability::Os, &config).unwrap();
    drop(hub.enter_proposed(None, &name("ana"), &token('a'), OPEN).await.unwrap());
    let refused = hub.enter_proposed(None, &name("bob"), &token('b'), OPEN).await.unwrap_err();
    assert_eq!(refused, HubError::TooManyUsers(1));
    hub.enter_proposed(None, &name("ana"), &token('a'), OPEN).await.unwrap();
}

/// Ends the hub, changes its journal by hand, and starts it again.
async fn changed(hub: Arc<Hub>, directory: &Path, statement: &str) -> Arc<Hub> {
    hub.close().await;
    let ended = hub.ended();
    drop(hub);
    ended.cancelled().await;
    crate::journal::tests::execute(directory, statement);
    open(&Location::Directory(directory.to_path_buf()))
}

#[tokio::test]
async fn each_of_several_tokens_of_a_user_leads_to_that_user() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, first) = enter(&hub, "ana").await.unwrap();
    let id = ana.id();
    drop(ana);
    let hash = TokenHash::of(&token('b'));
    let put = move |db: &_| crate::journal::tests::put_token(db, id, hash);
    hub.queue.with_connection(put).await.unwrap();
    let hub = again(hub, directory.path()).await;
    for token in [&first, &token('b')] {
        assert_eq!(back(&hub, token, "ana").await.unwrap().id(), id);
    }
    assert_eq!(hub.state().users_stored(), 1);
}

/// The directory has the prefixes of the tokens only.
#[tokio::test]
async fn tokens_with_one_prefix_lead_to_their_users_until_they_are_dropped() {
    let hub = hub();
    let [(ana, _), (bob, _)] =
        [enter(&hub, "ana").await.unwrap(), enter(&hub, "bob").await.unwrap()];
    let hash = |last| {
        let mut bytes = [7; 32];
        bytes[31] = last;
        TokenHash::from_bytes(bytes)
    };
    let record = |last: u8, user: &Member| {
        let credential = Credential::Token(hash(last));
        CredentialRecord::new(100 + u64::from(last), user.id(), credential, clock())
    };
    let records = [record(1, &ana), record(2, &ana), record(3, &bob)];
    let mut state = hub.state();
    records.iter().cloned().for_each(|record| state.add_credential(record));
    let mut left = vec![(1, ana.id()), (2, ana.id()), (3, bob.id())];
    for record in &records {
        for (last, user) in &left {
            assert_eq!(state.by_token(&hash(*last)), Some(*user));
        }
        state.drop_credential(record);
        let (dropped, _) = left.remove(0);
        assert_eq!(state.by_token(&hash(dropped)), None);
    }
    drop(state);
}

/// If the number of the user in the row is damaged, the credential must not open the account of another user.
#[tokio::test]
async fn a_damaged_credential_opens_no_account_and_its_client_can_begin_as_a_new_user() {
    for statement in [
        "UPDATE credential SET user = 2 WHERE user = 1",
        "UPDATE credential SET created_at = 7 WHERE user = 1",
        "DELETE FROM user WHERE id = 1",
    ] {
        let directory = TempDir::new().unwrap();
        let hub = open(&Location::Directory(directory.path().to_path_buf()));
        for (wants, digit) in [("ana", 'a'), ("bob", 'b')] {
            hub.enter_proposed(None, &name(wants), &token(digit), OPEN).await.unwrap();
        }
        let hub = changed(hub, directory.path(), statement).await;
        let refused = back(&hub, &token('a'), "ana").await.unwrap_err();
        assert_eq!(refused, HubError::BadToken, "{statement}");
        assert_eq!(
            back(&hub, &token('b'), "bob").await.unwrap().id(),
            UserId::new(2),
            "{statement}"
        );
        let new = hub.enter_proposed(None, &name("eva"), &token('a'), OPEN).await.unwrap().id();
        assert_eq!(new, UserId::new(3), "{statement}");
        let hub = again(hub, directory.path()).await;
        assert_eq!(
            back(&hub, &token('a'), "eva").await.unwrap().id(),
            UserId::new(3),
            "{statement}"
        );
    }
}
