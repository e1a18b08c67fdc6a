//! What a screen reader reads by itself.

use chat_server::{Config, Limits};
use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;
use e2e::server::Server;

/// Messages that come as fast as they can.
const MESSAGES: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_fast_are_read_together() {
    let Some(browser) = Browser::start().await else { return };
    let server = Server::start(Config { limits: Limits::off(), ..Config::default() });
    let mut bob = Native::join(server.address, "bob").await;
    let ana = browser.open(server.address).await;
    ana.comes_in("ana").await;
    let note = "globalThis.read = []; new MutationObserver((all) => all.forEach(({addedNodes}) => \
                addedNodes.forEach((one) => read.push(one.textContent)))).observe(document.querySelector('#live'), {childList: true}); 0";
    ana.value(note).await;
    for n in 1..=MESSAGES {
        bob.say(n, &format!("message {n}")).await;
    }
    ana.until("the last one", &format!("read.at(-1)?.endsWith(': message {MESSAGES}')")).await;
    // They came while the user looked at the end of the room.
    ana.until(
        "nothing is unread",
        "!document.querySelector('.badge') && document.querySelector('#above').hidden",
    )
    .await;
    let read = ana.value("read").await;
    let read = read.as_array().unwrap();
    assert!(read[0].as_str().unwrap().ends_with(": message 1"), "{read:?}");
    assert!((read.len() as u64) < MESSAGES / 2, "{read:?}");
    let are_counted =
        read.iter().any(|one| one.as_str().unwrap().contains(" messages, and the last one"));
    assert!(are_counted, "{read:?}");
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seconds_until_the_next_try_are_not_read() {
    let Some(browser) = Browser::start().await else { return };
    let mut daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.sees("#status [aria-hidden]", "retrying in").await;
    assert_eq!(ana.value("document.querySelector('#status-text').innerText").await, "Offline");
}
