//! The path of the settings file.

use std::ffi::OsString;
use std::path::PathBuf;

/// The settings file: `$XDG_CONFIG_HOME/chat-tui/config.toml`, or under `$HOME/.config`. `lookup` gives
/// the value of an environment variable.
///
/// A relative path is ignored, as the XDG Base Directory Specification has it. Returns `None` if
/// neither variable has an absolute one.
#[must_use]
pub fn path(lookup: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| lookup(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(config.join("chat-tui").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_where_xdg_has_it() {
        for (xdg, home, expected) in [
            (Some("/x"), Some("/home/ana"), Some("/x/chat-tui/config.toml")),
            (None, Some("/home/ana"), Some("/home/ana/.config/chat-tui/config.toml")),
            (Some(""), Some("/home/ana"), Some("/home/ana/.config/chat-tui/config.toml")),
            (Some("x"), Some("/home/ana"), Some("/home/ana/.config/chat-tui/config.toml")),
            (None, Some("ana"), None),
            (None, None, None),
        ] {
            let found = path(|name| match name {
                "XDG_CONFIG_HOME" => xdg.map(OsString::from),
                "HOME" => home.map(OsString::from),
                _ => None,
            });
            assert_eq!(found, expected.map(PathBuf::from), "{xdg:?} {home:?}");
        }
    }
}
