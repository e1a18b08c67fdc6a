//! The pieces in which bytes come.

use super::*;

/// Where a stream is cut into reads: anywhere, and as often right at or beside one of its seams.
#[derive(Debug, Clone)]
pub(crate) struct Cuts {
    anywhere: Vec<Index>,
    at_seams: Vec<(Index, usize)>,
}

pub(crate) fn cuts() -> impl Strategy<Value = Cuts> {
    (vec(any::<Index>(), 0..9), vec((any::<Index>(), 0_usize..5), 0..9))
        .prop_map(|(anywhere, at_seams)| Cuts { anywhere, at_seams })
}

impl Cuts {
    /// The reads in which `parts`, put together to `stream`, arrive.
    pub(crate) fn reads<'a>(&self, stream: &'a [u8], parts: &[Vec<u8>]) -> Vec<&'a [u8]> {
        let ends: Vec<usize> = parts
            .iter()
            .scan(0, |end, part| {
                *end += part.len();
                Some(*end)
            })
            .collect();
        let anywhere = self.anywhere.iter().map(|index| index.index(stream.len() + 1));
        let at_seams = self.at_seams.iter().filter(|_| !ends.is_empty()).map(|(seam, beside)| {
            let seam = ends[seam.index(ends.len())];
            (seam + beside).saturating_sub(3).min(stream.len())
        });
        let mut cuts: Vec<usize> = anywhere.chain(at_seams).chain([0, stream.len()]).collect();
        cuts.sort_unstable();
        cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect()
    }
}
