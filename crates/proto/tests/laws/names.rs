//! The laws of names.

use chat_proto::{RoomName, UserName};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::strategies::{cases, user_name, writing};

/// Whether `c` is a control character, ends a line, does not show, or turns others around: from
/// the names of the Unicode blocks and properties, not from the code under test.
fn is_barred(c: char) -> bool {
    let soft_hyphen_and_fillers = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{3164}\u{ffa0}";
    let is_between = |first: u32, last: u32| (first..=last).contains(&u32::from(c));
    c.is_control()
        || soft_hyphen_and_fillers.contains(c)
        || c == '\u{61c}' // ARABIC LETTER MARK
        || is_between(0x180b, 0x180f) // Mongolian variation selectors
        || is_between(0x200b, 0x200f) // zero-width spaces and joiners, direction marks
        || is_between(0x2028, 0x202e) // line ends, embeddings and overrides
        || is_between(0x2060, 0x206f) // word joiner, isolates, invisible operators
        || is_between(0xfe00, 0xfe0f) // variation selectors
        || c == '\u{feff}' // byte order mark
        || is_between(0xfff0, 0xfffb) // specials that do not show
        || is_between(0x1bca0, 0x1bca3) // shorthand format controls
        || is_between(0x1d173, 0x1d17a) // musical format controls
        || is_between(0xe0000, 0xe0fff) // tags, more variation selectors
}

/// The ASCII form of a fullwidth character, or the character itself.
fn narrow(c: char) -> char {
    match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap(),
        _ => c,
    }
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The pictures that a name may have, as `docs/protocol.md` has them: emoji and signs, without arrows, lines
/// and shapes.
fn is_picture(c: char) -> bool {
    let is_between = |first: u32, last: u32| (first..=last).contains(&u32::from(c));
    "⌚⌛⏰⏱⏲⏳✨❄❇❣❤⭐".contains(c)
        || is_between(0x2600, 0x2712)
        || is_between(0x1f000, 0x1f64f)
        || is_between(0x1f680, 0x1f6ff)
        || is_between(0x1f900, 0x1faff)
}

/// Whether a character other than the first may stand between these two.
fn may_stand(before: char, c: char, after: Option<&char>) -> bool {
    let is_between_letters = || is_of_a_word(before) && after.is_some_and(|c| is_of_a_word(*c));
    match c {
        ' ' => before != ' ',
        _ if "’·・־׳״་".contains(c) => is_between_letters(),
        _ => is_of_a_word(c) || is_picture(c) || "_-.'+=~^$%/\\[]{}!?;`".contains(narrow(c)),
    }
}

/// Whether a name may begin with `c`: not with a mark, nor with a part of a Hangul syllable.
fn may_begin(c: char) -> bool {
    let is_hangul_part =
        ('\u{1160}'..='\u{11ff}').contains(&c) || ('\u{d7b0}'..='\u{d7ff}').contains(&c);
    c.is_alphanumeric() && !is_combining_mark(c) && !is_hangul_part
        || is_picture(c)
        || narrow(c) == '_'
}

/// Whether `written`, in NFC, obeys the rules that `docs/protocol.md` has for a user's name. It has no joiners
/// between letters of the scripts that need them: those are tried one by one.
fn obeys_the_rules(written: &str) -> bool {
    let chars: Vec<char> = written.nfc().collect();
    let may_stand = |(index, c): (usize, &char)| match index.checked_sub(1) {
        None => may_begin(*c),
        Some(before) => may_stand(chars[before], *c, chars.get(index + 1)),
    };
    (1..=32).contains(&chars.len())
        && !chars.iter().any(|c| is_barred(*c))
        && chars.iter().enumerate().all(may_stand)
        && chars[chars.len() - 1] != ' '
        && !is_address(&chars)
}

/// Whether it is two numbers with a hyphen, in ASCII or fullwidth.
fn is_address(chars: &[char]) -> bool {
    let written: String = chars.iter().map(|c| narrow(*c)).collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    written.split_once('-').is_some_and(|(one, other)| is_number(one) && is_number(other))
}

/// Whether it is the address of a direct message.
fn is_direct(bare: &str) -> bool {
    let numbers = bare.split_once('-').map(|(one, other)| (one.parse(), other.parse()));
    matches!(numbers, Some((Ok::<u64, _>(1..), Ok::<u64, _>(1..))) if !bare.contains('+'))
        && numbers.is_some_and(|(one, other)| one != other)
}

fn room_obeys_the_rules(written: &str) -> bool {
    let Some(bare) = written.strip_prefix('#') else {
        return written
            .strip_prefix('@')
            .is_some_and(|bare| obeys_the_rules(bare) || is_direct(bare));
    };
    let chars: Vec<char> = bare.nfc().collect();
    (1..=32).contains(&chars.len())
        && !chars.iter().any(|c| is_barred(*c) || "|&@#".contains(*c) || c.is_whitespace())
        && !is_address(&chars)
}

fn assert_valid(name: &UserName) {
    assert!(obeys_the_rules(name.as_str()), "{name:?}");
    let again = UserName::new(name.as_str()).unwrap();
    assert_eq!((again.as_str(), again.key()), (name.as_str(), name.key()), "it is in NFC");
}

fn assert_key_is_settled(name: &UserName) {
    if let Ok(key) = UserName::new(name.key()) {
        assert_eq!(key.key(), name.key(), "{name:?}");
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn a_name_that_obeys_the_rules_is_accepted(written in writing(36)) {
        prop_assert_eq!(UserName::new(&written).is_ok(), obeys_the_rules(&written));
        for room in [format!("#{written}"), format!("@{written}"), written] {
            prop_assert_eq!(RoomName::new(&room).is_ok(), room_obeys_the_rules(&room));
        }
    }

    #[test]
    fn a_mended_name_is_a_name(written in writing(60)) {
        let mended = UserName::from_lossy(&written);
        assert_valid(&mended);
        let again = UserName::from_lossy(mended.as_str());
        prop_assert_eq!(again.as_str(), mended.as_str());
        if let Ok(name) = UserName::new(&written) {
            prop_assert_eq!(name.as_str(), mended.as_str(), "a good name needs no mending");
        }
        if written.contains(|c: char| !c.is_whitespace() && !is_barred(c)) {
            prop_assert!(mended.as_str() != "guest" || written.contains("guest"), "{:?}", written);
        }
    }

    #[test]
    fn a_numbered_name_is_a_name_of_its_own(
        name in user_name(), number in any::<u64>(), other in 2..99_u64,
    ) {
        let numbered = name.numbered(number);
        assert_valid(&numbered);
        let suffix = format!("_{number}");
        prop_assert!(numbered.as_str().ends_with(&suffix));
        prop_assert_eq!(numbered == name.numbered(other), number == other);
    }

    #[test]
    fn the_key_of_a_key_is_that_key(name in user_name()) {
        assert_key_is_settled(&name);
    }

    #[test]
    fn a_space_and_an_underscore_make_no_other_name(name in user_name(), spaces in any::<u64>()) {
        prop_assert!(!name.key().contains(' '));
        let is_either = |c: char| matches!(c, ' ' | '_');
        let other: String = name
            .as_str()
            .char_indices()
            .map(|(at, c)| match c {
                c if is_either(c) && spaces >> (at % 64) & 1 == 1 => ' ',
                c if is_either(c) => '_',
                c => c,
            })
            .collect();
        let underscored = UserName::new(&name.as_str().replace(' ', "_")).unwrap();
        prop_assert_eq!(&underscored, &name);
        // Two spaces in a row, and those at an end, are in no name.
        if let Ok(other) = UserName::new(&other) {
            prop_assert_eq!(&other, &name);
            prop_assert_eq!(RoomName::private(&other), RoomName::private(&name));
        }
    }

    #[test]
    fn neither_case_nor_width_makes_another_name(written in "[!-~]{1,32}") {
        let Ok(name) = UserName::new(&written) else { return Ok(()) };
        let wide: String = written
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
            .collect();
        for other in [written.to_uppercase(), written.to_lowercase(), wide] {
            prop_assert_eq!(&UserName::new(&other).unwrap(), &name, "{}", other);
        }
    }
}

#[test]
fn every_character_is_taken_or_not_as_the_rules_say() {
    for c in (char::MIN..=char::MAX).filter(|c| !c.is_alphanumeric() || u32::from(*c) < 0x3000) {
        let written = String::from(c);
        let name = UserName::new(&written);
        assert_eq!(name.is_ok(), obeys_the_rules(&written), "U+{:04X}", u32::from(c));
        if let Ok(name) = name {
            assert_key_is_settled(&name);
        }
    }
}
