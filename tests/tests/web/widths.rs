//! Windows between the sizes of telephones and of large screens: nothing is too narrow to read.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;
use serde_json::json;

/// The narrowest and the widest window in which the users are not beside the messages, and one between them.
const MIDDLE: [u32; 3] = [721, 768, 1119];

/// Pixels in which a sentence has few lines.
const READABLE: u64 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn beside_an_open_thread_the_messages_have_space_and_names_are_whole() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.say_accepted(1, "a question that is long enough to fill a line of its own, and more").await;
    let answer =
        json!({"type": "say", "room": "#lobby", "n": 2, "text": "an answer", "reply_to": 1});
    bob.send(&answer).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log .quoted-name", "bob").await;
    let is_whole = "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('#log .quoted-name'))";
    ana.resizes(320, 568).await;
    ana.until("the name of who is quoted", is_whole).await;

    ana.resizes(1280, 800).await;
    ana.value("document.querySelector('#log article').focus(); 0").await;
    ana.presses("t").await;
    ana.until("the thread", "document.activeElement.id === 'thread-text'").await;
    for width in MIDDLE {
        ana.resizes(width, 800).await;
        let is_wide = format!(
            "innerWidth === {width} && document.querySelector('#room').clientWidth >= {READABLE}"
        );
        ana.until(&format!("space at {width}"), &is_wide).await;
    }
    ana.resizes(768, 1024).await;
    ana.clicks("#close-thread").await;
    ana.until("the rooms", "document.querySelector('#rooms').checkVisibility()").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_beside_a_message_is_whole() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    for (n, text) in [(1, "one"), (2, "two")] {
        bob.say_accepted(n, text).await;
    }
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("three\nfour\n").await;
    ana.has(&["one", "two", "three", "four"]).await;
    for width in MIDDLE.into_iter().chain([1280, 2560]) {
        ana.resizes(width, 800).await;
        for side in ["other", "own"] {
            ana.clicks(&format!(".row.{side}:not(.first) .bubble")).await;
            let is_whole = format!(
                "(() => {{ const log = document.querySelector('#log').getBoundingClientRect(); \
                 const time = document.querySelector('.row.{side}:not(.first) .only-time'); \
                 const box = time.getBoundingClientRect(); \
                 return innerWidth === {width} && time.checkVisibility({{visibilityProperty: true}}) \
                 && box.left >= log.left && box.right <= log.right; }})()"
            );
            ana.until(&format!("the time at {width}, {side}"), &is_whole).await;
        }
    }
    assert_eq!(ana.faults().await, [""; 0]);
}
