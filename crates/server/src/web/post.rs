//! A post to a hook: a text and perhaps a key, as plain text, as JSON, or as Slack's senders post it.

use chat_proto::Text;
use chat_proto::limits::TEXT_BYTES_MAX;
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{form, slack};

/// The field of a request that has the key.
const KEY: &str = "idempotency-key";

/// Bytes of a key: longer than any that a program makes.
const KEY_BYTES_MAX: usize = 255;

/// A post.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) text: Text,
    /// The `n` that stands for the key: posts under one key become one message.
    pub(super) n: Option<u64>,
}

/// The mistake in a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum PostError {
    #[error("this is not UTF-8")]
    NotUtf8,
    #[error("this is not a JSON object")]
    NotJson,
    #[error("there is no text in it; in JSON it is the field `text`")]
    NoText,
    #[error("a text has at most {TEXT_BYTES_MAX} bytes")]
    TooLong,
    #[error("a key is a string of 1 to {KEY_BYTES_MAX} bytes, or a whole number below 2^64")]
    BadKey,
    #[error("there are two keys that are not the same")]
    TwoKeys,
    #[error("post text/plain, application/json, or a form with a `payload`")]
    UnknownType,
    #[error("the body is compressed; post it without a content-encoding")]
    Compressed,
}

impl PostError {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnknownType | Self::Compressed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a post.
///
/// # Errors
/// Returns the mistake in it.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Post, PostError> {
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| coding != "identity") {
        return Err(PostError::Compressed);
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.map(|value| value.split(';').next().unwrap_or(value).trim());
    let utf8 = || std::str::from_utf8(body).map_err(|_| PostError::NotUtf8);
    let (text, key) = match media_type.map(str::to_ascii_lowercase).as_deref() {
        None | Some("text/plain") => (utf8()?.to_owned(), None),
        Some("application/json") => from_json(utf8()?)?,
        Some("application/x-www-form-urlencoded") => match form::payload(body) {
            Some(payload) => from_json(&payload)?,
            // What `curl -d TEXT` sends.
            None => (utf8()?.to_owned(), None),
        },
        Some(_) => return Err(PostError::UnknownType),
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(PostError::TooLong);
    }
    let text = Text::from_lossy(&text).ok_or(PostError::NoText)?;
    let key = match (key_of(headers)?, key) {
        (Some(one), Some(other)) if one != other => return Err(PostError::TwoKeys),
        (one, other) => one.or(other),
    };
    Ok(Post { text, n: key.map(|key| number_of(&key)).transpose()? })
}

/// The key in the head of a request; with quotes it is a string of RFC 9651, as the draft of the field asks for.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, PostError> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.any(|other| other != key) {
        return Err(PostError::TwoKeys);
    }
    let key = key.to_str().map_err(|_| PostError::BadKey)?.trim();
    let unquoted = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
    Ok(Some(unquoted.unwrap_or(key).to_owned()))
}

/// The number that stands for a key. Of a billion keys of one bot, two have one number with a chance of 3 in 100; then
/// the second message is refused, unless it is the same.
fn number_of(key: &str) -> Result<u64, PostError> {
    if !(1..=KEY_BYTES_MAX).contains(&key.len()) {
        return Err(PostError::BadKey);
    }
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let (first, _) = hash.split_first_chunk().expect("a hash has 32 bytes");
    Ok(u64::from_be_bytes(*first))
}

/// The text and the key of a JSON object. What a sender calls itself is before the text: the bot is the one of the
/// hook.
fn from_json(json: &str) -> Result<(String, Option<String>), PostError> {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else {
        return Err(PostError::NotJson);
    };
    let field = |name| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let text = slack::text(&fields).ok_or(PostError::NoText)?;
    let text = match field("name").or_else(|| field("username")) {
        Some(name) => format!("[{name}] {text}"),
        None => text,
    };
    let key = match fields.get("key") {
        None | Some(Value::Null) => None,
        Some(Value::String(key)) => Some(key.clone()),
        // Others are rounded, so two of them may be the same.
        Some(Value::Number(key)) => Some(key.as_u64().ok_or(PostError::BadKey)?.to_string()),
        Some(_) => return Err(PostError::BadKey),
    };
    Ok((text, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            (hyper::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        fields.collect()
    }

    fn text_of(media_type: &str, body: &str) -> Result<String, PostError> {
        let post = read(&headers(&[("content-type", media_type)]), body.as_bytes())?;
        Ok(post.text.as_str().to_owned())
    }

    #[test]
    fn a_text_is_posted_in_each_shape() {
        let slack = "payload=%7B%22text%22%3A%22a+b%22%2C%22username%22%3A%22ci%22%7D";
        for (media_type, body, expected) in [
            ("text/plain; charset=utf-8", "hi\r\nthere\r\n", "hi\nthere"),
            ("application/json", r#"{"text":"hi"}"#, "hi"),
            ("Application/JSON;charset=utf-8", r#"{"text":"hi","name":"nightly"}"#, "[nightly] hi"),
            ("application/x-www-form-urlencoded", slack, "[ci] a b"),
            ("application/x-www-form-urlencoded", "a=b & c", "a=b & c"),
            ("application/json", r#"{"attachments":[{"fallback":"only this"}]}"#, "only this"),
            (
                "application/json",
                r#"{"text":"<https://a.example|log>"}"#,
                "log (https://a.example)",
            ),
            ("text/plain", "<https://a.example|log>", "<https://a.example|log>"),
        ] {
            assert_eq!(text_of(media_type, body).as_deref(), Ok(expected), "{media_type} {body}");
        }
        let untyped = read(&HeaderMap::new(), b"hi").unwrap();
        assert_eq!((untyped.text.as_str(), untyped.n), ("hi", None));
    }

    #[test]
    fn a_body_that_is_not_a_text_is_refused_with_the_reason() {
        for (media_type, body, error) in [
            ("text/plain", "", PostError::NoText),
            ("text/plain", "\r\n\u{7}", PostError::NoText),
            ("application/json", "hi", PostError::NotJson),
            ("application/json", r#"{"text":7}"#, PostError::NoText),
            ("application/json", r#"{"content":"of a sender for Discord"}"#, PostError::NoText),
            ("application/json", r#"{"action":"opened","number":7}"#, PostError::NoText),
            ("application/json", r#"["text"]"#, PostError::NotJson),
            ("application/json", r#"{"text":"hi","key":[]}"#, PostError::BadKey),
            ("application/json", r#"{"text":"hi","key":""}"#, PostError::BadKey),
            ("application/json", r#"{"text":"hi","key":18446744073709551616}"#, PostError::BadKey),
            ("application/json", r#"{"text":"hi","key":1.5}"#, PostError::BadKey),
            ("multipart/form-data; boundary=x", "hi", PostError::UnknownType),
            ("text/plain", &"x".repeat(TEXT_BYTES_MAX + 1), PostError::TooLong),
        ] {
            assert_eq!(text_of(media_type, body), Err(error), "{media_type}");
        }
        assert_eq!(read(&HeaderMap::new(), b"\xff"), Err(PostError::NotUtf8));
        let coded = |coding| read(&headers(&[("content-encoding", coding)]), b"hi").map(|_| ());
        assert_eq!(coded("gzip"), Err(PostError::Compressed));
        assert_eq!(coded("identity"), Ok(()));
    }

    #[test]
    fn a_key_is_one_number_wherever_it_is_given() {
        let json = |body: &str, fields: &[(&'static str, &str)]| {
            let fields = [&[("content-type", "application/json")], fields].concat();
            read(&headers(&fields), body.as_bytes()).map(|post| post.n)
        };
        let given = json(r#"{"text":"a","key":"job 7"}"#, &[]).unwrap();
        assert!(given.is_some());
        for key in ["job 7", "\"job 7\""] {
            assert_eq!(json(r#"{"text":"b"}"#, &[(KEY, key)]), Ok(given), "{key}");
        }
        assert_eq!(json(r#"{"text":"a","key":"job 7"}"#, &[(KEY, "job 7")]), Ok(given));
        assert_ne!(json(r#"{"text":"a","key":"job 8"}"#, &[]), Ok(given));
        let both = json(r#"{"text":"a","key":"job 7"}"#, &[(KEY, "job 8")]);
        assert_eq!(both, Err(PostError::TwoKeys));
        let twice = json(r#"{"text":"a"}"#, &[(KEY, "job 7"), (KEY, "job 8")]);
        assert_eq!(twice, Err(PostError::TwoKeys));
        assert_eq!(json(r#"{"text":"a"}"#, &[(KEY, "job 7"), (KEY, "job 7")]), Ok(given));
        assert_eq!(json(r#"{"text":"a"}"#, &[(KEY, &"x".repeat(256))]), Err(PostError::BadKey));
        assert_eq!(json(r#"{"text":"a"}"#, &[]), Ok(None));
    }
}
