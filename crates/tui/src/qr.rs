//! QR codes, for the camera of a telephone: half a character for each module.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code: what readers need of the four of the standard, if the screen around it is dark.
const QUIET: usize = 2;

/// A QR code as rows of text, two modules above each other in each character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    width: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// The code of a text; `None` if it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // The lowest level gives the smallest code, and a screen is neither dirty nor torn.
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        let inner = code.width();
        let width = inner + 2 * QUIET;
        let modules = code.into_colors();
        let mut dark = vec![false; width * width];
        for (index, module) in modules.into_iter().enumerate() {
            dark[(index / inner + QUIET) * width + index % inner + QUIET] = module == Color::Dark;
        }
        Some(Self { width, dark })
    }

    /// Columns that it takes.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows that it takes.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.width.div_ceil(2)
    }

    /// Its rows. What is drawn is dark; if `draws_light`, it is light: for a light text on a dark screen.
    #[must_use]
    pub fn rows(&self, draws_light: bool) -> Vec<String> {
        let is_dark = |row: usize, column| {
            self.dark.get(row * self.width + column).copied().unwrap_or_default()
        };
        let row = |row: usize| {
            let columns = (0..self.width).map(|column| {
                let halves = [2 * row, 2 * row + 1].map(|row| is_dark(row, column) != draws_light);
                match halves {
                    [true, true] => '█',
                    [true, false] => '▀',
                    [false, true] => '▄',
                    [false, false] => ' ',
                }
            });
            columns.collect()
        };
        (0..self.height()).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that the rows show.
    fn modules(rows: &[String]) -> Vec<Vec<bool>> {
        let half =
            |row: &String, halves: [char; 2]| row.chars().map(|c| halves.contains(&c)).collect();
        let both = rows.iter().flat_map(|row| [half(row, ['█', '▀']), half(row, ['█', '▄'])]);
        both.collect()
    }

    #[test]
    fn the_rows_show_the_modules_of_the_code_with_light_around_it() {
        let text = "chat://192.0.2.7:12345/#KEY";
        let qr = Qr::of(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        assert_eq!(qr.width(), code.width() + 4);
        let shown = modules(&qr.rows(false));
        assert_eq!((shown[0].len(), shown.len()), (qr.width(), 2 * qr.height()));
        for (y, row) in shown.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inner = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.width());
                let expected = inner(x).zip(inner(y));
                let expected = expected.is_some_and(|at| code[at] == Color::Dark);
                assert_eq!(*dark, expected, "{x}, {y}");
            }
        }
        let light = modules(&qr.rows(true));
        let inverted = |row: &Vec<bool>| row.iter().map(|dark| !dark).collect::<Vec<_>>();
        assert_eq!(light, shown.iter().map(inverted).collect::<Vec<_>>());
    }

    #[test]
    fn a_text_that_no_code_can_have_has_none() {
        assert_eq!(Qr::of(&"x".repeat(5_000)), None);
    }
}
