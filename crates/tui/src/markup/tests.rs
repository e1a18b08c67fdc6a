//! Tests of what is markup, and of how it is laid out.

mod laws;
mod layout;
mod marks;
mod steps;

use proptest::prelude::*;

use super::{Format, Markup};

/// Texts of which much is markup, or nearly.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[*_~`]{1,3}",
        2 => "[a-z0-9]{1,5}",
        2 => Just(" ".to_owned()),
        2 => Just("\n".to_owned()),
        1 => "[-.,;:!?()\\[\\]{}<>\"'/\\\\|=@#$%&+]",
        1 => "\n(> ){1,4}|\n>\n|\n *([-*+]|[0-9]{1,4}[.)]) ",
        1 => "\n?`{2,7}[a-z+]{0,3} ?\n|\n```(rs|py)\n",
        1 => "(https?://|HTTP://|mailto:)[a-z@.(\\[_*)\\]]{0,9}",
        1 => "[é漢字かな👩🏽💻اب\u{301}\u{200D}\u{FE0F}…“”。　]{1,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A text as it is shown, with the formats of its parts: `{b|bold}`.
fn shown(text: &str) -> String {
    parts(&Markup::parse(text, &[]))
}

fn parts(markup: &Markup<'_>) -> String {
    let mut shown = String::new();
    for segment in markup.segments(0..markup.text.len()).filter(|segment| !segment.is_mark) {
        let text = &markup.text[segment.range];
        match letters(segment.format) {
            letters if letters.is_empty() => shown.push_str(text),
            letters => shown.push_str(&format!("{{{letters}|{text}}}")),
        }
    }
    shown
}

/// Whether the spans are in their order, without overlap, and say something.
pub(crate) fn is_ordered(markup: &Markup<'_>) -> bool {
    markup.spans.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start)
        && markup.spans.iter().all(|span| !span.range.is_empty() && !span.is_plain())
}

fn letters(format: Format) -> String {
    let all = [
        ('b', Format::BOLD),
        ('i', Format::ITALIC),
        ('s', Format::STRUCK),
        ('c', Format::CODE),
        ('a', Format::LINK),
        ('@', Format::MENTION),
        ('q', Format::QUOTE),
        ('.', Format::QUIET),
    ];
    all.iter().filter(|(_, role)| format.contains(*role)).map(|(letter, _)| letter).collect()
}
