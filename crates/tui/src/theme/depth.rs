//! How many colours a terminal shows, by its environment.

use std::ffi::OsString;

use super::ThemeChoice;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, dim, underline and reverse are left.
    None,
    /// The 16 of ANSI, which the user has chosen.
    Ansi,
    /// 256, of which 240 are fixed.
    Indexed,
    /// 24 bits.
    TrueColor,
}

/// Terminals of 24-bit colour that say so in `COLORTERM`, which ssh does not pass on.
const TRUECOLOR_TERMS: [&str; 6] =
    ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour"];

/// Set by xterm, which has 256 colours, for the programs in it.
pub(crate) const XTERM: &str = "XTERM_VERSION";

/// Terminals without colours, and every name that begins so.
const MONOCHROME_TERMS: [&str; 4] = ["dumb", "unknown", "vt1", "vt2"];

/// Terminals that may print the target of a link, and every name that begins so. An unknown sequence is
/// ignored by nearly all others.
const TERMS_WITHOUT_LINKS: [&str; 4] = ["dumb", "unknown", "linux", "vt"];

/// Terminals of 16 colours that answer what their colours are, and every name that begins so. Of the others, the Linux
/// console may print the question.
const TERMS_WITH_ANSWERS: [&str; 7] =
    ["xterm", "rxvt", "tmux", "screen", "konsole", "mlterm", "putty"];

/// The colours and links of the terminal according to the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// How many colours the terminal shows.
    depth: Depth,
    /// `NO_COLOR`, if it is not empty, see <https://no-color.org>.
    no_color: bool,
    /// Whether the terminal takes the targets of links.
    has_links: bool,
    /// Whether the terminal answers what its colours are, or ignores the question.
    has_answers: bool,
}

impl Environment {
    /// Reads the environment. `lookup` gives the value of a variable.
    #[must_use]
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |name: &str| {
            let value = lookup(name).unwrap_or_default();
            value.to_string_lossy().to_ascii_lowercase()
        };
        let (term, colorterm) = (value("TERM"), value("COLORTERM"));
        let claims = ["truecolor", "24bit"].contains(&colorterm.as_str());
        // GNU screen passes COLORTERM on, but does not show 24 bits. tmux does, under the same TERM.
        let is_screen = term.starts_with("screen") && value("TMUX").is_empty();
        // Some systems call it by the name that it had with 16 colours. Bright ones of these cannot be read on white.
        let is_xterm = term == "xterm" && !value(XTERM).is_empty();
        let depth = match by_term(&term) {
            Depth::None => Depth::None,
            Depth::Ansi if is_xterm && !claims => Depth::Indexed,
            _ if claims && !is_screen => Depth::TrueColor,
            by_term => by_term,
        };
        // GNU screen takes a short sequence, and prints the rest of a long one.
        let is_without = |name: &&str| term.starts_with(*name);
        let has_links =
            !term.is_empty() && !is_screen && !TERMS_WITHOUT_LINKS.iter().any(is_without);
        let answers = TERMS_WITH_ANSWERS.iter().any(|name| term.starts_with(name));
        let has_answers = match depth {
            Depth::None => false,
            Depth::Ansi => answers,
            Depth::Indexed | Depth::TrueColor => true,
        };
        Self { depth, no_color: !value("NO_COLOR").is_empty(), has_links, has_answers }
    }

    /// Whether the terminal takes the targets of links, or ignores them.
    #[must_use]
    pub const fn knows_links(self) -> bool {
        self.has_links
    }

    /// Whether to ask the terminal for its colours: if the theme depends on them.
    #[must_use]
    pub fn asks_colours(self, choice: ThemeChoice) -> bool {
        self.has_answers && self.depth(choice) != Depth::None
    }

    /// How many colours to use. `NO_COLOR` counts only with [`ThemeChoice::Auto`]: the user's own
    /// setting is stronger.
    #[must_use]
    pub const fn depth(self, choice: ThemeChoice) -> Depth {
        match choice {
            ThemeChoice::Mono => Depth::None,
            ThemeChoice::Ansi => Depth::Ansi,
            ThemeChoice::Auto if self.no_color => Depth::None,
            _ => self.depth,
        }
    }
}

/// 256 colours and links, without `NO_COLOR`: what nearly every terminal has.
impl Default for Environment {
    fn default() -> Self {
        Self { depth: Depth::Indexed, no_color: false, has_links: true, has_answers: true }
    }
}

fn by_term(term: &str) -> Depth {
    let is_any_of = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    let has = |part: &str| term.contains(part);
    if term.is_empty() || is_any_of(&MONOCHROME_TERMS) || has("-mono") || term.ends_with("-m") {
        Depth::None
    } else if is_any_of(&TRUECOLOR_TERMS) || has("-direct") || has("truecolor") {
        Depth::TrueColor
    } else if has("256color") {
        Depth::Indexed
    } else {
        // Nearly every terminal of today has these 16.
        Depth::Ansi
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            let set = variables.iter().find(|(variable, _)| *variable == name);
            set.map(|(_, value)| OsString::from(value))
        })
    }

    fn found(choice: ThemeChoice, variables: &[(&str, &str)]) -> Depth {
        read(variables).depth(choice)
    }

    #[test]
    fn terminals_that_would_print_the_target_of_a_link_get_none() {
        for (term, tmux, expected) in [
            ("xterm-256color", "", true),
            ("tmux-256color", "/tmp/x", true),
            ("screen-256color", "/tmp/x", true),
            ("screen-256color", "", false),
            ("linux", "", false),
            ("vt100", "", false),
            ("dumb", "", false),
            ("", "", false),
        ] {
            let environment = read(&[("TERM", term), ("TMUX", tmux)]);
            assert_eq!(environment.knows_links(), expected, "{term} {tmux}");
        }
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        for (term, colorterm, expected) in [
            ("xterm-256color", "truecolor", Depth::TrueColor),
            ("xterm-256color", "24bit", Depth::TrueColor),
            ("xterm-256color", "", Depth::Indexed),
            ("xterm-256color", "yes", Depth::Indexed),
            ("xterm", "", Depth::Ansi),
            ("xterm", "truecolor", Depth::TrueColor),
            ("linux", "", Depth::Ansi),
            ("xterm-kitty", "", Depth::TrueColor),
            ("xterm-direct", "", Depth::TrueColor),
            ("screen.xterm-256color", "truecolor", Depth::Indexed),
            ("vt100", "truecolor", Depth::None),
            ("vt220", "", Depth::None),
            ("dumb", "truecolor", Depth::None),
            ("xterm-mono", "", Depth::None),
            ("linux-m", "", Depth::None),
            ("", "truecolor", Depth::None),
        ] {
            let variables = [("TERM", term), ("COLORTERM", colorterm)];
            assert_eq!(found(ThemeChoice::Auto, &variables), expected, "{variables:?}");
        }
        let tmux = [("TERM", "screen-256color"), ("COLORTERM", "truecolor"), ("TMUX", "/tmp/x")];
        assert_eq!(found(ThemeChoice::Auto, &tmux), Depth::TrueColor);
        assert_eq!(found(ThemeChoice::Auto, &[]), Depth::None);
        let xterm = |term| [("TERM", term), ("XTERM_VERSION", "XTerm(379)")];
        assert_eq!(found(ThemeChoice::Auto, &xterm("xterm")), Depth::Indexed);
        assert_eq!(found(ThemeChoice::Auto, &xterm("screen")), Depth::Ansi, "it is within another");
    }

    #[test]
    fn a_terminal_that_may_print_the_question_is_not_asked_for_its_colours() {
        for (term, choice, expected) in [
            ("xterm-256color", ThemeChoice::Auto, true),
            ("xterm-256color", ThemeChoice::Mono, false),
            ("xterm", ThemeChoice::Auto, true),
            ("xterm-256color", ThemeChoice::Ansi, true),
            ("linux", ThemeChoice::Auto, false),
            ("linux", ThemeChoice::Dark, false),
            ("cygwin", ThemeChoice::Ansi, false),
            ("vt100", ThemeChoice::Ansi, false),
        ] {
            assert_eq!(read(&[("TERM", term)]).asks_colours(choice), expected, "{term} {choice:?}");
        }
    }

    #[test]
    fn no_color_counts_unless_the_user_has_chosen_a_theme() {
        let set = [("TERM", "xterm-256color"), ("NO_COLOR", "1")];
        let empty = [("TERM", "xterm-256color"), ("NO_COLOR", "")];
        assert_eq!(found(ThemeChoice::Auto, &set), Depth::None);
        assert_eq!(found(ThemeChoice::Auto, &empty), Depth::Indexed);
        assert_eq!(found(ThemeChoice::Dark, &set), Depth::Indexed);
        assert_eq!(found(ThemeChoice::Ansi, &set), Depth::Ansi);
        assert_eq!(found(ThemeChoice::Mono, &empty), Depth::None);
    }
}
