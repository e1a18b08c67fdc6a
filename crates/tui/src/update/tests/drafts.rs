//! Drafts are stored, and are there again.

use chat_client::store::Drafts;
use chat_client::update::STORE_DRAFTS_AFTER;

use std::slice;

use super::*;

fn drafts(shown: &str, texts: &[(&str, &str)]) -> Drafts {
    let texts = texts.iter().map(|(name, text)| (room(name), (*text).to_owned()));
    Drafts { shown: room(shown), texts: texts.collect(), ..Drafts::default() }
}

/// Presses the keys of a text; `\n` is Enter. Returns all that is to be done, but not `typing`.
fn types(harness: &mut Harness, text: &str) -> Vec<Effect> {
    let key = |c| if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
    let effects = text.chars().flat_map(|c| harness.input_all(Input::Key(key(c).into())));
    effects.filter(|effect| !sent(slice::from_ref(effect)).iter().any(is_typing)).collect()
}

fn is_typing(command: &Command) -> bool {
    matches!(command, Command::Typing { .. })
}

/// The drafts that are to be stored.
fn stored_drafts(effects: &[Effect]) -> Vec<Drafts> {
    let kept = store_ops(effects).into_iter().filter_map(|keep| match keep {
        StoreOp::Drafts(drafts) => Some(drafts.clone()),
        _ => None,
    });
    kept.collect()
}

#[test]
fn a_draft_is_stored_a_moment_later_and_not_with_every_key() {
    let mut harness = Harness::connected(80, 20);
    assert_eq!(
        types(&mut harness, "half a "),
        [Effect::Client(ClientEffect::Tick(STORE_DRAFTS_AFTER))]
    );
    let half = drafts("#lobby", &[("#lobby", "half a ")]);
    assert_eq!(stored_drafts(&harness.input_all(Input::Client(ClientInput::Tick))), [half]);
    assert!(harness.input_all(Input::Client(ClientInput::Tick)).is_empty(), "it is stored already");
    assert!(harness.input_all(Input::Key(KeyCode::Left.into())).is_empty(), "no text has changed");
    assert_eq!(
        types(&mut harness, "sen"),
        [Effect::Client(ClientEffect::Tick(STORE_DRAFTS_AFTER))]
    );
    assert_eq!(harness.input_all(Input::Paste("tence".into())), []);
    let whole = drafts("#lobby", &[("#lobby", "half asentence ")]);
    assert_eq!(stored_drafts(&harness.input_all(Input::Client(ClientInput::Tick))), [whole]);
}

#[test]
fn a_key_is_on_the_screen_before_its_text_is_a_draft() {
    let mut harness = Harness::connected(80, 20);
    let key = |c: char| Input::Key(KeyCode::Char(c).into());
    let draft = |harness: &Harness| harness.state.client.room().draft().to_owned();
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    harness.input(Input::Client(ClientInput::Tick));
    harness.state.redraw.drew_all();
    for typed in ["a", "ab"] {
        let c = typed.chars().last().unwrap_or_default();
        assert_eq!(update(&mut harness.state, key(c), harness.at), []);
        let redraw = harness.state.redraw;
        assert!(redraw.input_box && !redraw.rest, "{redraw:?}");
    }
    assert_eq!(draft(&harness), "");
    let tick = Effect::Client(ClientEffect::Tick(STORE_DRAFTS_AFTER));
    assert!(update(&mut harness.state, Input::Draft, harness.at).contains(&tick));
    assert_eq!(draft(&harness), "ab");
    assert!(!harness.state.redraw.rest && !harness.state.is_draft_due);
    // Whatever comes next: a frame, a message, the end.
    for (typed, next) in [("abc", Input::Frame), ("abcd", Input::Client(ClientInput::Tick))] {
        let c = typed.chars().last().unwrap_or_default();
        let _ = update(&mut harness.state, key(c), harness.at);
        let _ = update(&mut harness.state, next, harness.at);
        assert_eq!(draft(&harness), typed);
    }
    // A key that opens another room leaves the text in its own.
    let _ = update(&mut harness.state, key('e'), harness.at);
    harness.alt(KeyCode::Char('2'));
    assert_eq!(harness.state.client.rooms().list()[0].draft(), "abcde");
    assert_eq!(draft(&harness), "");
}

#[test]
fn a_draft_that_is_sent_or_emptied_is_removed_at_once() {
    let mut harness = Harness::connected(80, 20);
    types(&mut harness, "hi");
    harness.input_all(Input::Client(ClientInput::Tick));
    let mut effects = types(&mut harness, "\n");
    effects.retain(|effect| {
        !matches!(effect, Effect::StoreTyped(_) | Effect::Client(ClientEffect::Tick(_)))
    });
    // Said first: killed between the two, it is there twice and not lost.
    assert!(
        matches!(
            &effects[..],
            [Effect::Client(ClientEffect::Store(StoreOp::Message(_))), Effect::Client(ClientEffect::Store(StoreOp::Drafts(none))), Effect::Client(ClientEffect::Link(_))]
                if *none == Drafts::default()
        ),
        "{effects:?}"
    );
    types(&mut harness, "no");
    harness.input_all(Input::Client(ClientInput::Tick));
    let control_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!(stored_drafts(&harness.input_all(Input::Key(control_u))), [Drafts::default()]);
    types(&mut harness, "/quit");
    harness.input_all(Input::Client(ClientInput::Tick));
    assert_eq!(stored_drafts(&types(&mut harness, "\n")), [Drafts::default()]);
}

#[test]
fn each_room_has_its_own_and_going_to_another_keeps_them_at_once() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    types(&mut harness, "for rust");
    let alt_1 = KeyEvent::new(KeyCode::Char('1'), KeyModifiers::ALT);
    let effects = harness.input_all(Input::Key(alt_1));
    assert_eq!(stored_drafts(&effects), [drafts("#lobby", &[("#rust", "for rust")])]);
    types(&mut harness, "for all");
    let both = drafts("#lobby", &[("#lobby", "for all"), ("#rust", "for rust")]);
    assert_eq!(stored_drafts(&harness.input_all(Input::Client(ClientInput::Tick))), [both]);
}

#[test]
fn a_prompt_for_a_name_stores_the_draft_and_not_the_name() {
    let mut harness = Harness::new(80, 20);
    types(&mut harness, "half a sen");
    harness.refuse_name();
    types(&mut harness, "_3");
    let half = drafts("#lobby", &[("#lobby", "half a sen")]);
    assert_eq!(stored_drafts(&harness.input_all(Input::Client(ClientInput::Tick))), [half]);
}

#[test]
fn a_start_restores_the_drafts_and_the_open_room() {
    let texts = [("#lobby", "for all"), ("#rust", "two\nlines")];
    let mut harness = Harness::with_drafts(80, 20, drafts("#rust", &texts));
    assert_shows(&harness, "▌ 2 #rust");
    assert_eq!(
        (typed(&harness).as_str(), harness.state.prompt.editor.cursor()),
        ("two\nlines", (1, 5))
    );
    assert!(harness.input_all(Input::Client(ClientInput::Tick)).is_empty(), "it is stored already");
    harness.connect(1);
    harness.event(room_event("#rust", 0, 0));
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert_eq!(says(&harness.type_text("!\n")), [(1, "two\nlines!")]);
    harness.alt(KeyCode::Char('1'));
    assert_eq!(typed(&harness), "for all");
}

#[test]
fn up_shows_the_draft_of_a_room_that_was_left() {
    let texts = [("#ada", "for ada"), ("#rust", "for rust")];
    let mut harness = Harness::with_drafts(80, 20, drafts("#rust", &texts));
    harness.connect(1);
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert!(!harness.screen().contains("#rust"), "{}", harness.screen());
    assert_eq!(typed(&harness), "");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "for rust");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "for ada");
}

#[test]
fn another_name_has_both_drafts() {
    let mut harness = Harness::new(80, 20);
    types(&mut harness, "mine");
    harness.input_all(Input::Client(ClientInput::Tick));
    let both = drafts("#lobby", &[("#lobby", "mine"), ("#rust", "of before")]);
    let rob = Profile { drafts: both.clone(), ..profile("rob") };
    harness.input_all(Input::Client(ClientInput::UserOpened(Ok(Box::new(rob)))));
    assert_eq!((typed(&harness).as_str(), harness.state.client.drafts()), ("mine", both));
    assert!(harness.input_all(Input::Client(ClientInput::Tick)).is_empty(), "it is stored already");
}

#[test]
fn a_text_stays_with_its_room_whatever_up_has_brought() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    types(&mut harness, "half a sentence");
    harness.alt(KeyCode::Char('1'));
    types(&mut harness, "only for the lobby");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "/join #rust");
    let texts = [("#lobby", "only for the lobby"), ("#rust", "half a sentence")];
    harness.alt(KeyCode::Char('2'));
    assert_eq!(harness.state.client.drafts(), drafts("#rust", &texts));
    harness.press(KeyCode::Down);
    assert_eq!(harness.state.client.drafts(), drafts("#rust", &texts));
    // A room that closes has its text remembered, and no other is lost over it.
    harness.alt(KeyCode::Char('1'));
    harness.press(KeyCode::Up);
    let reason = chat_proto::LeaveReason::Bye;
    harness.event(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert_eq!(typed(&harness), "only for the lobby");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "half a sentence");
    harness.press(KeyCode::Down);
    assert_eq!(typed(&harness), "only for the lobby");
}

#[test]
fn a_name_that_is_asked_for_takes_no_text_away() {
    let mut harness = Harness::new(80, 20);
    types(&mut harness, "said\nhalf a sen");
    harness.press(KeyCode::Up);
    harness.refuse_name();
    harness.type_text("\n");
    assert_eq!(typed(&harness), "half a sen");
}

#[test]
fn another_user_has_the_drafts_each_in_its_room() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/msg ana\n");
    harness.alt(KeyCode::Char('1'));
    types(&mut harness, "for all");
    harness.alt(KeyCode::Char('2'));
    types(&mut harness, "for ana");
    harness.lose();
    let titles = [(room("@3-7"), name("ana"))].into();
    let both = drafts("@3-7", &[("#lobby", "for all"), ("@3-7", "for ana")]);
    let both = Drafts { titles, ..both };
    assert_eq!(harness.state.client.drafts(), both);
    let welcome = welcome(8, "bob");
    harness.input_all(Input::Client(ClientInput::Link(LinkEvent::Welcome { session: 2, welcome })));
    assert_shows(&harness, "▌ 2 ana");
    assert_eq!(
        (typed(&harness).as_str(), harness.state.client.drafts()),
        ("for ana", both.clone())
    );
    assert_eq!(
        stored_drafts(&harness.input_all(Input::Client(ClientInput::Tick))),
        [both],
        "it was not kept yet"
    );
    harness.event(room_event("#lobby", 0, 0));
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert_eq!(
        (harness.state.client.rooms().list().len(), typed(&harness).as_str()),
        (1, "for all")
    );
}
