//! The parser's time is proportional to the text, whatever it is: counted in steps.

use proptest::prelude::*;

use super::super::{Markup, steps};

/// Most steps of the parser for a byte of the text: a mark looks at six characters on either side.
const STEPS_MAX: usize = 16;

fn steps(text: &str) -> usize {
    steps::take();
    let _ = Markup::parse(text, &[]);
    steps::take()
}

/// The text as often as it fits in the longest message, 16 KiB.
fn long(text: &str) -> String {
    text.repeat(16_384 / text.len())
}

#[test]
fn hostile_texts_take_linear_time() {
    for piece in [
        "*",
        "_",
        "`",
        "~~",
        "(",
        ")",
        "[",
        "*a",
        "*a ",
        "a* ",
        "*a* ",
        "*_",
        "*a _b ",
        "`a",
        "``a`",
        "`a ``b ```c ",
        "*a (",
        "*a ( b* ",
        "*(",
        "_a*a~~a ",
        "```\n",
        "````\n```x\n",
        "> ",
        "> > ",
        ">\n",
        "- ",
        "1. ",
        "http://",
        "https://a(",
        "https://a)",
        "(https://a",
        "mailto:",
        "mailto:a(",
        "https://a...",
        "*https://a*",
        "https://a**_",
        "\n",
        "\u{301}",
        "*\u{301}",
        "*a _a ~~a **a a( a* ",
        "*( _( ~~( a* a_ ",
    ] {
        let text = long(piece);
        let steps = steps(&text);
        assert!(steps <= STEPS_MAX * text.len(), "{piece:?}: {steps} steps, {} bytes", text.len());
    }
}

#[test]
fn backticks_of_all_lengths_take_linear_time() {
    for line_end in ["x\n", " "] {
        let text: String = (3..180).rev().map(|ticks| "`".repeat(ticks) + line_end).collect();
        let steps = steps(&text);
        assert!(steps <= STEPS_MAX * text.len(), "{steps} steps, {} bytes", text.len());
    }
}

proptest! {
    #[test]
    fn repeated_texts_take_linear_time(
        pieces in prop::collection::vec(
            prop_oneof!["[*_~`( )a>\n\\[.]{1,4}", "https://a", "mailto:"],
            1..8,
        ),
        tail in "[*_`)\n]{0,4}",
    ) {
        let text = long(&pieces.concat()) + &tail;
        let steps = steps(&text);
        prop_assert!(steps <= STEPS_MAX * text.len(), "{steps} steps");
    }
}
