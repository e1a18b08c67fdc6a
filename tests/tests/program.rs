//! The daemon as a program: its output, its end, and its exit codes.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{self, Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Runs the daemon with these arguments to its end. Returns its exit code and its standard error.
async fn run(args: &[&str]) -> (Option<i32>, String) {
    let (code, _, errors) = binary::run(Command::new(program("chat-server")).args(args)).await;
    (code, errors)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_its_address_and_how_to_join() {
    let daemon = Daemon::start(&[]).await;
    let address = daemon.address;
    assert_ne!(address.port(), 0);
    let [listens, join, open] = &daemon.announced;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(*listens, format!("chat-server {version} listens on {address}"));
    assert!(join.starts_with("join with: "), "{join}");
    assert!(join.ends_with(&format!("chat-tui --name YOU --server {address}")), "{join}");
    assert_eq!(*open, format!("or open http://{address} in a browser"));
    Native::join(address, "ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_with_a_goodbye_to_each_client() {
    for signal in ["TERM", "INT"] {
        let mut daemon = Daemon::start(&[]).await;
        let mut ana = Native::join(daemon.address, "ana").await;
        let mut eva = Classic::join(daemon.address, "eva").await;
        daemon.signal(signal);
        assert_eq!(ana.until("goodbye").await["code"], "shutdown");
        assert_eq!(ana.next().await, None);
        eva.until("the end", |view| view.ended).await;
        let last = eva.view().messages.last().cloned().unwrap();
        assert_eq!((&*last.id, &*last.name), ("0", "chat-server"), "{last:?}");
        drop((ana, eva));
        assert_eq!(daemon.exit_code().await, Some(0), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    // Long, so that no client is disconnected before the signals, even on a slow machine.
    let mut daemon = Daemon::start(&["--write-timeout", "10m", "--limits", "off"]).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let _stuck = Native::connect_narrow(daemon.address).await.hello("stuck").await;
    let text = "x".repeat(16_000);
    // More than the sockets hold, so that the rest delays the daemon's end.
    for n in 1..=600 {
        ana.say_accepted(n, &text).await;
    }
    daemon.signal("TERM");
    assert_eq!(ana.until("goodbye").await["code"], "shutdown");
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(1), "code 0 would be a regular end");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_has_its_own_exit_code() {
    for args in
        [&["--nonsense"][..], &["--listen", "here:there"], &["--write-timeout", "soon"], &["x"]]
    {
        let (code, printed) = run(args).await;
        assert_eq!(code, Some(2), "{args:?}: {printed}");
        assert!(printed.contains(args[args.len() - 1]), "{args:?}: {printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_reported_with_a_hint() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, printed) = run(&["--listen", &address]).await;
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains(&format!("cannot listen on {address}")), "{printed}");
    assert!(printed.contains("use --listen with another port"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_cannot_be_created_is_named_with_a_hint() {
    let (code, errors) = run(&["--listen", "127.0.0.1:0", "--data", "/dev/null/data"]).await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("cannot create the data directory /dev/null/data: "), "{errors}");
    assert!(errors.contains("Choose another one with --data"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_client_leaves_the_lists_of_the_others() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;
    let reset = Native::join(daemon.address, "reset").await;
    let closed = Classic::join(daemon.address, "closed").await;
    eva.until("all four", |view| view.lists_only(&["ana", "eva", "reset", "closed"])).await;
    reset.reset();
    assert_eq!(ana.until("left").await["user"]["name"], "reset");
    drop(closed);
    assert_eq!(ana.until("left").await["user"]["name"], "closed");
    eva.until("a list of two", |view| view.lists_only(&["ana", "eva"])).await;
}
