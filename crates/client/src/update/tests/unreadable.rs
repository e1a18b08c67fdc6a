//! Answers that this version cannot read: nothing waits for them any more.

use chat_proto::Refusal;
use chat_proto::command::SearchOrder;

use super::*;
use crate::thread::ThreadLoad;

/// Whether a list is loading, and whether its answer could not be read.
type OfList = fn(&State) -> (bool, bool);

/// The notices among these effects.
fn notices(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Noticed(_))).count()
}

/// A client in a session in which such a line has come before, so that the first notice about it was shown.
fn warned() -> Harness {
    let mut harness = Harness::connected();
    harness.event(Event::Room(crate::testing::room_state("#rust", 0, 0)));
    assert_eq!(notices(&harness.input(Input::Link(unreadable(Some("presence"), "new")))), 1);
    harness
}

/// An answer of that type comes that cannot be read.
fn answer(harness: &mut Harness, kind: Option<&'static str>) -> usize {
    notices(&harness.input(Input::Link(unreadable(kind, "missing field"))))
}

#[test]
fn each_list_ends_with_its_own_answer_alone() {
    let lists: [(Request, &'static str, OfList); 7] = [
        (Request::ListRooms, "rooms", |state| {
            (state.listing().is_loading(), state.listing().is_unreadable())
        }),
        (Request::ListMentions, "mentions", |state| {
            (state.mention_list().is_loading(), state.mention_list().is_unreadable())
        }),
        (Request::ListPins(room("#rust")), "pins", |state| {
            (state.pin_list().is_loading(), state.pin_list().is_unreadable())
        }),
        (Request::Order(Box::new(Command::Invites { before: None })), "invites", |state| {
            (state.invites().is_loading(), state.invites().is_unreadable())
        }),
        (Request::Order(Box::new(Command::Hooks { before: None })), "hooks", |state| {
            (state.hooks().is_loading(), state.hooks().is_unreadable())
        }),
        (
            Request::Order(Box::new(Command::Audit { before: None, limit: None })),
            "audit",
            |state| (state.audit().is_loading(), state.audit().is_unreadable()),
        ),
        (Request::Order(Box::new(Command::Account { user: None })), "account", |state| {
            (state.listed_account().is_loading(), state.listed_account().is_unreadable())
        }),
    ];
    for (request, kind, of) in lists {
        for answered in [Some(kind), None] {
            let mut harness = warned();
            harness.request(request.clone());
            assert_eq!(of(&harness.state), (true, false), "{kind}");
            assert_eq!(answer(&mut harness, Some("message")), 0, "{kind}: it is no answer");
            assert_eq!(of(&harness.state), (true, false), "{kind}");
            assert_eq!(answer(&mut harness, answered), 1, "{kind}: the user reads why");
            assert_eq!(of(&harness.state), (false, true), "{kind}");
            assert_eq!(answer(&mut harness, answered), 0, "{kind}: nothing waits");
            harness.request(request.clone());
            assert_eq!(of(&harness.state), (true, false), "{kind}: again");
        }
    }
}

#[test]
fn the_list_that_the_user_wants_since_is_asked_for() {
    let mut harness = warned();
    harness.request(Request::ListPins(RoomName::lobby()));
    harness.request(Request::ListPins(room("#rust")));
    let effects = harness.input(Input::Link(unreadable(Some("pins"), "missing field")));
    let asked = Effect::Link(LinkRequest::Send {
        session: 1,
        command: Command::Pins { room: room("#rust"), after: None },
    });
    assert!(effects.contains(&asked) && notices(&effects) == 0, "{effects:?}");
}

#[test]
fn a_search_a_thread_and_versions_say_why() {
    let mut harness = warned();
    let text = "this version cannot read the answer (missing field)";
    let says = |refusal: Option<&Refusal>| refusal.is_some_and(|refusal| refusal.text == text);
    let (query, order) = ("mig".to_owned(), SearchOrder::Newest);
    harness.request(Request::Search { query, order, is_typed: false });
    assert_eq!(answer(&mut harness, Some("found")), 1);
    assert!(says(harness.state.search().refusal()));

    let message = message_in("#lobby", 1, user(3, "ana"), "hi", Timestamp::from_millis(0));
    harness.event(Event::Message(message));
    harness.request(Request::OpenThread { room: RoomName::lobby(), root: Seq::FIRST });
    assert_eq!(answer(&mut harness, Some("thread")), 1);
    let load = harness.state.thread().unwrap().load();
    assert!(matches!(load, ThreadLoad::Refused(why) if says(Some(why))), "{load:?}");

    harness.request(Request::ListVersions { room: RoomName::lobby(), seq: Seq::FIRST });
    assert_eq!(answer(&mut harness, Some("versions")), 1);
    let list = harness.state.version_list();
    assert!(!list.is_loading() && says(list.refusal()));
}

#[test]
fn what_was_typed_for_a_user_who_cannot_be_found_comes_back() {
    let mut harness = warned();
    let name = name("zoe");
    let typed = Some("/msg zoe hi".to_owned());
    harness.request(Request::SayTo { name, text: Some("hi".to_owned()), typed });
    assert_eq!(answer(&mut harness, Some("room")), 1);
    assert_eq!(harness.state.room().draft(), "/msg zoe hi");
}
