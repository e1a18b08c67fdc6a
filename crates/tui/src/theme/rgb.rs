//! A colour, its luminance and contrast (WCAG 2), and how it is made lighter or darker.

use std::fmt;

/// The luminance that WCAG adds to both sides of a contrast: light that falls on the screen.
const FLARE: f64 = 0.05;

/// Where black and white have the same contrast, about 4.58 to 1: `sqrt(1.05 * 0.05) - 0.05`.
const MIDDLE_LUMINANCE: f64 = 0.179_129;

/// Steps between a colour and black or white.
const STEPS: u16 = 255;

/// A colour of the sRGB space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb {
    /// The level of red.
    pub red: u8,
    /// The level of green.
    pub green: u8,
    /// The level of blue.
    pub blue: u8,
}

impl Rgb {
    /// The darkest colour.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// The lightest colour.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// A colour of its three levels.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// A colour as it is written in hexadecimal, `0xRRGGBB`; higher bytes are ignored.
    #[must_use]
    pub const fn hex(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self::new(red, green, blue)
    }

    /// The relative luminance of WCAG 2: 0 for black, 1 for white.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of WCAG 2 of two colours: 1 if they are equal, 21 for black and white.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + FLARE, other.luminance() + FLARE);
        one.max(two) / one.min(two)
    }

    /// Whether white is more readable on it than black.
    #[must_use]
    pub fn is_dark(self) -> bool {
        self.luminance() < MIDDLE_LUMINANCE
    }

    /// The colour closest to this one on the way to `end` for which `is_enough` is true; `end` if none is.
    ///
    /// Mixing with black or with white keeps the hue, up to rounding.
    pub(super) fn toward(self, end: Self, is_enough: impl Fn(Self) -> bool) -> Self {
        (0..=STEPS).map(|step| self.mix(end, step)).find(|colour| is_enough(*colour)).unwrap_or(end)
    }

    fn mix(self, end: Self, step: u16) -> Self {
        let level = |from: u8, to: u8| {
            let sum = u16::from(from) * (STEPS - step) + u16::from(to) * step;
            // A mean of two bytes is a byte.
            u8::try_from((sum + STEPS / 2) / STEPS).unwrap_or(u8::MAX)
        };
        Self::new(
            level(self.red, end.red),
            level(self.green, end.green),
            level(self.blue, end.blue),
        )
    }

    /// The square of the distance to another colour in Oklab, where equal distances look equal.
    /// `lightness`: how much a difference in lightness counts, beside 1 for hue and strength.
    pub(super) fn distance(self, other: Self, lightness: f64) -> f64 {
        let ([l, a, b], [other_l, other_a, other_b]) = (self.oklab(), other.oklab());
        ((l - other_l) * lightness).powi(2) + (a - other_a).powi(2) + (b - other_b).powi(2)
    }

    /// Oklab coordinates, after Björn Ottosson, "A perceptual color space for image processing" (2020).
    fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|level| {
            let level = f64::from(level) / 255.0;
            if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
        })
    }
}

/// As in hexadecimal: `#rrggbb`.
impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
