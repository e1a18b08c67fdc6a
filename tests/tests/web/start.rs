//! The page starts although the connection breaks while it is loaded.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use serde_json::Value;

/// A script that most others need.
const SCRIPT: &str = "*/words.js";

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_the_page_that_is_lost_is_loaded_again() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open_blank(daemon.address).await;
    ana.loses(&[SCRIPT]).await;
    ana.begins_to_load().await;
    ana.until("the first try", "sessionStorage.getItem('tries') !== null").await;
    ana.loses(&[]).await;
    ana.comes_in("ana").await;
    ana.types("hello\n").await;
    ana.has(&["hello"]).await;
    assert_eq!(ana.value("sessionStorage.getItem('tries')").await, Value::Null);
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_is_not_loaded_again() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open_blank(daemon.address).await;
    ana.runs_first("delete globalThis.MessageChannel").await;
    ana.begins_to_load().await;
    ana.sees("#splash[data-lost]", "Reload the page").await;
    let loaded = ana.value("performance.getEntriesByType('navigation')[0].type").await;
    assert_eq!(loaded, "navigate");
    assert_eq!(ana.value("sessionStorage.getItem('tries')").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_scripts_stay_lost_says_what_to_do() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let cases = [
        (&[SCRIPT][..], "#splash[data-lost]"),
        (&["*.js"], "#splash"),
        (&["*.js", "*.css"], "#splash"),
    ];
    for (lost, splash) in cases {
        let ana = browser.open_blank(daemon.address).await;
        ana.loses(lost).await;
        ana.begins_to_load().await;
        ana.sees(splash, "Reload the page").await;
    }
}
