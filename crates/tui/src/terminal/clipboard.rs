//! Copying to the clipboard of the terminal (the sequence OSC 52), which works over ssh, too.

/// How a sequence reaches the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyMethod {
    /// As it is. tmux takes it with `set-clipboard on`.
    Plain,
    /// In pieces that GNU screen hands on: it takes strings of at most 768 bytes, and prints the rest.
    Screen,
}

/// Bytes of the sequence in one string of GNU screen.
const PIECE_BYTES: usize = 512;

/// The digits of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl CopyMethod {
    /// `variable` gives the value of a variable of the environment.
    pub(super) fn new(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("STY") && !is_set("TMUX") { Self::Screen } else { Self::Plain }
    }
}

/// The bytes that put a text on the clipboard.
pub(super) fn sequence(text: &str, way: CopyMethod) -> Vec<u8> {
    let plain = [b"\x1b]52;c;", &base64(text.as_bytes())[..], b"\x07"].concat();
    match way {
        CopyMethod::Plain => plain,
        CopyMethod::Screen => {
            let pieces = plain.chunks(PIECE_BYTES);
            pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
        }
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 0x3f;
            encoded.push(if digit <= group.len() { DIGITS[value as usize] } else { b'=' });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_sent_in_base64() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("ñ→?~", "w7HihpI/fg=="),
        ] {
            let expected = format!("\x1b]52;c;{encoded}\x07");
            assert_eq!(sequence(text, CopyMethod::Plain), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn screen_gets_it_in_pieces_that_it_takes() {
        let plain = sequence(&"x".repeat(1000), CopyMethod::Plain);
        let sent = sequence(&"x".repeat(1000), CopyMethod::Screen);
        let text = String::from_utf8(sent).unwrap();
        let pieces: Vec<&str> = text.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() < 768));
        let inner: String =
            pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(inner.as_bytes(), plain);
    }

    #[test]
    fn screen_is_known_by_its_variable_and_tmux_within_it_counts_more() {
        let way = |variables: &[&str]| {
            CopyMethod::new(|name| variables.contains(&name).then(|| "x".into()))
        };
        assert_eq!(way(&[]), CopyMethod::Plain);
        assert_eq!(way(&["STY"]), CopyMethod::Screen);
        assert_eq!(way(&["STY", "TMUX"]), CopyMethod::Plain);
    }
}
