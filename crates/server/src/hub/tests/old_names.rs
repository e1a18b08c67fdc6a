//! The names in an old journal.

use super::*;

/// A hub whose journal has users with these numbers, names and last-seen times; and their tokens.
pub(super) fn with_old_users(users: &[(u64, &str, i64)]) -> (Arc<Hub>, Vec<Secret>) {
    let (engine, journal, mut contents) =
        Journal::open(&Location::Memory, Durability::Os, Timestamp::from_millis(0)).unwrap();
    let mut tokens = Vec::new();
    for (id, written, seen_at) in users {
        let secret = crate::token::new().unwrap();
        let user = chat_proto::User { id: UserId::new(*id), name: name(written) };
        let token = crate::token::TokenHash::of(&secret);
        let seen_at = Timestamp::from_millis(*seen_at);
        contents.users.push(UserRecord::registered(user, seen_at));
        let (user, credential) = (UserId::new(*id), Credential::Token(token));
        contents.credentials.push(CredentialRecord::new(*id, user, credential, seen_at));
        tokens.push(secret);
    }
    (Hub::start(engine, journal, contents, &config()).unwrap(), tokens)
}

#[tokio::test]
async fn two_users_of_an_old_journal_do_not_have_the_same_name() {
    let (hub, tokens) = with_old_users(&[(1, "Bob", 5), (2, "bob", 9), (3, "bob_2", 1)]);
    let mut names = Vec::new();
    for token in &tokens {
        names.push(back(&hub, token, "bob").await.unwrap().user().name.to_string());
    }
    assert_eq!(names, ["Bob_3", "bob", "bob_2"], "the user seen last keeps the name");
    let stored = hub.queue.with_connection(|db| {
        db.query_row("SELECT name FROM user WHERE id = 1", [], |row| row.get::<_, String>(0))
    });
    assert_eq!(stored.await.unwrap(), "Bob_3");
}

#[tokio::test]
async fn names_of_an_old_journal_do_not_differ_in_a_space_alone() {
    let (hub, tokens) = with_old_users(&[(1, "Ana María", 5), (2, "ana_maría", 9)]);
    let mut users = Vec::new();
    for (token, wants) in tokens.iter().zip(["Ana María", "ana_maría"]) {
        let user = back(&hub, token, wants).await.unwrap().user();
        users.push((user.id.get(), user.name.to_string()));
    }
    assert_eq!(users, [(1, "Ana María_2".to_owned()), (2, "ana_maría".to_owned())]);
}
