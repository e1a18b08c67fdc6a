//! Links on the screen (the sequence OSC 8): which cells lead where.
//!
//! The view returns the cells with the screen, and leaves them in the [`LinkSlot`] of the terminal, since
//! cells have no place for them. All rows of a link have the same id, so that the terminal shows them as
//! one.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest target in bytes: what terminals take, see
/// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
const TARGET_BYTES_MAX: usize = 2083;

/// The prefixes of a target, in any case of their letters.
pub(crate) const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Where cells lead.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// All cells of a link have the same one, and no others.
    id: u64,
    /// In printable ASCII alone.
    target: String,
}

impl Link {
    /// A link to a target; `None` if terminals do not take it.
    #[must_use]
    pub fn new(id: u64, target: &str) -> Option<Self> {
        let begins = |scheme: &str| {
            target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let target = SCHEMES.into_iter().any(begins).then(|| encode(target))?;
        (target.len() <= TARGET_BYTES_MAX).then_some(Self { id, target })
    }

    /// The sequence before the cells of the link.
    #[must_use]
    pub fn opening(&self) -> String {
        format!("\x1b]8;id={:x};{}\x1b\\", self.id, self.target)
    }
}

/// The sequence after the cells of a link.
pub const CLOSING: &str = "\x1b]8;;\x1b\\";

/// Encodes characters that are not printable ASCII, with `%`.
fn encode(target: &str) -> String {
    let mut encoded = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Cells of one row that lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCells {
    /// The row of the screen.
    pub row: u16,
    /// Its columns.
    pub columns: Range<u16>,
    /// Where they lead.
    pub link: Arc<Link>,
}

/// Where the view leaves the links of the next frame, if they may be others than in the frame before. All clones are of
/// one terminal.
#[derive(Debug, Clone, Default)]
pub struct LinkSlot(Arc<Mutex<Option<Vec<LinkCells>>>>);

impl LinkSlot {
    /// Leaves the links of the next frame.
    pub fn set(&self, links: Vec<LinkCells>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(links);
    }

    /// Takes the links of the frame; `None` if they are those of the frame before.
    #[must_use]
    pub fn take(&self) -> Option<Vec<LinkCells>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A screen that may show links.
pub trait ShowsLinks {
    /// Where the links of each frame go. Those of a screen without links go nowhere.
    fn link_slot(&self) -> LinkSlot {
        LinkSlot::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_sent_in_printable_ascii() {
        for (target, sent) in [
            ("https://a.org/b?c=d;e#f", Some("https://a.org/b?c=d;e#f")),
            ("HTTP://a.org/ü\u{202E}", Some("HTTP://a.org/%C3%BC%E2%80%AE")),
            ("mailto:a@b.org", Some("mailto:a@b.org")),
            ("http://a\x1b\\\x07 b", Some("http://a%1B\\%07%20b")),
            ("file:///etc/passwd", None),
            ("javascript:alert(1)", None),
            ("", None),
        ] {
            let link = Link::new(0x1f, target);
            let expected = sent.map(|sent| format!("\x1b]8;id=1f;{sent}\x1b\\"));
            assert_eq!(link.map(|link| link.opening()), expected, "{target:?}");
        }
    }

    #[test]
    fn a_target_that_no_terminal_takes_is_not_a_link() {
        let target = |bytes: usize| format!("http://{}", "x".repeat(bytes - 7));
        assert!(Link::new(1, &target(TARGET_BYTES_MAX)).is_some());
        assert!(Link::new(1, &target(TARGET_BYTES_MAX + 1)).is_none());
        assert!(Link::new(1, &format!("http://{}", "ü".repeat(400))).is_none());
    }
}
