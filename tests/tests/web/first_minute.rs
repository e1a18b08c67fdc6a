//! The first actions of a user.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;

/// Bytes that a browser loads before the page is shown, at most: a second on a connection of 1.2 Mbit/s.
const PAGE_BYTES_MAX: u64 = 150_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_user_comes_in_talks_and_loses_nothing_by_a_reload() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.sees("#me-name", "ana").await;
    ana.sees("#title", "#lobby").await;
    ana.sees("#user-list", "ana").await;
    ana.types("hello\n").await;
    ana.has(&["hello"]).await;

    let mut bob = Native::join(daemon.address, "bob").await;
    bob.say_accepted(1, "hi ana").await;
    ana.has(&["hello", "hi ana"]).await;
    ana.sees("#user-list", "bob").await;
    ana.sees(&format!("#user-list [data-user='{}']", bob.id), &bob.id.to_string()).await;
    // Each on a side of its own, with an avatar.
    ana.until("own side", "document.querySelector('#log article[data-own] svg')").await;
    ana.until("other side", "document.querySelector('#log article:not([data-own]) svg')").await;
    let sides = "(() => { const left = (own) => document.querySelector(`#log article${own} .bubble`).getBoundingClientRect().left; \
                 return left('[data-own]') > left(':not([data-own])'); })()";
    ana.until("one's own at the right", sides).await;

    ana.types("half a sen").await;
    let number = ana.value("document.querySelector('#me-number').innerText").await;
    ana.loads().await;
    ana.is_in().await;
    ana.until("the draft", "document.querySelector('#text').value === 'half a sen'").await;
    assert_eq!(ana.value("document.querySelector('#me-number').innerText").await, number);
    ana.clicks("#text").await;
    ana.presses("End").await;
    ana.types("tence\n").await;
    assert_eq!(bob.next_message().await, ("ana".to_owned(), "half a sentence".to_owned()));
    ana.has(&["hello", "hi ana", "half a sentence"]).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_small() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let page = browser.open(daemon.address).await;
    page.until("the first screen", "document.querySelector('#first-name')").await;
    let loaded = "(() => { const later = document.querySelector('meta[name=loaded-later]').content.split(' '); \
                  return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)) \
                  .filter(({name}) => !later.includes(new URL(name).pathname)) \
                  .reduce((bytes, one) => bytes + one.transferSize, 0); })()";
    let bytes = page.value(loaded).await.as_u64().expect("a number of bytes");
    assert!(bytes > 0 && bytes <= PAGE_BYTES_MAX, "{bytes} bytes");
    // Later the server may have another version of the page.
    let panels = "performance.getEntriesByType('resource').some(({name}) => name.endsWith('/panel-forms.js'))";
    page.until("the panels, which nobody has opened yet", panels).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_are_one_user_and_see_the_same_as_a_native_client() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    let first = browser.open(daemon.address).await;
    first.comes_in("ana").await;
    let second = browser.open(daemon.address).await;
    second.is_in().await;
    for page in [&first, &second] {
        page.sees("#me-name", "ana").await;
        page.until("two users", "document.querySelectorAll('#user-list [data-user]').length === 2")
            .await;
    }
    first.types("one\n").await;
    assert_eq!(bob.next_message().await.1, "one");
    second.clicks("#text").await;
    second.types("two\n").await;
    assert_eq!(bob.next_message().await.1, "two");
    bob.say_accepted(1, "three").await;
    for page in [&first, &second] {
        page.has(&["one", "two", "three"]).await;
        assert_eq!(
            page.value("document.querySelectorAll('#log article[data-own]').length").await,
            2
        );
        assert_eq!(page.faults().await, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_password_asks_those_who_are_new_for_it() {
    let Some(browser) = Browser::start().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    std::fs::write(&file, "four little words here\n").unwrap();
    let daemon = Daemon::start(&["--password-file", file.to_str().unwrap()]).await;
    let ana = browser.open(daemon.address).await;
    ana.until("the first screen", "document.activeElement.id === 'first-name'").await;
    ana.types("ana\n").await;
    ana.until("the question", "document.activeElement.id === 'first-server'").await;
    ana.sees("#first-note", "New users of this server need its password").await;
    ana.types("not these words\n").await;
    ana.sees("#first-note", "This is not the password of the server").await;
    ana.clicks("#first-server").await;
    ana.value("document.querySelector('#first-server').select()").await;
    ana.types("four little words here\n").await;
    ana.is_in().await;
    ana.loads().await;
    ana.is_in().await;
    assert_eq!(ana.faults().await, [""; 0]);
}
