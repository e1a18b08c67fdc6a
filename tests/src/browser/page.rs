//! A tab with the page of a daemon, and its user.

mod axe;
mod input;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::wire::Wire;
use crate::DEADLINE;

/// Pause before the page is looked at again: nothing reports every change.
const POLL_PAUSE: Duration = Duration::from_millis(20);

/// Runs before any script of the page: notes what the browser has refused to it.
const NOTE_VIOLATIONS: &str = "addEventListener('securitypolicyviolation', (event) => \
     (globalThis.violations ??= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`))";

/// A tab. It stays open on drop, until the browser ends.
#[derive(Debug)]
pub struct Page {
    wire: Wire,
    session: String,
    target: String,
    origin: String,
}

impl Page {
    pub(super) fn new(wire: Wire, session: String, target: String, origin: String) -> Self {
        Self { wire, session, target, origin }
    }

    pub(super) async fn prepares(&self) {
        for domain in ["Page", "Runtime", "Network", "Log"] {
            self.call(&format!("{domain}.enable"), json!({})).await;
        }
        // Without it only one tab has the focus, and is told of keys.
        self.call("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await;
        self.runs_first(NOTE_VIOLATIONS).await;
        self.resizes(1280, 800).await;
    }

    /// Loads the page. Does not wait for its scripts.
    pub async fn begins_to_load(&self) {
        let loaded = self.call("Page.navigate", json!({"url": format!("{}/", self.origin)})).await;
        assert!(loaded["errorText"].is_null(), "{loaded}");
    }

    /// Has each document that is loaded from now on run this script before its own.
    pub async fn runs_first(&self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// From now on, requests for addresses that match a pattern, such as `*/app.js`, fail.
    pub async fn loses(&self, patterns: &[&str]) {
        self.call("Network.setBlockedURLs", json!({"urls": patterns})).await;
    }

    /// Loads the page, and waits until it shows something.
    pub async fn loads(&self) {
        self.begins_to_load().await;
        self.until(
            "the page",
            "document.querySelector('#first:not([hidden]), #chat:not([hidden])')",
        )
        .await;
    }

    /// Opens the page as this user, who is new, and waits until the lobby is shown.
    pub async fn comes_in(&self, name: &str) {
        self.until("the first screen", "document.activeElement?.id === 'first-name'").await;
        self.types(&format!("{name}\n")).await;
        self.is_in().await;
    }

    /// Waits until the open room is shown and connected.
    pub async fn is_in(&self) {
        self.until("the box", "document.querySelector('#text')?.checkVisibility()").await;
        self.until("a connection", "document.querySelector('#user-list [data-user]')").await;
    }

    /// Waits until the browser has stored the page, so that another tab opens it without the daemon.
    pub async fn opens_without_the_daemon(&self) {
        let is_active =
            "navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')";
        self.until("the page is stored", is_active).await;
    }

    /// Evaluates JavaScript. Returns its value, of a promise when it is settled.
    pub async fn value(&self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let mut result = self.call("Runtime.evaluate", params).await;
        assert!(result["exceptionDetails"].is_null(), "{script}: {}", result["exceptionDetails"]);
        result["result"]["value"].take()
    }

    /// Waits until JavaScript is true, or a promise of what is.
    pub async fn until(&self, what: &str, script: &str) {
        let end = Instant::now() + DEADLINE;
        let script = format!("(async () => Boolean(await ({script})))()");
        while self.value(&script).await != true {
            if Instant::now() > end {
                let text = self.value("document.body.innerText").await;
                panic!(
                    "not within {DEADLINE:?}: {what} ({script}); faults: {:#?}; the page: {text}",
                    self.faults().await
                );
            }
            sleep(POLL_PAUSE).await;
        }
    }

    /// Waits until what `selector` selects shows `text`.
    pub async fn sees(&self, selector: &str, text: &str) {
        let [selector, quoted] = [selector, text].map(|text| Value::from(text).to_string());
        let script = format!("document.querySelector({selector})?.innerText.includes({quoted})");
        self.until(text, &script).await;
    }

    /// Waits until these are the texts in the log, in this order, and all are stored by the daemon.
    pub async fn has(&self, texts: &[&str]) {
        let wanted = json!(texts);
        let script = format!(
            "JSON.stringify([...document.querySelectorAll('#log article[data-delivery=accepted] .text')].map((one) => one.innerText)) \
             === JSON.stringify({wanted}) && !document.querySelector('#log article:not([data-delivery=accepted])')"
        );
        self.until(&format!("{wanted}"), &script).await;
    }

    /// Sets the size of the window, in CSS pixels.
    pub async fn resizes(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Sets whether the system asks for dark or light colours, and for reduced motion.
    pub async fn prefers(&self, scheme: &str) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.call("Emulation.setEmulatedMedia", features).await;
    }

    /// Takes a picture of the window. Returns a PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let picture = self.call("Page.captureScreenshot", json!({"format": "png"})).await;
        let base64 = picture["data"].as_str().unwrap();
        data_encoding::BASE64.decode(base64.as_bytes()).unwrap()
    }

    /// Bytes of the JavaScript heap that are in use, without what can be collected.
    pub async fn heap_bytes(&self) -> u64 {
        self.call("HeapProfiler.collectGarbage", json!({})).await;
        let usage = self.call("Runtime.getHeapUsage", json!({})).await;
        usage["usedSize"].as_u64().unwrap_or_default()
            + usage["embedderHeapUsedSize"].as_u64().unwrap_or_default()
    }

    /// Why the browser would not offer to install the page as an app.
    pub async fn reasons_against_installing(&self) -> Vec<String> {
        let manifest = self.call("Page.getAppManifest", json!({})).await;
        let reasons = self.call("Page.getInstallabilityErrors", json!({})).await;
        let both = [&manifest["errors"], &reasons["installabilityErrors"]];
        both.iter().filter_map(|one| one.as_array()).flatten().map(ToString::to_string).collect()
    }

    /// Makes the processor of the page this many times slower.
    pub async fn slows(&self, times: u32) {
        self.call("Emulation.setCPUThrottlingRate", json!({"rate": times})).await;
    }

    /// Closes the tab.
    pub async fn closes(self) {
        let target = json!({"targetId": self.target});
        self.wire.call(None, "Target.closeTarget", target).await;
    }

    /// The faults of the page: errors, refusals of the policy, requests to other servers. A lost connection
    /// is not a fault.
    pub async fn faults(&self) -> Vec<String> {
        let violations = self.value("globalThis.violations ?? []").await;
        let mut faults: Vec<_> =
            violations.as_array().into_iter().flatten().map(ToString::to_string).collect();
        for event in self.wire.events(&self.session) {
            let params = &event["params"];
            let is_fault = match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" => true,
                "Runtime.consoleAPICalled" => params["type"] == "error",
                "Log.entryAdded" => {
                    params["entry"]["level"] == "error" && params["entry"]["source"] != "network"
                }
                "Network.requestWillBeSent" => {
                    !self.is_own(params["request"]["url"].as_str().unwrap_or_default())
                }
                _ => false,
            };
            if is_fault {
                faults.push(params.to_string());
            }
        }
        faults
    }

    fn is_own(&self, url: &str) -> bool {
        [self.origin.as_str(), "data:", "blob:"].iter().any(|own| url.starts_with(own))
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        self.wire.call(Some(&self.session), method, params).await
    }
}
