//! Which server is shown which token.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_token_of_a_welcome_is_in_the_next_hello() {
    let mut bench = Bench::new();
    let mut server = bench.answers().await;
    assert_eq!(server.greets().await.token, None);
    drop(server);
    let mut server = bench.answers().await;
    server.is_asked("journal").await;
    assert_eq!(server.greets().await.token.as_ref().map(Secret::reveal), Some("secret"));
    bench.session().await;
    // Another user has another, or none.
    let identity =
        Identity { name: name("rob"), token: None, known: Vec::new(), device: Word::default() };
    bench.link.order(Order::CallAs(Box::new(identity))).unwrap();
    drop(server);
    let hello = bench.answers().await.greets().await;
    assert_eq!((hello.name, hello.token), (name("rob"), None));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_shown_only_to_the_server_it_is_of() {
    let mut bench = Bench::new();
    let mut server = bench.answers().await;
    server.greets().await;
    for (id, token) in [("other", None), ("journal", Some("secret"))] {
        drop(server);
        server = bench.answers().await;
        server.is_asked(id).await;
        let hello = server.greets_as(id).await;
        assert_eq!(hello.token.as_ref().map(Secret::reveal), token, "{id}");
        let about = bench.hears_that("the journal", |news| match news {
            News::About { journal } => Some(journal),
            _ => None,
        });
        assert_eq!(about.await.as_str(), id);
    }
    // One that does not know the question is a server of version 0.1.0: no token is of it.
    drop(server);
    server = bench.answers().await;
    assert_eq!(server.hears().await, Command::About);
    let refusal = Refusal::new(RefusalCode::HelloFirst, "say hello first");
    server.tells(&Event::Refused(refusal)).await;
    assert_eq!(server.greets().await.token, None);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refused_is_forgotten_when_asked() {
    let mut bench = Bench::new();
    let mut server = bench.answers().await;
    server.greets().await;
    drop(server);
    let mut server = bench.answers().await;
    server.is_asked("journal").await;
    let Command::Hello(hello) = server.hears().await else { panic!("no hello") };
    assert!(hello.token.is_some());
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    server.tells(&Event::Refused(refusal)).await;
    let refused = |news| matches!(news, News::Refused(_)).then_some(());
    bench.hears_that("the refusal", refused).await;
    bench.link.order(Order::CallAnew).unwrap();
    assert_eq!(bench.answers().await.greets().await.token, None);
}
