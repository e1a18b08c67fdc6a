//! Which passwords there may be.

use chat_proto::{Secret, UserName};
use std::fmt;
use std::ops::RangeInclusive;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Length of a password in bytes.
const BYTES: RangeInclusive<usize> = 8..=1_024;

/// Bytes of a password before it is normalized, at most: NFC makes it shorter, and is not asked to read a whole line.
const BYTES_READ_MAX: usize = 4 * 1_024;

/// Neighbours on the keyboard and in the alphabet, each followed by the first again.
const RUNS: [&str; 14] = [
    "12345678901234567890",
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnmqwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbnazertyuiopqsdfghjklmwxcvbn",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "!@#$%^&*()_+!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
];

/// A password in NFC. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(Secret);

/// Which rule a password breaks. No error has the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum PasswordError {
    /// It is too short.
    #[error("a password has at least {} bytes; use a longer one, such as four words", BYTES.start())]
    TooShort,
    /// It is too long.
    #[error("a password has at most {} bytes", BYTES.end())]
    TooLong,
    /// It is the name of the user.
    #[error("the password is your name; use one that others do not know")]
    IsName,
    /// It is one character again and again.
    #[error("the password is one character again and again; use one that others do not guess")]
    OneCharacter,
    /// It is a run of the keyboard or of the alphabet.
    #[error(
        "the password is a run of the keyboard or the alphabet; use one that others do not guess"
    )]
    IsRun,
}

impl Password {
    /// A password that a client sends to log in.
    ///
    /// # Errors
    /// Returns an error if it is too long to be one.
    pub(crate) fn sent(written: &Secret) -> Result<Self, PasswordError> {
        if written.reveal().len() > BYTES_READ_MAX {
            return Err(PasswordError::TooLong);
        }
        let password: String = written.reveal().nfc().collect();
        if password.len() > *BYTES.end() {
            Err(PasswordError::TooLong)
        } else {
            Ok(Self(Secret::new(password)))
        }
    }

    /// A new password of the user with this name.
    ///
    /// # Errors
    /// Returns the rule that it breaks.
    pub(crate) fn new(written: &Secret, name: &UserName) -> Result<Self, PasswordError> {
        let password = Self::sent(written)?;
        let text = password.0.reveal();
        if text.len() < *BYTES.start() {
            return Err(PasswordError::TooShort);
        }
        if UserName::new(text).is_ok_and(|same| same == *name) {
            return Err(PasswordError::IsName);
        }
        let folded = text.to_lowercase();
        let first = folded.chars().next();
        if folded.chars().all(|c| Some(c) == first) {
            return Err(PasswordError::OneCharacter);
        }
        let reversed: String = folded.chars().rev().collect();
        if RUNS.iter().any(|run| run.contains(&folded) || run.contains(&reversed)) {
            return Err(PasswordError::IsRun);
        }
        Ok(password)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.reveal().as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(password: &str) -> Result<Password, PasswordError> {
        Password::new(&Secret::new(password), &UserName::new("Ana María").unwrap())
    }

    #[test]
    fn a_password_that_others_guess_is_refused() {
        let long = "x1".repeat(513);
        for (password, error) in [
            ("", PasswordError::TooShort),
            ("seven77", PasswordError::TooShort),
            (long.as_str(), PasswordError::TooLong),
            ("ana maría", PasswordError::IsName),
            ("ANA_MARI\u{301}A", PasswordError::IsName),
            ("aaaaaaaa", PasswordError::OneCharacter),
            ("AaAaAaAa", PasswordError::OneCharacter),
            ("éééééééé", PasswordError::OneCharacter),
            ("12345678", PasswordError::IsRun),
            ("87654321", PasswordError::IsRun),
            ("qwertyuiop", PasswordError::IsRun),
            ("QWERTZUIOP", PasswordError::IsRun),
            ("asdfghjkl", PasswordError::IsRun),
            ("abcdefgh", PasswordError::IsRun),
            ("uvwxyzab", PasswordError::IsRun),
            ("йцукенгш", PasswordError::IsRun),
            ("1q2w3e4r", PasswordError::IsRun),
        ] {
            assert_eq!(new(password).err(), Some(error), "{password:?}");
        }
    }

    #[test]
    fn other_passwords_are_taken_in_any_script_and_in_one_form() {
        let longest = "x1".repeat(512);
        for password in [
            "correct horse",
            "qwerty and more",
            "пароль из слов",
            "🦀🦀🐙",
            "        .",
            longest.as_str(),
        ] {
            assert!(new(password).is_ok(), "{password:?}");
        }
        assert_eq!(new("caf\u{e9} caf\u{e9}"), new("cafe\u{301} cafe\u{301}"));
    }

    #[test]
    fn a_password_is_neither_in_its_debug_output_nor_in_an_error() {
        let password = new("correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
        let error = new("12345678").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("1234"));
    }
}
