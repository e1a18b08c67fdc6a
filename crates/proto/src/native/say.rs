//! Reads a `say` in the form in which programs write it, without serde, which takes six times as many instructions:
//! the fields of a text or an action in the order of [`Say`], without white space and without escapes. serde reads any
//! other line.

use memchr::memchr;

use crate::command::{Body, Kind, Say};
use crate::{DeviceId, RoomName, Text};

/// How such a line begins.
const START: &[u8] = br#"{"type":"say","room":""#;

/// The most digits of a number that cannot overflow.
const DIGITS_MAX: usize = 19;

/// The command of a line; `None` if the line has another form, or breaks a rule.
pub(super) fn read(line: &[u8]) -> Option<Say> {
    let mut rest = line.strip_prefix(START)?;
    let room = RoomName::new(string(&mut rest)?).ok()?;
    let kind = if take(&mut rest, br#","kind":"action""#) {
        Kind::Action
    } else {
        take(&mut rest, br#","kind":"text""#);
        Kind::Text
    };
    let n = if take(&mut rest, br#","n":"#) { Some(number(&mut rest)?) } else { None };
    let device = if take(&mut rest, br#","device":""#) {
        Some(DeviceId::new(string(&mut rest)?).ok()?)
    } else {
        None
    };
    if !take(&mut rest, br#","text":""#) {
        return None;
    }
    let text = Text::new(string(&mut rest)?).ok()?;
    let named_at = None;
    (rest == b"}").then(|| Say { room, n, device, body: Body::plain(kind, text), named_at })
}

/// Passes over `expected`, if it is next.
fn take(rest: &mut &[u8], expected: &[u8]) -> bool {
    let after = rest.strip_prefix(expected);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

/// Takes a string up to its quotation mark.
fn string<'l>(rest: &mut &'l [u8]) -> Option<&'l str> {
    let end = memchr(b'"', rest)?;
    let (string, after) = (&rest[..end], &rest[end + 1..]);
    if super::has_escapes(string) {
        return None;
    }
    *rest = after;
    str::from_utf8(string).ok()
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, after) = rest.split_at(end);
    let has_zero = digits.len() > 1 && digits[0] == b'0';
    if digits.is_empty() || digits.len() > DIGITS_MAX || has_zero {
        return None;
    }
    *rest = after;
    Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_is_read_without_serde() {
        let room = RoomName::new("#rust").unwrap();
        let text = Text::new("hé 'ho'").unwrap();
        for (kind, n, device) in [
            (Kind::Text, Some(0), None),
            (Kind::Action, Some(9_999_999_999_999_999_999), DeviceId::new("d").ok()),
            (Kind::Text, None, DeviceId::new("").ok()),
        ] {
            let body = Body::plain(kind, text.clone());
            let say = Say { room: room.clone(), n, device, body, named_at: None };
            let line = serde_json::to_string(&crate::Command::Say(say.clone())).unwrap();
            assert_eq!(read(line.as_bytes()), Some(say));
        }
        assert!(read(br##"{"type":"say","room":"#rust","text":"hi"}"##).is_some());
    }

    #[test]
    fn any_other_line_is_left_to_serde() {
        for line in [
            r##"{"type":"say","room":"#rust","text":"hi"} "##,
            r##"{"type":"say","room":"#rust","text":"a\nb"}"##,
            r##"{"type":"say","room":"#rust","n":01,"text":"hi"}"##,
            r##"{"type":"say","room":"#rust","n":,"text":"hi"}"##,
            r##"{"type":"say","room":"#rust","n":18446744073709551616,"text":"hi"}"##,
            r##"{"type":"say","room":"rust","text":"hi"}"##,
            r##"{"type":"say","room":"#rust","text":""}"##,
            r##"{"type":"say","room":"#rust"}"##,
            r##"{"type":"say","room":"#rust","text":"hi","n":1}"##,
            r##"{"type":"say","room":"#rust","text":"hi"##,
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
        assert_eq!(read(b"{\"type\":\"say\",\"room\":\"#rust\",\"text\":\"\xff\"}"), None);
        assert_eq!(read(b"{\"type\":\"say\",\"room\":\"#rust\",\"text\":\"a\tb\"}"), None);
    }
}
