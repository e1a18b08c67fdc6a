//! A text on one row, with some of its characters marked.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use crate::wrap::columns;

/// Stands where a text is cut.
const CUT: &str = "…";

/// A cluster of a text.
struct Cluster<'a> {
    text: &'a str,
    columns: usize,
    is_marked: bool,
}

/// The text behind `before` in at most `width` columns. `marks` are ranges of its characters, which have `style`. If
/// the first of them has no room, the beginning of the text is left out.
pub(super) fn marked(
    before: &str,
    text: &str,
    marks: &[[u32; 2]],
    width: usize,
    style: Style,
) -> Vec<Span<'static>> {
    let mut all: Vec<Cluster<'_>> = clusters(before, &[]).chain(clusters(text, marks)).collect();
    let first = all.iter().position(|cluster| cluster.is_marked).unwrap_or_default();
    let end = all.iter().skip(first).position(|cluster| !cluster.is_marked);
    let end = end.map_or(all.len(), |length| first + length);
    let is_cut = total(&all[..end]) > width.saturating_sub(usize::from(end < all.len()));
    if is_cut {
        // Some words before it, and more after it.
        let room = 2 * width.saturating_sub(columns(CUT)) / 3;
        let mut start = first;
        while start > 0 && total(&all[start - 1..end]) <= room {
            start -= 1;
        }
        all.drain(..start);
        all.insert(0, Cluster { text: CUT, columns: 1, is_marked: false });
    }
    fit(&all, width, style)
}

fn clusters<'a>(text: &'a str, marks: &'a [[u32; 2]]) -> impl Iterator<Item = Cluster<'a>> {
    let mut chars: u32 = 0;
    text.graphemes(true).map(move |cluster| {
        let begin = chars;
        chars += u32::try_from(cluster.chars().count()).unwrap_or(u32::MAX);
        let is_marked = marks.iter().any(|[from, to]| *from < chars && begin < *to);
        Cluster { text: cluster, columns: columns(cluster), is_marked }
    })
}

fn total(clusters: &[Cluster<'_>]) -> usize {
    clusters.iter().map(|cluster| cluster.columns).sum()
}

/// The clusters that fit, those of one look together.
fn fit(all: &[Cluster<'_>], width: usize, style: Style) -> Vec<Span<'static>> {
    let is_cut = total(all) > width;
    let mut left = width.saturating_sub(usize::from(is_cut));
    let mut spans: Vec<(bool, String)> = Vec::new();
    for cluster in all {
        if cluster.columns > left {
            break;
        }
        left -= cluster.columns;
        match spans.last_mut().filter(|(is_marked, _)| *is_marked == cluster.is_marked) {
            Some((_, text)) => text.push_str(cluster.text),
            None => spans.push((cluster.is_marked, cluster.text.to_owned())),
        }
    }
    if is_cut && width > 0 {
        spans.push((false, CUT.to_owned()));
    }
    let span = |(is_marked, text)| match is_marked {
        true => Span::styled(text, style),
        false => Span::raw(text),
    };
    spans.into_iter().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row, with the marked parts in brackets.
    fn row(before: &str, text: &str, marks: &[[u32; 2]], width: usize) -> String {
        let spans = marked(before, text, marks, width, Style::new().bold());
        let shown: usize = spans.iter().map(|span| columns(&span.content)).sum();
        assert!(shown <= width, "{spans:?}");
        let is_marked = |span: &Span<'_>| span.style == Style::new().bold();
        let text = |span: Span<'_>| match is_marked(&span) {
            true => format!("[{}]", span.content),
            false => span.content.into_owned(),
        };
        spans.into_iter().map(text).collect()
    }

    #[test]
    fn the_first_mark_is_shown_whatever_is_before_it() {
        let text = "staging fails on the migration step again";
        let mark = [[21, 30]];
        assert_eq!(row("", text, &mark, 50), "staging fails on the [migration] step again");
        assert_eq!(row("", text, &mark, 36), "staging fails on the [migration] step…");
        assert_eq!(row("", text, &mark, 20), "…he [migration] step …");
        assert_eq!(row("", text, &mark, 8), "…[migrat]…");
        assert_eq!(row("* ", "waves", &[], 20), "* waves");
        assert_eq!(row("", text, &[], 0), "");
    }

    #[test]
    fn marks_are_counted_in_characters_and_never_part_a_cluster() {
        assert_eq!(
            row("", "ein Café, e\u{301}t", &[[4, 8], [11, 12]], 20),
            "ein [Café], [e\u{301}]t"
        );
        assert_eq!(row("", "長い京都の話", &[[2, 4]], 9), "長い[京都]…");
        assert_eq!(row("", "長い京都の話", &[[2, 4]], 8), "…[京都]の…");
        assert_eq!(row("", "ab", &[[1, 9], [7, 8]], 5), "a[b]", "a mark beyond the end");
    }
}
