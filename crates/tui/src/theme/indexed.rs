//! The 256 colours of a terminal, of which 240 are the same everywhere.

use super::rgb::Rgb;

/// The first of the 240; those before it are the user's own.
const FIRST: u8 = 16;

/// The first of the 24 greys behind the cube.
const FIRST_GREY: u8 = 232;

/// The six levels of the colours of the 6 × 6 × 6 cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The number and the look of the indexed colour nearest to `colour` among those that are allowed; among
/// all if none is.
pub(super) fn nearest_index(
    colour: Rgb,
    lightness: f64,
    is_allowed: impl Fn(Rgb) -> bool,
) -> (u8, Rgb) {
    let all = || (FIRST..=u8::MAX).map(|index| (index, indexed(index)));
    let nearest = |colours: &mut dyn Iterator<Item = (u8, Rgb)>| {
        colours.min_by(|one, two| {
            colour.distance(one.1, lightness).total_cmp(&colour.distance(two.1, lightness))
        })
    };
    nearest(&mut all().filter(|(_, shown)| is_allowed(*shown)))
        .or_else(|| nearest(&mut all()))
        .unwrap_or((FIRST, Rgb::BLACK))
}

/// The look of an indexed colour; those of the user count as the first of the cube, black.
pub(crate) const fn indexed(index: u8) -> Rgb {
    let place = index.saturating_sub(FIRST);
    if index >= FIRST_GREY {
        let level = 8 + 10 * (index - FIRST_GREY);
        return Rgb::new(level, level, level);
    }
    Rgb::new(level(place / 36), level(place / 6), level(place))
}

/// The level at a place of an axis of the cube.
const fn level(place: u8) -> u8 {
    LEVELS[place as usize % LEVELS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indexed_colours_are_those_of_xterm() {
        for (index, colour) in [
            (16, 0x00_0000),
            (21, 0x00_00ff),
            (67, 0x5f_87af),
            (196, 0xff_0000),
            (231, 0xff_ffff),
            (232, 0x08_0808),
            (236, 0x30_3030),
            (255, 0xee_eeee),
        ] {
            assert_eq!(indexed(index), Rgb::hex(colour), "{index}");
            assert_eq!(indexed(nearest_index(Rgb::hex(colour), 1.0, |_| true).0), Rgb::hex(colour));
        }
    }
}
