//! `/metrics`: who may ask, and the figures.

use chat_server::Config;
use chat_server::config::{MetricsToken, Plain, WebConfig};

use crate::peer::{HERE, Peer, daemon_with};
use crate::web::{FAR, answers, get, status, statuses};

#[tokio::test(start_paused = true)]
async fn a_monitor_on_this_machine_or_with_the_token_is_told_the_figures() {
    let token = "0123456789abcdef0123";
    let metrics_token = Some(MetricsToken::new(token).unwrap());
    let web = WebConfig { metrics_token, ..WebConfig::default() };
    let daemon = daemon_with(Config { web, plain: Plain::Any, ..Config::default() });
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.send(r##"{"type":"say","room":"#lobby","text":"hi"}"##).await;
    ana.until("accepted").await;
    bob.until("message").await;
    let answer = answers(&daemon, HERE, &get("/metrics", "")).await;
    assert!(
        answer.contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{answer}"
    );
    for line in [
        "chat_sessions{protocol=\"native\"} 2",
        "chat_users 2",
        "chat_users_connected 2",
        "chat_messages_accepted_total 1",
        "chat_deliveries_total 2",
        "chat_queue_items 0",
        "chat_journal_bytes 0",
    ] {
        assert!(answer.contains(&format!("\n{line}\n")), "{line} is not in {answer}");
    }
    drop(bob);
    ana.until("left").await;
    let answer = answers(&daemon, HERE, &get("/metrics", "")).await;
    assert!(answer.contains("\nchat_sessions{protocol=\"native\"} 1\n"), "{answer}");
    for (field, expected) in [
        (String::new(), 404),
        (format!("Authorization: Bearer {token}\r\n"), 200),
        (format!("Authorization: bearer {token}\r\n"), 200),
        ("Authorization: Bearer 0123456789abcdef\r\n".to_owned(), 404),
        (format!("Authorization: Basic {token}\r\n"), 404),
    ] {
        let answer = answers(&daemon, FAR, &get("/metrics", &field)).await;
        assert_eq!(statuses(&answer), [expected], "{field}");
    }
    let post = "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(status(&daemon, post).await, [405]);
}
