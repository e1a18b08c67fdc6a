//! A room with 10,000 messages.

use chat_server::Config;
use e2e::browser::{Browser, Page};
use e2e::native::Native;
use e2e::server::Server;
use serde_json::Value;

/// Messages in the room.
const MESSAGES: u64 = 10_000;

/// Messages that come in while one reads further up.
const NEW: u64 = 50;

/// Bytes of the heap that are too many.
const HEAP_MAX: u64 = 150_000_000;

/// Scrolls up to the first message, one step a frame. Returns the milliseconds between the frames.
const TO_THE_TOP: &str = "new Promise((done) => { \
     const log = document.querySelector('#log'); const frames = []; let last = performance.now(); \
     const step = (now) => { frames.push(now - last); last = now; log.scrollTop -= 700; \
         const first = document.querySelector('#log article'); \
         if (log.scrollTop <= 0 && first?.dataset.seq === '1') done(frames); else requestAnimationFrame(step); }; \
     requestAnimationFrame(step); })";

/// The first message that is whole on the screen, and how far it is from the top.
const UNDER_THE_EYE: &str = "(() => { const top = document.querySelector('#log').getBoundingClientRect().top; \
     const one = [...document.querySelectorAll('#log article')].find((one) => one.getBoundingClientRect().top >= top); \
     return `${one.dataset.seq} at ${Math.round(one.getBoundingClientRect().top - top)}`; })()";

async fn says(user: &mut Native, numbers: std::ops::RangeInclusive<u64>) {
    let last = *numbers.end();
    for n in numbers {
        user.say(
            n,
            &format!("message {n}: what people write is about this long, and sometimes longer"),
        )
        .await;
        // A window, so that neither side fills up.
        if n % 100 == 0 || n == last {
            while user.until("accepted").await["n"] != n {}
        }
    }
}

#[allow(clippy::print_stderr, reason = "a measurement, which depends on the machine")]
async fn report(ana: &Page, frames: &Value) {
    let mut frames: Vec<f64> =
        frames.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    frames.sort_by(f64::total_cmp);
    let p95 = frames[frames.len() * 95 / 100];
    let heap = ana.heap_bytes().await;
    eprintln!(
        "{MESSAGES} messages scrolled in {} frames: p95 {p95:.1} ms, heap {} MB",
        frames.len(),
        heap / 1_000_000
    );
    assert!(heap < HEAP_MAX, "{heap} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_are_scrolled_and_new_ones_do_not_move_the_line_under_the_eye() {
    let Some(browser) = Browser::start().await else { return };
    let server = Server::start(Config::default());
    let mut bob = Native::join(server.address, "bob").await;
    says(&mut bob, 1..=MESSAGES).await;
    let ana = browser.open(server.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", &format!("message {MESSAGES}")).await;
    let frames = ana.value(TO_THE_TOP).await;
    report(&ana, &frames).await;

    ana.scrolls("#log", 300).await;
    ana.until("scrolled", "document.querySelector('#log').scrollTop > 250").await;
    ana.value(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
    )
    .await;
    let eye = ana.value(UNDER_THE_EYE).await;
    says(&mut bob, MESSAGES + 1..=MESSAGES + NEW).await;
    ana.sees("#jump", "new").await;
    assert_eq!(ana.value(UNDER_THE_EYE).await, eye);
    ana.clicks("#jump").await;
    ana.sees("#log", &format!("message {}", MESSAGES + NEW)).await;
    assert_eq!(ana.faults().await, [""; 0]);
}
