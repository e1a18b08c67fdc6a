use std::collections::HashMap;

use super::super::{Block, Markup};
use super::{is_ordered, parts, shown};

#[test]
fn emphasis_is_found() {
    for (text, expected) in [
        ("*bold*", "{b|bold}"),
        ("**bold**", "{b|bold}"),
        ("_italic_", "{i|italic}"),
        ("~~struck~~", "{s|struck}"),
        ("a *b c* d", "a {b|b c} d"),
        ("*_both_*", "{bi|both}"),
        ("_a *b* c_", "{i|a }{bi|b}{i| c}"),
        ("~~_*x*_~~", "{bis|x}"),
        ("(*x*), \"_y_\"; *z*.", "({b|x}), \"{i|y}\"; {b|z}."),
        ("*Note:* read", "{b|Note:} read"),
        ("_foo_bar_", "{i|foo_bar}"),
        ("*a* *b*", "{b|a} {b|b}"),
        ("*foo *bar*", "*foo {b|bar}"),
        ("*a (b) c*", "{b|a (b) c}"),
        ("*great :)*", "{b|great :)}"),
        ("*Größe* „*so*“ *漢字*。", "{b|Größe} „{b|so}“ {b|漢字}。"),
        ("*اب*", "{b|اب}"),
        ("*a _b* c_", "{b|a _b} c_"),
        ("*`x`*", "{bc|x}"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn text_without_markup_is_shown_as_typed() {
    for text in [
        "2*3*4",
        "snake_case_name",
        "a * b * c",
        "__init__",
        "**",
        "*",
        "***",
        "~/dir and ~/x",
        "~~",
        "~x~",
        "5*",
        "5* and 6*",
        "/*comment*/",
        "a /* b */ c /* d */",
        "*_*",
        "(*_*) (*_*)",
        "*unclosed",
        "unclosed*",
        "_a",
        "~~a",
        "`a",
        "``a`",
        "``",
        "` `",
        "don`t and won`t",
        "*a\nb*",
        "_a\nb_",
        "`a\nb`",
        "* a*",
        "*a *",
        "**kwargs, **more",
        "f(*args, **kwargs)",
        "int *p = (int*)q;",
        "char **argv, char **envp",
        "SELECT *, count(*) FROM t",
        "*/5 * * * *",
        "src/**/*.rs and src/*.rs",
        "0.0.0.0:* LISTEN *:*",
        "\\*x*",
        "x_*y*",
        "-_- and -_-",
        "^_^ >_< T_T",
        "***x***",
        "text*bold*",
        "*bold*text",
        "[a](b)",
        "e\u{301}*x*",
        "*x*\u{301}",
        "`x`\u{301}",
        "`\u{301}x`",
        ":* kiss :*",
        "/** a *b\n * c *d",
        "~~~~",
        "2**3**4",
        "__x__",
        "\u{20}",
        "",
        "a\n\nb\n",
        "*\"*",
        "_'_",
        "*👍*",
        "*( x *) y",
        "*foo (*",
        "ftp://x/a_b_c_d",
        "javascript:x",
        "file:///etc/x",
        "https://",
        "http://.",
        "mailto:",
        "mailto:a",
        "xhttps://a",
        "mailto:@x.org",
        // Blocks
        "```",
        "```\n```",
        "```abcdefghijklmnopqrstuvwxy\nx\n```",
        "```\nunclosed",
        "```rust\nx\n``` y",
        "```two words\nx\n```",
        "a ```\nx\n```b",
        "````\nx\n```",
        ">x",
        ">",
        "> ",
        ">>> x",
        "a > b",
        ">:(",
        "1.5",
        "2026. a",
        "-x",
        "--x",
        "*",
        "- ",
        "1.",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn the_page_has_the_same_markup() {
    let cases = include_str!("../../../../../tests/cases/markup.json");
    let cases: Vec<HashMap<String, String>> = serde_json::from_str(cases).unwrap();
    for case in &cases {
        assert_eq!(shown(&case["text"]), case["shown"], "{}", case["text"]);
    }
}

#[test]
fn code_is_found() {
    for (text, expected) in [
        ("`code`", "{c|code}"),
        ("`*a* https://x.org`", "{c|*a* https://x.org}"),
        ("``a`b``", "{c|a`b}"),
        ("```x```", "{c|x}"),
        ("`Vec`s of `u8`", "{c|Vec}s of {c|u8}"),
        ("` a `", "{c| a }"),
        ("`a` `` ` ``", "{c|a} {c| ` }"),
        ("*a `b* c`", "*a {c|b* c}"),
        ("`a", "`a"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn links_are_found() {
    for (text, expected) in [
        ("https://x.org", "{a|https://x.org}"),
        ("http://x/a_b_c", "{a|http://x/a_b_c}"),
        ("HTTPS://x.org/*a*b", "{a|HTTPS://x.org/*a*b}"),
        ("see https://x.org/a, or http://y.", "see {a|https://x.org/a}, or {a|http://y}."),
        ("mailto:ana@x.org!", "{a|mailto:ana@x.org}!"),
        ("(https://x.org)", "({a|https://x.org})"),
        ("(https://x.org/a).", "({a|https://x.org/a})."),
        ("https://x.org/a_(b)", "{a|https://x.org/a_(b)}"),
        ("https://x.org/a(b", "{a|https://x.org/a}(b"),
        ("https://x.org/a(b c", "{a|https://x.org/a}(b c"),
        ("[text](https://x.org/)", "[text]({a|https://x.org/})"),
        ("<https://x.org>", "<{a|https://x.org}>"),
        ("http://[::1]:80/", "{a|http://[::1]:80/}"),
        ("https://x.org/?q[]=1&a=b#c", "{a|https://x.org/?q[]=1&a=b#c}"),
        ("https://de.example/Köln", "{a|https://de.example/Köln}"),
        ("https://x.org。漢字", "{a|https://x.org}。漢字"),
        ("*https://x.org*", "{ba|https://x.org}"),
        ("_see https://x.org/a_b_, ok", "{i|see }{ia|https://x.org/a_b}, ok"),
        ("https://x.org/a_", "{a|https://x.org/a_}"),
        ("https://x.org/~a?x=it's", "{a|https://x.org/~a?x=it's}"),
        ("'https://x.org'", "'{a|https://x.org}'"),
        ("https://x.org…", "{a|https://x.org}…"),
        ("https://x.org/\u{FFFD}b", "{a|https://x.org/}\u{FFFD}b"),
        ("https://x.org\nb", "{a|https://x.org}\nb"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
    let text = "https://a.org (http://b.org)";
    let markup = Markup::parse(text, &[]);
    assert_eq!(markup.links().collect::<Vec<_>>(), ["https://a.org", "http://b.org"]);
}

#[test]
fn blocks_are_found() {
    for (text, expected) in [
        ("```\nx\n```", "{c|x}"),
        ("a\n```rust\n  *x*\n\ny\n```\nb", "a\n{c|  *x*\n\ny}\nb"),
        ("```` c++ \n```\n````", "{c|```}"),
        ("```\n\n```", ""),
        ("```\n```\n```\nx\n```", "```\n```\n{c|x}"),
        ("> a *b*\n> c\nd", "a {b|b}\nc\nd"),
        ("> a\n>\n> b", "a\n\nb"),
        ("> > a", "a"),
        ("> > > > a", "> a"),
        ("> - a", "- a"),
        ("- *a*\n* _b_\n1. c", "- {b|a}\n* {i|b}\n1. c"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_block_says_where_its_parts_are() {
    let text = "```rust\nx\n```\n>\n> 12. a";
    let markup = Markup::parse(text, &[]);
    let [Block::Code { language, body, .. }, Block::Line { quotes, quoted, item, .. }] =
        markup.blocks()
    else {
        panic!("{:?}", markup.blocks());
    };
    assert_eq!((&text[language.clone()], &text[body.clone()]), ("rust", "x"));
    assert_eq!((*quotes, &text[*quoted..], &text[*item..]), (1, "12. a", "a"));
}

#[test]
fn mentions_are_given_from_outside() {
    for (text, name, expected) in [
        ("hi @ana!", "@ana", "hi {@|@ana}!"),
        ("*hi ana*", "ana", "{b|hi }{b@|ana}"),
        ("`ana` https://ana.org", "ana", "{c@|ana} {a|https://}{a@|ana}{a|.org}"),
        ("_ana_ _x_", "_ana_", "{@|_ana_} {i|x}"),
        ("_hi ana_2_ x", "ana_2", "{i|hi }{i@|ana_2} x"),
        ("```\nana\n```", "ana", "{c@|ana}"),
    ] {
        let mentions: Vec<_> =
            text.match_indices(name).map(|(at, _)| at..at + name.len()).collect();
        assert_eq!(parts(&Markup::parse(text, &mentions)), expected, "{text}");
    }
    assert_eq!(parts(&Markup::plain("*a*", &[1..2, 3..3])), "*{@|a}*");
}

#[test]
fn wrong_mentions_are_ignored() {
    let markup = Markup::parse("é *a* b", &[1..2, 0..2, 1..4, 7..8, 3..4, 7..9, 100..101]);
    assert_eq!(parts(&markup), "{@|é} {b|a} {@|b}");
    assert!(is_ordered(&markup));
}
