//! Sizes in a sentence.

use chat_proto::limits::TEXT_BYTES_MAX;

/// A number of bytes for the user, of 1000 or more in kB.
#[must_use]
pub(crate) fn kilobytes(bytes: usize) -> String {
    let tenths = bytes.saturating_add(50) / 100;
    match bytes {
        0..1000 => format!("{bytes} B"),
        _ => format!("{}.{} kB", tenths / 10, tenths % 10),
    }
}

/// How much too long the text of a message is.
#[must_use]
pub(crate) fn of_text_max(bytes: usize) -> String {
    let kilobytes = |bytes| kilobytes(bytes).trim_end_matches(" kB").to_owned();
    format!("{} of {} kB", kilobytes(bytes), kilobytes(TEXT_BYTES_MAX))
}
