//! Notifications and the title of the window: what the terminal understands, and the bytes for it.

use std::ffi::OsString;

use chat_client::sanitize;

/// Most characters of the title of a window or a notification, and of the text of a notification: what a
/// desktop shows.
const TITLE_MAX: usize = 60;
const BODY_MAX: usize = 160;

/// The terminals that print the bytes of a title, or have no place for it.
const TERMS_WITHOUT_TITLE: [&str; 4] = ["dumb", "linux", "vt1", "vt2"];

/// How to notify the user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotifyMethod {
    /// The bell: every terminal has one, and tmux and screen pass it on.
    #[default]
    Bell,
    /// OSC 9, a text: iTerm2, WezTerm, Ghostty.
    Osc9,
    /// OSC 777, a title and a text: foot, rxvt.
    Osc777,
    /// OSC 99, a title and a text: kitty.
    Osc99,
}

/// The notifications that the terminal understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notifier {
    /// The best way to notify.
    pub way: NotifyMethod,
    /// Whether it shows a title.
    pub has_title: bool,
}

impl Default for Notifier {
    fn default() -> Self {
        Self { way: NotifyMethod::Bell, has_title: true }
    }
}

impl Notifier {
    /// Reads the environment. `lookup` gives the value of a variable.
    #[must_use]
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |name: &str| {
            let value = lookup(name).unwrap_or_default();
            value.to_string_lossy().to_ascii_lowercase()
        };
        let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
        let is = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        // By default tmux and screen pass on no sequence that they do not know.
        let is_within = !value("TMUX").is_empty() || !value("STY").is_empty();
        let way = match program.as_str() {
            _ if is_within || is(&["tmux", "screen"]) => NotifyMethod::Bell,
            _ if is(&["xterm-kitty"]) => NotifyMethod::Osc99,
            _ if is(&["foot", "rxvt"]) => NotifyMethod::Osc777,
            _ if is(&["xterm-ghostty"]) => NotifyMethod::Osc9,
            "iterm.app" | "wezterm" | "ghostty" => NotifyMethod::Osc9,
            _ => NotifyMethod::Bell,
        };
        Self { way, has_title: !term.is_empty() && !is(&TERMS_WITHOUT_TITLE) }
    }
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    title: String,
    body: String,
}

impl Note {
    /// A notification with a title and a text, on one line each.
    #[must_use]
    pub fn new(title: &str, body: &str) -> Self {
        // A semicolon ends the title in OSC 777, and the number of another command in OSC 9.
        Self { title: line(title, TITLE_MAX).replace(';', ","), body: line(body, BODY_MAX) }
    }

    /// The bytes that show it; none for the bell.
    #[must_use]
    pub fn sequence(&self, way: NotifyMethod) -> Vec<u8> {
        let Self { title, body } = self;
        match way {
            NotifyMethod::Bell => String::new(),
            NotifyMethod::Osc9 => format!("\x1b]9;{title}: {body}\x1b\\"),
            NotifyMethod::Osc777 => {
                // Some terminals take no more than these two, others show the rest nowhere.
                format!("\x1b]777;notify;{title};{}\x1b\\", body.replace(';', ","))
            }
            NotifyMethod::Osc99 => {
                format!("\x1b]99;i=chat:d=0;{title}\x1b\\\x1b]99;i=chat:p=body;{body}\x1b\\")
            }
        }
        .into_bytes()
    }
}

/// The bytes that set the title of the window.
#[must_use]
pub fn title_sequence(title: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x1b\\", line(title, TITLE_MAX)).into_bytes()
}

/// A text on one line, without what a terminal could take for a command, of at most `max` characters.
fn line(text: &str, max: usize) -> String {
    let text = sanitize::line(text);
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = chars.by_ref().take(max).collect();
    if chars.next().is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_the_terminal_notifies() {
        for (variables, way, has_title) in [
            (&[("TERM", "xterm-kitty")][..], NotifyMethod::Osc99, true),
            (&[("TERM", "foot")], NotifyMethod::Osc777, true),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], NotifyMethod::Osc9, true),
            (
                &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")],
                NotifyMethod::Osc9,
                true,
            ),
            (&[("TERM", "xterm-256color")], NotifyMethod::Bell, true),
            (&[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")], NotifyMethod::Bell, true),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux")], NotifyMethod::Bell, true),
            (&[("TERM", "linux")], NotifyMethod::Bell, false),
            (&[], NotifyMethod::Bell, false),
        ] {
            let found = Notifier::read(|name| {
                let set = variables.iter().find(|(variable, _)| *variable == name);
                set.map(|(_, value)| OsString::from(value))
            });
            assert_eq!(found, Notifier { way, has_title }, "{variables:?}");
        }
    }

    #[test]
    fn no_text_ends_its_sequence_or_becomes_another() {
        let note = Note::new("4;1 in #dev", "one\x1b\\two\x07\nthree; \u{9c}four\u{9d}2;x");
        for way in [NotifyMethod::Osc9, NotifyMethod::Osc777, NotifyMethod::Osc99] {
            let text = String::from_utf8(note.sequence(way)).unwrap();
            let sequences = if way == NotifyMethod::Osc99 { 2 } else { 1 };
            assert_eq!(text.matches('\x1b').count(), 2 * sequences, "{text:?}");
            let controls = text.chars().filter(|c| c.is_control()).count();
            assert_eq!(controls, 2 * sequences, "{text:?}");
            assert!(text.contains("4,1 in #dev"), "{text:?}");
            assert!(way != NotifyMethod::Osc777 || text.matches(';').count() == 3, "{text:?}");
        }
        assert!(note.sequence(NotifyMethod::Bell).is_empty());
        assert_eq!(title_sequence("(2) #dev · chat"), "\x1b]2;(2) #dev · chat\x1b\\".as_bytes());
    }

    #[test]
    fn a_long_text_is_cut() {
        let note = Note::new("ana", &"x".repeat(10_000));
        assert_eq!(note.body.chars().count(), BODY_MAX + 1);
        assert!(note.body.ends_with('…'));
    }
}
