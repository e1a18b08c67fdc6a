//! The laws of the native protocol.

use std::fmt::Debug;

use bytes::BytesMut;
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::native::{Vocabulary, write_line};
use chat_proto::{Command, Event, NativeCodec, RoomName};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use tokio_util::codec::Decoder;

use crate::strategies::{cases, command, cuts, event, garbage, room_name, say, writing};

type Items<R> = Vec<Result<R, <R as Vocabulary>::Unreadable>>;

/// All that the codec finds in `reads`, of which the last is followed by the end. The codec itself
/// never fails, and never holds more than it may.
fn found<R: Vocabulary>(reads: &[&[u8]]) -> Items<R> {
    let mut codec = NativeCodec::<R>::default();
    let mut buffer = BytesMut::new();
    let mut items = Vec::new();
    for read in reads {
        buffer.extend_from_slice(read);
        while let Some(item) = codec.decode(&mut buffer).unwrap() {
            items.push(item);
        }
        let held_max = LINE_BYTES_MAX + "\r".len();
        assert!(buffer.len() <= held_max, "{} bytes are held", buffer.len());
    }
    while let Some(item) = codec.decode_eof(&mut buffer).unwrap() {
        items.push(item);
    }
    assert!(buffer.is_empty(), "the end leaves nothing behind");
    items
}

fn line(message: &impl Vocabulary) -> Vec<u8> {
    let mut line = BytesMut::new();
    write_line(message, &mut line);
    line.to_vec()
}

/// A message is one line, comes back as it was, and is written the same again (names compare in
/// any letters, so that equality alone would not tell). Without its line end, it is the same.
fn assert_round_trip<R: Vocabulary + PartialEq + Debug + Clone>(message: &R) {
    let written = line(message);
    let end = written.len() - 1;
    assert_eq!(written.iter().position(|byte| *byte == b'\n'), Some(end));
    assert!(end <= LINE_BYTES_MAX, "{end} bytes");
    for written in [&written[..], &written[..end], &[&written[..end], b"\r\n"].concat()] {
        let read = found::<R>(&[written]);
        assert_eq!(read, [Ok(message.clone())]);
        assert_eq!(line(read[0].as_ref().unwrap()), line(message));
    }
}

/// Lines as they might come: `message`s, blanks, lines that cannot be read, lines about as long
/// as a line may be, blank or not.
fn lines(message: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let end = select(&["\n", "\r\n"][..]);
    let broken = prop_oneof![
        vec(any::<u8>(), 0..30),
        writing(20).prop_map(String::into_bytes),
        select(&["{}", "[]", r#"{"type":"dance","n":1}"#, "\u{0}", "\r"][..])
            .prop_map(|line| line.as_bytes().to_vec()),
    ];
    let long = (select(&b"x \r{"[..]), LINE_BYTES_MAX - 2..LINE_BYTES_MAX + 4)
        .prop_map(|(byte, length)| vec![byte; length]);
    let blank = select(&["", " ", "\t ", "\r"][..]).prop_map(|line| line.as_bytes().to_vec());
    let line = prop_oneof![4 => message, 3 => broken, 1 => long, 2 => blank];
    let whole = (line, end).prop_map(|(line, end)| [&line, end.as_bytes()].concat());
    vec(whole, 0..12)
}

fn bare_line(message: &impl Vocabulary) -> Vec<u8> {
    let mut line = line(message);
    line.pop();
    line
}

fn any_field() -> impl Strategy<Value = Value> {
    let long = (select(&["\u{7f}", "\u{1}", "\"", "ñ", "x"][..]), 0_usize..60_000);
    prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        writing(20).prop_map(Value::from),
        long.prop_map(|(bit, times)| Value::from(bit.repeat(times / bit.len()))),
        Just(json!(null)),
        Just(json!(["a", {"b": true}])),
        select(&["#lobby", "@ana", "action", "#"][..]).prop_map(Value::from),
    ]
}

/// A command of which one field, at times its type, is anything.
fn nearly_a_command() -> impl Strategy<Value = Value> {
    (command(), any::<Index>(), any_field()).prop_map(|(command, field, any)| {
        let mut fields = serde_json::to_value(command).unwrap();
        let names: Vec<String> = fields.as_object().unwrap().keys().cloned().collect();
        fields[field.get(&names)] = any;
        fields
    })
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn every_command_comes_back_as_it_was(command in command()) {
        assert_round_trip(&command);
    }

    #[test]
    fn every_event_comes_back_as_it_was(event in event()) {
        assert_round_trip(&event);
    }

    #[test]
    fn every_event_is_written_as_serde_writes_it(event in event()) {
        let json = serde_json::to_string(&event).unwrap() + "\n";
        prop_assert_eq!(String::from_utf8(line(&event)).unwrap(), json);
    }

    #[test]
    fn a_client_passes_over_what_comes_before_the_first_brace(
        preamble in garbage().prop_map(|bytes| {
            bytes.into_iter().filter(|byte| *byte != b'{').collect::<Vec<u8>>()
        }),
        events in vec(event(), 0..4),
        cuts in cuts(),
    ) {
        let parts: Vec<_> = [preamble].into_iter().chain(events.iter().map(line)).collect();
        let stream = parts.concat();
        let told: Items<Event> = events.into_iter().map(Ok).collect();
        prop_assert_eq!(found(&cuts.reads(&stream, &parts)), told);
    }

    #[test]
    fn garbage_is_refused_line_by_line_and_nothing_more(bytes in garbage(), cuts in cuts()) {
        let _ = found::<Command>(&cuts.reads(&bytes, &[]));
        let _ = found::<Event>(&cuts.reads(&bytes, &[]));
    }

    #[test]
    fn an_unreadable_say_is_refused_by_its_number_and_room(
        n in any::<u64>(),
        room in room_name(),
        fault in select(vec![
            ("text", json!("")), ("text", json!("\u{1b}")), ("text", json!(null)),
            ("text", json!("x".repeat(17_000))), ("kind", json!("shout")), ("kind", json!(1)),
        ]),
    ) {
        let mut say = json!({"type": "say", "room": &room, "n": n, "text": "hi"});
        say[fault.0] = fault.1;
        let items = found::<Command>(&[say.to_string().as_bytes()]);
        let [Err(refusal)] = &items[..] else { panic!("{items:?}") };
        prop_assert_eq!(refusal.n, Some(n));
        prop_assert_eq!(refusal.room.as_ref().map(RoomName::as_str), Some(room.as_str()));
    }

    #[test]
    fn an_unreadable_event_has_the_type_that_it_is_of(event in event()) {
        let mut fields = serde_json::to_value(&event).unwrap();
        let kind = fields["type"].as_str().unwrap().to_owned();
        for field in fields.as_object_mut().unwrap().values_mut().filter(|field| **field != kind) {
            *field = json!({"of": ["another", "version"]});
        }
        for item in found::<Event>(&[fields.to_string().as_bytes()]) {
            if let Err(unreadable) = item {
                prop_assert_eq!(unreadable.kind, Some(kind.as_str()));
            }
        }
    }

    #[test]
    fn a_say_is_read_the_same_in_one_go(
        say in (say(), any::<Index>(), prop::option::of(any_field())),
    ) {
        let (say, field, any) = say;
        let mut fields = serde_json::to_value(say).unwrap();
        let names: Vec<String> = fields.as_object().unwrap().keys().cloned().collect();
        if let Some(any) = any {
            fields[field.get(&names)] = any;
        }
        let line = format!(r#"{{"type":"say",{}"#, &fields.to_string()[1..]);
        let in_one_go = Command::read(line.as_bytes()).ok();
        prop_assert_eq!(in_one_go, serde_json::from_str::<Command>(&line).ok());
    }

    #[test]
    fn a_say_as_programs_write_it_is_read_as_serde_reads_it(
        say in say(),
        change in prop::option::of((any::<Index>(), any::<u8>())),
    ) {
        let mut line = serde_json::to_vec(&Command::Say(say)).unwrap();
        if let Some((at, byte)) = change {
            let at = at.index(line.len());
            line[at] = byte;
        }
        let read = Command::read(&line).ok().map(|command| self::line(&command));
        let expected = serde_json::from_slice::<Command>(&line).ok();
        prop_assert_eq!(read, expected.map(|command| self::line(&command)));
    }

    #[test]
    fn the_answer_to_a_broken_line_is_a_line(line in nearly_a_command()) {
        for item in found::<Command>(&[line.to_string().as_bytes()]) {
            match item {
                Ok(command) => assert_round_trip(&command),
                Err(refusal) => assert_round_trip(&Event::Refused(*refusal)),
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn commands_are_the_same_in_any_reads(
        lines in lines(command().prop_map(|command| bare_line(&command))),
        cuts in cuts(),
    ) {
        let stream = lines.concat();
        prop_assert_eq!(found::<Command>(&cuts.reads(&stream, &lines)), found(&[&stream]));
    }

    #[test]
    fn events_are_the_same_in_any_reads(
        lines in lines(event().prop_map(|event| bare_line(&event))),
        cuts in cuts(),
    ) {
        let stream = lines.concat();
        prop_assert_eq!(found::<Event>(&cuts.reads(&stream, &lines)), found(&[&stream]));
    }

    #[test]
    fn commands_are_the_same_byte_by_byte(commands in vec(command(), 0..4)) {
        let stream: Vec<u8> = commands.iter().flat_map(line).take(4_000).collect();
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(found::<Command>(&bytes), found(&[&stream]));
    }
}
