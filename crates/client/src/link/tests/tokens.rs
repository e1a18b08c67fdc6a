//! Which server is shown which token.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_token_of_a_welcome_is_in_the_next_hello() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    assert_eq!(server.accept_hello().await.token, None);
    drop(server);
    let mut server = harness.answers().await;
    server.answer_about("journal").await;
    assert_eq!(server.accept_hello().await.token.as_ref().map(Secret::reveal), Some("secret"));
    harness.session().await;
    // Another user has another, or none.
    harness.link.request(LinkRequest::ConnectAs(Box::new(new_user("rob")))).unwrap();
    drop(server);
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.name, hello.token), (name("rob"), None));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_shown_only_to_the_server_it_is_of() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.accept_hello().await;
    for (id, token) in [("other", None), ("journal", Some("secret"))] {
        drop(server);
        server = harness.answers().await;
        server.answer_about(id).await;
        let hello = server.accept_hello_as(id).await;
        assert_eq!(hello.token.as_ref().map(Secret::reveal), token, "{id}");
        let about = harness.next_event_that("the journal", |events| match events {
            LinkEvent::About { journal } => Some(journal),
            _ => None,
        });
        assert_eq!(about.await.as_str(), id);
    }
    // One that does not know the question is a server of version 0.1.0: no token is of it.
    drop(server);
    server = harness.answers().await;
    assert_eq!(server.receive().await, Command::About);
    let refusal = Refusal::new(RefusalCode::HelloFirst, "say hello first");
    server.send_event(&Event::Refused(refusal)).await;
    assert_eq!(server.accept_hello().await.token, None);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refused_is_forgotten_when_asked() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.accept_hello().await;
    drop(server);
    let mut server = harness.answers().await;
    server.answer_about("journal").await;
    let Command::Hello(hello) = server.receive().await else { panic!("no hello") };
    assert!(hello.token.is_some());
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    server.send_event(&Event::Refused(refusal)).await;
    let refused = |events| matches!(events, LinkEvent::Refused(_)).then_some(());
    harness.next_event_that("the refusal", refused).await;
    harness.link.request(LinkRequest::ConnectAsNew).unwrap();
    assert_eq!(harness.answers().await.accept_hello().await.token, None);
}

/// The token that the client makes of `seed` for bob.
fn made(seed: Seed, journal: &str) -> Secret {
    seed.token(&ShortString::new(journal).unwrap(), &name("bob"))
}

#[tokio::test(start_paused = true)]
async fn a_new_user_has_the_token_of_its_client_until_the_server_sends_one() {
    let seed = Seed::new().unwrap();
    let harness = Harness::with_seed(Some(seed));
    // The connection is lost before the welcome: the second hello is the same.
    for _ in 0..2 {
        let mut server = harness.answers().await;
        server.answer_about("journal").await;
        let Command::Hello(hello) = server.receive().await else { panic!("no hello") };
        assert_eq!((hello.token, hello.new), (Some(made(seed, "journal")), true));
    }
    harness.answers().await.accept_hello().await;
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.token.as_ref().map(Secret::reveal), hello.new), (Some("secret"), false));
    let hello = harness.answers().await.accept_hello_as("other").await;
    assert_eq!((hello.token, hello.new), (Some(made(seed, "other")), true));
}

#[tokio::test(start_paused = true)]
async fn a_server_of_version_0_1_0_makes_the_token_of_a_new_user() {
    for code in [RefusalCode::UnknownType, RefusalCode::HelloFirst] {
        let harness = Harness::with_seed(Some(Seed::new().unwrap()));
        let mut server = harness.answers().await;
        assert_eq!(server.receive().await, Command::About);
        server.send_event(&Event::Refused(Refusal::new(code, "what?"))).await;
        let hello = server.accept_hello().await;
        assert_eq!((hello.token, hello.new), (None, false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_token_of_a_new_user_makes_it() {
    let harness = Harness::with_seed(Some(Seed::new().unwrap()));
    let mut server = harness.answers().await;
    server.answer_about("journal").await;
    let Command::Hello(hello) = server.receive().await else { panic!("no hello") };
    assert!(hello.new);
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    server.send_event(&Event::Refused(refusal)).await;
    drop(server);
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.token, hello.new), (None, false));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refused_and_forgotten_is_replaced_by_one_the_client_makes() {
    let seed = Seed::new().unwrap();
    let mut harness = Harness::with_seed(Some(seed));
    harness.answers().await.accept_hello().await;
    let mut server = harness.answers().await;
    server.answer_about("journal").await;
    let Command::Hello(hello) = server.receive().await else { panic!("no hello") };
    assert!(!hello.new);
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    server.send_event(&Event::Refused(refusal)).await;
    let refused = |events| matches!(events, LinkEvent::Refused(_)).then_some(());
    harness.next_event_that("the refusal", refused).await;
    harness.link.request(LinkRequest::ConnectAsNew).unwrap();
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.token, hello.new), (Some(made(seed, "journal")), true));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_before_the_hello_is_shown() {
    let mut harness = Harness::with_seed(Some(Seed::new().unwrap()));
    let mut server = harness.answers().await;
    assert_eq!(server.receive().await, Command::About);
    server.send_event(&Event::Refused(Refusal::new(RefusalCode::BadVersion, "too old"))).await;
    let refused = |events| match events {
        LinkEvent::Refused(refusal) => Some(refusal.text),
        _ => None,
    };
    assert_eq!(harness.next_event_that("the refusal", refused).await, "too old");
}

#[tokio::test(start_paused = true)]
async fn an_invite_is_sent_until_a_session_has_begun() {
    let invite = Some(Secret::new(format!("i{}", "x".repeat(22))));
    let machine = ShortString::new("laptop").ok();
    let bob = Identity { invite: invite.clone(), machine, ..new_user("bob") };
    let harness = Harness::with_identity(bob);
    let mut server = harness.answers().await;
    let Command::Hello(hello) = server.receive().await else { panic!("no hello") };
    assert_eq!(hello.invite, invite);
    // The name is taken: the same invite goes with another one.
    let refusal = Refusal::new(RefusalCode::NameTaken, "take another");
    server.send_event(&Event::Refused(refusal)).await;
    harness.link.request(LinkRequest::ConnectAs(Box::new(new_user("rob")))).unwrap();
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.name, hello.invite), (name("rob"), invite));
    assert_eq!(hello.device_name.unwrap().as_str(), "laptop", "the machine is the same one");
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!(hello.invite, None);
}

#[tokio::test(start_paused = true)]
async fn a_code_or_a_password_is_sent_once_in_place_of_a_token() {
    let mut harness = Harness::with_seed(Some(Seed::new().unwrap()));
    let refuse = |code| Event::Refused(Refusal::new(code, "no"));
    let refused = |event| matches!(event, LinkEvent::Refused(_)).then_some(());
    harness.answers().await.refuse_hello(&refuse(RefusalCode::NameTaken)).await;
    harness.next_event_that("the first refusal", refused).await;
    let password = || Some(Secret::new("correct horse"));
    let login = Login::Password(Secret::new("correct horse"));
    harness.link.request(LinkRequest::LogIn(name("bob"), login)).unwrap();
    let hello = harness.answers().await.refuse_hello(&refuse(RefusalCode::BadSecret)).await;
    assert_eq!((hello.token, hello.new, hello.password), (None, false, password()));
    harness.next_event_that("the second refusal", refused).await;
    // A wrong one is not tried again.
    harness.link.request(LinkRequest::Connect(name("bob"))).unwrap();
    let hello = harness.answers().await.refuse_hello(&refuse(RefusalCode::NameTaken)).await;
    assert_eq!((hello.token.is_some(), hello.password), (true, None));
    harness.next_event_that("the third refusal", refused).await;
    let code = Login::Code(Secret::new("7KQ2M9XT"));
    harness.link.request(LinkRequest::LogIn(name("bob"), code)).unwrap();
    let mut server = harness.answers().await;
    let hello = server.accept_hello().await;
    assert_eq!((hello.token, hello.link), (None, Some(Secret::new("7KQ2M9XT"))));
    harness.session().await;
    drop(server);
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.token.is_some(), hello.link), (true, None), "the device has a token now");
}

#[tokio::test(start_paused = true)]
async fn the_password_of_the_server_is_sent_with_the_token_of_a_new_user_until_it_is_refused() {
    let bob = Identity { seed: Seed::new().ok(), ..new_user("bob") };
    let mut harness = Harness::with_identity(bob.clone());
    let refuse = |code| Event::Refused(Refusal::new(code, "no"));
    let refused = |event| matches!(event, LinkEvent::Refused(_)).then_some(());
    harness.answers().await.refuse_hello(&refuse(RefusalCode::PasswordNeeded)).await;
    harness.next_event_that("the first refusal", refused).await;
    let says = |password| LinkRequest::LogIn(name("bob"), Login::Server(Secret::new(password)));
    harness.link.request(says("wrong")).unwrap();
    let hello = harness.answers().await.refuse_hello(&refuse(RefusalCode::BadSecret)).await;
    assert_eq!((hello.new, hello.password), (true, Some(Secret::new("wrong"))));
    harness.next_event_that("the second refusal", refused).await;
    harness.link.request(says("right")).unwrap();
    harness.answers().await.refuse_hello(&refuse(RefusalCode::NameTaken)).await;
    harness.next_event_that("the third refusal", refused).await;
    // It is right for another name, too.
    let rob = Identity { name: name("rob"), ..bob };
    harness.link.request(LinkRequest::ConnectAs(Box::new(rob))).unwrap();
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!((hello.name, hello.password), (name("rob"), Some(Secret::new("right"))));
    let hello = harness.answers().await.accept_hello().await;
    assert_eq!(hello.password, None, "the user is known now");
}

#[tokio::test(start_paused = true)]
async fn a_password_of_a_user_is_not_sent_under_another_name() {
    let bob = Identity { seed: Seed::new().ok(), ..new_user("bob") };
    let rob = Identity { name: name("rob"), ..bob.clone() };
    let another_name = [LinkRequest::ConnectAs(Box::new(rob)), LinkRequest::Connect(name("rob"))];
    for another_name in another_name {
        let mut harness = Harness::with_identity(bob.clone());
        let taken = Event::Refused(Refusal::new(RefusalCode::NameTaken, "take another"));
        harness.answers().await.refuse_hello(&taken).await;
        let refused = |event| matches!(event, LinkEvent::Refused(_)).then_some(());
        harness.next_event_that("the refusal", refused).await;
        let password = Login::Password(Secret::new("little words"));
        harness.link.request(LinkRequest::LogIn(name("bob"), password)).unwrap();
        harness.refuses(1).await;
        harness.lost().await;
        harness.link.request(another_name).unwrap();
        let hello = harness.answers().await.accept_hello().await;
        assert_eq!((hello.name, hello.password), (name("rob"), None));
    }
}
