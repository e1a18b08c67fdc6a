//! What `perf script` tells: where a thread was, again and again.

use std::io::{self, BufRead};

/// Where a thread was at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// The thread's name.
    pub(super) thread: String,
    /// The functions it was in, the innermost first.
    pub(super) frames: Vec<Frame>,
}

/// One function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) name: String,
    /// Whether it is the kernel's.
    pub(super) is_kernel: bool,
}

/// Reads samples as `perf script -F comm,ip,sym` tells them, and gives each to `take`: a line with the
/// thread's name, one for each function from the innermost out, and an empty one.
///
/// # Errors
/// Where `told` cannot be read.
pub(super) fn read(told: impl BufRead, mut take: impl FnMut(&Sample)) -> io::Result<()> {
    let mut sample: Option<Sample> = None;
    for line in told.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            sample.take().as_ref().map(&mut take);
        } else if let (Some(sample), true) = (&mut sample, line.starts_with(char::is_whitespace)) {
            sample.frames.push(frame(line.trim()));
        } else {
            sample = Some(Sample { thread: line.trim().to_owned(), frames: Vec::new() });
        }
    }
    sample.as_ref().map(take);
    Ok(())
}

/// A function from its address and its name.
fn frame(line: &str) -> Frame {
    let (address, name) = line.split_once(' ').unwrap_or((line, "?"));
    // The upper half of all addresses is the kernel's.
    let is_kernel = u64::from_str_radix(address, 16).is_ok_and(|address| address >> 63 == 1);
    Frame { name: short(name).to_owned(), is_kernel }
}

/// The name without the hash at its end.
fn short(name: &str) -> &str {
    name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_has_its_thread_and_its_functions() {
        let told = "\
the worker
\tffffffff81a2b3c4 tcp_sendmsg
\t    7f02 a::b<C>::h0123456789abcdef

main
";
        let mut samples = Vec::new();
        read(told.as_bytes(), |Sample { thread, frames }| {
            let frames = frames.iter().map(|frame| (frame.name.clone(), frame.is_kernel));
            samples.push((thread.clone(), frames.collect::<Vec<_>>()));
        })
        .unwrap();
        let frames = vec![("tcp_sendmsg".to_owned(), true), ("a::b<C>".to_owned(), false)];
        assert_eq!(samples, [("the worker".to_owned(), frames), ("main".to_owned(), vec![])]);
    }
}
