//! Pages that show a secret once: it is not stored, and no key closes them by accident.

mod code;
mod hook;
mod invite;

pub use self::code::{CodeOwner, CodePage};
pub use self::hook::HookPage;
pub use self::invite::InvitePage;
use crate::help::HelpRow;
use crate::qr::Qr;

/// Columns between the text of a page and its code.
const GAP: usize = 2;

/// Fewest columns of the text beside the code.
const TEXT_COLUMNS_MIN: usize = 34;

/// A row of a page, and what of a QR code is at its right end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRow {
    /// The text.
    pub text: HelpRow,
    /// The part of the code.
    pub code: Option<String>,
}

impl From<HelpRow> for PageRow {
    fn from(text: HelpRow) -> Self {
        Self { text, code: None }
    }
}

/// The space for a page with a code, and how the code is drawn.
#[derive(Debug, Clone, Copy)]
pub struct PageSize {
    /// Columns of the screen.
    pub width: usize,
    /// Rows below the title.
    pub height: usize,
    /// Whether the code is drawn light, see [`Qr::rows`].
    pub draws_light: bool,
}

/// A page with `secret` as its first rows, what `text` returns for a number of columns, and the code of the secret
/// where it fits: beside the text, or below it.
fn rows(
    secret: &str,
    size: PageSize,
    text: impl Fn(usize, Option<String>) -> Vec<HelpRow>,
) -> Vec<PageRow> {
    let secret_rows: Vec<PageRow> =
        pieces(secret, size.width).map(HelpRow::Text).map(PageRow::from).collect();
    let left = size.height.saturating_sub(secret_rows.len());
    let Some(code) = Qr::of(secret) else {
        let text = text(size.width, None).into_iter().map(PageRow::from);
        return secret_rows.into_iter().chain(text).collect();
    };
    let mut rows = secret_rows;
    let beside = size.width.saturating_sub(code.width() + GAP);
    let below = text(size.width, None);
    if code.height() <= left && beside >= TEXT_COLUMNS_MIN {
        let mut codes = code.rows(size.draws_light).into_iter();
        let mut texts = text(beside, None).into_iter();
        loop {
            let row = (texts.next(), codes.next());
            if row == (None, None) {
                return rows;
            }
            let text = row.0.unwrap_or(HelpRow::Title(""));
            rows.push(PageRow { text, code: row.1 });
        }
    }
    if below.len() + code.height() <= left && code.width() <= size.width {
        rows.extend(below.into_iter().map(PageRow::from));
        let blank = || HelpRow::Title("");
        let codes = code.rows(size.draws_light).into_iter();
        rows.extend(codes.map(|code| PageRow { text: blank(), code: Some(code) }));
        return rows;
    }
    let columns = code.width() + GAP + TEXT_COLUMNS_MIN;
    let needed = format!(
        "A QR code needs a larger window: {columns} columns and {} rows",
        code.height() + secret.len().div_ceil(columns) + 1
    );
    rows.extend(text(size.width, Some(needed)).into_iter().map(PageRow::from));
    rows
}

/// A text of ASCII in rows that are full, so that a terminal that selects them finds it whole.
fn pieces(text: &str, width: usize) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    let width = width.max(1);
    let rows = chars.chunks(width).map(|row| row.iter().collect()).collect::<Vec<String>>();
    rows.into_iter()
}
