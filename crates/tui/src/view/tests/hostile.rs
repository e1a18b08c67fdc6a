//! Whatever a peer sends, the screen stays a screen.

use chat_client::link::{LinkError, LinkEvent};
use chat_client::sanitize;
use chat_proto::event::{Away, Message, MessageKind, RoomInfo, RoomState, Server};
use chat_proto::{
    AwayText, EndCode, Event, Refusal, RefusalCode, RoomName, Seq, Text, Topic, UserId, UserName,
};
use unicode_width::UnicodeWidthChar;

use super::cells::drawn;
use crate::fixture::{Harness, expect_older, user, welcome};

/// What has been used against terminals, or might be.
fn corpus() -> Vec<String> {
    let mut corpus: Vec<String> = [
        // Escape sequences: colours, the cursor, the screen, modes, reports, resets.
        "\x1b[31mred\x1b[0m",
        "\x1b[2J\x1b[H",
        "\x1b[1;1Hhere",
        "\x1b[999B\x1b[999C",
        "\x1b[?1049l",
        "\x1b[?25l",
        "\x1b[?2004l",
        "\x1b[?1000h\x1b[?1003h",
        "\x1b[6n",
        "\x1b[c",
        "\x1b[>c",
        "\x1b[5i",
        "\x1b[20t\x1b[21t",
        "\x1bc",
        "\x1b7\x1b8",
        "\x1b(0lqqk\x1b(B",
        "\x1b#8",
        "\x1b[3;5r",
        "\x1b[4h",
        "\x1b[38;5;196m",
        "\x1b[8mhidden\x1b[28m",
        "\x1b[",
        "\x1b",
        "\x1b\x1b\x1b[",
        // Strings for the terminal: titles, links, the clipboard, palettes, files, devices.
        "\x1b]0;title\x07",
        "\x1b]2;title\x1b\\",
        "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
        "\x1b]8;id=1;file:///etc/passwd\x07click\x1b]8;;\x07",
        "\x1b]52;c;cm0gLXJmIH4=\x07",
        "\x1b]52;p;?\x1b\\",
        "\x1b]4;0;#ffffff\x07",
        "\x1b]10;?\x07\x1b]11;?\x07",
        "\x1b]50;font\x07",
        "\x1b]1337;File=inline=1:AAAA\x07",
        "\x1b]777;notify;a;b\x07",
        "\x1bP$q\"p\x1b\\",
        "\x1bPq#0;2;0;0;0~\x1b\\",
        "\x1b_Ga=T;AAAA\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bX string\x1b\\",
        "\x1b]never ended",
        // The same in one character each: C1.
        "\u{9b}31m",
        "\u{9d}52;c;AAAA\u{9c}",
        "\u{90}q\u{9c}",
        "\u{85}next line",
        "\u{84}\u{88}\u{8d}\u{8e}\u{8f}\u{98}\u{9e}\u{9f}",
        // Other control characters.
        "\x07\x07\x07",
        "over\rwritten",
        "back\x08\x08\x08\x08space",
        "\x0b\x0c",
        "\x0e\x0f\x05\x11\x13\x18\x1a",
        "\0nul",
        "del\x7f",
        "tab\tand\ttab",
        "line\nand\n\n\nline",
        "\u{2028}line\u{2029}paragraph",
        // Order: bidi overrides, embeddings, isolates, marks.
        "\u{202e}gnp.exe",
        "\u{202d}left\u{202c}",
        "\u{202a}a\u{202b}b\u{202c}",
        "\u{2066}a\u{2067}b\u{2068}c\u{2069}",
        "\u{200e}\u{200f}\u{061c}",
        "שלום עולם",
        "مرحبا بالعالم",
        // What does not show.
        "a\u{200b}b\u{200c}c\u{200d}d",
        "\u{feff}bom\u{2060}joined",
        "\u{ad}soft\u{ad}hyphen",
        "\u{034f}\u{180e}\u{115f}\u{1160}\u{3164}\u{ffa0}",
        "\u{2061}\u{2062}\u{2063}\u{2064}\u{206a}\u{206f}",
        "\u{e0001}\u{e0041}\u{e007f}",
        "\u{e0100}\u{e01ef}",
        "\u{fff9}a\u{fffa}b\u{fffb}\u{fffc}\u{fffd}",
        "\u{1d173}\u{1bca0}",
        "\u{200b}",
        // Marks and clusters.
        "e\u{301}\u{302}\u{303}",
        "\u{301}\u{301} on nothing",
        "\u{20dd}\u{20e3}\u{20e0}",
        "\u{1161}\u{11ab} jamo \u{1161}",
        "👩🏽\u{200d}💻 👨\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
        "🇩🇪🇫🇷🇯",
        "🏽🏽🏽",
        "क्षि नि ணி กำ ᄒ\u{1161}\u{11ab}",
        "\u{0600}\u{06dd}\u{070f}1",
        "ﷺ𒐫⸻",
        "ｶﾞﾊﾟ漢字ＡＢＣ",
        "\u{e000}\u{f8ff}\u{10fffd}",
        "\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}",
        "\u{2800}\u{3000}\u{a0}\u{2003}",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    corpus.push(format!("zalgo{}", "\u{301}".repeat(10_000)));
    corpus.push("\u{fe0f}".repeat(4_000));
    corpus.push(format!("a{}", "\u{0903}".repeat(4_000)));
    corpus.push(format!("👩{}", "\u{200d}👩".repeat(1_000)));
    corpus.push("w".repeat(16_000));
    corpus.push("漢".repeat(5_000));
    corpus.push("\n".repeat(200) + "end");
    corpus
}

/// Everything the network can say that has a text in it.
fn everywhere(hostile: &str) -> Vec<LinkEvent> {
    let text = hostile.to_owned();
    let refusal = || Refusal::new(RefusalCode::BadField, text.clone());
    let room = RoomName::lobby;
    let mut events = vec![
        LinkEvent::Event(Event::Refused(refusal())),
        LinkEvent::Event(Event::Refused(Refusal { n: Some(1), ..refusal() })),
        crate::fixture::unreadable(None, &text),
        LinkEvent::Event(Event::Room(RoomState {
            room: room(),
            title: None,
            topic: Topic::from_lossy(&text),
            count: 1,
            users: vec![user(7, "bob")],
            last_seq: Seq::NONE,
            read: Seq::NONE,
            unread: Some(u64::MAX),
            mentions: Some(u64::MAX),
            more: true,
            away: vec![Away { id: UserId::new(7), text: AwayText::from_lossy(&text) }],
            seen_at: None,
            rules: None,
            roles: Vec::new(),
        })),
        LinkEvent::Lost(LinkError::Goodbye { code: EndCode::Shutdown, text: text.clone() }),
        LinkEvent::Refused(Box::new(refusal())),
    ];
    let server = Server { name: text.clone(), version: text.clone() };
    events.push(LinkEvent::Welcome {
        session: 2,
        welcome: chat_proto::event::Welcome { server, ..welcome(7, "bob") },
    });
    // The wire's own types keep some of it out; what they let in must not do harm either.
    let said = Text::new(text.clone()).or_else(|_| Text::from_lossy(&text).ok_or(()));
    let kept: String = text.chars().take(32).collect();
    let from = chat_proto::User { id: UserId::new(9), name: UserName::from_lossy(&kept) };
    events.push(LinkEvent::Event(Event::Joined { room: room(), user: from.clone() }));
    let users = vec![from.clone(); 3];
    events.push(LinkEvent::Event(Event::Users {
        room: room(),
        users,
        away: Vec::new(),
        roles: Vec::new(),
        more: true,
    }));
    events.push(LinkEvent::Event(Event::Typing { room: room(), user: from.clone() }));
    let away = AwayText::from_lossy(&text);
    events.push(LinkEvent::Event(Event::Away { user: from.clone(), text: away }));
    let info = RoomInfo { room: room(), topic: Topic::from_lossy(&text), count: 1 };
    events.push(LinkEvent::Event(Event::Rooms { rooms: vec![info], more: true }));
    let user = from.clone();
    events.push(LinkEvent::Event(Event::Topic {
        room: room(),
        topic: Topic::from_lossy(&text),
        user,
    }));
    for kind in [MessageKind::Text, MessageKind::Action, MessageKind::Unknown] {
        if let Ok(text) = said.clone() {
            let at = chat_proto::Timestamp::from_millis(0);
            let from = from.clone();
            for room in ["#lobby".parse().unwrap(), RoomName::private(&from.name)] {
                let (from, text) = (from.clone(), text.clone());
                let message = Message {
                    room,
                    seq: Seq::FIRST,
                    from,
                    at,
                    kind,
                    text,
                    damaged: false,
                    device: None,
                    n: None,
                    details: None,
                };
                let (room, older) =
                    (message.room.clone(), Message { seq: Seq::new(2), ..message.clone() });
                events.push(LinkEvent::Event(Event::Message(message)));
                let messages = vec![older];
                events.push(LinkEvent::Event(Event::History { room, messages, more: true }));
            }
        }
    }
    events
}

/// Draws, and looks at every cell.
fn inspect(harness: &Harness, hostile: &str) {
    let (width, height) = (harness.state.size.width, harness.state.size.height);
    let (buffer, _) = drawn(&harness.state);
    for cell in buffer.content() {
        let chars = || cell.symbol().chars();
        let bad = chars().find(|c| {
            c.is_control()
                || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
                || matches!(*c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
                || matches!(
                    *c,
                    '\u{e0000}'..='\u{e0fff}' | '\u{ad}' | '\u{61c}' | '\u{2028}' | '\u{2029}'
                )
        });
        // A joiner or a selector that is text does not stand alone, and makes something of its neighbours.
        let is_text = |c: &char| {
            matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
                && chars().count() > 1
                && sanitize::text(cell.symbol()) == cell.symbol()
        };
        let bad = bad.filter(|c| !is_text(c));
        assert_eq!(bad, None, "{:?} for {hostile:?}", cell.symbol());
        assert!(chars().count() <= 12, "{} characters in a cell", chars().count());
        assert_ne!(chars().next().and_then(UnicodeWidthChar::width), Some(0), "{hostile:?}");
    }
    let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let status = row(height - 2);
    let is_whole = status.ends_with("F1 keys")
        || status.contains("is typing…")
        || ["Connecting…", "Offline, retr", "Choose a name", "Not connected", "You're away"]
            .iter()
            .any(|text| status.starts_with(text));
    assert!(is_whole, "the status line {status:?} after {hostile:?}");
    assert!(row(height - 1).contains(" › kept"), "the input box after {hostile:?}");
    let panes = harness.state.panes();
    if let Some(rooms) = panes.rooms {
        for y in 0..rooms.height {
            assert_eq!(buffer[(rooms.width - 2, y)].symbol(), "│", "row {y} after {hostile:?}");
        }
    }
    if let Some(users) = panes.users {
        for y in 0..users.height {
            assert_eq!(buffer[(users.x + 1, y)].symbol(), "│", "row {y} after {hostile:?}");
        }
    }
}

/// Asks for the page of older messages that is sent: no other is taken.
fn asks_for_older(harness: &mut Harness, event: &LinkEvent) {
    if let LinkEvent::Event(Event::History { room, .. }) = event {
        expect_older(&mut harness.state.client, room);
    }
}

#[test]
fn no_hostile_text_gets_through() {
    let corpus = corpus();
    assert!(corpus.len() >= 60);
    for hostile in &corpus {
        for (width, height) in [(80, 20), (40, 10), (20, 6)] {
            let mut harness = Harness::connected(width, height);
            harness.state.users = Some(true);
            harness.type_text("mine\nkept");
            for event in everywhere(hostile) {
                asks_for_older(&mut harness, &event);
                harness.link_event(event);
                inspect(&harness, hostile);
            }
        }
    }
}

#[test]
fn no_hostile_paste_breaks_the_input_box() {
    for hostile in corpus() {
        for (width, height) in [(80, 20), (20, 6), (3, 3)] {
            let mut harness = Harness::connected(width, height);
            harness.input(crate::input::Input::Paste(hostile.clone()));
            harness.press(crossterm::event::KeyCode::Left);
            let screen = harness.screen();
            let leaked = screen.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(leaked, None, "{hostile:?}");
        }
    }
}
