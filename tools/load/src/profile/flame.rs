//! A flame graph: samples, put together and drawn.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::sample::Sample;

/// Pixels of the whole width.
const WIDTH: f64 = 1_400.0;

/// Pixels of one frame's height.
const HEIGHT: usize = 17;

/// Pixels of a letter.
const LETTER: f64 = 6.6;

/// Pixels of the narrowest frame that is drawn.
const NARROWEST: f64 = 0.5;

/// Functions, each with those it called, and how often it was seen.
#[derive(Debug, Default)]
pub(super) struct Flame {
    seen: u64,
    calls: BTreeMap<String, Flame>,
}

impl Flame {
    /// How many samples there are.
    pub(super) const fn samples(&self) -> u64 {
        self.seen
    }

    /// Adds a sample: the thread first, then the functions from the outermost in.
    pub(super) fn add(&mut self, Sample { thread, frames }: &Sample) {
        self.seen += 1;
        let mut at = self;
        for name in std::iter::once(thread).chain(frames.iter().rev().map(|frame| &frame.name)) {
            at = at.calls.entry(name.clone()).or_default();
            at.seen += 1;
        }
    }

    /// The graph as a picture: outer functions at the bottom, as wide as they were seen often.
    #[allow(clippy::cast_precision_loss, reason = "pixels")]
    pub(super) fn to_svg(&self) -> String {
        let depth = self.depth();
        let height = depth * HEIGHT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"monospace\" font-size=\"11\">\n"
        );
        self.draw(&mut svg, 0.0, depth, WIDTH / self.seen.max(1) as f64);
        svg.push_str("</svg>\n");
        svg
    }

    /// Draws what was called here from `x` on, above the row `row`; one sample is `scale` wide.
    #[allow(clippy::cast_precision_loss, reason = "pixels")]
    fn draw(&self, svg: &mut String, mut x: f64, row: usize, scale: f64) {
        for (name, called) in &self.calls {
            let width = called.seen as f64 * scale;
            if width >= NARROWEST {
                let y = (row - 1) * HEIGHT;
                let share = width / WIDTH * 100.0;
                let name = escaped(name);
                // Neighbours differ in colour, and a function has the same one everywhere.
                let hue =
                    name.bytes().fold(0_u32, |hue, byte| hue * 31 % 60 + u32::from(byte)) % 60;
                let _ = writeln!(
                    svg,
                    "<g><title>{name} {share:.1} %</title><rect x=\"{x:.1}\" y=\"{y}\" \
                     width=\"{width:.1}\" height=\"{}\" fill=\"hsl({hue},80%,65%)\"/>\
                     <text x=\"{:.1}\" y=\"{}\">{}</text></g>",
                    HEIGHT - 1,
                    x + 2.0,
                    y + HEIGHT - 5,
                    fitting(&name, width),
                );
                called.draw(svg, x, row - 1, scale);
            }
            x += width;
        }
    }

    fn depth(&self) -> usize {
        self.calls.values().map(|called| called.depth() + 1).max().unwrap_or(0)
    }
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The name if it fits into so many pixels; nothing else says more than its beginning would.
#[allow(clippy::cast_precision_loss, reason = "pixels")]
fn fitting(name: &str, width: f64) -> &str {
    if name.len() as f64 * LETTER < width { name } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample::read;

    const TOLD: &str = "\
worker
\t    7f01 write
\t    7f02 a::b<C>::h0123456789abcdef
\t    7f03 main

worker
\t    7f03 main

";

    fn flame() -> Flame {
        let mut flame = Flame::default();
        read(TOLD.as_bytes(), |sample| flame.add(sample)).unwrap();
        flame
    }

    #[test]
    fn samples_with_the_same_functions_are_put_together() {
        let flame = flame();
        assert_eq!((flame.samples(), flame.depth()), (2, 4));
        let main = &flame.calls["worker"].calls["main"];
        assert_eq!((main.seen, main.calls["a::b<C>"].calls["write"].seen), (2, 1));
    }

    #[test]
    fn each_function_is_as_wide_as_it_was_seen_often() {
        let svg = flame().to_svg();
        assert!(svg.contains("<title>main 100.0 %</title>"), "{svg}");
        assert!(svg.contains("<title>a::b&lt;C&gt; 50.0 %</title>"), "{svg}");
    }
}
