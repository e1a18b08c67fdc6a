//! The text of a message for Slack: of its attachments and blocks, and without the marks that chats do not share.

mod rich_text;

use serde_json::{Map, Value};

/// The schemes of links that are written between `<` and `>`.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The marks that mention everybody, between `<` and `>`.
const EVERYBODY: [&str; 3] = ["!here", "!channel", "!everyone"];

/// What stands for the characters of the marks in a text; the last one is what the others begin with.
const ESCAPES: [(&str, &str); 3] = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];

/// The text of a message with these fields: `text`, or else that of its `blocks`, and then that of each attachment.
/// `None` if there is none.
pub(super) fn text(fields: &Map<String, Value>) -> Option<String> {
    let own = filled(fields.get("text")).map(str::to_owned);
    let own = own.or_else(|| of_blocks(fields.get("blocks")));
    let attached = list(fields.get("attachments")).filter_map(of_attachment);
    let texts: Vec<String> = own.into_iter().chain(attached).collect();
    (!texts.is_empty()).then(|| plain(&texts.join("\n")))
}

/// The text of an attachment: its parts, or what stands for them.
fn of_attachment(attachment: &Value) -> Option<String> {
    let field = |name| filled(attachment.get(name));
    let title = field("title").map(|title| match field("title_link") {
        Some(link) => format!("{title} ({link})"),
        None => title.to_owned(),
    });
    let texts = [field("pretext").map(str::to_owned), title, field("text").map(str::to_owned)];
    let named = list(attachment.get("fields")).filter_map(|field| {
        let value = filled(field.get("value"))?;
        let title = filled(field.get("title"));
        Some(title.map_or_else(|| value.to_owned(), |title| format!("{title}: {value}")))
    });
    let parts: Vec<String> = texts.into_iter().flatten().chain(named).collect();
    let parts = (!parts.is_empty()).then(|| parts.join("\n"));
    parts
        .or_else(|| of_blocks(attachment.get("blocks")))
        .or_else(|| field("fallback").map(str::to_owned))
}

/// The texts of blocks.
fn of_blocks(blocks: Option<&Value>) -> Option<String> {
    let texts: Vec<String> = list(blocks).map(of_block).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The text of a block: of a header, of a section and its fields, of a context, of Markdown, whose text is a string,
/// or of a rich text.
fn of_block(block: &Value) -> String {
    if block.get("type").is_some_and(|kind| kind == "rich_text") {
        return rich_text::text(block);
    }
    let parts = list(block.get("fields")).chain(list(block.get("elements")));
    let texts = block.get("text").into_iter().chain(parts);
    let texts = texts.filter_map(|text| filled(Some(text)).or_else(|| filled(text.get("text"))));
    texts.collect::<Vec<_>>().join("\n")
}

/// A string that is not empty.
fn filled(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// `text` with `<https://example.org|the log>` as `the log (https://example.org)`, `<https://example.org>` without its
/// brackets, `<!here>`, `<!channel>` and `<!everyone>` as `@here`, and the characters of [`ESCAPES`]. All else stays.
fn plain(text: &str) -> String {
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
    plain.push_str(rest);
    ESCAPES.iter().fold(plain, |text, (escape, meant)| text.replace(escape, meant))
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
    use serde_json::json;

    use super::*;

    fn text_of(message: &Value) -> Option<String> {
        text(message.as_object().unwrap())
    }

    #[test]
    fn a_message_has_the_text_of_its_attachments_and_blocks() {
        let section = json!({"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy* 7"},
            "fields": [{"type": "mrkdwn", "text": "by ana"}, {"type": "mrkdwn", "text": "in 3 s"}],
            "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Open"}}});
        let header =
            json!({"type": "header", "text": {"type": "plain_text", "text": "Production"}});
        let context = json!({"type": "context", "elements": [
            {"type": "mrkdwn", "text": "from <https://a.example|CI>"},
            {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"}]});
        let buttons = json!({"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Undo"}}]});
        let blocks = json!([header, section, {"type": "divider"}, context, buttons]);
        let shown = "Production\n*Deploy* 7\nby ana\nin 3 s\nfrom CI (https://a.example)";
        for (message, expected) in [
            (json!({"blocks": blocks}), Some(shown)),
            (json!({"text": "short", "blocks": blocks}), Some("short")),
            (
                json!({"blocks": [header, {"type": "markdown", "text": "**Deploy** 7"}]}),
                Some("Production\n**Deploy** 7"),
            ),
            (json!({"attachments": [{"color": "good", "blocks": blocks}]}), Some(shown)),
            (
                json!({"blocks": [header, {"type": "rich_text", "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "a < b &amp;"}]}]}]}),
                Some("Production\na < b &amp;"),
            ),
            (
                json!({"text": "build 7", "attachments": [
                    {"fallback": "x", "title": "failed", "text": "in 3 s"},
                    {"fallback": "see log"}, {}]}),
                Some("build 7\nfailed\nin 3 s\nsee log"),
            ),
            (
                json!({"attachments": [{"fallback": "x", "pretext": "Alert", "title": "Disk full",
                    "title_link": "https://a.example/1", "text": "", "fields": [
                    {"title": "host", "value": "db1", "short": true}, {"value": "98 %"}, {"title": "x"}]}]}),
                Some("Alert\nDisk full (https://a.example/1)\nhost: db1\n98 %"),
            ),
            (json!({"blocks": "x", "attachments": [7, {"fields": [7]}]}), None),
            (json!({"text": ""}), None),
        ] {
            assert_eq!(text_of(&message).as_deref(), expected, "{message}");
        }
    }

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
            ("a &lt; b &amp;&amp; c &gt; d, &amp;lt;", "a < b && c > d, &lt;"),
            ("<https://a.example/?a=1&amp;b=2|x &gt; y>", "x > y (https://a.example/?a=1&b=2)"),
            ("&lt;https://a.example&gt;", "<https://a.example>"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
