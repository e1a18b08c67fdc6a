//! A browser that lets the page store nothing.

use e2e::binary::Daemon;
use e2e::browser::Browser;

/// Refuses all storage, as a browser does whose user blocks it.
const BLOCKED: &str = "{ const no = () => { throw new DOMException('blocked', 'SecurityError'); }; \
     for (const name of ['sessionStorage', 'localStorage', 'indexedDB', 'caches']) Object.defineProperty(globalThis, name, {get: no}); \
     for (const name of ['request', 'query']) navigator.locks[name] = async () => no(); \
     navigator.serviceWorker.register = async () => no(); }";

/// Has no space for a message.
const FULL: &str = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; 0";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stores_nothing_says_so_and_can_be_used() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open_blank(daemon.address).await;
    ana.runs_first(BLOCKED).await;
    ana.loads().await;
    ana.comes_in("ana").await;
    ana.sees("#status", "can't store anything").await;
    ana.types("hello\n").await;
    ana.has(&["hello"]).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_also_if_the_storage_is_full() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.value(FULL).await;
    ana.types("hello\n").await;
    ana.has(&["hello"]).await;
    ana.sees("#status", "can't store anything").await;
    assert_eq!(ana.faults().await, [""; 0]);
}
