//! All texts at once, for a reader.

use chat_client::link::LinkError;
use chat_client::notice::LookupError;
use chat_client::testing::{name, room};
use chat_client::{Notice, NoticeKind, RequestError};
use chat_proto::{EndCode, Refusal, RefusalCode, TextError, Topic};
use insta::assert_snapshot;

use super::*;
use crate::keymap::KeyMap;
use crate::settings::{Layers, read};

fn refusal(code: RefusalCode) -> Box<Refusal> {
    Box::new(Refusal::new(code, "the server's words"))
}

fn with_suggestion(code: RefusalCode) -> Box<Refusal> {
    Box::new(Refusal { suggestion: Some(name("ana_2")), ..*refusal(code) })
}

fn keys() -> KeyMap {
    KeyMap::default()
}

/// All texts, each below those before it.
fn lines(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join("\n")
}

#[test]
fn every_reason_for_which_a_request_fails_has_a_text() {
    let all = [
        RequestError::NotConnected,
        RequestError::Text(TextError::TooLong(20_000)),
        RequestError::Text(TextError::Control('\u{1}')),
        RequestError::OutboxFull,
        RequestError::TooManyRooms,
        RequestError::NotInRoom(room("#rust")),
        RequestError::MessageToSelf,
        RequestError::OldServer,
        RequestError::TooManyLookups,
        RequestError::NobodyHere(name("zoe")),
        RequestError::IgnoreSelf,
        RequestError::NotIgnored(name("zoe")),
        RequestError::TooManyIgnored,
        RequestError::UnknownName(name("zoe")),
        RequestError::NoTokenRefused,
        RequestError::NoAway,
        RequestError::NoSearch,
        RequestError::NoDates,
        RequestError::QueryTooLong(600),
        RequestError::DraftTooLong(40_000),
    ];
    assert_snapshot!(lines(all.iter().map(|error| not_done(error, &keys()))), @r#"
    You're offline. Try again once connected
    Too long: 20.0 of 16.4 kB. Shorten it and press Enter
    Not sent: a text has no control characters but line feed and tab, this one has U+0001
    Not sent: 100 messages are queued already. Try again once some are sent
    You have too many rooms. /leave one
    You're not in #rust. /join #rust joins it
    You can't message yourself
    Not sent: this server delivers direct messages by name, and a name may belong to somebody else by now. Ask who runs the server to update it, or write in a room
    Too many names are being looked up. Try again in a moment
    No user "zoe" is online, or wrote one of the loaded messages
    You can't ignore yourself
    zoe is not ignored
    200 users are ignored already. /unignore one
    Not sent: zoe is not known here, and you're offline. Try again once connected
    /forget is only for a user that the server doesn't know any more
    This server is too old to tell others that you are away
    This server has no search. Ask who runs it to update it, or to start it with --search on
    This server is too old to find messages by their day. Ask who runs it to update it
    A search has at most 512 bytes, this one has 600. Search for fewer words
    A draft has at most 32.8 kB, this one has 40.0 kB
    "#);
    // The library names neither keys nor commands of this program.
    for error in all {
        let plain = error.to_string();
        assert!(!plain.contains(['/', '!']) && !plain.contains("Enter"), "{plain}");
    }
}

#[test]
fn every_notice_has_a_text() {
    let refused = |code| Notice::Refused(refusal(code));
    let not_found = |why| Notice::NotFound { name: name("zoe"), why };
    let hello = |refusal| Notice::HelloRefused { name: name("ana"), refusal };
    let topic = |topic| Notice::TopicSet { by: name("ana"), topic };
    let text = || "hi".to_owned();
    let why = || "disk full".to_owned();
    let by_name = |is_draft| Notice::StoredByName { room: room("@zoe"), text: text(), is_draft };
    let all = [
        Notice::Front(NoticeKind::Info, "a text of this program".to_owned()),
        Notice::Welcome { name: name("ana"), room: room("#lobby") },
        Notice::Renamed { from: name("ana"), to: name("Eve Adams") },
        Notice::YouRenamed(name("Eve Adams")),
        topic(Some(Topic::new("crabs, mostly").unwrap())),
        topic(None),
        Notice::RoomCreated(room("#rust")),
        Notice::AnotherServer,
        Notice::SetBack,
        hello(refusal(RefusalCode::BadToken)),
        hello(with_suggestion(RefusalCode::NameTaken)),
        hello(refusal(RefusalCode::BadName)),
        hello(refusal(RefusalCode::BadVersion)),
        refused(RefusalCode::CannotLeave),
        refused(RefusalCode::TooManyRooms),
        Notice::Refused(with_suggestion(RefusalCode::NameTaken)),
        Notice::Unreadable(refusal(RefusalCode::BadField)),
        not_found(LookupError::Refused(refusal(RefusalCode::NoSuchUser))),
        not_found(LookupError::Refused(refusal(RefusalCode::TooManyRooms))),
        not_found(LookupError::Renamed(name("mei"))),
        not_found(LookupError::ConnectionLost),
        not_found(LookupError::Failed(RequestError::OutboxFull)),
        Notice::NotSent {
            room: room("#rust"),
            refusal: refusal(RefusalCode::NotInRoom),
            text: text(),
        },
        by_name(true),
        by_name(false),
        Notice::DraftReturned { room: room("@zoe"), text: text() },
        Notice::NotBecome { why: why() },
        Notice::NotStored { why: why() },
        Notice::TooManyRequests,
    ];
    let sign = |notice: &Notice| match notice.kind() {
        NoticeKind::Info => '·',
        NoticeKind::Trouble => '!',
    };
    let texts = all.iter().map(|one| format!("{} {}", sign(one), notice(one, &keys())));
    assert_snapshot!(lines(texts), @r#"
    · a text of this program
    · Welcome, ana. You're in #lobby.
    · ana is now “Eve Adams”
    · You are now “Eve Adams”
    · ana set the topic: crabs, mostly
    · ana cleared the topic
    · You created #rust. /leave removes it
    · This is not the server that was here before. Messages and drafts for that one stay stored and are not sent here
    ! The server was set back to an older copy of its data. It may not have the messages above the line any more. Connecting again to load all rooms
    ! The server doesn't know ana any more (was its data reset?). /forget logs you in as a new user, /reconnect tries again
    ! The name ana is taken. Press Enter for ana_2, or type another. If ana is you: Ctrl-U, then /login
    ! Not connected: the server's words
    ! The server refused the connection: the server's words. /reconnect tries again
    ! Refused: the server's words.
    ! Refused: the server's words.
    ! Refused: the server's words. Type /name ana_2
    ! The server sent something this version doesn't understand (the server's words). Please update chat-tui
    ! Not sent: there is no user "zoe". Check the name; Tab completes the ones that are known
    ! Not sent to zoe: the server's words
    ! Not sent: zoe is now mei
    ! Not sent: the connection was lost before the server found zoe
    ! Not sent: 100 messages are queued already. Try again once some are sent
    ! Not sent to #rust: the server's words. Up brings your text back: hi
    ! Not sent to @zoe: an earlier version stored it under this name, which somebody else may have by now. The text is in the input box there: hi
    ! Not sent to @zoe: an earlier version stored it under this name, which somebody else may have by now. Up brings your text back: hi
    ! @zoe is not here any more. Up brings your text back: hi
    ! You are still the same user: disk full
    ! Can't save to disk (disk full). Queued messages are lost if you quit
    ! Too many requests wait for the network. /reconnect connects again
    "#);
}

#[test]
fn every_reason_without_a_session_has_a_text_for_the_status_line_and_one_for_the_log() {
    let all = [
        LinkError::Unreachable("Connection refused".to_owned()),
        LinkError::Broken("Connection reset by peer".to_owned()),
        LinkError::Silent,
        LinkError::Closed,
        LinkError::ClosedAtOnce,
        LinkError::TurnedAway("chat-server is full".to_owned()),
        LinkError::Another("SSH-2.0-OpenSSH_9.2".to_owned()),
        LinkError::Tls,
        LinkError::NoTls,
        LinkError::Goodbye { code: EndCode::Shutdown, text: "the server's words".to_owned() },
        LinkError::Goodbye { code: EndCode::Idle, text: "the server's words".to_owned() },
        LinkError::Asked,
        LinkError::Unreachable(
            "failed to lookup address information: Name or service not known".to_owned(),
        ),
    ];
    assert_snapshot!(lines(all.iter().map(in_short)), @r#"
    connection refused
    the connection broke: Connection reset by peer
    the server does not answer
    the server closed the connection
    the server closed the connection without an answer
    chat-server is full
    not a chat-server
    not a chat-server: it speaks TLS
    the server does not speak TLS
    the server is restarting
    the server's words
    connecting again
    name or service not known
    "#);
    let in_log = |server: &str, why: &LinkError| {
        notice(&Notice::NotConnected { server: server.to_owned(), why: why.clone() }, &keys())
    };
    let local = in_log("localhost:4000", &all[0]);
    let name = in_log("bob:12345", &all[0]);
    let others = [0, 4, 5, 6, 7, 8, 12].map(|index| in_log("chat.example.org:4000", &all[index]));
    assert_snapshot!(lines([local, name].into_iter().chain(others)), @"
    Cannot reach localhost:4000: Connection refused. To start a server here:
    chat-server --listen localhost:4000
    Cannot reach bob:12345: Connection refused. Check the address. If bob is your name: chat-tui bob@
    Cannot reach chat.example.org:4000: Connection refused. Check the address; chat-tui keeps trying.
    chat.example.org:4000 closed the connection without an answer. Check that it is a chat-server.
    chat-server is full
    chat.example.org:4000 is not a chat-server (it answered: SSH-2.0-OpenSSH_9.2). Check the address.
    chat.example.org:4000 is not a chat-server: it speaks only TLS. Check the address and the port.
    chat.example.org:4000 is a chat-server without TLS, which chat-tui uses between machines. Update the server.
    Cannot reach chat.example.org:4000: Name or service not known. Check the address; chat-tui keeps trying.
    ");
}

#[test]
fn a_refused_message_says_why() {
    assert_snapshot!(not_sent(&refusal(RefusalCode::NotKept)), @"Not sent: the server's words");
}

#[test]
fn keys_are_named_as_the_user_has_set_them() {
    let file = "[keys]\nup = \"Ctrl-P\"\nsend = [\"F2\", \"Enter\"]\nprevious-room = []";
    let keys = KeyMap::new(&Layers { file: read(file).0, ..Layers::default() });
    let returned = Notice::DraftReturned { room: room("@zoe"), text: "hi".to_owned() };
    let refusal = with_suggestion(RefusalCode::NameTaken);
    let taken = Notice::HelloRefused { name: name("ana"), refusal };
    let too_long = RequestError::Text(TextError::TooLong(20_000));
    let no_keys = read("[keys]\nup = []").0;
    let no_keys = KeyMap::new(&Layers { file: no_keys, ..Layers::default() });
    let texts = [
        notice(&returned, &keys),
        notice(&returned, &no_keys),
        notice(&taken, &keys),
        not_done(&too_long, &keys),
    ];
    assert_snapshot!(lines(texts), @"
    @zoe is not here any more. Ctrl-P brings your text back: hi
    @zoe is not here any more. Your text is in the input history: hi
    The name ana is taken. Press F2 for ana_2, or type another. If ana is you: Ctrl-U, then /login
    Too long: 20.0 of 16.4 kB. Shorten it and press F2
    ");
}
