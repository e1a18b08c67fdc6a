//! A window that gets another size: a phone is turned, or its keyboard is shown.

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::native::Native;

/// Sizes that change the lines, the height, and how many panes are shown.
const SIZES: [(u32, u32); 5] = [(390, 844), (390, 450), (320, 568), (1280, 400), (1280, 800)];

/// More messages than a screen has, and shorter than the budget of a user.
const MESSAGES: u64 = 30;

/// Whether the end of the log is on the screen.
const AT_END: &str = "(({scrollHeight, scrollTop, clientHeight}) => scrollHeight - scrollTop - clientHeight < 2)(document.querySelector('#log'))";

/// The first message on the screen, and how far its top is from that of the log.
const FIRST: &str = "(() => { const {top} = document.querySelector('#log').getBoundingClientRect(); \
     const one = [...document.querySelectorAll('#log article')].find((one) => one.getBoundingClientRect().bottom > top + 2); \
     return [one.dataset.seq, one.getBoundingClientRect().top - top]; })()";

/// Sets the size, and waits until it is drawn.
async fn resizes(page: &Page, (width, height): (u32, u32)) {
    page.resizes(width, height).await;
    page.until("the size", &format!("innerWidth === {width} && innerHeight === {height}")).await;
    page.value(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_end_of_a_room_nor_the_line_under_the_eye_moves() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&["--limits", "off"]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    for n in 1..=MESSAGES {
        bob.say_accepted(
            n,
            &format!("message {n}, which is so long that it has several lines on a phone"),
        )
        .await;
    }
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", &format!("message {MESSAGES}")).await;
    ana.until("the end", AT_END).await;
    for size in SIZES {
        resizes(&ana, size).await;
        ana.until(&format!("the end at {size:?}"), AT_END).await;
    }
    ana.value("document.querySelector('#log').scrollTop = 300").await;
    ana.until("the button", "!document.querySelector('#jump').hidden").await;
    let first = ana.value(FIRST).await;
    let is_there = format!(
        "(([seq, top], [expected, at]) => seq === expected && Math.abs(top - at) < 2)({FIRST}, {first})"
    );
    for size in SIZES {
        resizes(&ana, size).await;
        ana.until(&format!("the line at {size:?}"), &is_there).await;
    }
    assert_eq!(ana.faults().await, [""; 0]);
}
