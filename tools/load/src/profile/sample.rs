//! The samples in the output of `perf script`.

use std::io::{self, BufRead};

/// The call stack of a thread at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// The name of the thread.
    pub(super) thread: String,
    /// The functions, the innermost first.
    pub(super) frames: Vec<Frame>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) is_kernel: bool,
}

/// Parses the `output` of `perf script -F comm,ip,sym` and calls `on_sample` for each sample: a line with the
/// thread's name, one line for each function, the innermost first, and an empty line.
pub(super) fn read(output: impl BufRead, mut on_sample: impl FnMut(&Sample)) -> io::Result<()> {
    let mut sample: Option<Sample> = None;
    for line in output.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            sample.take().as_ref().map(&mut on_sample);
        } else if let (Some(sample), true) = (&mut sample, line.starts_with(char::is_whitespace)) {
            sample.frames.push(frame(line.trim()));
        } else {
            sample = Some(Sample { thread: line.trim().to_owned(), frames: Vec::new() });
        }
    }
    sample.as_ref().map(on_sample);
    Ok(())
}

/// Parses an address and a name.
fn frame(line: &str) -> Frame {
    let (address, name) = line.split_once(' ').unwrap_or((line, "?"));
    // The upper half of the address space belongs to the kernel.
    let is_kernel = u64::from_str_radix(address, 16).is_ok_and(|address| address >> 63 == 1);
    Frame { name: short(name).to_owned(), is_kernel }
}

/// Returns a Rust name without the hash at its end.
fn short(name: &str) -> &str {
    name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_its_thread_and_its_functions() {
        let output = "\
the worker
\tffffffff81a2b3c4 tcp_sendmsg
\t    7f02 a::b<C>::h0123456789abcdef

main
";
        let mut samples = Vec::new();
        read(output.as_bytes(), |Sample { thread, frames }| {
            let frames = frames.iter().map(|frame| (frame.name.clone(), frame.is_kernel));
            samples.push((thread.clone(), frames.collect::<Vec<_>>()));
        })
        .unwrap();
        let frames = vec![("tcp_sendmsg".to_owned(), true), ("a::b<C>".to_owned(), false)];
        assert_eq!(samples, [("the worker".to_owned(), frames), ("main".to_owned(), vec![])]);
    }
}
