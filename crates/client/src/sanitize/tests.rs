use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

#[test]
fn control_characters_are_made_visible_or_removed() {
    for (dirty, clean) in [
        ("\x1b[31mred", "␛[31mred"),
        ("\u{9b}31mred", "�31mred"),
        ("a\u{202E}b", "a�b"),
        ("a\u{200B}\u{FEFF}b", "ab"),
        ("👩🏽\u{200D}💻", "👩🏽\u{200D}💻"),
        ("b\u{200D}b\u{FE0F}", "bb"),
        ("\u{301}a", "◌\u{301}a"),
        ("a\tb", "a    b"),
        ("a\nb\u{2028}c", "a\nb\nc"),
        ("\u{200B}", "�"),
        ("\u{1161}", "�"),
    ] {
        assert_eq!(text(dirty), clean, "{dirty:?}");
    }
    assert_eq!(line("a\nb"), "a b");
}

#[test]
fn the_page_sanitizes_as_this_client_does() {
    let cases = include_str!("../../../../tests/cases/clean.json");
    let cases: Vec<HashMap<String, String>> = serde_json::from_str(cases).unwrap();
    for case in &cases {
        assert_eq!(text(&case["dirty"]), case["clean"], "{:?}", case["dirty"]);
    }
}

#[test]
fn marks_are_bounded() {
    let zalgo = format!("a{}b", "\u{301}".repeat(10_000));
    assert_eq!(text(&zalgo), format!("a{}b", "\u{301}".repeat(8)));
}

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(
        dirty in prop_oneof![".*", "[a1#👩🏽💻❤ककषهمখ\u{200B}-\u{200F}\u{FE0E}\u{FE0F}\u{20E3}\u{94D}\u{301}\u{202E}\n]{0,40}"],
    ) {
        let clean = text(&dirty);
        prop_assert_eq!(text(&clean), clean);
    }

    #[test]
    fn a_plain_text_is_what_the_slow_way_leaves_of_it(plain in "[ -~]{0,40}") {
        prop_assert!(is_plain(&plain));
        let slow = bounded_clusters(&without_loose(&replaced(&plain, '\n')));
        prop_assert_eq!(slow, plain);
    }
}

#[test]
fn a_text_that_is_not_a_message_is_cut() {
    let clean = line(&"x".repeat(10_000));
    assert_eq!(clean.chars().count(), LINE_CHARS_MAX + 1);
    assert!(clean.ends_with('…'));
}

#[test]
fn no_character_of_all_is_left_invisible() {
    for c in ('\0'..=char::MAX).filter(|c| *c != '\n') {
        let clean = text(&c.to_string());
        let width: usize = clean.chars().filter_map(UnicodeWidthChar::width).sum();
        assert!(width > 0, "U+{:04X} leaves {clean:?}", u32::from(c));
        assert!(!clean.chars().any(char::is_control), "U+{:04X}", u32::from(c));
    }
}

/// A right-to-left override is allowed in most texts on the wire, unlike a control character of C0.
#[test]
fn each_text_of_an_event_about_users_is_cleaned() {
    const DIRTY: char = '\u{202E}';
    let lines = [
        r#"{"type":"invite","line":"chat://x?","invite":{"id":1,"role":"member","uses":1,"used":0,"until":"2026-11-22T14:02:07.123Z","note":"?"}}"#,
        r#"{"type":"link","code":"?","valid_ms":1}"#,
        r#"{"type":"audit","records":[{"id":1,"at":"2026-11-22T14:02:07.123Z","what":"role","about":"?","reason":"?"}],"more":false}"#,
        r#"{"type":"sanction","kind":"mute","reason":"?","at":"2026-11-22T14:02:07.123Z"}"#,
        r#"{"type":"pardoned","sanction":{"kind":"mute","reason":"?","at":"2026-11-22T14:02:07.123Z"}}"#,
        r#"{"type":"away","user":{"id":1,"name":"ana"},"text":"?"}"#,
        r#"{"type":"goodbye","code":"kicked","text":"?"}"#,
        r#"{"type":"refused","code":"banned","text":"?"}"#,
    ];
    for line in lines {
        let line = line.replace('?', &DIRTY.to_string());
        let dirty: Event = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let clean = serde_json::to_string(&event(dirty)).unwrap();
        assert!(clean.contains(REPLACEMENT) && !clean.contains(DIRTY), "{clean}");
    }
}
