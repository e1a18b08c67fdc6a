//! Whatever a user sends, the page has only the elements that it makes itself, and asks nobody else.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use e2e::native::Native;
use serde_json::json;

/// Texts that have been used against pages, or might be. The server takes no control characters.
const TEXTS: [&str; 21] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"https://evil.example/pixel\">",
    "<svg onload=alert(1)><foreignObject><iframe src=https://evil.example></iframe></foreignObject></svg>",
    "<style>* { display: none }</style>",
    "<base href=https://evil.example/><form action=/x><input name=password>",
    "<a href=\"javascript:alert(1)\">click</a>",
    "\"><b id=send>x</b>",
    "&lt;script&gt; &amp; &#x3c;b&#x3e;",
    "javascript:alert(1) data:text/html,<b>x</b> vbscript:x file:///etc/passwd",
    "https://evil.example/\"onmouseover=\"alert(1)",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "`<b>code</b>` *<i>bold</i>* _<u>x</u>_ ~~<s>x</s>~~",
    "```html\n<script>alert(1)</script>\n```",
    "> <blockquote onclick=alert(1)>x",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} #{7*7}",
    "__proto__ constructor toString hasOwnProperty",
    "\u{202e}gnp.exe \u{2066}a\u{2067}b",
    "a\u{200b}b\u{feff}c\u{e0041}d",
    "🇩🇪🇫🇷🇯 👩🏽\u{200d}💻 🏽🏽🏽",
    "\u{301}\u{301} on nothing",
];

/// Finds elements that the page does not make for a message, and attributes that it gives to none of them. `#log-items`
/// is left out: it is around all messages, and its `style` has the heights of the space above and below the rows.
const FOREIGN: &str = "[...document.querySelectorAll('#log *:not(#log-items), #user-list *, #topic *, #title *')].filter((one) => \
     ['SCRIPT', 'IMG', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'LINK', 'BASE', 'FORM', 'INPUT', 'VIDEO', 'AUDIO', 'B', 'I', 'U', 'FOREIGNOBJECT'].includes(one.tagName.toUpperCase()) \
     || [...one.attributes].some(({name}) => name.startsWith('on') || name === 'style' || name === 'srcdoc') \
     || (one.hasAttribute('href') && !/^https?:\\/\\//.test(one.getAttribute('href')))).map((one) => one.outerHTML)";

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_make_no_element_and_no_request() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    let mut eve = Native::join(daemon.address, "eve' onload='x").await;
    for (n, text) in (1..).zip(TEXTS) {
        eve.say_accepted(n, text).await;
    }
    let topic = "<img src=x onerror=alert(1)>";
    eve.send(&json!({"type": "topic", "room": "#lobby", "topic": topic})).await;
    eve.say(100, "the last one").await;
    ana.sees("#log", "the last one").await;
    ana.sees("#user-list", "eve' onload='x").await;
    ana.sees("#log", "<script>alert(1)</script>").await;
    let shown = "document.querySelectorAll('#log article .text').length";
    assert_eq!(ana.value(shown).await, TEXTS.len() + 1, "all texts and the last one");
    assert_eq!(ana.value(FOREIGN).await, json!([]));
    // No mark turns the direction of what is around it, and no control character is left.
    let hidden = r"/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u.test(document.querySelector('#log').textContent)";
    assert_eq!(ana.value(hidden).await, false);
    assert_eq!(ana.value("document.querySelectorAll('#send').length").await, 1);
    ana.types("still here\n").await;
    ana.sees("#log", "still here").await;
    assert_eq!(ana.faults().await, [""; 0]);
}
