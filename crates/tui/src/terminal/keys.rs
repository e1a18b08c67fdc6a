//! The bytes of a keyboard as keys, however they are cut.
//!
//! A terminal sends a key as one byte or as a sequence of them, and a connection may deliver any
//! part of a sequence at any time. The parser stores an incomplete sequence. Sequences that mean
//! nothing here (other replies of the terminal, reports nobody asked for) are dropped whole, and
//! bytes that are not UTF-8 become U+FFFD, without a loss of their neighbours.

mod csi;

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::input::Report;
use crate::theme::parse_answer;

/// How long after a lone Escape the rest of a sequence may come before it is the Escape key.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a sequence that has begun may pause before it is dropped: longer than a connection
/// stalls, and shorter than a user waits who has pressed such keys by hand.
const SEQUENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a paste may pause. The end of the paste must not be taken for keys: Enter would send it.
const PASTE_TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes of a paste that are stored: more than the input box takes, so that it refuses the
/// paste as a whole. The rest is dropped.
const PASTE_BYTES_MAX: usize = 2 * crate::prompt::PROMPT_BYTES_MAX;

/// Most bytes of a sequence that are stored: more than any that means something. The rest is dropped.
const SEQUENCE_BYTES_MAX: usize = 64;

/// The end of a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns bytes into events. It knows no time: the caller asks for [`Parser::timeout`] after each call
/// and calls [`Parser::expire`] if no byte has come by then.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    /// Whether the Escape key was the last event and came by [`Parser::expire`].
    after_escape: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// Part of a character, with Alt or without.
    Utf8 {
        bytes: Vec<u8>,
        alt: bool,
    },
    /// Escape; `twice` if it came two times.
    Escape {
        twice: bool,
    },
    /// `ESC O`, and digits.
    Ss3 {
        digits: Vec<u8>,
        alt: bool,
    },
    /// `ESC [`, parameters and intermediate bytes.
    Csi {
        bytes: Vec<u8>,
        alt: bool,
    },
    /// This many more bytes of a report that has no end of its own.
    Skip(usize),
    /// A string of the terminal, to its end; `escape` if its last byte is Escape.
    String {
        opener: u8,
        /// Its stored bytes.
        bytes: Vec<u8>,
        escape: bool,
    },
    Paste(Vec<u8>),
}

impl Parser {
    /// Takes bytes as they come, and appends what they complete to `events`.
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<Report>) {
        let after_escape = std::mem::take(&mut self.after_escape);
        if after_escape && bytes.len() > 1 && is_tail(bytes) {
            // The Escape before was not a key but the start of this: nobody types so fast.
            self.state = State::Escape { twice: false };
        }
        for byte in bytes {
            self.byte(*byte, events);
        }
    }

    /// How long to wait for the rest of an incomplete sequence; `None` if there is none.
    #[must_use]
    pub const fn timeout(&self) -> Option<Duration> {
        match &self.state {
            State::Ground => None,
            State::Escape { .. } => Some(ESCAPE_TIMEOUT),
            State::String { bytes, .. } if bytes.is_empty() => Some(ESCAPE_TIMEOUT),
            State::Paste(_) => Some(PASTE_TIMEOUT),
            _ => Some(SEQUENCE_TIMEOUT),
        }
    }

    /// Ends an incomplete sequence, whose rest has not come in time.
    pub fn expire(&mut self, events: &mut Vec<Report>) {
        match std::mem::take(&mut self.state) {
            State::Ground | State::Skip(_) => {}
            State::Utf8 { bytes, alt } => events.push(text_key(&bytes, alt)),
            State::Escape { twice } => {
                events.extend(std::iter::repeat_n(escape_key(), 1 + usize::from(twice)));
                self.after_escape = true;
            }
            State::Ss3 { digits, .. } => {
                events.push(ascii_key(b'O', true));
                events.extend(digits.into_iter().map(|digit| ascii_key(digit, false)));
            }
            State::Csi { bytes, .. } if bytes.is_empty() => events.push(ascii_key(b'[', true)),
            State::String { opener, bytes, .. } if bytes.is_empty() => {
                events.push(ascii_key(opener, true));
            }
            // Old terminals end an answer with a lone Escape.
            State::String { opener, bytes, escape: true } => events.extend(answer(opener, &bytes)),
            State::Csi { .. } | State::String { .. } => {}
            State::Paste(bytes) => events.push(paste(&bytes)),
        }
    }

    fn byte(&mut self, byte: u8, events: &mut Vec<Report>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte, false, events),
            State::Utf8 { bytes, alt } => self.utf8(bytes, byte, alt, events),
            State::Escape { twice } => self.escape(byte, twice, events),
            State::Ss3 { digits, alt } => self.ss3(digits, byte, alt, events),
            State::Csi { bytes, alt } => self.csi(bytes, byte, alt, events),
            State::Skip(1) => {}
            State::Skip(left) => self.state = State::Skip(left - 1),
            State::String { opener, bytes, escape } => {
                self.string(opener, bytes, escape, byte, events);
            }
            State::Paste(bytes) => self.paste(bytes, byte, events),
        }
    }

    fn ground(&mut self, byte: u8, alt: bool, events: &mut Vec<Report>) {
        match byte {
            0x1b => self.state = State::Escape { twice: false },
            0..0x80 => events.push(ascii_key(byte, alt)),
            _ => self.utf8(Vec::new(), byte, alt, events),
        }
    }

    fn utf8(&mut self, mut bytes: Vec<u8>, byte: u8, alt: bool, events: &mut Vec<Report>) {
        bytes.push(byte);
        match std::str::from_utf8(&bytes) {
            Ok(_) => events.push(text_key(&bytes, alt)),
            // More bytes may complete it.
            Err(error) if error.error_len().is_none() => self.state = State::Utf8 { bytes, alt },
            Err(_) if bytes.len() == 1 => events.push(text_key(&bytes, alt)),
            Err(_) => {
                bytes.pop();
                events.push(text_key(&bytes, alt));
                self.ground(byte, false, events);
            }
        }
    }

    fn escape(&mut self, byte: u8, twice: bool, events: &mut Vec<Report>) {
        match byte {
            0x1b if twice => {
                events.push(escape_key());
                self.state = State::Escape { twice };
            }
            0x1b => self.state = State::Escape { twice: true },
            b'[' => self.state = State::Csi { bytes: Vec::new(), alt: twice },
            b'O' => self.state = State::Ss3 { digits: Vec::new(), alt: twice },
            b']' | b'P' | b'_' => {
                self.state = State::String { opener: byte, bytes: Vec::new(), escape: false };
            }
            _ => {
                if twice {
                    events.push(escape_key());
                }
                self.ground(byte, true, events);
            }
        }
    }

    fn ss3(&mut self, mut digits: Vec<u8>, byte: u8, alt: bool, events: &mut Vec<Report>) {
        if byte.is_ascii_digit() && digits.len() < SEQUENCE_BYTES_MAX {
            digits.push(byte);
            self.state = State::Ss3 { digits, alt };
        } else if let Some(key) = csi::ss3_key(&digits, byte, alt) {
            events.push(key);
        } else {
            // It was Alt and a letter.
            events.push(ascii_key(b'O', true));
            for byte in digits.into_iter().chain([byte]) {
                self.byte(byte, events);
            }
        }
    }

    fn csi(&mut self, mut bytes: Vec<u8>, byte: u8, alt: bool, events: &mut Vec<Report>) {
        match byte {
            // The function keys of the Linux console: `ESC [ [ A`.
            b'[' if bytes.is_empty() => {
                bytes.push(byte);
                self.state = State::Csi { bytes, alt };
            }
            b'A'..=b'E' if bytes == b"[" => {
                events.push(key(KeyCode::F(byte - b'A' + 1), KeyModifiers::NONE));
            }
            0x20..0x40 => {
                if bytes.len() < SEQUENCE_BYTES_MAX {
                    bytes.push(byte);
                }
                self.state = State::Csi { bytes, alt };
            }
            // The mouse report of old terminals: a button and a place, a byte each.
            b'M' if bytes.is_empty() => self.state = State::Skip(3),
            b'~' if bytes == b"200" => self.state = State::Paste(Vec::new()),
            b'c' if bytes.starts_with(b"?") => events.push(Report::Attributes),
            0x40..0x7f => events.extend(csi::event(&bytes, byte, alt)),
            // No byte of a sequence: it was broken off, and this is something else.
            _ => self.ground(byte, false, events),
        }
    }

    fn string(
        &mut self,
        opener: u8,
        mut bytes: Vec<u8>,
        escape: bool,
        byte: u8,
        events: &mut Vec<Report>,
    ) {
        if bytes.is_empty() && !opens_string(opener, byte) {
            // It was Alt and this key.
            events.push(ascii_key(opener, true));
            return self.byte(byte, events);
        }
        match byte {
            b'\\' if escape => events.extend(answer(opener, &bytes)),
            0x07 => events.extend(answer(opener, &bytes)),
            0x18 | 0x1a => {}
            0x1b => self.state = State::String { opener, bytes, escape: true },
            // Another sequence has begun in it.
            _ if escape => {
                events.extend(answer(opener, &bytes));
                self.escape(byte, false, events);
            }
            _ => {
                if bytes.len() < SEQUENCE_BYTES_MAX {
                    bytes.push(byte);
                }
                self.state = State::String { opener, bytes, escape: false };
            }
        }
    }

    fn paste(&mut self, mut bytes: Vec<u8>, byte: u8, events: &mut Vec<Report>) {
        bytes.push(byte);
        if let Some(pasted) = bytes.strip_suffix(PASTE_END) {
            events.push(paste(pasted));
            return;
        }
        if bytes.len() >= PASTE_BYTES_MAX + PASTE_END.len() {
            // Room for the end, which is still to come.
            bytes.drain(PASTE_BYTES_MAX..=PASTE_BYTES_MAX);
        }
        self.state = State::Paste(bytes);
    }
}

/// Whether `bytes` begin as a sequence goes on after its Escape.
fn is_tail(bytes: &[u8]) -> bool {
    match bytes {
        [b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| !matches!(byte, 0x20..0x40));
            end.is_some_and(|end| matches!(rest[end], 0x40..0x7f))
        }
        [b'O', rest @ ..] => csi::ss3_key(&[], rest[0], false).is_some(),
        [opener @ (b']' | b'P' | b'_'), next, ..] => opens_string(*opener, *next),
        _ => false,
    }
}

/// Whether `byte` can be the first of a reply that began with Escape and `opener`, rather than a key.
const fn opens_string(opener: u8, byte: u8) -> bool {
    match opener {
        b']' => byte.is_ascii_digit(),
        b'P' => matches!(byte, b'0'..=b'9' | b'>' | b'!' | b'+' | b'$'),
        _ => byte == b'G',
    }
}

/// The colour in a string of the terminal; `None` if it has something else. A string that is not stored whole
/// is longer than any with a colour.
fn answer(opener: u8, bytes: &[u8]) -> Option<Report> {
    (opener == b']').then(|| parse_answer(bytes))?.map(Report::Colour)
}

/// The key that sends one byte.
fn ascii_key(byte: u8, alt: bool) -> Report {
    let alt = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    let control = alt | KeyModifiers::CONTROL;
    match byte {
        b'\r' => key(KeyCode::Enter, alt),
        b'\t' => key(KeyCode::Tab, alt),
        0x7f => key(KeyCode::Backspace, alt),
        0 => key(KeyCode::Char(' '), control),
        0x01..=0x1a => key(KeyCode::Char(char::from(byte - 1 + b'a')), control),
        0x1b => key(KeyCode::Esc, alt),
        0x1c..0x20 => key(KeyCode::Char(char::from(byte - 0x1c + b'\\')), control),
        _ => character_key(byte.into(), alt),
    }
}

fn character_key(c: char, modifiers: KeyModifiers) -> Report {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    key(KeyCode::Char(c), modifiers | shift)
}

/// The key of a character; U+FFFD for bytes that are not one.
fn text_key(bytes: &[u8], alt: bool) -> Report {
    let c = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
    let alt = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    character_key(c.unwrap_or(char::REPLACEMENT_CHARACTER), alt)
}

fn escape_key() -> Report {
    key(KeyCode::Esc, KeyModifiers::NONE)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Report {
    Event::Key(KeyEvent::new(code, modifiers)).into()
}

fn paste(bytes: &[u8]) -> Report {
    Event::Paste(String::from_utf8_lossy(bytes).into_owned()).into()
}

#[cfg(test)]
mod tests;
