use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::super::{Content, FOLD_ROWS, Format, Markup, Piece, Rows};
use chat_client::sanitize::text as cleaned;

use super::{letters, texts};
use crate::wrap::{columns, wrap};

fn strings(rows: &Rows, text: &str) -> Vec<String> {
    rows.iter().map(|row| row.iter().map(|piece| piece.text(text)).collect()).collect()
}

fn laid_out(text: &str, width: usize) -> Vec<String> {
    strings(&Markup::parse(text, &[]).rows(width), text)
}

/// Rows with the formats of their pieces.
fn pieces(text: &str, width: usize) -> Vec<Vec<(String, String)>> {
    let rows = Markup::parse(text, &[]).rows(width);
    let row = rows.iter().map(|row| {
        row.iter().map(|piece| (letters(piece.format), piece.text(text).into_owned())).collect()
    });
    row.collect()
}

fn piece(letters: &str, text: &str) -> (String, String) {
    (letters.to_owned(), text.to_owned())
}

#[test]
fn marks_take_no_columns() {
    assert_eq!(laid_out("*the* _quick_ brown", 10), ["the quick", "brown"]);
    assert_eq!(
        pieces("a *bold text* b", 6),
        [vec![piece("", "a "), piece("b", "bold")], vec![piece("b", "text"), piece("", " b")]]
    );
}

#[test]
fn code_keeps_its_blanks_and_its_indent() {
    let text = "see\n```rust\nfn a() {\n    one(two,  three);\n\n}  \n```\nend";
    let rows = ["see", "┃ fn a() {", "┃     one(two,  ", "┃     three);", "┃ ", "┃ }  ", "end"];
    assert_eq!(laid_out(text, 16), rows);
    assert_eq!(laid_out("```\n  abcdefghijkl   \n```", 12), ["┃   abcdefgh", "┃   ijkl   "]);
    let row = vec![piece("c.", "┃ "), piece("c", "    "), piece("c", "three);")];
    assert_eq!(pieces(text, 16)[3], row);
}

#[test]
fn quotes_have_a_gutter_for_each_quote() {
    assert_eq!(
        laid_out("> one two three\n>\n> > deep *x*\nend", 12),
        ["▏ one two", "▏ three", "▏ ", "▏ ▏ deep x", "end"]
    );
    assert_eq!(pieces("> a", 20), [[piece("q.", "▏ "), piece("q", "a")]]);
}

#[test]
fn items_of_a_list_are_indented_to_their_text() {
    assert_eq!(
        laid_out("- one two three\n  12. four five\n> - six seven", 12),
        ["- one two", "  three", "  12. four", "      five", "▏ - six", "▏   seven"]
    );
}

#[test]
fn a_narrow_layout_wastes_nothing() {
    assert_eq!(laid_out("> one two", 8), ["one two"]);
    assert_eq!(laid_out("      - one two three", 12), ["      - one", "      two", "      three"]);
    assert_eq!(laid_out("2026. one two", 12), ["2026. one", "two"]);
    assert_eq!(laid_out("abc", 0), ["a", "b", "c"]);
    assert_eq!(laid_out("", 20), [""]);
    assert_eq!(laid_out("a\n\nb\n", 20), ["a", "", "b"]);
}

#[test]
fn a_link_has_one_id_on_all_of_its_rows() {
    let text = "see https://example.org/one/two/three and http://b.org";
    let rows = Markup::parse(text, &[]).rows(20);
    let links: Vec<Vec<(u16, _)>> = rows
        .iter()
        .map(|row| row.iter().filter_map(|piece| Some((piece.link?, piece.text(text)))).collect())
        .collect();
    let shown: Vec<Vec<(u16, &str)>> = links
        .iter()
        .map(|row| row.iter().map(|(id, text)| (*id, text.as_ref())).collect())
        .collect();
    assert_eq!(
        shown,
        [
            vec![],
            vec![(0, "https://example.org/")],
            vec![(0, "one/two/three")],
            vec![(1, "http://b.org")],
        ]
    );
    assert_eq!(rows.link(0, text), Some("https://example.org/one/two/three"));
    assert_eq!(rows.link(2, text), None);
}

#[test]
fn a_long_message_is_folded() {
    let lines = |count: usize| vec!["x"; count].join("\n");
    for (count, rows) in [(1, 1), (FOLD_ROWS, 12), (FOLD_ROWS + 1, 13), (264, 13)] {
        let text = lines(count);
        let markup = Markup::parse(&text, &[]);
        assert_eq!(markup.folded(40).len(), rows);
        assert_eq!(markup.folded(40).hidden(), if count == 264 { 252 } else { 0 });
        assert_eq!(markup.folded_height(40), rows);
        assert_eq!(markup.rows(40).len(), count);
    }
    let text = lines(264);
    let markup = Markup::parse(&text, &[]);
    for (width, line) in [
        (40, "┄ 252 more lines, select to open ┄"),
        (20, "┄ 252 more lines ┄"),
        (17, "┄ 252 more ┄"),
        (5, "┄ 25…"),
    ] {
        let rows = markup.folded(width);
        assert_eq!(rows.hidden(), 252);
        assert_eq!(strings(&rows, &text)[FOLD_ROWS], line);
        assert!(rows.row(FOLD_ROWS)[0].format.contains(Format::QUIET));
    }
    assert_eq!(markup.rows(40).hidden(), 0);
}

#[test]
fn a_fold_forgets_the_links_that_it_hides() {
    let text = format!("http://a.org{}http://b.org", "\n".repeat(20));
    let markup = Markup::parse(&text, &[]);
    assert_eq!(markup.folded(40).link(0, &text), Some("http://a.org"));
    assert_eq!(markup.folded(40).link(1, &text), None);
    assert_eq!(markup.rows(40).link(1, &text), Some("http://b.org"));
}

/// The pieces that are bytes of the message.
fn texts_of(rows: &Rows) -> impl Iterator<Item = &Piece> {
    rows.iter().flatten().filter(|piece| matches!(piece.content, Content::Text { .. }))
}

/// All widths, most of them so narrow that much is wrapped.
fn widths() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0_usize..60, 1 => 60_usize..=300]
}

proptest! {
    #[test]
    fn rows_fit(dirty in texts(), any in ".*", width in widths()) {
        for text in [cleaned(&dirty), cleaned(&any)] {
            for row in laid_out(&text, width) {
                let own = row.trim_start_matches(' ');
                prop_assert!(columns(&row) <= width || own.graphemes(true).count() <= 1, "{row:?}");
            }
        }
    }

    #[test]
    fn nothing_but_white_space_is_lost(dirty in texts(), any in ".*", width in widths()) {
        for text in [cleaned(&dirty), cleaned(&any)] {
            let markup = Markup::parse(&text, &[]);
            let bare = |text: &str| text.replace([' ', '\n'], "");
            let shown: String = markup
                .segments(0..text.len())
                .filter(|segment| !segment.is_mark)
                .map(|segment| &text[segment.range])
                .collect();
            let rows = markup.rows(width);
            let rows: String = texts_of(&rows).map(|piece| piece.text(&text)).collect();
            prop_assert_eq!(bare(&rows), bare(&shown));
        }
    }

    #[test]
    fn text_without_markup_is_wrapped_as_before(any in ".*", width in widths()) {
        let text = cleaned(&any);
        let rows = Markup::plain(&text, &[]).rows(width);
        let expected = wrap(&text, width, width).into_iter().map(|row| &text[row]);
        prop_assert_eq!(strings(&rows, &text), expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_height_is_the_number_of_rows(text in texts(), width in widths()) {
        let text = cleaned(&text).repeat(3);
        let markup = Markup::parse(&text, &[]);
        prop_assert_eq!(markup.height(width), markup.rows(width).len());
        let folded = markup.folded(width);
        prop_assert_eq!(markup.folded_height(width), folded.len());
        if folded.hidden() > 0 {
            prop_assert_eq!(folded.hidden() + FOLD_ROWS, markup.height(width));
        } else {
            prop_assert_eq!(folded, markup.rows(width));
        }
    }

    #[test]
    fn code_loses_nothing(body in "[a-z {}\n漢é]{1,60}", width in 0_usize..40) {
        let text = format!("```\n{body}\n```");
        let rows = Markup::parse(&text, &[]).rows(width);
        let code: String = texts_of(&rows).map(|piece| piece.text(&text)).collect();
        prop_assert_eq!(code, body.replace('\n', ""));
    }

    #[test]
    fn pieces_of_a_link_are_the_link(text in texts(), width in 1_usize..60) {
        let text = cleaned(&text);
        let markup = Markup::parse(&text, &[]);
        let rows = markup.rows(width);
        for (id, target) in markup.links().enumerate() {
            let id = u16::try_from(id).unwrap();
            let own = rows.iter().flatten().filter(|piece| piece.link == Some(id));
            let shown: String = own.map(|piece| piece.text(&text)).collect();
            prop_assert_eq!(&shown, target);
            prop_assert_eq!(rows.link(id, &text), Some(target));
        }
    }
}
