//! Dialogs over the room, at five sizes, dark and light: nothing is cut, axe-core finds nothing, and keys reach
//! every part of it.

use std::path::Path;

use e2e::binary::Daemon;
use e2e::browser::{Browser, Page};
use serde_json::json;
use tempfile::TempDir;

use super::look::{check, places};

/// What opens each dialog: a command, or the first letter of its item in the menu of the room. Then its kind, and a
/// text that it shows.
const VIEWS: [(&str, &str, &str); 7] = [
    ("/saved", "saved", "worth remembering"),
    ("e", "exports", "Format"),
    ("/notify", "notify", "Notify of"),
    ("/hook nightly", "hook", "curl -d"),
    ("/hooks", "hooks", "nightly"),
    ("/invite 5 2d #ops", "invite", "For a browser"),
    ("/invites", "invites", "0 of 5 used"),
];

/// All texts of the dialog, also those in its fields.
const SHOWN: &str = "[document.querySelector('#panel').textContent, ...[...document.querySelectorAll('#panel input')].map((one) => one.value)].join(' ')";

/// The elements that have to be reached with Tab in a dialog.
const PARTS: &str = "[...document.querySelectorAll('#panel :is(button, input, select, [tabindex=\"0\"])')].filter((one) => one.checkVisibility())";

/// Most presses of Tab around a dialog, or from the input box to a message.
const PRESSES_MAX: usize = 20;

/// Opens the page of ana, who owns the server and is alone on it.
pub(super) async fn owner(browser: &Browser, daemon: &Daemon, data: &Path) -> Page {
    let line = std::fs::read_to_string(data.join("owner-line")).unwrap();
    let ana = browser.open(daemon.address).await;
    ana.clicks("#first-invite-fold summary").await;
    ana.clicks("#first-invite").await;
    ana.types(line.trim()).await;
    ana.clicks("#first-name").await;
    ana.types("ana\n").await;
    ana.is_in().await;
    ana
}

/// Presses Tab until each part of the dialog has had the focus.
async fn reaches_all_parts(page: &Page, view: &str) {
    page.value("globalThis.reached = new Set([document.activeElement]); 0").await;
    let missing = format!("{PARTS}.filter((one) => !reached.has(one)).map((one) => one.outerHTML)");
    for _ in 0..PRESSES_MAX {
        if page.value(&missing).await == json!([]) {
            return;
        }
        page.presses("Tab").await;
        page.value("reached.add(document.activeElement); 0").await;
    }
    panic!("{view}: out of reach: {}", page.value(&missing).await);
}

/// Presses Shift-Tab until a message has the focus.
async fn goes_to_message(page: &Page) {
    for _ in 0..PRESSES_MAX {
        page.presses("Shift-Tab").await;
        if page.value("document.activeElement.tagName").await == "ARTICLE" {
            return;
        }
    }
    panic!("no message is reached in {PRESSES_MAX} presses");
}

/// Checks what is shown at each size, dark and light.
async fn check_at_all_sizes(page: &Page, view: &str) {
    for (scheme, width, height) in places() {
        page.prefers(scheme).await;
        page.resizes(width, height).await;
        check(page, &format!("{view}-{width}-{scheme}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_in_what_an_owner_opens_and_keys_reach_all_of_it() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    let ana = owner(&browser, &daemon, data.path()).await;
    ana.sees("#log .welcome", "You own this server").await;
    check_at_all_sizes(&ana, "owner").await;

    ana.types("/join #ops\n").await;
    ana.sees("#title", "#ops").await;
    ana.types("a message that is worth remembering, because it says where the spare key of the server room is\n").await;
    ana.sees("#log", "worth remembering").await;
    ana.until("an answer", "document.querySelector('#log article[data-delivery=accepted]')").await;
    goes_to_message(&ana).await;
    ana.presses("m").await;
    ana.sees("#status", "You remember this message").await;
    ana.presses("Escape").await;
    for (command, kind, shows) in VIEWS {
        ana.clicks("#text").await;
        if command.starts_with('/') {
            ana.types(&format!("{command}\n")).await;
        } else {
            ana.clicks("#open-room-menu").await;
            ana.presses(command).await;
            ana.presses("Enter").await;
        }
        let is_open = format!("document.querySelector('#panel[open]')?.dataset.kind === '{kind}'");
        ana.until(kind, &is_open).await;
        ana.until(shows, &format!("({SHOWN}).includes({})", json!(shows))).await;
        reaches_all_parts(&ana, command).await;
        check_at_all_sizes(&ana, kind).await;
        ana.presses("Escape").await;
        ana.until("no dialog", "!document.querySelector('#panel[open]')").await;
    }
    assert_eq!(ana.faults().await, [""; 0]);
}
