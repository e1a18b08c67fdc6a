//! Characters that do not show, or that change how others show.

use unicode_normalization::char::is_combining_mark;

/// Whether `c` is invisible or reorders its neighbours: the bidi controls, and Unicode's
/// `Default_Ignorable_Code_Point` (zero-width spaces and joiners, variation selectors, fillers,
/// tags). Two names that differ only in such characters look the same.
///
/// Source: Unicode 16, `DerivedCoreProperties.txt`; the bidi controls of UAX #9.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}'
        | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether `c` is drawn, but with nothing to see: a blank of Braille, of musical notes or of hieroglyphs.
#[must_use]
pub const fn is_blank(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{1D159}' | '\u{13441}' | '\u{13442}')
}

/// Whether `c` ends a line in some terminal or text editor: LINE SEPARATOR and PARAGRAPH
/// SEPARATOR; the others (`\n`, `\r`, NEL …) are control characters already.
pub(crate) const fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether `c` is ZERO WIDTH NON-JOINER or ZERO WIDTH JOINER.
#[must_use]
pub const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether a joiner between these two characters is text: they are of scripts in which it changes how
/// letters join (Persian `می‌خواهم`, Sinhala `ක්‍ෂ`). Elsewhere it is invisible.
///
/// Simpler and wider than the CONTEXTJ rules of RFC 5892, which know no joiner before a virama, as Bengali
/// has it. What a name is compared by has no joiners, so nothing can be hidden in one.
#[must_use]
pub fn joins(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(is_cursive) && after.is_some_and(is_cursive)
}

/// Whether `c` is a letter or mark of a script with joining letters or conjuncts.
fn is_cursive(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && is_of_cursive_block(c)
}

/// The blocks of those scripts: Arabic to Syriac, the Indic ones, Myanmar, Khmer, Mongolian and so on.
const fn is_of_cursive_block(c: char) -> bool {
    matches!(c,
        '\u{0620}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{0F00}'..='\u{109F}'
        | '\u{1780}'..='\u{18AF}' | '\u{1A20}'..='\u{1AAF}' | '\u{1B00}'..='\u{1BFF}'
        | '\u{1CD0}'..='\u{1CFF}' | '\u{A840}'..='\u{A87F}' | '\u{A8E0}'..='\u{A8FF}'
        | '\u{A980}'..='\u{A9DF}' | '\u{AA60}'..='\u{AA7F}' | '\u{10D00}'..='\u{10D3F}'
        | '\u{11000}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}
