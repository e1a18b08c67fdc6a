//! The values of the settings.

use chat_client::choices::Level;
use chat_client::mentions::MentionPolicy;
use chat_client::presence::JoinPolicy;

use crate::theme::ThemeChoice;

/// A setting with a fixed set of values.
pub trait Choice: Copy + Eq + 'static {
    /// Every value, in the order of its names.
    const ALL: &'static [Self];

    /// The names of all values.
    const NAMES: &'static [&'static str];

    /// The name in the file, as a flag and for `/set`.
    fn name(self) -> &'static str;

    /// The value of a name; `None` if no value has it.
    fn parse(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(index).copied()
    }
}

/// Makes a [`Choice`] of a type.
macro_rules! names {
    ($kind:ident: $($value:ident = $name:literal),*) => {
        impl Choice for $kind {
            const ALL: &'static [Self] = &[$(Self::$value),*];

            const NAMES: &'static [&'static str] = &[$($name),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }
        }
    };
}

names!(Level: Mentions = "mentions", All = "all", None = "none");
names!(MentionPolicy: At = "at", Name = "name");
names!(JoinPolicy: Fold = "fold", All = "all", None = "none");
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

/// By what the user is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyBy {
    /// The notifications that the terminal is known to have.
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
