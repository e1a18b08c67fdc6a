//! Keys and clicks.

use serde_json::{Value, json};

use super::Page;

/// Keys that are not text, with their codes in Windows, by which Chromium names them.
const KEYS: [(&str, u32); 11] = [
    ("Tab", 9),
    ("Enter", 13),
    ("Escape", 27),
    ("PageUp", 33),
    ("PageDown", 34),
    ("End", 35),
    ("Home", 36),
    ("ArrowUp", 38),
    ("ArrowDown", 40),
    ("Delete", 46),
    ("F1", 112),
];

impl Page {
    /// Types a text, in which `\n` is Enter.
    pub async fn types(&self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.presses("Enter").await;
            }
            if !line.is_empty() {
                self.call("Input.insertText", json!({"text": line})).await;
            }
        }
    }

    /// Presses a key, such as `Enter`, `Shift-Tab`, `Alt-ArrowDown` or `r`.
    ///
    /// # Panics
    /// Panics if the key is not known here.
    pub async fn presses(&self, key: &str) {
        let (modifiers, key) = match key.split_once('-') {
            Some(("Alt", key)) => (1, key),
            Some(("Ctrl", key)) => (2, key),
            Some(("Shift", key)) => (8, key),
            _ => (0, key),
        };
        let mut event = json!({"modifiers": modifiers, "key": key, "code": key});
        if let Some((_, code)) = KEYS.iter().find(|(name, _)| *name == key) {
            event["windowsVirtualKeyCode"] = (*code).into();
        } else {
            assert_eq!(key.chars().count(), 1, "{key}");
            event["code"] = format!("Key{}", key.to_uppercase()).into();
            event["windowsVirtualKeyCode"] =
                key.to_uppercase().chars().next().map(u32::from).into();
        }
        // Text that the key gives, without which Enter submits no form.
        let text = match key {
            "Enter" => Some("\r"),
            key if key.chars().count() == 1 && modifiers == 0 => Some(key),
            _ => None,
        };
        if let Some(text) = text {
            event["text"] = text.into();
        }
        for kind in ["keyDown", "keyUp"] {
            event["type"] = kind.into();
            self.call("Input.dispatchKeyEvent", event.clone()).await;
        }
    }

    /// Clicks the middle of what `selector` selects, once it is visible and nothing covers it.
    pub async fn clicks(&self, selector: &str) {
        // A tab behind another one takes no clicks.
        self.call("Page.bringToFront", json!({})).await;
        let quoted = Value::from(selector).to_string();
        let find = format!(
            "(() => {{ const one = document.querySelector({quoted}); if (!one?.checkVisibility()) return null; \
             one.scrollIntoView({{block: 'nearest'}}); const box = one.getBoundingClientRect(); \
             const at = {{x: box.x + box.width / 2, y: box.y + box.height / 2}}; \
             const top = document.elementFromPoint(at.x, at.y); return top && one.contains(top) ? at : null; }})()"
        );
        self.until(&format!("{selector} can be clicked"), &find).await;
        let at = self.value(&find).await;
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": at["x"], "y": at["y"], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event).await;
        }
    }
}
