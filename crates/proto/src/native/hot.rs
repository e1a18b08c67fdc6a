//! Writes the two events of each stored message, `message` and `accepted`, without serde, which takes six times as
//! many instructions. The bytes are those of serde; the tests compare them.

use bytes::{BufMut, BytesMut};

use crate::Timestamp;
use crate::event::{Accepted, Details, Message, User};

/// Bytes of a line besides its texts, to reserve capacity.
const LINE_BYTES: usize = 160;

pub(super) fn message(message: &Message, line: &mut BytesMut) {
    let Message { room, seq, from, at, kind, text, damaged, device, n, details } = message;
    let User { id, name } = from;
    line.reserve(LINE_BYTES + text.as_str().len());
    line.put_slice(br#"{"type":"message","room":"#);
    put_string(room.as_str(), line);
    line.put_slice(br#","seq":"#);
    put_number(seq.get(), line);
    line.put_slice(br#","from":{"id":"#);
    put_number(id.get(), line);
    line.put_slice(br#","name":"#);
    put_string(name.as_str(), line);
    line.put_slice(br#"},"at":"#);
    put_time(*at, line);
    line.put_slice(br#","kind":""#);
    line.put_slice(kind.as_str().as_bytes());
    line.put_slice(br#"","text":"#);
    put_string(text.as_str(), line);
    if *damaged {
        line.put_slice(br#","damaged":true"#);
    }
    if let Some(device) = device {
        line.put_slice(br#","device":"#);
        put_string(device.as_str(), line);
    }
    if let Some(n) = n {
        line.put_slice(br#","n":"#);
        put_number(*n, line);
    }
    match details {
        Some(details) => put_details(details, line),
        None => line.put_u8(b'}'),
    }
}

/// Writes the other fields, and the end of the object. Few messages have them.
fn put_details(details: &Details, line: &mut BytesMut) {
    let start = line.len();
    super::write_json(details, line);
    // In the place of its opening brace: details have at least one field.
    line[start] = b',';
}

pub(super) fn write_accepted(accepted: &Accepted, line: &mut BytesMut) {
    let Accepted { n, device, room, seq, at, repeat } = accepted;
    line.reserve(LINE_BYTES);
    line.put_slice(br#"{"type":"accepted""#);
    if let Some(n) = n {
        line.put_slice(br#","n":"#);
        put_number(*n, line);
    }
    if let Some(device) = device {
        line.put_slice(br#","device":"#);
        put_string(device.as_str(), line);
    }
    line.put_slice(br#","room":"#);
    put_string(room.as_str(), line);
    line.put_slice(br#","seq":"#);
    put_number(seq.get(), line);
    line.put_slice(br#","at":"#);
    put_time(*at, line);
    if *repeat {
        line.put_slice(br#","repeat":true"#);
    }
    line.put_u8(b'}');
}

fn put_time(at: Timestamp, line: &mut BytesMut) {
    line.put_u8(b'"');
    line.put_slice(at.rfc3339().as_str().as_bytes());
    line.put_u8(b'"');
}

fn put_string(text: &str, line: &mut BytesMut) {
    if super::has_escapes(text.as_bytes()) {
        return super::write_json(text, line);
    }
    line.put_u8(b'"');
    line.put_slice(text.as_bytes());
    line.put_u8(b'"');
}

fn put_number(mut number: u64, line: &mut BytesMut) {
    let mut digits = [0; 20]; // as many as the greatest number has
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return line.put_slice(&digits[start..]);
        }
    }
}
