//! Characters that do not show, or that change how others show.

/// Whether `c` is invisible or reorders its neighbours: the bidi controls, and Unicode's
/// `Default_Ignorable_Code_Point` (zero-width spaces and joiners, variation selectors, fillers,
/// tags). Two names that differ only in such characters look the same.
///
/// Source: Unicode 16, `DerivedCoreProperties.txt`; the bidi controls of UAX #9.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}'
        | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether `c` ends a line in some terminal or text editor: LINE SEPARATOR and PARAGRAPH
/// SEPARATOR; the others (`\n`, `\r`, NEL …) are control characters already.
pub(crate) const fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
