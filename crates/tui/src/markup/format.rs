//! How a part of a message looks, without its colours.

use std::ops::BitOr;

/// A set of roles. The theme decides on the style of each; a part may have several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Format(u16);

impl Format {
    /// Nothing special.
    pub const TEXT: Self = Self(0);
    /// `*bold*`, `**bold**`.
    pub const BOLD: Self = Self(1);
    /// `_italic_`.
    pub const ITALIC: Self = Self(1 << 1);
    /// `~~struck~~`.
    pub const STRUCK: Self = Self(1 << 2);
    /// `` `code` `` and fenced blocks.
    pub const CODE: Self = Self(1 << 3);
    /// A link.
    pub const LINK: Self = Self(1 << 4);
    /// The user's own name.
    pub const MENTION: Self = Self(1 << 5);
    /// A line of a quote.
    pub const QUOTE: Self = Self(1 << 6);
    /// Not part of the text: a gutter, the line that says how many rows are folded.
    pub const QUIET: Self = Self(1 << 7);
    /// A keyword of a code block.
    pub const KEYWORD: Self = Self(1 << 8);
    /// A string of a code block, or a line that a diff adds.
    pub const STRING: Self = Self(1 << 9);
    /// A comment of a code block.
    pub const COMMENT: Self = Self(1 << 10);
    /// A line that a diff removes.
    pub const REMOVED: Self = Self(1 << 11);

    /// Whether it has all roles of `other`.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it is [`Format::TEXT`].
    #[must_use]
    pub const fn is_text(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Format {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
