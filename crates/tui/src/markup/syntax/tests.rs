use chat_client::sanitize::text as cleaned;
use proptest::prelude::*;

use super::super::tests::{is_ordered, texts};
use super::super::{Markup, steps};
use super::*;

/// Most steps of the scanner for a byte of the text.
const STEPS_MAX: usize = 8;

/// The parts of a code block as they are marked: `{k|fn}`.
fn marked(language: &str, code: &str) -> String {
    let mut marked = String::new();
    let mut at = 0;
    for (part, format) in parts(code, 0..code.len(), language) {
        let letter = match format {
            Format::KEYWORD => 'k',
            Format::STRING => 's',
            Format::COMMENT => 'c',
            _ => '-',
        };
        marked += &code[at..part.start];
        marked += &format!("{{{letter}|{}}}", &code[part.clone()]);
        at = part.end;
    }
    marked + &code[at..]
}

#[test]
fn comments_strings_and_keywords_have_their_formats() {
    for (language, code, expected) in [
        ("rust", "let a = \"fn\\\"\"; // x", "{k|let} a = {s|\"fn\\\"\"}; {c|// x}"),
        ("rs", "fn f<'a, 'b>(c: 'a) == 'x'", "{k|fn} f<'a, 'b>(c: 'a) == {s|'x'}"),
        ("rust", "'\\'' '\\u{10FFFF}' 'ab'", "{s|'\\''} {s|'\\u{10FFFF}'} 'ab'"),
        ("Python", "x = '''a\nb''' # c", "x = {s|'''a\nb'''} {c|# c}"),
        ("js", "`a\n${b}` + 'it\nis'", "{s|`a\n${b}`} + 'it\nis'"),
        ("c", "/* a\n b */ int x; /* c", "{c|/* a\n b */} {k|int} x; {c|/* c}"),
        ("bash", "echo $# a#b # c", "echo $# a#b {c|# c}"),
        ("sh", "if it's so\nthen 'x'", "{k|if} it's so\n{k|then} {s|'x'}"),
        ("sql", "select 1 -- x\nFROM t", "{k|select} 1 {c|-- x}\n{k|FROM} t"),
        ("lua", "--[[ a\n]] x -- y", "{c|--[[ a\n]]} x {c|-- y}"),
        ("json", "{\"a\": [true, 1]}", "{{s|\"a\"}: [{k|true}, 1]}"),
        ("diff", "@@ 1\n a\n-b\n+c", "{k|@@ 1}\n a\n{-|-b}\n{s|+c}"),
        ("", "let a", "let a"),
        ("brainfuck", "let a", "let a"),
    ] {
        assert_eq!(marked(language, code), expected, "{language}");
    }
}

#[test]
fn the_parts_of_a_message_are_where_its_code_is() {
    let text = "let\n```rs\nlet a\n```\n`let`";
    let markup = Markup::parse(text, &[]).with_syntax();
    let found: Vec<_> = markup
        .segments(0..text.len())
        .filter(|part| part.format.contains(Format::KEYWORD))
        .map(|part| part.range)
        .collect();
    assert_eq!(found, vec![10..13]);
}

/// Code of any language, with all that opens and closes something.
fn codes() -> impl Strategy<Value = (String, &'static str)> {
    let names = ["rs", "py", "js", "c", "java", "go", "sh", "lua", "sql", "json", "html", "diff"];
    (
        "([\"'`/*#<>!\\\\\n -]|[a-z]{1,4}|--\\[\\[|\\]\\]|[é漢👩]){0,60}",
        prop::sample::select(names.to_vec()),
    )
}

proptest! {
    #[test]
    fn parts_are_ordered_and_within_the_code((code, language) in codes()) {
        let code = cleaned(&code);
        let mut at = 0;
        for (part, _) in parts(&code, 0..code.len(), language) {
            prop_assert!(part.start >= at && part.end > part.start);
            prop_assert!(code.get(part.clone()).is_some());
            at = part.end;
        }
    }

    #[test]
    fn no_code_takes_more_than_linear_time((code, language) in codes()) {
        let long = code.repeat(16_384 / code.len().max(1));
        steps::take();
        let _ = parts(&long, 0..long.len(), language);
        let steps = steps::take();
        prop_assert!(steps <= STEPS_MAX * long.len() + 1, "{steps} steps, {} bytes", long.len());
    }

    #[test]
    fn spans_stay_ordered_and_no_height_changes(text in texts(), width in 1_usize..60) {
        let plain = Markup::parse(&text, &[]);
        let markup = plain.clone().with_syntax();
        prop_assert!(is_ordered(&markup));
        prop_assert_eq!(markup.rows(width).len(), plain.height(width));
    }
}
