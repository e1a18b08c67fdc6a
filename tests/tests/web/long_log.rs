//! A room with more messages than the page has in memory, and one in which they come fast. `just bench-web` prints
//! the figures, which depend on the machine; the tests assert none of them but bounds of memory.

use std::time::Duration;

use chat_server::{Config, Limits};
use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::native::Native;
use e2e::server::Server;
use serde_json::{Value, json};
use tokio::time::interval;

/// Messages in the room: 500 more than the page has in memory.
const MESSAGES: u64 = 10_500;

/// Messages that the page has rows for.
const ROWS_MAX: u64 = 200;

/// Messages that come while one reads further up.
const NEW: u64 = 50;

/// Bytes of the heap that are too many.
const HEAP_MAX: u64 = 150_000_000;

/// Pixels for each frame: a screen.
const STEP: i64 = 700;

/// Time between two messages of a busy room.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// How much slower than this machine a cheap telephone is.
const SLOWED: u32 = 6;

/// Scrolls by a step a frame, for 100 frames or to an end. Returns the milliseconds between frames, those of the work
/// for each, the most rows, and whether the end is reached; `seen` has the messages that had rows.
const SCROLL: &str = "(step) => new Promise((done) => { \
     const log = document.querySelector('#log'); globalThis.seen ??= new Set(); \
     const between = []; const work = []; let rows = 0; let last = performance.now(); \
     const channel = new MessageChannel(); let from = 0; \
     channel.port1.onmessage = () => work.push(performance.now() - from); \
     const move = (now) => { from = performance.now(); between.push(now - last); last = now; log.scrollTop += step; \
         const all = document.querySelectorAll('#log article'); rows = Math.max(rows, all.length); \
         for (const one of all) seen.add(one.dataset.seq); channel.port2.postMessage(0); \
         const end = step < 0 ? log.scrollTop <= 0 && all[0]?.dataset.seq === '1' \
             : all[all.length - 1]?.dataset.seq === LAST && log.scrollHeight - log.scrollTop - log.clientHeight < 2; \
         if (end || between.length > 100) done({between, work, rows, end}); else requestAnimationFrame(move); }; \
     requestAnimationFrame(move); })";

/// The first message that is whole on the screen, and how far it is from the top.
const UNDER_THE_EYE: &str = "(() => { const top = document.querySelector('#log').getBoundingClientRect().top; \
     const one = [...document.querySelectorAll('#log article')].find((one) => one.getBoundingClientRect().top >= top); \
     return one && `${one.dataset.seq} at ${Math.round(one.getBoundingClientRect().top - top)}`; })()";

/// Notes how long each key that is typed takes until the frame that shows it is made.
const TIME_KEYS: &str = "globalThis.keys = []; document.querySelector('#text').addEventListener('input', ({timeStamp}) => \
     requestAnimationFrame(() => { const channel = new MessageChannel(); \
         channel.port1.onmessage = () => keys.push(performance.now() - timeStamp); channel.port2.postMessage(0); })); 0";

/// For 60 frames, how many the page asks for besides.
const ASKED: &str = "new Promise((done) => { const ask = requestAnimationFrame; let [frames, asked] = [0, 0]; \
     globalThis.requestAnimationFrame = (draw) => { asked += 1; return ask(draw); }; \
     const count = () => { frames += 1; if (frames < 60) return ask(count); globalThis.requestAnimationFrame = ask; done(asked); }; \
     ask(count); })";

fn server() -> Server {
    Server::start(Config { limits: Limits::off(), ..Config::default() })
}

fn text(n: u64) -> String {
    format!("message {n}, about as long as they are")
}

async fn says(user: &mut Native, numbers: std::ops::RangeInclusive<u64>) {
    let last = *numbers.end();
    for n in numbers {
        user.say(n, &text(n)).await;
        // A window, so that neither side fills up.
        if n % 100 == 0 || n == last {
            while user.until("accepted").await["n"] != n {}
        }
    }
}

/// Scrolls to an end of the room, checks how many rows there are on the way, and prints the times.
#[allow(clippy::print_stderr, reason = "a measurement, which depends on the machine")]
async fn scroll(page: &Page, step: i64, last: u64) {
    let script = SCROLL.replace("LAST", &format!("'{last}'"));
    let (mut between, mut work) = (Vec::new(), Vec::new());
    loop {
        let part = page.value(&format!("({script})({step})")).await;
        assert!(part["rows"].as_u64().unwrap() <= ROWS_MAX, "{} rows", part["rows"]);
        between.extend(part["between"].as_array().unwrap().iter().filter_map(Value::as_f64));
        work.extend(part["work"].as_array().unwrap().iter().filter_map(Value::as_f64));
        if part["end"] == true {
            break;
        }
    }
    let count = between.len();
    eprintln!(
        "scrolled in {count} frames; between frames: {}; work: {}",
        quantiles(between),
        quantiles(work)
    );
    let seen =
        page.value("(() => { const count = seen.size; seen.clear(); return count; })()").await;
    assert_eq!(seen, last, "messages with a row on the way");
}

fn quantiles(mut millis: Vec<f64>) -> String {
    millis.sort_by(f64::total_cmp);
    let at = |percent: usize| millis.get(millis.len() * percent / 100).copied().unwrap_or_default();
    format!("median {:.1} ms, p95 {:.1} ms", at(50), at(95))
}

#[allow(clippy::print_stderr, reason = "a measurement, which depends on the machine")]
async fn check_heap(page: &Page) {
    let heap = page.heap_bytes().await;
    eprintln!("heap: {} MB", heap / 1_000_000);
    assert!(heap < HEAP_MAX, "{heap} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_are_scrolled_through_and_new_ones_do_not_move_the_line_under_the_eye()
 {
    let Some(browser) = Browser::start().await else { return };
    let server = server();
    let mut bob = Native::join(server.address, "bob").await;
    says(&mut bob, 1..=MESSAGES).await;
    let ana = browser.open(server.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", &text(MESSAGES)).await;
    scroll(&ana, -STEP, MESSAGES).await;
    check_heap(&ana).await;

    ana.value("document.querySelector('#log').scrollTop = 300").await;
    frames(&ana).await;
    let eye = ana.value(UNDER_THE_EYE).await;
    says(&mut bob, MESSAGES + 1..=MESSAGES + NEW).await;
    ana.sees("#jump", "new").await;
    assert_eq!(ana.value(UNDER_THE_EYE).await, eye);
    // The newest messages were taken away to make room for the oldest ones: they are loaded again.
    scroll(&ana, STEP, MESSAGES + NEW).await;
    // The scroll bar is dragged to the middle of what is in memory.
    let drag = "(() => { const log = document.querySelector('#log'); log.scrollTop = log.scrollHeight / 2; })()";
    ana.value(drag).await;
    ana.until("the middle", &format!("/^[45]\\d\\d\\d at /.test({UNDER_THE_EYE})")).await;
    ana.clicks("#jump").await;
    ana.sees("#log", &text(MESSAGES + NEW)).await;
    check_heap(&ana).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

/// Waits for two frames: the page has drawn what happened before.
async fn frames(page: &Page) {
    let two =
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))";
    page.value(two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_while_fifty_messages_a_second_come_to_a_slow_machine() {
    let Some(browser) = Browser::start().await else { return };
    let server = server();
    let mut bob = Native::join(server.address, "bob").await;
    says(&mut bob, 1..=300).await;
    let ana = browser.open(server.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", &text(300)).await;
    ana.value(TIME_KEYS).await;
    ana.slows(SLOWED).await;
    let typed = "the quick brown fox jumps over the lazy dog".replace(' ', "");
    let mut n = 300;
    let mut pace = interval(BUSY_PAUSE);
    for key in typed.chars() {
        ana.presses(&key.to_string()).await;
        for _ in 0..5 {
            n += 1;
            bob.say(n, &text(n)).await;
            pace.tick().await;
        }
    }
    ana.slows(1).await;
    ana.until("the keys", &format!("document.querySelector('#text').value === {}", json!(typed)))
        .await;
    ana.sees("#log", &text(n)).await;
    ana.until("all times", &format!("keys.length === {}", typed.len())).await;
    report_keys(&ana).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[allow(clippy::print_stderr, reason = "a measurement, which depends on the machine")]
async fn report_keys(page: &Page) {
    let keys = page.value("keys").await;
    let keys = keys.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    eprintln!("a key is on the screen after: {}", quantiles(keys));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_connection_does_not_draw_a_long_room_again_and_again() {
    let Some(browser) = Browser::start().await else { return };
    let mut daemon = Daemon::start(&["--limits", "off"]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    says(&mut bob, 1..=1000).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", &text(1000)).await;
    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.sees("#status", "Offline").await;
    ana.value("document.querySelector('#log').scrollTop = 0").await;
    frames(&ana).await;
    let first = ana.value("document.querySelector('#log article').dataset.seq").await;
    assert_ne!(first, "1", "there are older messages");
    let asked = ana.value(ASKED).await.as_u64().unwrap();
    assert!(asked < 45, "{asked} drawings in 60 frames");
}
