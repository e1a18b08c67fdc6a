use chat_client::link::{Identity, LinkRequest};
use chat_client::seed::Seed;
use chat_client::store::{KnownServer, Store, StoreOp};
use chat_proto::Secret;

use super::*;

/// The token of the fixture.
const TOKEN: &str = "secret";

/// Whatever is logged with `?`, a token is not in the log.
#[test]
fn no_debug_shows_a_token() {
    let token = || Secret::new(TOKEN);
    let journal = journal("journal", "epoch").id;
    let known = vec![KnownServer::new(&journal, token())];
    let seed = Seed::new().unwrap();
    let profile =
        Profile { token: Some(token()), known: known.clone(), seed: Some(seed), ..profile("bob") };
    let identity = Identity::from(&profile);
    let (mut store, _) = Store::open(None, "127.0.0.1:12345", name("bob")).unwrap();
    store.apply(StoreOp::Token(token())).unwrap();
    let welcome = welcome(7, "bob");
    let kept = Effect::Client(ClientEffect::Store(StoreOp::Token(token())));
    let mut harness = Harness::with_profile(80, 24, profile.clone());
    let effects = harness.link_event(LinkEvent::Welcome { session: 1, welcome: welcome.clone() });
    assert!(effects.contains(&kept), "{effects:?}");
    let shown = [
        format!("{:?}", token()),
        format!("{known:?} {seed:?}"),
        format!("{profile:?}"),
        format!("{store:?}"),
        format!("{:?}", Event::Welcome(welcome.clone())),
        format!("{:?}", LinkEvent::Welcome { session: 1, welcome: welcome.clone() }),
        format!(
            "{:?}",
            Effect::Client(ClientEffect::OpenServer { session: 1, welcome: Box::new(welcome) })
        ),
        format!(
            "{:?}",
            Effect::Client(ClientEffect::Link(LinkRequest::ConnectAs(Box::new(identity))))
        ),
        format!("{effects:?}"),
        format!("{:?}", harness.state),
    ];
    for shown in shown {
        assert!(!shown.contains(TOKEN) && !shown.contains(&seed.written()), "{shown}");
    }
}
