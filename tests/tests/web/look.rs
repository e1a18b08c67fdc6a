//! The page at five sizes, dark and light: nothing is cut, and axe-core finds nothing. With `CHAT_PICTURES=DIR`,
//! which `just pictures-web` sets, the pictures are stored, to be looked at.

use std::path::PathBuf;

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::native::Native;
use serde_json::json;

/// A small phone, a phone, a tablet, a laptop, a large screen.
const SIZES: [(u32, u32); 5] = [(320, 568), (390, 844), (768, 1024), (1280, 800), (2560, 1440)];

/// Each size, light and dark.
pub(super) fn places() -> impl Iterator<Item = (&'static str, u32, u32)> {
    ["light", "dark"]
        .into_iter()
        .flat_map(|scheme| SIZES.into_iter().map(move |(width, height)| (scheme, width, height)))
}

/// Sizes of the window, each with that of the text in percent: a zoom of 400 %, and a text of 200 %, also on a phone.
const LARGE: [(u32, u32, u32); 4] =
    [(320, 256, 100), (320, 568, 200), (768, 1024, 200), (1280, 800, 200)];

/// Finds what reaches beyond the window at a side. The buttons beside a message are not there unless they are shown.
const CUT: &str = "[...document.querySelectorAll('.bubble, button, textarea, input, h1, h2, .name, .card')] \
     .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true})) \
     .filter((one) => { const box = one.getBoundingClientRect(); return box.width > 0 && box.bottom > 0 && box.top < innerHeight && (box.right > innerWidth + 1 || box.left < -1); }) \
     .map((one) => `${one.tagName} ${one.id} ${one.className} ${one.getBoundingClientRect().right}`)";

/// Checks the page as it is now. What the policy of the page refuses is not a fault here: axe-core adds a style.
pub(super) async fn check(page: &Page, what: &str) {
    page.until("fonts", "document.fonts.ready.then(() => true)").await;
    // The panes are chosen in the frame after the window has another size.
    page.value(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
    )
    .await;
    if let Some(directory) = std::env::var_os("CHAT_PICTURES") {
        let directory = PathBuf::from(directory);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("{what}.png")), page.picture().await).unwrap();
    }
    assert_eq!(page.value(CUT).await, json!([]), "{what}");
    page.can_be_used_by_everybody().await;
}

/// Has others say what a room has: short and long texts, code, other scripts, answers, reactions.
async fn talk(daemon: &Daemon) -> [Native; 3] {
    let mut bob = Native::join(daemon.address, "bob").await;
    let mut eva = Native::join(daemon.address, "eva lund").await;
    let mut layla = Native::join(daemon.address, "ليلى").await;
    let long = "The queue of a reader is bounded in bytes, so a client that does not read costs the others nothing: see \
                https://example.org/a/path/that/is/very/long/and/has/no/place/to/break/at/all/index.html for the figures.";
    bob.say_accepted(1, "Does anybody know why the build is *slow* today?").await;
    bob.say_accepted(2, long).await;
    eva.say_accepted(1, "It compiles everything again:\n```rust\nfn main() {\n    println!(\"a line that is too long for a small window, so that it scrolls\");\n}\n```").await;
    layla.say_accepted(1, "مرحبا بالعالم، كيف الحال؟").await;
    eva.say_accepted(2, "🎉").await;
    bob.send(&json!({"type": "say", "room": "#lobby", "n": 3, "text": "Thanks, that was `it`.\n> a quote", "reply_to": 3})).await;
    bob.until("accepted").await;
    for (n, emoji) in [(4, "👍"), (5, "🎉")] {
        bob.send(&json!({"type": "say", "room": "#lobby", "n": n, "kind": "reaction", "target": 3, "emoji": emoji, "on": true})).await;
        bob.until("accepted").await;
    }
    bob.send(&json!({"type": "topic", "room": "#lobby", "topic": "Where everybody is: questions, answers and what is new this week"})).await;
    [bob, eva, layla]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_at_any_size_and_axe_core_finds_nothing() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let _others = talk(&daemon).await;
    let ana = browser.open(daemon.address).await;
    for (scheme, width, height) in places() {
        ana.prefers(scheme).await;
        ana.resizes(width, height).await;
        check(&ana, &format!("first-{width}-{scheme}")).await;
    }
    ana.comes_in("ana").await;
    ana.sees("#log", "Thanks").await;
    ana.sees("#log", "👍").await;
    ana.sees("#topic", "what is new").await;
    ana.types("Good, then I @bob can go on\n").await;
    ana.sees("#log", "can go on").await;
    for (scheme, width, height) in places() {
        ana.prefers(scheme).await;
        ana.resizes(width, height).await;
        ana.value(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        )
        .await;
        check(&ana, &format!("room-{width}-{scheme}")).await;
        if width < 720 {
            ana.clicks("#show-rooms").await;
            check(&ana, &format!("rooms-{width}-{scheme}")).await;
            ana.clicks("#close-rooms").await;
            ana.clicks("#show-users").await;
            check(&ana, &format!("users-{width}-{scheme}")).await;
            ana.clicks("#close-users").await;
        }
        ana.clicks("#open-room-menu").await;
        ana.until("the menu", "document.querySelector('#menu:not([hidden])')").await;
        check(&ana, &format!("menu-{width}-{scheme}")).await;
        ana.presses("Escape").await;
        ana.presses("F1").await;
        ana.until("the help", "document.querySelector('#panel[open]')").await;
        check(&ana, &format!("help-{width}-{scheme}")).await;
        ana.presses("Escape").await;
        ana.until("no panel", "!document.querySelector('#panel[open]')").await;
    }
}

/// Makes the text this large, as a setting of the browser does.
async fn enlarges(page: &Page, percent: u32) {
    let script = format!(
        "(() => {{ const sheet = new CSSStyleSheet(); sheet.replaceSync(':root {{ font-size: {percent}% !important }}'); \
         document.adoptedStyleSheets = [sheet]; dispatchEvent(new Event('resize')); }})()"
    );
    page.value(&script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_in_a_large_text_or_a_large_zoom() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let [mut bob, ..] = talk(&daemon).await;
    bob.say_accepted(6, "ok").await;
    let ana = browser.open(daemon.address).await;
    for (width, height, text) in LARGE {
        ana.resizes(width, height).await;
        enlarges(&ana, text).await;
        check(&ana, &format!("first-{width}-{text}")).await;
    }
    ana.comes_in("ana").await;
    ana.sees("#log", "ok").await;
    for (width, height, text) in LARGE {
        ana.resizes(width, height).await;
        enlarges(&ana, text).await;
        ana.until("one pane", "document.body.dataset.width === 'narrow'").await;
        check(&ana, &format!("room-{width}-{text}")).await;
        for pane in ["rooms", "users"] {
            ana.clicks(&format!("#show-{pane}")).await;
            check(&ana, &format!("{pane}-{width}-{text}")).await;
            ana.clicks(&format!("#close-{pane}")).await;
        }
        // The buttons beside a short message.
        ana.value("[...document.querySelectorAll('#log article')].at(-1).focus(); 0").await;
        check(&ana, &format!("buttons-{width}-{text}")).await;
        ana.presses("+").await;
        ana.until("the emoji", "document.querySelector('#menu:not([hidden]) .emoji-grid')").await;
        check(&ana, &format!("emoji-{width}-{text}")).await;
        ana.presses("Escape").await;
        ana.presses("F1").await;
        ana.until("the help", "document.querySelector('#panel[open]')").await;
        check(&ana, &format!("help-{width}-{text}")).await;
        ana.presses("Escape").await;
        ana.until("no panel", "!document.querySelector('#panel[open]')").await;
    }
}
