mod changes;
mod drafts;
mod lists;
mod live;
mod presence;
mod read;
mod reload;
mod search;
mod set_back;
mod threads;
mod unreadable;
mod window;

use chat_proto::command::{Kind, Links};
use chat_proto::event::{Accepted, RoomInfo};
use chat_proto::{Event, RoomName, Seq, Timestamp, Topic};

use super::*;
use crate::error::RequestError;
use crate::link::LinkEvent;
use crate::request::{DRAFT_BYTES_MAX, Request};
use crate::rooms::JoinState;
use crate::store::Profile;
use crate::testing::{message_in, name, profile, room, room_event, unreadable, user, welcome};

/// A client without a screen: its state, and the time of every input.
struct Harness {
    state: State,
}

impl Harness {
    /// A client called bob before its first session.
    fn new() -> Self {
        let mut harness = Self { state: State::new("127.0.0.1:1".into(), profile("bob")) };
        assert!(harness.input(Input::Start).is_empty());
        harness
    }

    /// A client called bob, in a session and in the lobby.
    fn connected() -> Self {
        let mut harness = Self::new();
        let welcome = welcome(7, "bob");
        harness.input(Input::Link(LinkEvent::Welcome { session: 1, welcome }));
        harness.event(room_event("#lobby", 0, 0));
        harness
    }

    /// A client called bob with this profile of an earlier run, in its first session; and the effects of the welcome.
    fn with(profile: Profile) -> (Self, Vec<Effect>) {
        let mut harness = Self { state: State::new("127.0.0.1:1".into(), profile) };
        harness.input(Input::Start);
        let welcome = welcome(7, "bob");
        let effects = harness.input(Input::Link(LinkEvent::Welcome { session: 1, welcome }));
        (harness, effects)
    }

    fn input(&mut self, input: Input) -> Vec<Effect> {
        let at = Timestamp::from_millis(0);
        let mut effects = update(&mut self.state, input, at);
        let stores = effects.iter().filter(|effect| matches!(effect, Effect::Store(_))).count();
        for _ in 0..stores {
            effects.extend(update(&mut self.state, Input::Stored(Ok(())), at));
        }
        effects
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.input(Input::Link(LinkEvent::Event(event)))
    }

    fn request(&mut self, request: Request) -> Vec<Effect> {
        self.input(Input::Request(request))
    }

    fn draft(&mut self, room: &RoomName, text: &str) -> Vec<Effect> {
        self.request(Request::Draft { room: room.clone(), thread: None, text: text.into() })
    }
}

#[test]
fn a_server_that_has_answered_and_is_restarted_is_no_wrong_address() {
    use crate::link::LinkError::{ClosedAtOnce, Tls, Unreachable};
    let notices = |mut harness: Harness, why| {
        let effects = harness.input(Input::Link(LinkEvent::Lost(why)));
        effects.iter().filter(|effect| matches!(effect, Effect::Noticed(_))).count()
    };
    for why in [|| Unreachable("Connection refused".into()), || ClosedAtOnce] {
        assert_eq!(notices(Harness::new(), why()), 1);
        assert_eq!(notices(Harness::connected(), why()), 0, "{:?}", why());
    }
    assert_eq!(notices(Harness::connected(), Tls), 1);
}

/// The `seq` of each message that the front end receives.
fn received(effects: &[Effect]) -> Vec<u64> {
    let received = effects.iter().filter_map(|effect| match effect {
        Effect::Received(message) => Some(message.seq.get()),
        _ => None,
    });
    received.collect()
}

#[test]
fn a_message_is_stored_then_sent_and_acknowledged() {
    let mut harness = Harness::connected();
    let (room, at) = (RoomName::lobby(), Timestamp::from_millis(0));
    let say = Request::Say {
        room: room.clone(),
        kind: Kind::Text,
        text: "hi".into(),
        links: Links::default(),
    };
    let effects = update(&mut harness.state, Input::Request(say), at);
    assert!(matches!(&effects[..], [Effect::Store(StoreOp::Message(_))]), "{effects:?}");
    let effects = update(&mut harness.state, Input::Stored(Ok(())), at);
    assert!(matches!(&effects[..], [Effect::Link(LinkRequest::Send { .. })]), "{effects:?}");
    let accepted = Accepted { n: Some(1), device: None, room, seq: Seq::FIRST, at, repeat: false };
    let effects = harness.event(Event::Accepted(accepted));
    assert!(matches!(&effects[..], [Effect::Store(StoreOp::Acknowledged(_))]), "{effects:?}");
    assert_eq!(harness.state.outbox().messages().count(), 0);
}

#[test]
fn a_message_is_received_once_and_not_if_it_is_read() {
    let mut harness = Harness::connected();
    let message = |seq| {
        Event::Message(message_in("#lobby", seq, user(3, "ana"), "x", Timestamp::from_millis(0)))
    };
    assert_eq!(received(&harness.event(message(1))), [1]);
    assert_eq!(received(&harness.event(message(1))), [0_u64; 0], "it is here");
    harness.request(Request::Read { room: RoomName::lobby(), seq: Seq::new(2) });
    assert_eq!(received(&harness.event(message(2))), [0_u64; 0], "another session has read it");
    assert_eq!(received(&harness.event(message(3))), [3]);
}

#[test]
fn shown_messages_count_as_read_only_up_to_a_gap() {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 9, 0));
    let rust = room("#rust");
    for seq in [1, 2, 3, 9] {
        let from = user(3, "ana");
        harness.event(Event::Message(message_in(
            "#rust",
            seq,
            from,
            "x",
            Timestamp::from_millis(0),
        )));
    }
    let read = |harness: &Harness| harness.state.rooms().get(&rust).map(|room| room.read);
    let (first, last) = (Seq::new(1), Seq::new(9));
    harness.request(Request::Seen { room: rust.clone(), first, last });
    assert_eq!(read(&harness), Some(Seq::new(3)));
    harness.request(Request::Read { room: rust.clone(), seq: Seq::new(9) });
    assert_eq!(read(&harness), Some(Seq::new(9)));
}

#[test]
fn a_request_that_is_not_carried_out_says_why() {
    let mut harness = Harness::new();
    let (lobby, rust) = (RoomName::lobby(), room("#rust"));
    let to = |name| Request::SayTo { name, text: Some("x".into()), typed: None };
    for (request, error) in [
        (Request::ListRooms, RequestError::NotConnected),
        (Request::Leave(rust.clone()), RequestError::NotInRoom(rust.clone())),
        (Request::ForgetToken, RequestError::NoTokenRefused),
        (to(name("bob")), RequestError::MessageToSelf),
        (to(name("ana")), RequestError::UnknownName(name("ana"))),
        (
            Request::Draft { room: lobby, thread: None, text: "x".repeat(DRAFT_BYTES_MAX + 1) },
            RequestError::DraftTooLong(DRAFT_BYTES_MAX + 1),
        ),
    ] {
        assert_eq!(harness.request(request), [Effect::Failed(error)]);
    }
}

#[test]
fn a_text_that_cannot_be_sent_opens_no_direct_message() {
    let mut harness = Harness::connected();
    let text = "x".repeat(20_000);
    for user in ["ana", "nobody"] {
        let to = Request::SayTo { name: name(user), text: Some(text.clone()), typed: None };
        let error = RequestError::Text(chat_proto::TextError::TooLong(text.len()));
        assert_eq!(harness.request(to), [Effect::Failed(error)]);
    }
    assert_eq!(harness.state.rooms().list().len(), 1);
    let to = Request::SayTo { name: name("ana"), text: Some("short".into()), typed: None };
    let joins = |effect: &Effect| {
        matches!(effect, Effect::Link(LinkRequest::Send { command: Command::Join { .. }, .. }))
    };
    assert!(harness.request(to).iter().any(joins), "the server is asked for the room");
}

#[test]
fn the_rooms_of_the_server_come_in_pages() {
    let mut harness = Harness::connected();
    let info = |name: &str| RoomInfo { room: room(name), topic: Topic::default(), count: 1 };
    let page = |rooms: &[&str], more| Event::Rooms {
        rooms: rooms.iter().map(|name| info(name)).collect(),
        more,
    };
    let asks = |after| {
        let command = Command::Rooms { after, limit: None };
        vec![Effect::Link(LinkRequest::Send { session: 1, command })]
    };
    assert_eq!(harness.event(page(&["#x"], true)), [], "nobody asked");
    assert_eq!(harness.request(Request::ListRooms), asks(None));
    assert_eq!(harness.request(Request::ListRooms), [], "they are on their way");
    assert_eq!(harness.event(page(&["#a", "#b"], true)), asks(Some(room("#b"))));
    assert!(harness.state.listing().is_loading() && harness.state.listing().rooms().is_empty());
    assert_eq!(harness.event(page(&["#c10", "#c9"], false)), []);
    let listed: Vec<&str> =
        harness.state.listing().rooms().iter().map(|info| info.room.as_str()).collect();
    assert_eq!(listed, ["#a", "#b", "#c9", "#c10"]);
    let at = Timestamp::from_millis(0);
    assert!(!harness.state.listing().is_stale(at));
    harness.request(Request::ListRooms);
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    assert!(!harness.state.listing().is_loading() && harness.state.listing().is_stale(at));
}

#[test]
fn a_room_is_opened_and_closed_with_its_draft() {
    let mut harness = Harness::connected();
    let (lobby, rust) = (RoomName::lobby(), room("#rust"));
    let effects = harness.request(Request::Join(rust.clone()));
    assert_eq!(effects[0], Effect::RoomOpened(rust.clone()));
    assert_eq!(harness.state.room().join_state(), JoinState::Requested);
    harness.event(room_event("#rust", 0, 0));
    harness.draft(&rust, "half a sen");
    let left = Event::Left {
        room: rust.clone(),
        user: user(7, "bob"),
        reason: chat_proto::LeaveReason::Bye,
    };
    let closed = Effect::RoomClosed { room: rust, draft: "half a sen".into() };
    assert_eq!(harness.event(left), [closed, Effect::RoomOpened(lobby)]);
}

#[test]
fn a_draft_is_stored_a_moment_later_and_at_once_if_it_is_gone() {
    let mut harness = Harness::connected();
    let lobby = RoomName::lobby();
    assert_eq!(harness.draft(&lobby, "half"), [Effect::Tick(STORE_DRAFTS_AFTER)]);
    assert!(harness.draft(&lobby, "half a sen").is_empty());
    let stored = harness.input(Input::Tick);
    assert!(
        matches!(&stored[..], [Effect::Store(StoreOp::Drafts(all))] if all.texts[&lobby] == "half a sen"),
        "{stored:?}"
    );
    let gone = harness.draft(&lobby, "");
    assert!(
        matches!(&gone[..], [Effect::Store(StoreOp::Drafts(all))] if all.texts.is_empty()),
        "{gone:?}"
    );
}
