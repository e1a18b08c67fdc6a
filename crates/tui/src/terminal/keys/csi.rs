//! What complete control sequences mean.

use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{character_key, key};
use crate::input::Report;

/// The event of `ESC [ bytes last`; `None` if it means nothing here.
pub(super) fn event(bytes: &[u8], last: u8, alt: bool) -> Option<Report> {
    if let Some(report) = bytes.strip_prefix(b"<") {
        return mouse(report, last);
    }
    match (bytes, last) {
        (b"", b'I') => return Some(Event::FocusGained.into()),
        (b"", b'O') => return Some(Event::FocusLost.into()),
        _ => {}
    }
    let numbers = numbers(bytes)?;
    let number = |index: usize| numbers.get(index).copied().flatten();
    let modifiers = modifiers(number(1), alt);
    match last {
        b'~' if number(0) == Some(27) => code_key(number(2)?, modifiers),
        b'u' => code_key(number(0)?, modifiers),
        // The same keys with Control in rxvt.
        b'^' => Some(key(tilde_code(number(0)?)?, modifiers | KeyModifiers::CONTROL)),
        b'~' => Some(key(tilde_code(number(0)?)?, modifiers)),
        b'a'..=b'd' => Some(key(letter_code(last.to_ascii_uppercase())?, KeyModifiers::SHIFT)),
        b'Z' => Some(key(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        // The position of the cursor, and no key.
        b'R' => None,
        _ => Some(key(letter_code(last)?, modifiers)),
    }
}

/// The key of `ESC O digits last`; `None` if there is none.
pub(super) fn ss3_key(digits: &[u8], last: u8, alt: bool) -> Option<Report> {
    let modifiers = modifiers(numbers(digits)?.first().copied().flatten(), alt);
    Some(match last {
        b'M' => key(KeyCode::Enter, modifiers),
        b'a'..=b'd' => {
            key(letter_code(last.to_ascii_uppercase())?, modifiers | KeyModifiers::CONTROL)
        }
        // The number pad in its application mode.
        b'j'..=b'y' => character_key(char::from(last - b'j' + b'*'), modifiers),
        _ => key(letter_code(last)?, modifiers),
    })
}

fn letter_code(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

fn tilde_code(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(u8::try_from(number - 10).ok()?),
        17..=21 => KeyCode::F(u8::try_from(number - 11).ok()?),
        23..=24 => KeyCode::F(u8::try_from(number - 12).ok()?),
        _ => return None,
    })
}

/// The key of a code point, as terminals send keys that have no sequence of their own.
fn code_key(code: u32, modifiers: KeyModifiers) -> Option<Report> {
    Some(match code {
        9 if modifiers.contains(KeyModifiers::SHIFT) => key(KeyCode::BackTab, modifiers),
        9 => key(KeyCode::Tab, modifiers),
        13 => key(KeyCode::Enter, modifiers),
        27 => key(KeyCode::Esc, modifiers),
        8 | 127 => key(KeyCode::Backspace, modifiers),
        _ => match char::from_u32(code).filter(|c| !c.is_control())? {
            c if modifiers.contains(KeyModifiers::CONTROL) => {
                key(KeyCode::Char(c.to_ascii_lowercase()), modifiers)
            }
            c => character_key(c, modifiers),
        },
    })
}

/// The modifiers of a parameter: one more than the sum of Shift 1, Alt 2, Control 4.
fn modifiers(parameter: Option<u32>, alt: bool) -> KeyModifiers {
    let bits = parameter.unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, alt || bits & 2 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
}

/// A mouse report: button, column and row from 1. The wheel is a button.
fn mouse(report: &[u8], last: u8) -> Option<Report> {
    let [Some(button), Some(column), Some(row)] = numbers(report)?[..] else {
        return None;
    };
    let kind = match (button & !0b1_1100, last) {
        (0, b'M') => MouseEventKind::Down(MouseButton::Left),
        (64, b'M') => MouseEventKind::ScrollUp,
        (65, b'M') => MouseEventKind::ScrollDown,
        _ => return None,
    };
    let cell = |number: u32| u16::try_from(number.saturating_sub(1)).ok();
    let (column, row) = (cell(column)?, cell(row)?);
    Some(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }).into())
}

/// The parameters, `None` for an empty one, and for each its first part alone (`1:2` is 1); `None`
/// if the bytes are something else.
fn numbers(bytes: &[u8]) -> Option<Vec<Option<u32>>> {
    let number = |parameter: &[u8]| {
        let text = std::str::from_utf8(parameter.split(|byte| *byte == b':').next()?).ok()?;
        match text {
            "" => Some(None),
            _ => text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()),
        }
    };
    bytes.split(|byte| *byte == b';').map(number).collect()
}
