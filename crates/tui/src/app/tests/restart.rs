//! State that outlives the program, and what the server is sent of it.

use std::path::Path;

use chat_client::update::STORE_DRAFTS_AFTER;
use chat_proto::event::{Accepted, Welcome};
use chat_proto::{Secret, Seq};
use futures_util::StreamExt;

use super::*;
use crate::app::FRAME_MIN;
use crate::fixture::journal;

#[tokio::test(start_paused = true)]
async fn a_message_outlives_the_program_and_is_sent_under_its_device_and_number() {
    let directory = tempfile::TempDir::new().unwrap();
    let state = Some(directory.path().to_owned());
    let options = || Options { state: state.clone(), ..options() };
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, first) = accept_client(server).await;
    assert!(first.new, "the client makes the token of a new user");
    bob.types("one\ntwo\n").await;
    sees(&mut bob, "… two").await;
    assert_eq!(receive_say(&mut server).await, (None, Some(1), "one".into()));
    drop(server);
    bob.types("three\n").await;
    sees(&mut bob, "… three").await;
    // Killed: it sends no goodbye and closes nothing.
    drop(bob);
    tokio::task::yield_now().await;

    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    sees(&mut bob, "… three").await;
    let (mut server, again) = accept_client(server).await;
    assert_eq!(again.token.as_ref().map(Secret::reveal), Some("secret"));
    assert_ne!(again.device, first.device, "each run numbers what is written in it");
    let device = Some(first.device);
    for (n, text) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(receive_say(&mut server).await, (device.clone(), Some(n), text.into()));
    }
    bob.types("four\n").await;
    assert_eq!(receive_say(&mut server).await, (None, Some(4), "four".into()));
}

#[tokio::test(start_paused = true)]
async fn clients_that_start_before_the_first_welcome_say_the_token_of_the_first() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let (mut tokens, mut running) = (Vec::new(), Vec::new());
    for is_killed in [true, false, false] {
        let (server, client) = tokio::io::duplex(4096);
        let bob = Client::start(options(), Once(Some(client)), 80, 20);
        let mut server = Framed::new(server, NativeCodec::<Command>::default());
        assert_eq!(receive(&mut server).await, Command::About);
        let (about, journal) = (welcome(7, "bob").server, journal("journal", "epoch"));
        send_event(&mut server, &Event::About { server: about, journal, key: None, search: None })
            .await;
        let Command::Hello(hello) = receive(&mut server).await else { panic!("no hello") };
        assert!(hello.new);
        tokens.push(hello.token.unwrap());
        if !is_killed {
            running.push((bob, server));
        }
    }
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[tokio::test(start_paused = true)]
async fn a_copied_directory_sends_one_message_under_one_number_from_both() {
    let [directory, copy] = [(); 2].map(|()| tempfile::TempDir::new().unwrap());
    let options = |directory: &Path| Options { state: Some(directory.to_owned()), ..options() };
    let mut bob = Client::start(options(directory.path()), Nobody, 80, 20);
    bob.types("one\n").await;
    sees(&mut bob, "… one").await;
    drop(bob);
    tokio::task::yield_now().await;
    copy_all(directory.path(), copy.path());
    let mut sent = Vec::new();
    for directory in [directory.path(), copy.path()] {
        let (server, client) = tokio::io::duplex(4096);
        let mut bob = Client::start(options(directory), Once(Some(client)), 80, 20);
        let (mut server, hello) = accept_client(server).await;
        let left = receive_say(&mut server).await;
        bob.types("two\n").await;
        let (device, n, _) = receive_say(&mut server).await;
        sent.push((left, device.unwrap_or(hello.device), n));
    }
    assert_eq!(sent[0].0, sent[1].0, "the server stores it once");
    assert_ne!((&sent[0].1, sent[0].2), (&sent[1].1, sent[1].2), "the server stores both");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&copy).unwrap();
            copy_all(&path, &copy);
        } else {
            std::fs::copy(&path, &copy).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_server_at_the_address_is_shown_no_token_and_sent_no_message() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let [(first, a), (second, b), (third, c)] = [(); 3].map(|()| tokio::io::duplex(4096));
    let mut bob = Client::start(options(), Several(vec![c, b, a]), 80, 20);
    let (first, _) = accept_client(first).await;
    sees(&mut bob, " online").await;
    drop(first);
    sees(&mut bob, "Offline, retrying").await;
    bob.types("for the first\nhalf a sen").await;
    sees(&mut bob, "› half a sen").await;

    let other = Welcome {
        journal: Some(journal("other", "epoch")),
        token: Some(Secret::new("another")),
        ..welcome(7, "bob")
    };
    let (mut second, hello) = accept_client_with(second, other).await;
    assert!(hello.new && hello.token != Some(Secret::new("secret")), "a new user there");
    let screen = sees(&mut bob, "This is not the server that was here before").await;
    assert!(!screen.contains("for the first") && !screen.contains("half a sen"), "{screen}");
    bob.types("for the second\n").await;
    assert_eq!(receive_say(&mut second).await.2, "for the second");
    drop(second);

    let (mut third, hello) = accept_client(third).await;
    assert_eq!(hello.token.as_ref().map(Secret::reveal), Some("secret"));
    assert_eq!(receive_say(&mut third).await.2, "for the first");
    let screen = sees(&mut bob, "› half a sen").await;
    assert!(!screen.contains("for the second"), "{screen}");
}

#[tokio::test(start_paused = true)]
async fn a_server_is_known_at_another_address() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = |server| Options {
        state: Some(directory.path().to_owned()),
        ..Options::new(name("bob"), server)
    };
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options("127.0.0.1:1"), Once(Some(client)), 80, 20);
    let (server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    drop(server);
    bob.types("left\n").await;
    sees(&mut bob, "… left").await;
    drop(bob);
    tokio::task::yield_now().await;

    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options("localhost:1"), Once(Some(client)), 80, 20);
    bob.types("new\n").await;
    sees(&mut bob, "… new").await;
    let (mut server, hello) = accept_client(server).await;
    assert_eq!(hello.token.as_ref().map(Secret::reveal), Some("secret"));
    for text in ["left", "new"] {
        assert_eq!(receive_say(&mut server).await.2, text);
    }
}

/// How many messages wait after the end, if the server answers one while the client says goodbye or not.
async fn left_at_the_end(answers: bool) -> usize {
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = accept_client(server).await;
    sees(&mut bob, " online").await;
    bob.types("hi\n").await;
    receive_say(&mut server).await;
    let serves = async {
        let is_bye = |command| (command == Command::Bye).then_some(());
        receive_that(&mut server, "the goodbye", is_bye).await;
        if answers {
            let (n, device, room) = (Some(1), None, chat_proto::RoomName::lobby());
            let (seq, at, repeat) = (Seq::FIRST, Timestamp::from_millis(0), false);
            let accepted = Accepted { n, device, room, seq, at, repeat };
            send_event(&mut server, &Event::Accepted(accepted)).await;
        }
    };
    let ends = async { tokio::join!(bob.leaves(), serves) };
    within("the end", ends).await.0.unwrap().count()
}

#[tokio::test(start_paused = true)]
async fn the_end_says_which_messages_wait() {
    assert_eq!(left_at_the_end(false).await, 1);
    assert_eq!(left_at_the_end(true).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_cannot_be_used_ends_it_before_it_begins() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let options = Options { state: Some(file.path().to_owned()), ..options() };
    let error = within("the end", Client::start(options, Nobody, 80, 20).ends()).await.unwrap_err();
    assert!(error.to_string().contains("--state DIR names another"), "{error}");
    let path = file.path().display().to_string();
    assert!(!error.to_string().contains(&path), "its source says it: {error}");
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(source.is_some_and(|source| source.contains(&path)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_user_goes_on_under_another_name_with_the_pending_messages() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { state: Some(directory.path().to_owned()), ..options() };
    let (server, client) = tokio::io::duplex(4096);
    let (second, other) = tokio::io::duplex(4096);
    let mut bob = Client::start(options, Several(vec![other, client]), 80, 20);
    bob.types("waits\n").await;
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    assert_eq!(receive(&mut server).await, Command::About);
    let journal = journal("journal", "epoch");
    send_event(
        &mut server,
        &Event::About { server: welcome(7, "bob").server, journal, key: None, search: None },
    )
    .await;
    receive(&mut server).await;
    let refusal = chat_proto::Refusal::new(chat_proto::RefusalCode::NameTaken, "taken");
    send_event(&mut server, &Event::Refused(refusal)).await;
    sees(&mut bob, "Choose another name: ").await;
    bob.types("_2\n").await;
    let (mut server, hello) = accept_client(second).await;
    assert_eq!(hello.name, name("bob_2"));
    assert_eq!(receive_say(&mut server).await, (None, Some(1), "waits".into()));
}

#[tokio::test(start_paused = true)]
async fn the_read_position_is_sent_after_a_while() {
    let (server, client) = tokio::io::duplex(4096);
    let _bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = accept_client(server).await;
    send_event(&mut server, &message(user(3, "ana"), "hi", Timestamp::from_millis(0))).await;
    assert_eq!(receive_read(&mut server).await, 1);
}

/// The file of drafts under a directory.
fn drafts_in(directory: &Path) -> Option<String> {
    std::fs::read_dir(directory).unwrap().find_map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => drafts_in(&path),
        path if path.ends_with("drafts-1") => Some(std::fs::read_to_string(path).unwrap()),
        _ => None,
    })
}

/// Waits until `text` is stored among the drafts.
async fn stores_draft(directory: &Path, text: &str) {
    let storing = async {
        while !drafts_in(directory).is_some_and(|drafts| drafts.contains(text)) {
            tokio::time::sleep(FRAME_MIN).await;
        }
    };
    let stored = timeout(DEADLINE, storing).await;
    stored.unwrap_or_else(|_| panic!("no {text:?} in {:?}", drafts_in(directory)));
}

#[tokio::test(start_paused = true)]
async fn a_killed_client_restores_the_draft() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.types("half a sen").await;
    stores_draft(directory.path(), "half a sen").await;
    // Killed: it sends no goodbye and closes nothing.
    drop(bob);
    tokio::task::yield_now().await;

    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "› half a sen").await;
    bob.types("tence\n").await;
    sees(&mut bob, "… half a sentence").await;
    assert_eq!(drafts_in(directory.path()), None);
}

/// A terminal that takes no frame.
struct StuckTerminal;

impl crate::app::Control for StuckTerminal {
    async fn ready(&mut self) -> io::Result<()> {
        std::future::pending().await
    }

    fn ring(&mut self) {}

    fn ask_colours(&mut self) -> bool {
        false
    }

    fn set_mouse(&mut self, _: bool) {}

    fn suspend(&mut self) {}
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_stored_while_the_terminal_is_held() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { state: Some(directory.path().to_owned()), ..options() };
    let (server, client) = tokio::io::duplex(4096);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    send_event(&mut server, &Event::Welcome(welcome(7, "bob"))).await;
    // Nothing else happens by then, and nothing after it.
    let later = Duration::from_secs(5);
    let key = async {
        tokio::time::sleep(later).await;
        Ok(TerminalEvent::Key(KeyCode::Char('x').into()))
    };
    let keys = futures_util::stream::once(key).chain(futures_util::stream::pending());
    let mut screen = Screen::new(80, 20);
    let dial = Once(Some(client));
    let run = crate::run(&mut screen, options, dial, keys, StuckTerminal, std::future::pending());
    let stored = stores_draft(directory.path(), ":\"x\"");
    tokio::select! {
        ended = Box::pin(run) => panic!("{:?}", ended.map(|_| ())),
        stored = timeout(later + STORE_DRAFTS_AFTER * 2, stored) => stored.unwrap(),
    }
}

#[tokio::test(start_paused = true)]
async fn typing_without_a_pause_is_stored_all_the_same() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { state: Some(directory.path().to_owned()), ..options() };
    let mut bob = Client::start(options, Nobody, 80, 20);
    sees(&mut bob, "Connecting").await;
    for _ in 0..20 {
        bob.types("x").await;
        advance(STORE_DRAFTS_AFTER / 5).await;
    }
    let stored = drafts_in(directory.path()).unwrap_or_default();
    let keys = stored.matches('x').count();
    assert!((12..=20).contains(&keys), "{keys} keys are stored: {stored}");
}

#[tokio::test(start_paused = true)]
async fn the_end_stores_the_draft_and_not_the_command_to_quit() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let keys = "half a sen".chars().map(|c| Ok(TerminalEvent::Key(KeyCode::Char(c).into())));
    let mut screen = Screen::new(80, 20);
    let keys = futures_util::stream::iter(keys);
    let never = std::future::pending();
    let run = crate::run(&mut screen, options(), Nobody, keys, || (), never);
    Box::pin(within("the end", run)).await.unwrap();
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "› half a sen").await;
    bob.presses(KeyCode::Char('u'), KeyModifiers::CONTROL).await;
    bob.types("/qui").await;
    stores_draft(directory.path(), "/qui").await;
    bob.types("t\n").await;
    within("the end", bob.ends()).await.unwrap();
    assert_eq!(drafts_in(directory.path()), None);
}

#[tokio::test(start_paused = true)]
async fn the_read_position_is_sent_before_the_end() {
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = accept_client(server).await;
    send_event(&mut server, &message(user(3, "ana"), "hi", Timestamp::from_millis(0))).await;
    sees(&mut bob, "ana   hi").await;
    within("the end", bob.quits()).await.unwrap();
    assert_eq!(receive_read(&mut server).await, 1);
}
