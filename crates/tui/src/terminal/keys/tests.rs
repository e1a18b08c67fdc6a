use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;
use crate::theme::{Answer, TerminalColour};

fn parsed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Report> {
    let (mut parser, mut events) = (Parser::default(), Vec::new());
    for piece in pieces {
        parser.feed(piece, &mut events);
    }
    if parser.timeout().is_some() {
        parser.expire(&mut events);
    }
    assert_eq!(parser.timeout(), None, "nothing is left after the timeout");
    events
}

fn plain(code: KeyCode) -> Report {
    key(code, KeyModifiers::NONE)
}

fn mouse(kind: MouseEventKind) -> Report {
    Event::Mouse(MouseEvent { kind, column: 4, row: 6, modifiers: KeyModifiers::NONE }).into()
}

fn background(grey: u8) -> Report {
    let colour = crate::theme::Rgb::new(grey, grey, grey);
    Report::Colour(Answer { asked: TerminalColour::Background, colour })
}

/// What terminals send, and what it means.
fn sequences() -> Vec<(&'static [u8], Vec<Report>)> {
    use KeyCode::*;
    let (alt, control, shift) = (KeyModifiers::ALT, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
    vec![
        (b"a", vec![plain(Char('a'))]),
        (b"A", vec![key(Char('A'), shift)]),
        (b"\r", vec![plain(Enter)]),
        (b"\n", vec![key(Char('j'), control)]),
        (b"\x1f", vec![key(Char('_'), control)]),
        (b"\x1a", vec![key(Char('z'), control)]),
        (b"\0", vec![key(Char(' '), control)]),
        (b"\x7f", vec![plain(Backspace)]),
        ("é".as_bytes(), vec![plain(Char('é'))]),
        ("漢".as_bytes(), vec![plain(Char('漢'))]),
        ("👩".as_bytes(), vec![plain(Char('👩'))]),
        (b"\x1ba", vec![key(Char('a'), alt)]),
        ("\x1bé".as_bytes(), vec![key(Char('é'), alt)]),
        (b"\x1b\r", vec![key(Enter, alt)]),
        (b"\x1b\x7f", vec![key(Backspace, alt)]),
        (b"\x1b[A", vec![plain(Up)]),
        (b"\x1b[1;5D", vec![key(Left, control)]),
        (b"\x1b[1;3A", vec![key(Up, alt)]),
        (b"\x1b\x1b[A", vec![key(Up, alt)]),
        (b"\x1bOA", vec![plain(Up)]),
        (b"\x1bOP", vec![plain(F(1))]),
        (b"\x1bO5C", vec![key(Right, control)]),
        (b"\x1bOd", vec![key(Left, control)]),
        (b"\x1b[[A", vec![plain(F(1))]),
        (b"\x1b[11~", vec![plain(F(1))]),
        (b"\x1b[5~", vec![plain(PageUp)]),
        (b"\x1b[3;5~", vec![key(Delete, control)]),
        (b"\x1b[1~", vec![plain(Home)]),
        (b"\x1b[8^", vec![key(End, control)]),
        (b"\x1b[Z", vec![key(BackTab, shift)]),
        (b"\x1b[27;5;106~", vec![key(Char('j'), control)]),
        (b"\x1b[97;3u", vec![key(Char('a'), alt)]),
        (b"\x1b[13;2u", vec![key(Enter, shift)]),
        (b"\x1b[<0;5;7M", vec![mouse(MouseEventKind::Down(MouseButton::Left))]),
        (b"\x1b[<64;5;7M", vec![mouse(MouseEventKind::ScrollUp)]),
        (b"\x1b[<81;5;7M", vec![mouse(MouseEventKind::ScrollDown)]),
        // A button that is released, another one, a move, and a report of old terminals with bytes that
        // are keys elsewhere.
        (b"\x1b[<0;5;7m", vec![]),
        (b"\x1b[<2;5;7M", vec![]),
        (b"\x1b[<32;5;7M", vec![]),
        (b"\x1b[M \x1bA", vec![]),
        (b"\x1b[200~one\r\x1b[A\xe9\x1b[201~", vec![paste("one\r\x1b[A\u{FFFD}".as_bytes())]),
        (b"\x1b[200~\x1b[201~", vec![paste(b"")]),
        // Replies of the terminal: device attributes, a cursor position, a mode, colours, a version.
        (b"\x1b[?64;1;2c", vec![Report::Attributes]),
        (b"\x1b[12;40R", vec![]),
        (b"\x1b[?2026;2$y", vec![]),
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", vec![background(0x1e)]),
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07", vec![background(0x1e)]),
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b[B", vec![background(0x1e), plain(Down)]),
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x18", vec![]),
        (b"\x1bP11;rgb:1e1e/1e1e/1e1e\x07", vec![]),
        (b"\x1b]52;c;aGk=\x07", vec![]),
        (b"\x1bP>|xterm(388)\x1b\\", vec![]),
        (b"\x1bP1$r0m\x1b\\", vec![]),
        (b"\x1b_Gi=31;OK\x1b\\", vec![]),
        (b"\x1b[I", vec![Event::FocusGained.into()]),
        (b"\x1b[O", vec![Event::FocusLost.into()]),
        // Alt and a letter that begins a sequence elsewhere.
        (b"\x1b]x", vec![key(Char(']'), alt), plain(Char('x'))]),
        (b"\x1bPx", vec![key(Char('P'), alt | shift), plain(Char('x'))]),
        (b"\x1bOx\x1bOz", vec![plain(Char('8')), key(Char('O'), alt | shift), plain(Char('z'))]),
        // No UTF-8, alone and broken off.
        (b"\xe9 ", vec![plain(Char('\u{FFFD}')), plain(Char(' '))]),
        (b"\xf0\x9f\x91x", vec![plain(Char('\u{FFFD}')), plain(Char('x'))]),
        (b"\xff", vec![plain(Char('\u{FFFD}'))]),
        (b"\xc3\xa9\x80", vec![plain(Char('é')), plain(Char('\u{FFFD}'))]),
        // Sequences that are broken off by another.
        (b"\x1b[1;\x1b[B", vec![plain(Down)]),
        ("\x1b[1;é".as_bytes(), vec![plain(Char('é'))]),
        (b"\x1b]11;rgb\x1b[B", vec![plain(Down)]),
    ]
}

#[test]
fn each_sequence_has_its_meaning() {
    for (bytes, events) in sequences() {
        assert_eq!(parsed([bytes]), events, "{:?}", bytes.escape_ascii().to_string());
    }
}

#[test]
fn each_sequence_means_the_same_byte_by_byte() {
    for (bytes, events) in sequences() {
        assert_eq!(parsed(bytes.chunks(1)), events, "{:?}", bytes.escape_ascii().to_string());
    }
}

#[test]
fn an_incomplete_sequence_is_a_key_or_dropped_after_its_time() {
    let alt = |c| vec![ascii_key(c, true)];
    for (bytes, events) in [
        (&b"\x1b"[..], vec![escape_key()]),
        (b"\x1b\x1b", vec![escape_key(), escape_key()]),
        (b"\x1b[", alt(b'[')),
        (b"\x1bO", alt(b'O')),
        (b"\x1b]", alt(b']')),
        (b"\x1b[1;5", vec![]),
        (b"\x1b]11;rgb", vec![]),
        (b"\x1b]11;rgb:0/0/0", vec![]),
        (b"\x1b]11;rgb:0/0/0\x1b", vec![background(0)]),
        (b"\xc3", vec![plain(KeyCode::Char('\u{FFFD}'))]),
        (b"\x1b[200~half", vec![paste(b"half")]),
    ] {
        assert_eq!(parsed([bytes]), events, "{:?}", bytes.escape_ascii().to_string());
    }
}

#[test]
fn a_sequence_whose_escape_was_taken_for_a_key_is_not_text() {
    for (tail, event) in [
        (&b"[5~"[..], Some(plain(KeyCode::PageUp))),
        (b"OP", Some(plain(KeyCode::F(1)))),
        (b"[200~hi\x1b[201~", Some(paste(b"hi"))),
        (b"]11;rgb:0/0/0\x07", Some(background(0))),
        (b"[?1;2c", Some(Report::Attributes)),
    ] {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        parser.feed(b"\x1b", &mut events);
        parser.expire(&mut events);
        parser.feed(tail, &mut events);
        let expected: Vec<Report> = std::iter::once(escape_key()).chain(event).collect();
        assert_eq!(events, expected);
        // One key alone is a key.
        events.clear();
        parser.feed(b"\x1b", &mut events);
        parser.expire(&mut events);
        parser.feed(b"[", &mut events);
        assert_eq!(events, [escape_key(), plain(KeyCode::Char('['))]);
    }
}

#[test]
fn a_paste_that_is_too_long_is_cut_and_its_end_is_seen() {
    let long = [b"\x1b[200~", &[b'x'; 3 * PASTE_BYTES_MAX][..], PASTE_END, b"y"].concat();
    let events = parsed([&long[..]]);
    assert_eq!(events[1..], [plain(KeyCode::Char('y'))]);
    let Report::Event(Event::Paste(text)) = &events[0] else { panic!("{:?}", events[0]) };
    assert!(text.len() > crate::prompt::PROMPT_BYTES_MAX && text.len() <= PASTE_BYTES_MAX);
}

proptest! {
    #[test]
    fn any_cut_of_any_keys_gives_the_same_events(
        keys in prop::collection::vec(prop::sample::select(sequences()), 0..12),
        lengths in prop::collection::vec(1_usize..7, 1..60),
    ) {
        let bytes: Vec<u8> = keys.iter().flat_map(|(bytes, _)| *bytes).copied().collect();
        let (mut rest, mut pieces) = (&bytes[..], Vec::new());
        for length in lengths {
            let (piece, after) = rest.split_at(length.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(parsed(pieces), parsed([&bytes[..]]));
    }

    #[test]
    fn any_cut_of_any_bytes_gives_the_same_events(bytes in any::<Vec<u8>>(), cut in any::<prop::sample::Index>()) {
        let (first, rest) = bytes.split_at(cut.index(bytes.len() + 1));
        prop_assert_eq!(parsed([first, rest]), parsed([&bytes[..]]));
    }

    #[test]
    fn text_among_bytes_that_are_no_utf8_is_complete(text in "[a-z é漢👩]{0,20}", bad in 0x80_u8..=0xff, at in any::<prop::sample::Index>()) {
        let borders: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let border = borders[at.index(borders.len())];
        let bytes = [&text.as_bytes()[..border], &[bad], b"|", &text.as_bytes()[border..]].concat();
        let typed: String = parsed([&bytes[..]]).into_iter().filter_map(|event| match event {
            Report::Event(Event::Key(KeyEvent { code: KeyCode::Char(c), .. })) => Some(c),
            _ => None,
        }).collect();
        prop_assert_eq!(typed.replace("\u{FFFD}|", ""), text);
    }
}
