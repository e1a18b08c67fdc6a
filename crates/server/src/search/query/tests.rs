use proptest::prelude::*;

use super::*;

/// The terms of a query, as a test writes them.
fn terms(typed: &str) -> Vec<String> {
    let line = |term: &Term| {
        let what = match &term.what {
            What::Words(Phrase { keys, is_prefix }) => {
                keys.join(" ") + if *is_prefix { "*" } else { "" }
            }
            What::From(name) => format!("from {name}"),
            What::In(name) => format!("in {name}"),
            What::Mentions(name) => format!("mentions {name}"),
            What::Link => "link".to_owned(),
            What::Code => "code".to_owned(),
        };
        if term.is_not { format!("not {what}") } else { what }
    };
    Query::parse(typed).terms.iter().map(line).collect()
}

#[test]
fn words_and_phrases_are_terms_and_the_last_word_is_being_typed() {
    assert_eq!(terms("the deploy fai"), ["the", "deploy", "fai*"]);
    assert_eq!(terms("deploy "), ["deploy"]);
    assert_eq!(terms("deplo* now "), ["deplo*", "now"]);
    assert_eq!(terms("\"the deploy\" failed "), ["the deploy", "failed"]);
    assert_eq!(terms("\"the deplo"), ["the deplo*"]);
    assert_eq!(terms("x y"), ["x", "y"], "too short for a prefix");
    assert_eq!(terms("a a a "), ["a"]);
}

#[test]
fn operators_are_terms() {
    assert_eq!(
        terms("from:ana in:#dev has:link HAS:code mentions:me "),
        ["from ana", "in #dev", "link", "code", "mentions me"]
    );
    assert_eq!(
        terms("from:\"Ana María\" -in:@bob -x -\"a b\" "),
        ["from Ana María", "not in @bob", "not x", "not a b"]
    );
    let query = Query::parse("after:2026-05-01 before:2026-05-02 before:2027");
    assert_eq!(
        query.before.zip(query.after).map(|(before, after)| before - after),
        Some(86_400_000)
    );
    assert!(query.terms.is_empty());
}

#[test]
fn a_text_that_is_not_an_operator_is_a_word() {
    assert_eq!(terms("from: in "), ["from", "in"]);
    assert_eq!(
        terms("has:cheese before:lunch -before:2026 "),
        ["has cheese", "before lunch", "not before 2026"]
    );
    assert_eq!(terms("to:ana a:b "), ["to ana", "a b"]);
    assert_eq!(terms("- -- --keep \" \"\" ( ) * ^ : "), ["keep"]);
    assert_eq!(terms("NEAR(a, b) AND OR NOT "), ["near a", "b", "and", "or", "not"]);
}

#[test]
fn code_and_scripts_without_spaces_are_phrases() {
    assert_eq!(
        terms("std::fs::read src/main.rs take_incoming "),
        ["std fs read", "src main rs", "take incoming"]
    );
    assert_eq!(terms("東京"), ["東京"]);
    assert_eq!(terms("東京都 "), ["東京 京都"]);
    assert_eq!(terms("京 "), ["京*"]);
    assert_eq!(terms("\"東京 is\" "), ["東京 京 is"]);
}

#[test]
fn a_phrase_is_in_each_that_continues_it() {
    let phrase = |typed: &str| Query::parse(typed).phrases().next().cloned().unwrap();
    let is_in = |one, other| phrase(one).is_in(&phrase(other));
    for (one, other) in [
        ("be ", "be "),
        ("be", "be "),
        ("be", "being "),
        ("be", "bei"),
        ("b* ", "b* "),
        ("a ", "\"a b\" "),
        ("\"b c\" ", "\"a b c d\" "),
        ("\"b c\" ", "\"b c d"),
        ("東 ", "東京 "),
    ] {
        assert!(is_in(one, other), "{one:?} {other:?}");
    }
    for (one, other) in [
        ("be ", "be"),
        ("being ", "be "),
        ("bei", "be"),
        ("\"a c\" ", "\"a b c\" "),
        ("\"a b\" ", "a "),
        ("\"b cd\" ", "\"a b cd"),
        ("京 ", "東京 "),
    ] {
        assert!(!is_in(one, other), "{one:?} {other:?}");
    }
}

proptest! {
    #[test]
    fn every_string_is_a_query(typed in any::<String>()) {
        let query = Query::parse(&typed);
        for phrase in query.phrases() {
            prop_assert!(!phrase.keys.is_empty());
            for key in &phrase.keys {
                prop_assert!(!key.is_empty() && !key.contains(['"', ' ', '*']));
            }
        }
    }

    #[test]
    fn every_mix_of_operators_is_a_query(
        typed in proptest::collection::vec(
            proptest::sample::select(vec![
                "from:", "in:", "-", "\"", "*", "has:link", "before:", "2026-05-01", " ", "ana", "東京",
                "é", "(", "AND", "NEAR", "\u{0}", "👍", "'", "^", "{text}", "mentions:me", "::",
            ]),
            0..24,
        ),
    ) {
        let typed = typed.concat();
        let _ = Query::parse(&typed);
        let _ = Query::parse(&typed.to_uppercase());
    }
}
