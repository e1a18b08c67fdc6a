//! The `payload` of a form, as Slack's senders post it.

/// The value of the first field called `payload` of a form (`application/x-www-form-urlencoded`), decoded; `None` if
/// there is none. What is not UTF-8 is replaced.
pub(super) fn payload(form: &[u8]) -> Option<String> {
    let mut fields = form.split(|byte| *byte == b'&');
    let value = fields.find_map(|field| field.strip_prefix(b"payload="))?;
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' if let Some((digits, after)) = rest.split_at_checked(2)
                && let Some(byte) = hex(digits) =>
            {
                rest = after;
                byte
            }
            byte => *byte,
        });
    }
    Some(String::from_utf8_lossy(&decoded).into_owned())
}

/// The byte of two hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u8> {
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_decoded() {
        for (form, expected) in [
            ("payload=%7B%22text%22%3A%22a+b%22%7D", Some(r#"{"text":"a b"}"#)),
            ("token=x&payload=a%26b&payload=c", Some("a&b")),
            ("payload=100%", Some("100%")),
            ("payload=%zz%+1", Some("%zz% 1")),
            ("payload=%C3%A9", Some("é")),
            ("payload=", Some("")),
            ("text=payload=1", None),
            ("", None),
        ] {
            assert_eq!(payload(form.as_bytes()).as_deref(), expected, "{form}");
        }
    }
}
