//! The values of the settings.

use chat_client::mentions::MentionPolicy;
use chat_client::presence::JoinPolicy;

use crate::theme::ThemeChoice;

/// A setting with a fixed set of values.
pub trait Choice: Copy + Eq + 'static {
    /// Every value, in the order of its names.
    const ALL: &'static [Self];

    /// The names of all values.
    fn names() -> &'static [&'static str];

    /// The value of a name; `None` if no value has it.
    fn parse(name: &str) -> Option<Self> {
        let index = Self::names().iter().position(|known| *known == name)?;
        Self::ALL.get(index).copied()
    }
}

/// Makes a [`Choice`] of a type.
macro_rules! names {
    ($kind:ident: $($value:ident = $name:literal),*) => {
        impl $kind {
            /// The names of all values.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name in the file, as a flag and for `/set`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }
        }

        impl Choice for $kind {
            const ALL: &'static [Self] = &[$(Self::$value),*];

            fn names() -> &'static [&'static str] {
                Self::NAMES
            }
        }
    };
}

names!(ThemeChoice: Auto = "auto", Dark = "dark", Light = "light", Ansi = "ansi", Mono = "mono");

/// Whether a list at the side is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// If the screen is wide enough.
    Auto,
    /// If there is room for it beside the messages.
    On,
    /// Never.
    Off,
}

names!(Panel: Auto = "auto", On = "on", Off = "off");

/// Of what the user is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notify {
    /// Of mentions and direct messages.
    Mentions,
    /// Of all messages.
    All,
    /// Of nothing.
    None,
}

names!(Notify: Mentions = "mentions", All = "all", None = "none");

/// What mentions the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mentions {
    /// `@name` anywhere, and the name at the start before `:` or `,`.
    At,
    /// The name anywhere, too.
    Name,
}

names!(Mentions: At = "at", Name = "name");

impl Mentions {
    /// The same for the client.
    #[must_use]
    pub const fn policy(self) -> MentionPolicy {
        match self {
            Self::At => MentionPolicy::At,
            Self::Name => MentionPolicy::Name,
        }
    }
}

/// By what the user is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyBy {
    /// What the terminal is known to have.
    Auto,
    /// The bell.
    Bell,
    /// OSC 9.
    Osc9,
    /// OSC 777.
    Osc777,
    /// OSC 99.
    Osc99,
    /// Nothing; rooms still show their counts.
    None,
}

names!(NotifyBy: Auto = "auto", Bell = "bell", Osc9 = "osc9", Osc777 = "osc777", Osc99 = "osc99", None = "none");

/// How the times of messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `17:02`.
    Hours24,
    /// `05:02 PM`.
    Hours12,
    /// `17:02:59`.
    Seconds,
}

names!(Clock: Hours24 = "24h", Hours12 = "12h", Seconds = "seconds");

/// Which users who join and leave are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// Neighbours on one row; in a room with many users only those who wrote something lately.
    Fold,
    /// Each on a row of its own.
    All,
    /// None.
    None,
}

names!(Joins: Fold = "fold", All = "all", None = "none");

impl Joins {
    /// The same for the client.
    #[must_use]
    pub const fn policy(self) -> JoinPolicy {
        match self {
            Self::Fold => JoinPolicy::Fold,
            Self::All => JoinPolicy::All,
            Self::None => JoinPolicy::None,
        }
    }
}

/// Whether something is done. The file has `true` and `false` for it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

names!(Switch: On = "on", Off = "off");

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}
