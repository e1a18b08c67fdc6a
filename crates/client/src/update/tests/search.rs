//! Searches: when the server is asked, and which answers count.

use std::time::Duration;

use chat_proto::command::SearchOrder;
use chat_proto::event::{Hit, MessageKind};
use chat_proto::{Features, Refusal, RefusalCode, ShortString, Text, features};

use super::*;
use crate::search::HITS_MAX;

fn search(query: &str, is_typed: bool) -> Request {
    Request::Search { query: query.into(), order: SearchOrder::Newest, is_typed }
}

/// The query that the server is sent, and the `before` with which it continues.
fn asked(effects: &[Effect]) -> Vec<(String, Option<String>)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send {
            command: Command::Search { query, before, .. }, ..
        }) => Some((query.clone(), before.as_ref().map(|before| before.as_str().to_owned()))),
        _ => None,
    });
    asked.collect()
}

fn first(query: &str) -> Vec<(String, Option<String>)> {
    vec![(query.to_owned(), None)]
}

fn nothing() -> Vec<(String, Option<String>)> {
    Vec::new()
}

fn found(query: &str, seqs: std::ops::Range<u64>, next: Option<&str>) -> Event {
    let hit = |seq| Hit {
        room: RoomName::lobby(),
        seq: Seq::new(seq),
        from: user(3, "ana"),
        at: Timestamp::from_millis(0),
        kind: MessageKind::Text,
        text: Text::new("migration").unwrap(),
        marks: vec![[0, 9]],
    };
    Event::Found {
        query: query.into(),
        order: SearchOrder::Newest,
        hits: seqs.map(hit).collect(),
        next: next.map(|next| ShortString::new(next).unwrap()),
        indexed: None,
    }
}

impl Harness {
    fn at(&mut self, millis: i64, input: Input) -> Vec<Effect> {
        update(&mut self.state, input, Timestamp::from_millis(millis))
    }

    fn seqs(&self) -> Vec<u64> {
        self.state.search().hits().iter().map(|hit| hit.seq.get()).collect()
    }
}

#[test]
fn the_server_is_asked_once_the_user_pauses() {
    let mut harness = Harness::connected();
    let effects = harness.at(1_000, Input::Request(search("mi", true)));
    assert_eq!(effects, [Effect::Tick(SEARCH_PAUSE)]);
    harness.at(1_100, Input::Request(search("mig", true)));
    let effects = harness.at(1_150, Input::Tick);
    assert_eq!(effects, [Effect::Tick(Duration::from_millis(100))], "the user has typed on");
    assert_eq!(asked(&harness.at(1_250, Input::Tick)), first("mig"));
    assert_eq!(asked(&harness.at(1_300, Input::Tick)), nothing());
    harness.at(2_000, Input::Request(search("migr", true)));
    assert_eq!(asked(&harness.at(10, Input::Tick)), nothing(), "one is on its way");
    let effects = harness.event(found("mig", 1..2, None));
    assert_eq!(asked(&effects), first("migr"), "the clock was set back: the pause is over");
    assert!(harness.seqs().is_empty(), "that was the answer to what is typed no more");
    harness.event(found("migr", 5..7, None));
    assert_eq!((harness.seqs(), harness.state.search().is_answered()), (vec![5, 6], true));
}

#[test]
fn more_is_asked_for_up_to_a_bound() {
    let mut harness = Harness::connected();
    assert_eq!(asked(&harness.request(search("mig", false))), first("mig"));
    assert_eq!(
        asked(&harness.request(Request::SearchMore)),
        nothing(),
        "the first ones are on their way"
    );
    let mut seq = 0;
    harness.event(found("mig", 0..50, Some("a")));
    while seq < HITS_MAX as u64 - 50 {
        seq += 50;
        let effects = harness.request(Request::SearchMore);
        assert_eq!(asked(&effects), [("mig".to_owned(), Some("a".to_owned()))]);
        assert_eq!(asked(&harness.request(Request::SearchMore)), nothing());
        harness.event(found("mig", seq..seq + 50, Some("a")));
    }
    assert_eq!(harness.seqs(), (0..1_000).collect::<Vec<_>>());
    assert_eq!(asked(&harness.request(Request::SearchMore)), nothing());
}

#[test]
fn an_answer_that_continues_a_search_is_dropped_if_it_was_begun_again() {
    let mut harness = Harness::connected();
    harness.request(search("mig", false));
    harness.event(found("mig", 0..50, Some("a")));
    harness.request(Request::SearchMore);
    assert_eq!(asked(&harness.request(search("mig", false))), nothing(), "one question at a time");
    assert_eq!(asked(&harness.event(found("mig", 50..60, None))), first("mig"));
    harness.event(found("mig", 7..9, None));
    assert_eq!(harness.seqs(), [7, 8]);
}

#[test]
fn a_refusal_is_that_of_the_search_and_no_notice() {
    let mut harness = Harness::connected();
    for code in [RefusalCode::SearchTooBroad, RefusalCode::SearchNotReady, RefusalCode::NotReadable]
    {
        harness.request(search("mig", false));
        let effects = harness.event(Event::Refused(Refusal::new(code, "add a word")));
        assert_eq!(effects, [], "{code:?}");
        assert_eq!(
            harness.state.search().refusal().map(|why| why.text.as_str()),
            Some("add a word")
        );
        assert_eq!(asked(&harness.request(search("mig", false))), first("mig"), "asked again");
        harness.event(found("mig", 1..2, Some("a")));
        assert_eq!(harness.state.search().refusal(), None);
    }
    harness.request(Request::SearchMore);
    harness.event(Event::Refused(Refusal::new(RefusalCode::SearchNotReady, "later")));
    assert_eq!(harness.seqs(), [1], "what was found stays");
    assert_eq!(
        asked(&harness.request(Request::SearchMore)),
        nothing(),
        "nothing asks again and again"
    );
    let effects = harness.event(Event::Refused(Refusal::new(RefusalCode::SearchNotReady, "late")));
    assert!(matches!(&effects[..], [Effect::Noticed(_)]), "none is on its way: {effects:?}");
}

#[test]
fn a_search_outlives_the_session_and_is_asked_in_the_next() {
    let mut harness = Harness::new();
    assert_eq!(asked(&harness.request(search("mig", false))), nothing());
    let begin = |harness: &mut Harness, session| {
        let welcome = welcome(7, "bob");
        harness.input(Input::Link(LinkEvent::Welcome { session, welcome }))
    };
    assert_eq!(asked(&begin(&mut harness, 1)), first("mig"));
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    assert_eq!(asked(&begin(&mut harness, 2)), first("mig"));
    harness.event(found("mig", 1..2, None));
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    assert_eq!(harness.seqs(), [1], "what was found stays");
    assert_eq!(asked(&begin(&mut harness, 3)), nothing(), "it is answered");
}

#[test]
fn a_server_without_search_and_a_query_that_is_too_long_are_not_asked() {
    let mut harness = Harness::new();
    let features = Features::all().without(features::SEARCH);
    let welcome = chat_proto::event::Welcome { features, ..welcome(7, "bob") };
    harness.input(Input::Link(LinkEvent::Welcome { session: 1, welcome }));
    assert_eq!(harness.request(search("mig", false)), [Effect::Failed(RequestError::NoSearch)]);
    assert!(!harness.state.can_search());
    let mut harness = Harness::connected();
    let long = "x".repeat(513);
    assert_eq!(
        harness.request(search(&long, true)),
        [Effect::Failed(RequestError::QueryTooLong(513))]
    );
    assert_eq!(asked(&harness.at(9_000, Input::Tick)), nothing());
}
