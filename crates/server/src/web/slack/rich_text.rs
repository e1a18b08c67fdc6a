//! The text of a `rich_text` block, which the editor of Slack makes: with the marks of Slack, which [`super::plain`]
//! reads, and those of the chat for the formats.

use serde_json::Value;

use super::{ESCAPES, filled, list};

/// The styles of a text, each with the mark around it. Code is innermost: no other mark is read within it.
const STYLES: [(&str, &str); 4] = [("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "*")];

/// Spaces for each level of a list, and the most levels.
const INDENT: usize = 2;
const LEVELS_MAX: u64 = 8;

/// The text of a block: its sections, lists, quotes and code, each on lines of its own. Empty if it has none.
pub(super) fn text(block: &Value) -> String {
    let parts = list(block.get("elements")).map(of_part);
    parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

fn of_part(part: &Value) -> String {
    match kind(part) {
        "rich_text_list" => of_list(part),
        "rich_text_quote" => {
            inline(part).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        }
        "rich_text_preformatted" => format!("```\n{}\n```", inline(part).trim_end_matches('\n')),
        _ => inline(part).trim_end_matches('\n').to_owned(),
    }
}

/// The items of a list. An ordered one begins with the number after its `offset`.
fn of_list(part: &Value) -> String {
    let number = |name| part.get(name).and_then(Value::as_u64).unwrap_or_default();
    let levels = number("indent").min(LEVELS_MAX);
    let indent = " ".repeat(INDENT * usize::try_from(levels).unwrap_or_default());
    let is_ordered = part.get("style").and_then(Value::as_str) == Some("ordered");
    let first = number("offset").saturating_add(1);
    let items = (first..).zip(list(part.get("elements"))).map(|(number, item)| {
        let text = inline(item);
        match is_ordered {
            true => format!("{indent}{number}. {text}"),
            false => format!("{indent}• {text}"),
        }
    });
    items.collect::<Vec<_>>().join("\n")
}

/// The texts within a section, one after the other.
fn inline(section: &Value) -> String {
    list(section.get("elements")).map(of_element).collect()
}

/// A text, a link, an emoji, or a name that Slack alone knows, which stays as Slack writes it.
fn of_element(element: &Value) -> String {
    let field = |name| filled(element.get(name));
    let mark = |sign, name| field(name).map(|id| format!("&lt;{sign}{}&gt;", escaped(id)));
    let text = match kind(element) {
        "link" => field("url").map(|url| match field("text") {
            Some(text) => format!("<{}|{}>", escaped(url).replace('|', "%7C"), escaped(text)),
            None => format!("<{}>", escaped(url).replace('|', "%7C")),
        }),
        "emoji" => field("unicode")
            .and_then(emoji)
            .or_else(|| field("name").map(|name| format!(":{}:", escaped(name)))),
        "broadcast" => Some("@here".to_owned()),
        "user" => mark("@", "user_id"),
        "usergroup" => mark("!subteam^", "usergroup_id"),
        "channel" => mark("#", "channel_id"),
        "date" => field("fallback").map(escaped),
        "color" => field("value").map(escaped),
        _ => field("text").map(escaped),
    };
    text.map(|text| styled(&text, element.get("style"))).unwrap_or_default()
}

/// `text` with the marks of its styles, within its spaces: a mark beside a space formats nothing.
fn styled(text: &str, style: Option<&Value>) -> String {
    let is = |name| style.and_then(|style| style.get(name)) == Some(&Value::Bool(true));
    let inner = text.trim();
    if inner.is_empty() || inner.contains('\n') {
        return text.to_owned();
    }
    let marked = STYLES
        .iter()
        .filter(|(name, _)| is(name))
        .fold(inner.to_owned(), |text, (_, mark)| format!("{mark}{text}{mark}"));
    text.replacen(inner, &marked, 1)
}

/// The emoji with these code points: `1f44d-1f3fd`.
fn emoji(points: &str) -> Option<String> {
    points
        .split('-')
        .map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32))
        .collect()
}

/// `text` as Slack writes it in a text with marks.
fn escaped(text: &str) -> String {
    ESCAPES.iter().rev().fold(text.to_owned(), |text, (escape, meant)| text.replace(meant, escape))
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::slack::plain;

    #[test]
    fn a_rich_text_is_read_with_its_formats_lists_quotes_and_code() {
        let text_of = |text: &str| json!({"type": "text", "text": text});
        let section = |elements: &Value| json!({"type": "rich_text_section", "elements": elements});
        let block = json!({"type": "rich_text", "elements": [
            section(&json!([
                text_of("Deploy "),
                {"type": "text", "text": "7 ", "style": {"bold": true, "italic": true}},
                {"type": "text", "text": "ls -a", "style": {"code": true}},
                {"type": "text", "text": " old", "style": {"strike": true, "bold": false}},
                {"type": "text", "text": " ", "style": {"bold": true}},
                {"type": "emoji", "name": "thumbsup", "unicode": "1f44d-1f3fd"},
                {"type": "emoji", "name": "shipit"},
                text_of("\n"),
            ])),
            {"type": "rich_text_list", "style": "bullet", "elements": [
                section(&json!([{"type": "link", "url": "https://a.example/?a=1&b=2|3", "text": "the <log>"}])),
                section(&json!([{"type": "link", "url": "https://b.example"}]))]},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [
                section(&json!([text_of("three")])), section(&json!([text_of("four")]))]},
            {"type": "rich_text_quote", "elements": [text_of("a\nb")]},
            {"type": "rich_text_preformatted", "elements": [text_of("if a < b && c {\n}\n")]},
            section(&json!([])),
            section(&json!([
                {"type": "broadcast", "range": "channel"}, text_of(" "), {"type": "user", "user_id": "U1"}, text_of(" "),
                {"type": "channel", "channel_id": "C1"}, text_of(" <https://c.example|x> &amp; "),
                {"type": "date", "timestamp": 1, "fallback": "today"}, {"type": "color", "value": "#fff"}, {}, 7])),
        ]});
        assert_eq!(
            plain(&text(&block)),
            "Deploy *_7_* `ls -a` ~~old~~ 👍🏽:shipit:\n\
             • the <log> (https://a.example/?a=1&b=2%7C3)\n• https://b.example\n  3. three\n  4. four\n> a\n> b\n\
             ```\nif a < b && c {\n}\n```\n\
             @here <@U1> <#C1> <https://c.example|x> &amp; today#fff"
        );
        assert_eq!(text(&json!({"elements": [{"elements": 7}, {"type": "rich_text_list"}]})), "");
    }
}
