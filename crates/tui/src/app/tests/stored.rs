//! A disk that is slow, or never answers, holds up what depends on it and nothing else.

use std::path::Path;

use chat_client::driver::STORE_TIMEOUT;
use chat_client::store::{JOBS_MAX, Writer};
use futures_util::StreamExt;

use super::*;

/// How long the disk takes for each write: much longer than what does not wait for it, and so short that the
/// link, which the tests answer no ping of, lasts for some of them.
const SLOW: Duration = Duration::from_secs(4);

/// Starts a client in `directory` whose disk takes `time` for each write.
fn starts(directory: &Path, time: Duration, stream: tokio::io::DuplexStream) -> Client {
    let state = Some(directory.to_owned());
    let options = Options { state, writer: Writer::Task(time), ..options() };
    Client::start(options, Once(Some(stream)), 80, 20)
}

#[tokio::test(start_paused = true)]
async fn a_slow_disk_delays_messages_and_neither_keys_nor_frames() {
    let directory = tempfile::TempDir::new().unwrap();
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), SLOW, client);
    let (mut server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    let before = Instant::now();
    bob.types("hi\nhalf a sen").await;
    sees(&mut bob, "› half a sen").await;
    sees(&mut bob, "bob   hi").await;
    send_event(&mut server, &message(user(3, "ana"), "still there?", Timestamp::from_millis(0)))
        .await;
    sees(&mut bob, "ana   still there?").await;
    assert!(before.elapsed() < SLOW, "nothing has waited for the disk");
    assert_eq!(receive_say(&mut server).await.2, "hi");
    assert!(before.elapsed() >= SLOW, "it is sent once it is stored");
    sees(&mut bob, "… hi").await;
}

#[tokio::test(start_paused = true)]
async fn the_end_stores_and_sends_all_messages() {
    let directory = tempfile::TempDir::new().unwrap();
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), Duration::from_millis(200), client);
    let (mut server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    bob.types("one\ntwo\nthree\n").await;
    let hearing = async {
        for text in ["one", "two", "three"] {
            assert_eq!(receive_say(&mut server).await.2, text);
        }
    };
    let (unsent, ()) = within("the end", async { tokio::join!(bob.leaves(), hearing) }).await;
    assert_eq!(unsent.unwrap().count(), 3, "none has an answer");

    let (server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), Duration::ZERO, client);
    sees(&mut bob, "… three").await;
    let (mut server, _) = accept_client(server).await;
    for text in ["one", "two", "three"] {
        assert_eq!(receive_say(&mut server).await.2, text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_does_not_answer_delays_the_end_for_a_while_and_is_reported() {
    let directory = tempfile::TempDir::new().unwrap();
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), SLOW, client);
    let (_server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    bob.types("hi\n").await;
    sees(&mut bob, "bob   hi").await;
    let before = Instant::now();
    let unsent = within("the end", bob.leaves()).await.unwrap();
    let unsent = crate::unsent::notices(vec![unsent], None).concat();
    assert!(
        before.elapsed() <= STORE_TIMEOUT + chat_client::link::BYE_TIMEOUT,
        "{:?}",
        before.elapsed()
    );
    assert!(unsent.contains("The disk did not store it in time"), "{unsent}");
}

#[tokio::test(start_paused = true)]
async fn too_much_that_waits_for_the_disk_holds_up_keys_and_loses_none() {
    let directory = tempfile::TempDir::new().unwrap();
    let state = Some(directory.path().to_owned());
    let options = Options { state, writer: Writer::Task(SLOW), ..options() };
    let mut bob = Client::start(options, Nobody, 80, 20);
    bob.types("/join #rust\n").await;
    sees(&mut bob, "▌ 2 #rust").await;
    let before = Instant::now();
    for key in ['1', '2'].into_iter().cycle().take(JOBS_MAX) {
        bob.presses(KeyCode::Char(key), KeyModifiers::ALT).await;
    }
    bob.types("x").await;
    sees(&mut bob, "› x").await;
    assert!(before.elapsed() >= SLOW, "the key has waited for the disk");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_killed_before_a_message_is_stored_has_not_sent_it() {
    let directory = tempfile::TempDir::new().unwrap();
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), SLOW, client);
    let (mut server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    bob.types("hi\n").await;
    sees(&mut bob, "bob   hi").await;
    drop(bob);
    let hearing = async { while receive_any(&mut server).await.is_some_and(|c| !is_say(&c)) {} };
    within("the end of the connection", hearing).await;
    assert!(receive_any(&mut server).await.is_none(), "nothing is said");

    let (_server, client) = tokio::io::duplex(4096);
    let mut bob = starts(directory.path(), Duration::ZERO, client);
    let screen = sees(&mut bob, "Connecting").await;
    assert!(!screen.contains("bob   hi"), "{screen}");
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_writes_stores_all_before_the_end() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options {
        state: Some(directory.path().to_owned()),
        writer: Writer::Thread,
        ..options()
    };
    for expected in [1, 2] {
        let mut bob = Client::start(options(), Nobody, 80, 20);
        bob.types("hi\n").await;
        let unsent = within("the end", bob.leaves()).await.unwrap();
        assert_eq!(unsent.count(), expected);
    }
}

async fn receive_any(server: &mut Server) -> Option<Command> {
    server.next().await?.ok()?.ok()
}

const fn is_say(command: &Command) -> bool {
    matches!(command, Command::Say(_))
}
