//! A flame graph: merges samples and draws them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::sample::Sample;

/// Width of the graph, in pixels.
const WIDTH: f64 = 1_400.0;

/// Height of one frame, in pixels.
const HEIGHT: usize = 17;

/// Width of a letter, in pixels.
const LETTER: f64 = 6.6;

/// Width of the narrowest frame that is drawn, in pixels.
const NARROWEST: f64 = 0.5;

/// A function: its samples, and the functions it called. The root is the whole program.
#[derive(Debug, Default)]
pub(super) struct Flame {
    samples: u64,
    calls: BTreeMap<String, Flame>,
}

impl Flame {
    pub(super) const fn samples(&self) -> u64 {
        self.samples
    }

    /// Adds a sample: first its thread, then its functions, the outermost first.
    pub(super) fn add(&mut self, Sample { thread, frames }: &Sample) {
        self.samples += 1;
        let mut at = self;
        for name in std::iter::once(thread).chain(frames.iter().rev().map(|frame| &frame.name)) {
            at = at.calls.entry(name.clone()).or_default();
            at.samples += 1;
        }
    }

    /// Draws the graph: outer functions at the bottom, the width of each proportional to its samples.
    #[allow(clippy::cast_precision_loss, reason = "pixels")]
    pub(super) fn to_svg(&self) -> String {
        let depth = self.depth();
        let height = depth * HEIGHT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"monospace\" font-size=\"11\">\n"
        );
        self.draw(&mut svg, 0.0, depth, WIDTH / self.samples.max(1) as f64);
        svg.push_str("</svg>\n");
        svg
    }

    /// Draws the called functions, from `x` on, above the row `row`; one sample is `scale` pixels wide.
    #[allow(clippy::cast_precision_loss, reason = "pixels")]
    fn draw(&self, svg: &mut String, mut x: f64, row: usize, scale: f64) {
        for (name, key) in &self.calls {
            let width = key.samples as f64 * scale;
            if width >= NARROWEST {
                let y = (row - 1) * HEIGHT;
                let share = width / WIDTH * 100.0;
                let name = escaped(name);
                // The colour depends on the name: neighbours differ, and a function looks the same everywhere.
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
                key.draw(svg, x, row - 1, scale);
            }
            x += width;
        }
    }

    fn depth(&self) -> usize {
        self.calls.values().map(|key| key.depth() + 1).max().unwrap_or(0)
    }
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns the name if it fits into `width` pixels, and nothing otherwise: the start of a path says little.
#[allow(clippy::cast_precision_loss, reason = "pixels")]
fn fitting(name: &str, width: f64) -> &str {
    if name.len() as f64 * LETTER < width { name } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample::read;

    const OUTPUT: &str = "\
worker
\t    7f01 write
\t    7f02 a::b<C>::h0123456789abcdef
\t    7f03 main

worker
\t    7f03 main

";

    fn flame() -> Flame {
        let mut flame = Flame::default();
        read(OUTPUT.as_bytes(), |sample| flame.add(sample)).unwrap();
        flame
    }

    #[test]
    fn samples_of_the_same_functions_are_merged() {
        let flame = flame();
        assert_eq!((flame.samples(), flame.depth()), (2, 4));
        let main = &flame.calls["worker"].calls["main"];
        assert_eq!((main.samples, main.calls["a::b<C>"].calls["write"].samples), (2, 1));
    }

    #[test]
    fn the_width_of_a_function_is_its_share_of_samples() {
        let svg = flame().to_svg();
        assert!(svg.contains("<title>main 100.0 %</title>"), "{svg}");
        assert!(svg.contains("<title>a::b&lt;C&gt; 50.0 %</title>"), "{svg}");
    }
}
