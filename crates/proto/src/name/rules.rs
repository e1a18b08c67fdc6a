//! Which names there may be.
//!
//! A screen puts a name beside text of its own: `ana: hi`, `* ana waves`, `→ ana is here`, `ana, bob`. So a
//! name has none of the characters that stand beside names there, and begins with nothing that could be
//! taken for a mark. What is not listed here is not allowed, so that a symbol nobody thought of is not
//! either.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{NameError, address, compare_key};
use crate::limits::NAME_CHARS_MAX;
use crate::unsafe_chars::{is_invisible, is_joiner, is_line_end, joins};

/// The ASCII characters that no user's name has: what means something in front of a name or between two,
/// at one door or another, or stands beside a name on a screen.
pub(super) const RESERVED: &str = "|&@#:*()<>,\"";

/// The other ASCII characters, beside letters and digits, that a name has anywhere but at its start.
const WITHIN: &str = "_-.'+=~^$%/\\[]{}!?;`";

/// Other characters that join two letters in names: apostrophe, middle dots (Catalan, Japanese), the Hebrew hyphen
/// and its marks, the Tibetan syllable mark.
const BETWEEN_LETTERS: &str = "’·・־׳״་";

/// Whether every rule allows the name at a glance: most are a few ASCII letters, and one is read with each message.
fn is_plain(name: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a name is its own key, seen at a glance.
pub(super) fn is_plain_key(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !byte.is_ascii_uppercase())
}

/// The rules of a user's name in NFC, in the order in which a person would want to hear of them.
pub(super) fn check_user(name: &str) -> Result<(), NameError> {
    if is_plain(name) {
        return Ok(());
    }
    check_any(name)?;
    if let Some(c) = name.chars().find(|c| RESERVED.contains(narrow(*c))) {
        return Err(NameError::Reserved(c));
    }
    if name.trim() != name {
        return Err(NameError::SpaceAtEnd);
    }
    let mut before = None;
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        check_char(before, c, after)?;
        before = Some(c);
    }
    if looks_like_address(name) {
        return Err(NameError::LooksLikeAddress(name.to_owned()));
    }
    Ok(())
}

/// The rules of a room's name in NFC, without its `#`. A room has a sigil, and so is taken for nothing else.
pub(super) fn check_room(name: &str) -> Result<(), NameError> {
    if is_plain(name) {
        return Ok(());
    }
    check_any(name)?;
    if let Some(c) = name.chars().find(|c| "|&@#".contains(*c)) {
        return Err(NameError::Reserved(c));
    }
    if name.trim() != name {
        return Err(NameError::SpaceAtEnd);
    }
    if looks_like_address(name) {
        return Err(NameError::LooksLikeAddress(name.to_owned()));
    }
    if name.contains(char::is_whitespace) {
        return Err(NameError::SpaceWithin);
    }
    Ok(())
}

/// Whether what the name is compared by has the form of an address. Most names show at once that it has not.
fn looks_like_address(name: &str) -> bool {
    (name.contains('-') || !name.is_ascii()) && address(&compare_key(name)).is_some()
}

/// The rules of both.
fn check_any(name: &str) -> Result<(), NameError> {
    let chars = name.chars().count();
    if chars == 0 {
        return Err(NameError::Empty);
    }
    if chars > NAME_CHARS_MAX {
        return Err(NameError::TooLong(chars));
    }
    let mut before = None;
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        if is_unprintable(c) && !(is_joiner(c) && joins(before, rest.clone().next())) {
            return Err(NameError::Unprintable(c));
        }
        before = Some(c);
    }
    Ok(())
}

/// Whether `c` may stand between `before` and `after`; a character that shows.
fn check_char(before: Option<char>, c: char, after: Option<char>) -> Result<(), NameError> {
    let Some(before) = before else {
        return if starts(c) { Ok(()) } else { Err(NameError::BadStart(c)) };
    };
    if c.is_whitespace() {
        let is_single = c == ' ' && before != ' ';
        return if is_single { Ok(()) } else { Err(NameError::Spaces) };
    }
    if is_of_a_word(c) || is_picture(c) || is_joiner(c) || WITHIN.contains(narrow(c)) {
        return Ok(());
    }
    let is_between = is_of_a_word(before) && after.is_some_and(is_of_a_word);
    if BETWEEN_LETTERS.contains(c) && is_between {
        return Ok(());
    }
    Err(NameError::Symbol(c))
}

/// Whether a name may begin with `c`: a letter or digit, a picture, or `_`. A mark would be drawn on what
/// is in front of the name, and the vowels and finals of Hangul, which have no width, likewise.
pub(super) fn starts(c: char) -> bool {
    let is_hangul_part = matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}');
    c.is_alphanumeric() && !is_combining_mark(c) && !is_hangul_part
        || is_picture(c)
        || narrow(c) == '_'
}

/// A name like `written` that obeys the rules, but for its length: invisible characters go away, white space
/// becomes one space, and other characters that are not allowed become one `_`.
pub(super) fn lossy(written: &str) -> String {
    let shown: Vec<char> = visible(written).collect();
    let is_address = address(&compare_key(shown.iter().collect::<String>().trim())).is_some();
    let mut lossy = String::new();
    for (index, c) in shown.iter().enumerate() {
        let before = lossy.chars().next_back();
        let after = shown.get(index + 1).copied();
        let is_barred = RESERVED.contains(narrow(*c)) || is_address && narrow(*c) == '-';
        if is_joiner(*c) {
            lossy.extend(joins(before, after).then_some(*c));
            continue;
        }
        match (before, c.is_whitespace()) {
            (None | Some(' '), true) => {}
            (_, true) => lossy.push(' '),
            (_, false) if !is_barred && check_char(before, *c, after).is_ok() => lossy.push(*c),
            (Some('_'), false) => {}
            (_, false) => lossy.push('_'),
        }
    }
    lossy
}

/// The characters of a name that show, in NFC, and its joiners. Composed after what does not show is gone,
/// since what stood apart may then come together.
fn visible(written: &str) -> impl Iterator<Item = char> {
    written.chars().filter(|c| is_joiner(*c) || !is_unprintable(*c)).nfc()
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || is_line_end(c) || is_invisible(c)
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether `c` is of the blocks of pictures: watches, weather, signs, dingbats and emoji, without the arrows,
/// lines and shapes among them.
const fn is_picture(c: char) -> bool {
    matches!(c,
        '\u{231A}'..='\u{231B}' | '\u{23F0}'..='\u{23F3}' | '\u{2600}'..='\u{2712}'
        | '\u{2728}' | '\u{2744}' | '\u{2747}' | '\u{2763}'..='\u{2764}' | '\u{2B50}'
        | '\u{1F000}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}' | '\u{1F900}'..='\u{1FAFF}')
}

/// The ASCII character that a fullwidth one is a form of.
const fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            let narrow = c as u32 - 0xFEE0;
            match char::from_u32(narrow) {
                Some(narrow) => narrow,
                None => c,
            }
        }
        _ => c,
    }
}
