//! Connections of browsers: when they are taken for those of classic clients, and how they end.

use chat_server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Duration, Instant, sleep};

use crate::peer::{HERE, daemon};
use crate::web::{GET, PIPE_BYTES, answers_to_last, connect, get, rest, status, statuses};

/// The same request, the last one on its connection.
fn last(request: &str) -> String {
    request.replacen("\r\n", "\r\nConnection: close\r\n", 1)
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_http_is_read_to_its_end_so_that_its_answer_is_not_lost() {
    let daemon = daemon();
    let mut stream = connect(&daemon, HERE);
    let broken = format!("GET \0 HTTP/1.1\r\n\r\n{}", "x".repeat(4 * PIPE_BYTES));
    stream.write_all(broken.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(statuses(&rest(&mut stream).await), [400]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_nothing_more_gets_its_answer() {
    let daemon = daemon();
    let two = statuses(&answers_to_last(&daemon, &GET.repeat(2)).await);
    assert_eq!(two, [200, 200]);
    let cut_off =
        statuses(&answers_to_last(&daemon, &get("/", "Content-Length: 9\r\n\r\nabc")).await);
    assert_eq!(cut_off, [413]);
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_was_late_has_more_time_the_next_time() {
    let daemon = daemon();
    let mut late = connect(&daemon, HERE);
    let mut number = [0; 8];
    let read = late.read(&mut number).await.unwrap();
    assert!(number[..read].starts_with(b"ID:"));
    late.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(rest(&mut late).await, "", "its answer would begin with a number");

    let mut again = connect(&daemon, HERE);
    sleep(Duration::from_secs(2)).await;
    again.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(statuses(&rest(&mut again).await), [200]);
}

/// How long the daemon waits for the first bytes of a connection before it sends the number of a classic client.
async fn silence(daemon: &Server) -> Duration {
    let mut silent = connect(daemon, HERE);
    let start = Instant::now();
    let mut number = [0; 3];
    silent.read_exact(&mut number).await.unwrap();
    assert_eq!(&number, b"ID:");
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_loads_the_page_has_more_time_for_its_parts() {
    let (daemon, usual, longer) = (daemon(), Duration::from_secs(1), Duration::from_secs(2));
    assert_eq!(status(&daemon, &last(&get("/health", ""))).await, [200]);
    for method in ["HEAD", "DELETE"] {
        status(&daemon, &last(&GET.replace("GET", method))).await;
    }
    assert!(silence(&daemon).await < usual, "a monitor loads no page");
    assert_eq!(status(&daemon, &last(GET)).await, [200]);
    assert!(silence(&daemon).await > longer);
    sleep(Duration::from_secs(10)).await;
    assert!(silence(&daemon).await < usual, "the page is loaded");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_a_browser_opened_in_advance_has_more_time_once_it_loads_the_page() {
    let daemon = daemon();
    let mut spare = connect(&daemon, HERE);
    sleep(Duration::from_millis(250)).await;
    assert_eq!(status(&daemon, &last(GET)).await, [200]);
    sleep(Duration::from_secs(2)).await;
    spare.write_all(last(GET).as_bytes()).await.unwrap();
    assert_eq!(statuses(&rest(&mut spare).await), [200]);
}
