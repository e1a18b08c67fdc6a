//! One flag for each setting, made from the table of settings.

use chat_tui::settings::{Layer, SETTINGS};
use clap::builder::PossibleValuesParser;
use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// Short forms of flags: the name, the setting and its value.
const SHORT_FORMS: [(&str, &str, &str); 2] =
    [("no-bell", "notify", "none"), ("no-mouse", "mouse", "off")];

/// The settings of the command line.
#[derive(Debug, Default)]
pub(crate) struct Flags(pub(crate) Layer);

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let flags = SETTINGS.iter().map(|setting| {
            Arg::new(setting.name)
                .long(setting.name)
                .value_name("VALUE")
                .value_parser(PossibleValuesParser::new(setting.values))
                .help_heading("Settings (config.toml and /set have them, too)")
                .help(setting.does)
        });
        let short_forms = SHORT_FORMS.map(|(name, setting, _)| {
            let form = Arg::new(name).long(name).action(ArgAction::SetTrue).hide(true);
            form.conflicts_with(setting)
        });
        command.args(flags).args(short_forms)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let given = SETTINGS.iter().filter_map(|setting| {
            let value = matches.get_one::<String>(setting.name)?;
            Some((setting.name, value.as_str()))
        });
        let short_forms = SHORT_FORMS.into_iter().filter(|(name, ..)| matches.get_flag(name));
        let short_forms = short_forms.map(|(_, setting, value)| (setting, value));
        for (name, value) in given.chain(short_forms) {
            let set = self.0.set(name, value);
            set.map_err(|error| Error::raw(ErrorKind::InvalidValue, error))?;
        }
        Ok(())
    }
}
