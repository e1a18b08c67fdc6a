//! Asking the terminal for its colours (xterm's control sequences OSC 10 and OSC 11).

use std::time::Duration;

use super::rgb::Rgb;

/// Asks for the text colour, the background, and what the terminal is (DA1).
///
/// Every terminal answers the last one, and answers come in order: once it is there, no colour will come.
/// The caller may stop waiting then.
pub const QUERY: &[u8] = b"\x1b]10;?\x07\x1b]11;?\x07\x1b[c";

/// How long to wait for the answers before the first screen is drawn: longer than a round trip to a
/// machine far away mostly takes, and shorter than a user notices. A later answer is still used.
pub const ANSWER_TIMEOUT: Duration = Duration::from_millis(100);

/// Which colour was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalColour {
    /// The text colour, OSC 10.
    Foreground,
    /// The background, OSC 11.
    Background,
}

/// A colour that the terminal reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which one it is.
    pub asked: TerminalColour,
    /// The colour.
    pub colour: Rgb,
}

/// Reads an answer such as `11;rgb:1e1e/1e1e/2e2e`, with or without `ESC ]` before it and BEL, ST or a
/// lone ESC (old rxvt) behind it. Opacity (`rgba:`) is ignored: what shines through is not known.
///
/// Returns `None` if it is anything else.
#[must_use]
pub fn parse_answer(payload: &[u8]) -> Option<Answer> {
    let payload = payload.strip_prefix(b"\x1b]").unwrap_or(payload);
    let ends: [&[u8]; 4] = [b"\x07", b"\x1b\\", b"\x1b", b"\xc2\x9c"];
    let payload = ends.iter().find_map(|end| payload.strip_suffix(*end)).unwrap_or(payload);
    let (number, colour) = std::str::from_utf8(payload).ok()?.split_once(';')?;
    let asked = match number {
        "10" => TerminalColour::Foreground,
        "11" => TerminalColour::Background,
        _ => return None,
    };
    let levels = colour.strip_prefix("rgb:").map(|levels| (levels, 3));
    let (levels, count) = levels.or_else(|| Some((colour.strip_prefix("rgba:")?, 4)))?;
    let levels: Vec<u8> = levels.split('/').map(level).collect::<Option<_>>()?;
    match levels[..] {
        [red, green, blue, ..] if levels.len() == count => {
            Some(Answer { asked, colour: Rgb::new(red, green, blue) })
        }
        _ => None,
    }
}

/// One to four hexadecimal digits as a level of 255, rounded: `f`, `ff` and `ffff` are all of it.
fn level(digits: &str) -> Option<u8> {
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let most = (1 << (4 * digits.len())) - 1;
    u8::try_from((value * 255 + most / 2) / most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_answer_has_a_number_a_colour_and_an_end() {
        for (payload, asked, colour) in [
            ("11;rgb:1e1e/1e1e/2e2e", TerminalColour::Background, 0x1e_1e2e),
            ("10;rgb:ff/80/00", TerminalColour::Foreground, 0xff_8000),
            ("11;rgb:f/0/8", TerminalColour::Background, 0xff_0088),
            ("11;rgb:fff/000/800", TerminalColour::Background, 0xff_0080),
            ("11;rgba:0000/2b2b/3636/cccc", TerminalColour::Background, 0x00_2b36),
            ("\x1b]11;rgb:ffff/ffff/ffff\x07", TerminalColour::Background, 0xff_ffff),
            ("\x1b]11;rgb:FFFF/ffff/fFfF\x1b\\", TerminalColour::Background, 0xff_ffff),
            ("11;rgb:0/0/0\x1b", TerminalColour::Background, 0),
        ] {
            let expected = Answer { asked, colour: Rgb::hex(colour) };
            assert_eq!(parse_answer(payload.as_bytes()), Some(expected), "{payload:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_answer_are_ignored() {
        for payload in [
            "",
            "11",
            "11;?",
            "12;rgb:0/0/0",
            "11;rgb:0/0",
            "11;rgb:0/0/0/0",
            "11;rgba:0/0/0",
            "11;rgb:00000/0/0",
            "11;rgb:/0/0",
            "11;rgb:+1/0/0",
            "11;rgb:g/0/0",
            "11;#000000",
            "11;rgb:0/0/0 ",
            "52;c;aGk=",
        ] {
            assert_eq!(parse_answer(payload.as_bytes()), None, "{payload:?}");
        }
        assert_eq!(parse_answer(b"11;rgb:\xff/0/0"), None);
    }

    proptest! {
        #[test]
        fn every_colour_is_read_in_every_length(red: u8, green: u8, blue: u8) {
            let expected = Some(Answer { asked: TerminalColour::Background, colour: Rgb::new(red, green, blue) });
            let two = format!("11;rgb:{red:02x}/{green:02x}/{blue:02x}\x07");
            prop_assert_eq!(parse_answer(two.as_bytes()), expected);
            let four = format!("11;rgb:{red:02x}{red:02x}/{green:02X}{green:02x}/{blue:02x}{blue:02x}");
            prop_assert_eq!(parse_answer(four.as_bytes()), expected);
        }

        #[test]
        fn any_bytes_are_parsed(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse_answer(&payload);
        }
    }
}
