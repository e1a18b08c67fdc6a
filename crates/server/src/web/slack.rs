//! The marks of a text for Slack that chats do not share: its links and its mentions of everybody.

/// The schemes of links that are written between `<` and `>`.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The marks that mention everybody, between `<` and `>`.
const EVERYBODY: [&str; 3] = ["!here", "!channel", "!everyone"];

/// `text` with `<https://example.org|the log>` as `the log (https://example.org)`, `<https://example.org>` without its
/// brackets, and `<!here>`, `<!channel>` and `<!everyone>` as `@here`. All else stays.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        // Looked for up to the next `<` only, so that many of them do not cost the square of their number.
        let end = after.find(['<', '>']).filter(|end| after[*end..].starts_with('>'));
        match end.and_then(|end| Some((meant(&after[..end])?, &after[end + 1..]))) {
            Some((meant, after)) => {
                plain.push_str(&meant);
                rest = after;
            }
            None => {
                plain.push('<');
                rest = after;
            }
        }
    }
    plain + rest
}

/// The plain text of the mark between `<` and `>`; `None` if it is not a mark.
fn meant(mark: &str) -> Option<String> {
    let (target, label) = match mark.split_once('|') {
        Some((target, label)) => (target, Some(label.trim())),
        None => (mark, None),
    };
    if EVERYBODY.contains(&target) {
        return Some("@here".to_owned());
    }
    if !SCHEMES.iter().any(|scheme| target.starts_with(scheme)) || target.contains([' ', '\n']) {
        return None;
    }
    Some(match label.filter(|label| !label.is_empty() && *label != target) {
        Some(label) => format!("{label} ({target})"),
        None => target.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_mentions_of_everybody_are_written_plainly() {
        for (text, expected) in [
            ("<https://a.example/1|build 7> failed", "build 7 (https://a.example/1) failed"),
            ("see <https://a.example/1>.", "see https://a.example/1."),
            (
                "<https://a.example|https://a.example> <https://b.example|>",
                "https://a.example https://b.example",
            ),
            ("<mailto:ana@a.example|ana>", "ana (mailto:ana@a.example)"),
            ("<!here> <!channel> <!everyone|all>", "@here @here @here"),
            ("a < b > c, 1 <2, Vec<u8>", "a < b > c, 1 <2, Vec<u8>"),
            ("<<https://a.example>", "<https://a.example"),
            (
                "<https://a.example|log <https://b.example>",
                "<https://a.example|log https://b.example",
            ),
            ("<https://a.example and more>", "<https://a.example and more>"),
            ("<javascript:alert(1)|x> <@U1> <#C1|ops>", "<javascript:alert(1)|x> <@U1> <#C1|ops>"),
            ("<https://a.example", "<https://a.example"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
