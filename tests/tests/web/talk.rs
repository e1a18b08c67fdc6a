//! What users do with each other beside writing in a room: direct messages, threads, reactions, searches, mutes.

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use e2e::native::Native;
use serde_json::json;
use tempfile::TempDir;

use super::views::owner;

/// Opens the menu of a user, and chooses the item with this text.
async fn chooses(page: &Page, user: &Native, item: &str) {
    page.clicks(&format!("#user-list [data-user='{}']", user.id)).await;
    page.until("the menu", "document.querySelector('#menu:not([hidden])')").await;
    let find = format!(
        "[...document.querySelectorAll('#menu [role=menuitem]')].find((one) => one.innerText.trim() === {})",
        json!(item)
    );
    page.until(item, &find).await;
    page.value(&format!("{find}.id = 'chosen'; 0")).await;
    page.clicks("#chosen").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_write_to_one_another_alone_and_react_and_answer_in_a_thread_with_the_mouse() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    chooses(&ana, &bob, "Write to").await;
    ana.sees("#title", "bob").await;
    ana.sees("#topic", "online").await;
    ana.until("the focus in the box", "document.activeElement.id === 'text'").await;
    ana.types("for you alone\n").await;
    let alone = bob.until("message").await;
    assert_eq!(
        (&alone["text"], alone["from"]["name"].as_str()),
        (&json!("for you alone"), Some("ana"))
    );
    assert!(alone["room"].as_str().unwrap().starts_with('@'), "{alone}");
    ana.presses("Alt-ArrowUp").await;
    ana.sees("#title", "#lobby").await;

    // Of another direction than the page.
    bob.say_accepted(1, "مرحبا").await;
    ana.sees("#log", "مرحبا").await;
    ana.until(
        "from right to left",
        "getComputedStyle(document.querySelector('#log .lines')).direction === 'rtl'",
    )
    .await;
    ana.clicks("#log article .bubble").await;
    ana.clicks("#log .tools [data-do=emoji]").await;
    ana.until("the emoji", "document.activeElement.textContent === '👍'").await;
    ana.clicks("#menu [role=menuitem]").await;
    ana.sees("#log .reaction[aria-pressed=true]", "1").await;
    ana.clicks("#log .reaction").await;
    ana.until("no reaction", "!document.querySelector('#log .reaction')").await;
    ana.clicks("#log article .bubble").await;
    ana.clicks("#log .tools [data-do=menu]").await;
    ana.presses("s").await;
    ana.presses("Enter").await;
    ana.until("the thread", "document.activeElement.id === 'thread-text'").await;
    ana.types("an answer\n").await;
    ana.sees("#log .answers", "1 reply").await;
    bob.send(&json!({"type": "say", "room": "#lobby", "n": 2, "text": "and another", "thread": 1}))
        .await;
    ana.sees("#thread-log", "and another").await;
    ana.clicks("#close-thread").await;
    ana.sees("#log .answers", "2 replies").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_found_and_shown_in_its_place() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.say_accepted(1, "the blue elephant").await;
    for n in 2..=30 {
        bob.say_accepted(n, &format!("message {n}\nof\nmany\nlines")).await;
    }
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.sees("#log", "message 30").await;
    ana.clicks("#open-search").await;
    ana.until("the field", "document.activeElement.matches('#panel input')").await;
    ana.types("elephant").await;
    ana.sees("#panel mark", "elephant").await;
    ana.presses("ArrowDown").await;
    ana.presses("Enter").await;
    ana.until("its place", "document.activeElement.matches('#log article') && document.activeElement.innerText.includes('blue elephant')").await;
    ana.presses("Escape").await;
    ana.until(
        "the end",
        "document.querySelector('#jump').hidden && document.activeElement.id === 'text'",
    )
    .await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_mutes_and_kicks_and_those_who_may_not_are_not_offered_it() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    let ana = owner(&browser, &daemon, data.path()).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    chooses(&ana, &bob, "Mute for 10 minutes").await;
    ana.sees("#log", "You muted bob").await;
    bob.say(1, "hello").await;
    assert_eq!(bob.until("refused").await["code"], "muted");
    ana.clicks("#text").await;
    ana.types("/unmute bob\n").await;
    ana.sees("#panel", "Muted: bob").await;
    ana.clicks("#panel .list-item button").await;
    ana.until("no mute", "!document.querySelector('#panel .list-item')").await;
    ana.presses("Escape").await;
    bob.say_accepted(2, "hello").await;
    ana.sees("#log", "hello").await;
    chooses(&ana, &bob, "End the sessions…").await;
    ana.clicks("#panel button[type=submit]").await;
    assert_eq!(bob.until("goodbye").await["code"], "kicked");

    let stranger = Browser::start().await.expect("a browser");
    let eve = stranger.open(daemon.address).await;
    eve.comes_in("eve").await;
    eve.clicks("#user-list button").await;
    eve.sees("#menu", "Write to").await;
    let offered = eve
        .value("/Mute|Kick|End the|Ban|role/.test(document.querySelector('#menu').innerText)")
        .await;
    assert_eq!(offered, false);
    for page in [ana, eve] {
        assert_eq!(page.faults().await, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_comes_in_by_the_address_of_an_invite() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let daemon =
        Daemon::start(&["--join", "invite", "--data", data.path().to_str().unwrap()]).await;
    let ana = owner(&browser, &daemon, data.path()).await;
    ana.clicks("#open-invite").await;
    ana.until("the form", "document.activeElement.matches('#panel input')").await;
    ana.clicks("#panel button[type=submit]").await;
    ana.until("the address", "/#.*\\./.test(document.querySelector('#panel input')?.value)").await;
    let address = ana.value("document.querySelector('#panel input').value").await;

    let other = Browser::start().await.expect("a browser");
    let eve = other.open_blank(daemon.address).await;
    eve.value(&format!("location.href = {address}; 0")).await;
    eve.sees("#first-invite-fold", "Your invite is filled in").await;
    assert_eq!(eve.value("location.hash").await, "", "others may look at the screen");
    eve.comes_in("eve").await;
    ana.sees("#user-list", "eve").await;
    for page in [ana, eve] {
        assert_eq!(page.faults().await, [""; 0]);
    }
}
