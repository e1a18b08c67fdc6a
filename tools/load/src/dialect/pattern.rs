//! Bytes with placeholders, such as `JOIN <room>`.

/// Writes `pattern` to `out`; calls `write` for the value of each `<name>` in it.
pub(super) fn fill(pattern: &[u8], out: &mut Vec<u8>, mut write: impl FnMut(&[u8], &mut Vec<u8>)) {
    let mut rest = pattern;
    while let Some((before, name, after)) = next_name(rest) {
        out.extend_from_slice(before);
        write(name, out);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Splits `pattern` at its first name: the bytes before it, the name, and the bytes after it.
fn next_name(pattern: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let begin = memchr::memchr(b'<', pattern)?;
    let end = begin + memchr::memchr(b'>', &pattern[begin..])?;
    Some((&pattern[..begin], &pattern[begin + 1..end], &pattern[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_replaced_by_its_value() {
        let mut out = Vec::new();
        fill(b"a<x>b<yy>\xff<", &mut out, |name, out| {
            out.extend_from_slice(&name.repeat(2));
        });
        assert_eq!(out, b"axxbyyyy\xff<");
    }
}
