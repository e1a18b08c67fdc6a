//! The settings, and what follows from them: the theme.

use crate::action::Action;
use crate::chord::Keys;
use crate::keymap::KeyMap;
use crate::settings::{Layers, Panel, SetError, Settings};
use crate::theme::{Answer, Environment, Rgb, Terminal, TerminalColour, Theme};

/// How the screen looks.
#[derive(Debug, Clone)]
pub struct Look {
    layers: Layers,
    /// What the layers come to: each key asks for it.
    settings: Settings,
    environment: Environment,
    background: Option<Rgb>,
    foreground: Option<Rgb>,
    is_asked: bool,
    theme: Theme,
    keys: KeyMap,
}

impl Look {
    /// The look with these settings, on a terminal whose colours are not known yet.
    #[must_use]
    pub fn new(layers: Layers, environment: Environment) -> Self {
        let (background, foreground) = (None, None);
        let (settings, keys) = (layers.settings(), KeyMap::new(&layers));
        let theme = theme(&settings, environment, background, foreground);
        Self { layers, settings, environment, background, foreground, is_asked: false, theme, keys }
    }

    /// The settings in force.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether to show the list of users; `None` if the size of the screen decides.
    #[must_use]
    pub fn shows_users(&self) -> Option<bool> {
        match self.settings().users.value {
            Panel::Auto => None,
            Panel::On => Some(true),
            Panel::Off => Some(false),
        }
    }

    /// Whether the terminal is sent the targets of links.
    #[must_use]
    pub fn shows_links(&self) -> bool {
        self.settings().links.value.is_on() && self.environment.knows_links()
    }

    /// Every layer of the settings.
    #[must_use]
    pub const fn layers(&self) -> &Layers {
        &self.layers
    }

    /// The styles of the screen.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.theme
    }

    /// Which key does what.
    #[must_use]
    pub const fn keys(&self) -> &KeyMap {
        &self.keys
    }

    /// Changes a setting for this run.
    ///
    /// # Errors
    /// Returns an error if there is no such setting or value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SetError> {
        self.layers.run.set(name, value)?;
        self.follow();
        Ok(())
    }

    /// Changes the keys of an action for this run; `None` for the default ones.
    ///
    /// # Errors
    /// Returns an error if another action has one of them by the user's choice.
    pub fn set_keys(&mut self, action: Action, keys: Option<Vec<Keys>>) -> Result<(), SetError> {
        self.layers.set_keys(action, keys)?;
        self.keys = KeyMap::new(&self.layers);
        Ok(())
    }

    /// The terminal has sent one of its colours.
    pub fn take_answer(&mut self, answer: Answer) {
        match answer.asked {
            TerminalColour::Foreground => self.foreground = Some(answer.colour),
            TerminalColour::Background => self.background = Some(answer.colour),
        }
        self.follow();
    }

    /// Whether the terminal is to be asked for its colours now: once, if the theme depends on them.
    pub fn take_question(&mut self) -> bool {
        let choice = self.settings().theme.value;
        let asks = !self.is_asked && self.environment.asks_colours(choice);
        self.is_asked |= asks;
        asks
    }

    fn follow(&mut self) {
        self.settings = self.layers.settings();
        self.theme = theme(&self.settings, self.environment, self.background, self.foreground);
    }
}

impl Default for Look {
    fn default() -> Self {
        Self::new(Layers::default(), Environment::default())
    }
}

fn theme(
    settings: &Settings,
    environment: Environment,
    background: Option<Rgb>,
    foreground: Option<Rgb>,
) -> Theme {
    let choice = settings.theme.value;
    let depth = environment.depth(choice);
    Theme::new(choice, Terminal { depth, background, foreground })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Role;

    fn black() -> Answer {
        Answer { asked: TerminalColour::Background, colour: Rgb::BLACK }
    }

    #[test]
    fn the_theme_follows_the_answer_and_the_setting() {
        let mut look = Look::default();
        let ansi = look.theme();
        look.take_answer(black());
        let dark = look.theme();
        assert_ne!(dark, ansi);
        look.set("theme", "mono").unwrap();
        assert_eq!(look.theme().style(Role::Good).fg, None);
        look.set("theme", "auto").unwrap();
        assert_eq!(look.theme(), dark, "the answer is remembered");
    }

    #[test]
    fn the_terminal_is_asked_once_and_only_if_the_theme_depends_on_it() {
        let mut layers = Layers::default();
        layers.flags.set("theme", "mono").unwrap();
        let mut look = Look::new(layers, Environment::default());
        assert!(!look.take_question());
        look.set("theme", "dark").unwrap();
        assert!(look.take_question());
        assert!(!look.take_question());
    }
}
