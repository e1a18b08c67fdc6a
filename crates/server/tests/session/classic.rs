//! The classic door: what the original clients rely on, and what they are spared.

use tokio::time::{Duration, Instant};

use crate::peer::{Peer, daemon, unlimited};

const GAP: Duration = Duration::from_millis(20);

#[tokio::test(start_paused = true)]
async fn the_number_stands_alone_and_the_list_comes_after_the_name() {
    let daemon = daemon();
    let mut ana = Peer::connect(&daemon);
    assert_eq!(ana.recv().await, "ID:1");
    let told = Instant::now();
    ana.write(b"NAME:ana").await;
    assert_eq!(ana.recv().await, "USERS:1||ana");
    assert!(told.elapsed() >= GAP);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_first_is_sent_its_number_first() {
    let daemon = daemon();
    let mut ana = Peer::connect(&daemon);
    ana.write(b"NAME:ana").await;
    assert_eq!(ana.recv().await, "ID:1");
    assert_eq!(ana.recv().await, "USERS:1||ana");
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_to_all_others_under_the_true_name() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let (mut bob, _) = Peer::classic(&daemon, "bob").await;
    let mut eva = Peer::native(&daemon, "eva").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob&&3||eva");
    assert_eq!(bob.recv().await, "USERS:2||bob&&1||ana&&3||eva");

    bob.write(b"1||ana||I am ana").await;
    assert_eq!(ana.recv().await, "2||bob||I am ana");
    let message = eva.expect("message").await;
    assert_eq!((&message["from"]["id"], &message["text"]), (&2.into(), &"I am ana".into()));

    eva.send(r##"{"type":"say","room":"#lobby","text":"USERS:9||x&&"}"##).await;
    assert_eq!(ana.recv().await, "3||eva||USERS:9| |x&&");
    assert_eq!(bob.recv().await, "3||eva||USERS:9| |x&&", "and his own never came back");
}

#[tokio::test(start_paused = true)]
async fn names_that_cannot_be_are_mended() {
    let daemon = daemon();
    for (said, list) in [
        ("NAME:a||b", "USERS:1||a_b"),
        ("NAME:A_B", "USERS:2||A_B_2&&1||a_b"),
        ("NAME:", "USERS:3||guest&&1||a_b&&2||A_B_2"),
    ] {
        let mut peer = Peer::connect(&daemon);
        assert!(peer.recv().await.starts_with("ID:"));
        peer.write(said.as_bytes()).await;
        assert_eq!(peer.recv().await, list);
        std::mem::forget(peer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_may_come_again() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob");
    ana.write(b"NAME:bob").await;
    assert_eq!(ana.recv().await, "USERS:1||bob_2&&2||bob");
    assert_eq!(bob.expect("renamed").await["name"], "bob_2");
    ana.write(b"1||bob||still me").await;
    assert_eq!(bob.expect("message").await["text"], "still me");
}

#[tokio::test(start_paused = true)]
async fn messages_in_pieces_or_joined_are_divided_correctly() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    let mut ana = Peer::connect(&daemon);
    assert_eq!(ana.recv().await, "ID:2");
    ana.write("NAME:ana2||ana||one2||ana||two2||ana||thr\u{e9}".as_bytes().split_last().unwrap().1)
        .await;
    bob.expect("joined").await;
    assert_eq!(bob.expect("message").await["text"], "one");
    assert_eq!(bob.expect("message").await["text"], "two");
    tokio::time::sleep(GAP * 50).await;
    ana.write(&[0xA9]).await;
    assert_eq!(bob.expect("message").await["text"], "thr\u{e9}");
}

#[tokio::test(start_paused = true)]
async fn two_writes_are_never_closer_than_the_gap() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob");
    for n in 1..=20 {
        bob.send(&format!(r##"{{"type":"say","room":"#lobby","text":"{n}"}}"##)).await;
    }
    let mut last = Instant::now() - GAP;
    for n in 1..=20 {
        assert_eq!(ana.recv().await, format!("2||bob||{n}"), "one message a read");
        assert!(last.elapsed() >= GAP, "{n} came {:?} after the one before", last.elapsed());
        last = Instant::now();
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_changes_costs_one_list() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let mut others = Vec::new();
    for n in 2..=30 {
        others.push(Peer::native(&daemon, &format!("user{n}")).await);
    }
    let list = ana.recv().await;
    assert!(list.len() <= 1024 && list.matches("||").count() == 30, "{list}");
    ana.write(b"1||ana||hi").await;
    others[0].send(r##"{"type":"say","room":"#lobby","text":"hi ana"}"##).await;
    assert_eq!(ana.recv().await, "2||user2||hi ana", "no second list");
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_too_long_are_skipped_and_counted() {
    let daemon = unlimited();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob");
    let start = Instant::now();
    let mut said = 0;
    while said < 5000 {
        for _ in 0..100 {
            said += 1;
            bob.send(&format!(r##"{{"type":"say","room":"#lobby","text":"{said}"}}"##)).await;
        }
        for _ in 0..100 {
            bob.expect("accepted").await;
        }
    }
    assert!(start.elapsed() < GAP, "said within one gap");
    assert_eq!(ana.recv().await, "0||chat-server||904 messages skipped");
    for n in 905..=5000 {
        assert_eq!(ana.recv().await, format!("2||bob||{n}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_text_comes_in_whole_stamped_pieces() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob");
    let text = "año ".repeat(1000);
    bob.send(&format!(r##"{{"type":"say","room":"#lobby","text":"{text}"}}"##)).await;
    let mut together = String::new();
    while together.len() < text.len() {
        let piece = ana.recv().await;
        assert!(piece.len() <= 1024);
        together.push_str(piece.strip_prefix("2||bob||").unwrap_or_else(|| panic!("{piece}")));
    }
    assert_eq!(together, text);
}

#[tokio::test(start_paused = true)]
async fn closing_the_connection_is_how_a_classic_client_says_goodbye() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    let (ana, _) = Peer::classic(&daemon, "ana").await;
    bob.expect("joined").await;
    drop(ana);
    assert_eq!(bob.expect("left").await["reason"], "bye");
}

#[tokio::test(start_paused = true)]
async fn refusals_that_wait_too_long_are_skipped_and_counted() {
    let daemon = unlimited();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    daemon.refuse_to_store(true).await.unwrap();
    ana.write("1||ana||hi".repeat(1000).as_bytes()).await;
    let (mut told, mut skipped) = (0, 0);
    while told + skipped < 1000 {
        let notice = ana.recv().await;
        let words = notice.strip_prefix("0||chat-server||").unwrap_or_else(|| panic!("{notice}"));
        match words.strip_suffix(" messages skipped") {
            Some(count) => skipped += count.parse::<usize>().unwrap(),
            None => told += 1,
        }
    }
    assert_eq!(told + skipped, 1000, "each of them, once");
    assert!(skipped > 0 && told < 200, "{told} told, {skipped} skipped");
}
