//! Which names nobody may take, whether another user has them or not.
//!
//! `chat_proto` has the rules of the form of a name. The rules here hold for names that are asked for, and not for
//! those that are stored, so neither stricter rules nor newer tables of Unicode take a name from its user.

use std::collections::HashSet;

use chat_proto::UserName;
use chat_proto::unsafe_chars::is_blank;
use unicode_script::Script;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::skeleton;

use super::looks;

/// The names of the server, of its operators, of many users at once, and of the services of IRC, to which people type
/// passwords.
const RESERVED: [&str; 21] = [
    "admin",
    "all",
    "BotServ",
    "channel",
    "ChanServ",
    "chat-server",
    "everyone",
    "Global",
    "here",
    "HistServ",
    "HostServ",
    "MemoServ",
    "moderator",
    "NickServ",
    "operator",
    "OperServ",
    "owner",
    "root",
    "server",
    "system",
    "the operator",
];

/// The ASCII characters that no name has, since a screen shows them beside names.
const SIGNS: &str = "|&@#:*()<>,\"";

/// Why nobody may take a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameTrouble {
    /// It is, or looks like, a reserved one.
    #[error(
        "the name {0} is reserved on this server, or looks like one that is; choose another name"
    )]
    Reserved(UserName),
    /// It has letters of scripts that are not written together.
    #[error(
        "the name {name} has letters of the {one} and of the {other} script, which can look alike; use one of them"
    )]
    MixedScripts {
        /// The name.
        name: UserName,
        /// The script of its first letter.
        one: &'static str,
        /// The script of a later one.
        other: &'static str,
    },
    /// It has a letter that looks like a sign which a screen shows beside names.
    #[error("the name {0} has a letter that looks like {1}, which no name has; leave it out")]
    LikeSign(UserName, char),
    /// It has a letter that shows nothing.
    #[error("the name has the letter U+{:04X}, which shows nothing; leave it out", *.0 as u32)]
    Blank(char),
}

impl NameTrouble {
    /// Whether the name has it with a number, too.
    pub(super) const fn is_of_letters(&self) -> bool {
        !matches!(self, Self::Reserved(_))
    }
}

/// The names that nobody may take, by what they look like.
#[derive(Debug)]
pub(super) struct ReservedNames(HashSet<String>);

impl ReservedNames {
    /// Those of every server, and `more`.
    pub(super) fn new(more: &[UserName]) -> Self {
        let always = RESERVED.into_iter().map(UserName::from_lossy);
        Self(always.chain(more.iter().cloned()).flat_map(|name| looks_of(&name)).collect())
    }

    /// Whether a name is, or looks like, one of them, with or without signs: `admin.` is read as admin. A 1 is read as
    /// an i, too.
    pub(super) fn contains(&self, name: &UserName) -> bool {
        let has = |look: &str| self.0.contains(look);
        let reads = |key: &str| {
            has(&looks::of_key(key))
                || key.contains('1') && has(&looks::of_key(&key.replace('1', "i")))
        };
        reads(name.key())
            || has(&looks::as_written(name.as_str()))
            || reads(&without_signs(name.key()))
    }
}

/// The letters and digits of the key of a name.
fn without_signs(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The looks of a reserved name as it is written, without signs, in small letters, and in capitals.
fn looks_of(name: &UserName) -> [String; 6] {
    let (written, small) = (name.as_str(), name.as_str().to_lowercase());
    let mut rest = small.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let capitalized: String = first.chain(rest).collect();
    let [written, lower, upper, capitalized] =
        [written, &small, &small.to_uppercase(), &capitalized].map(looks::as_written);
    let bare = looks::of_key(&without_signs(name.key()));
    [looks::of_key(name.key()), bare, written, lower, upper, capitalized]
}

/// Checks the letters of a name that is asked for.
///
/// # Errors
/// Returns the rule that the name breaks.
pub(super) fn check_letters(name: &UserName) -> Result<(), NameTrouble> {
    if name.as_str().is_ascii() {
        return Ok(());
    }
    let key = name.key();
    if let Some(blank) = key.chars().find(|c| is_blank(*c)) {
        return Err(NameTrouble::Blank(blank));
    }
    check_scripts(name)?;
    // In other scripts, signs such as the visarga of Devanagari are letters.
    let is_latin = AugmentedScriptSet::for_str(key).base.contains_script(Script::Latin);
    match skeleton(key).find(|c| SIGNS.contains(*c)) {
        Some(sign) if is_latin => Err(NameTrouble::LikeSign(name.clone(), sign)),
        _ => Ok(()),
    }
}

/// Checks that a name is of one script, or of those that UTS 39 calls *highly restrictive*: Latin together with the
/// scripts of Chinese, Japanese or Korean.
fn check_scripts(name: &UserName) -> Result<(), NameTrouble> {
    let (mut all, mut not_latin) = (AugmentedScriptSet::default(), AugmentedScriptSet::default());
    let mut first = None;
    for c in name.key().chars() {
        let scripts = AugmentedScriptSet::for_char(c);
        if scripts.is_all() {
            continue; // digits, signs, marks and pictures belong to every script
        }
        all.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            not_latin.intersect_with(scripts);
        }
        let script = scripts.base.iter().next().map_or("unknown", Script::full_name);
        let one = *first.get_or_insert(script);
        if all.is_empty() && !(not_latin.hanb || not_latin.jpan || not_latin.kore) {
            return Err(NameTrouble::MixedScripts { name: name.clone(), one, other: script });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
