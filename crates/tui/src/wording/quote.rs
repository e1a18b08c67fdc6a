//! Names within sentences of notices.

use std::borrow::Cow;

use chat_proto::UserName;

/// A name for use in a sentence: in quotes if it has a space, so that a name that is a sentence itself (`bob
/// has left`) is not read as part of it. A name contains no quotes.
#[must_use]
pub(crate) fn quoted(name: &UserName) -> Cow<'_, str> {
    match name.as_str().contains(' ') {
        true => format!("“{name}”").into(),
        false => name.as_str().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_sentence_is_in_quotes() {
        let name = |written: &str| UserName::new(written).unwrap();
        assert_eq!(quoted(&name("bob")), "bob");
        assert_eq!(quoted(&name("bob has left")), "“bob has left”");
        assert!(UserName::new("“bob”").is_err());
    }
}
