use std::io;
use std::path::Path;
use std::time::Duration;

use chat_proto::command::Hello;
use chat_proto::event::Welcome;
use chat_proto::{At, Command, NativeCodec};
use futures_util::{SinkExt, StreamExt};
use tokio_util::codec::Framed;

use crossterm::event::{Event, KeyCode, KeyModifiers, MouseEvent, MouseEventKind};
use tokio::time::{Instant, advance};

use crate::fixture::{message, name, room_event, user, welcome};
use crate::link::Dial;
use crate::testing::{Client, Screen};
use crate::update::drafts::KEEP_AFTER;
use crate::{Options, RunError};

/// A server that nobody reaches.
struct Nobody;

impl Dial for Nobody {
    type Stream = tokio::io::DuplexStream;

    async fn dial(&mut self) -> io::Result<Self::Stream> {
        std::future::pending().await
    }
}

/// One connection, at whose other end all has been said already.
struct Once(Option<tokio::io::DuplexStream>);

impl Dial for Once {
    type Stream = tokio::io::DuplexStream;

    async fn dial(&mut self) -> io::Result<Self::Stream> {
        self.0.take().ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }
}

/// Several connections, the last first.
struct Several(Vec<tokio::io::DuplexStream>);

impl Dial for Several {
    type Stream = tokio::io::DuplexStream;

    async fn dial(&mut self) -> io::Result<Self::Stream> {
        self.0.pop().ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }
}

/// A client that has been welcomed and mentioned.
async fn mentioned(options: Options) -> Client {
    let (server, client) = tokio::io::duplex(4096);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    let mention = message(user(3, "ana"), "hi bob", At::from_millis(0));
    for event in [chat_proto::Event::Welcome(welcome(7, "bob")), mention] {
        server.send(&event).await.unwrap();
    }
    let mut bob = Client::start(options, Once(Some(client)), 80, 20);
    bob.sees("@ ana: hi bob").await;
    // Nothing more comes: by the next frame the bell has rung, or never will.
    bob.types("x").await;
    bob.sees("> x").await;
    bob
}

fn options() -> Options {
    Options::new(name("bob"), "nowhere:1")
}

#[tokio::test(start_paused = true)]
async fn it_opens_at_once_and_ends_when_asked() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    let before = Instant::now();
    bob.sees("connecting").await;
    assert!(before.elapsed() < super::FRAME_MIN);
    bob.types("half a sen").await;
    bob.sees("> half a sen").await;
    bob.quits().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_draws_only_what_changed_and_not_too_often() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.sees("connecting").await;
    let idle = bob.frames();
    // Short of the ten seconds after which the call is given up.
    tokio::time::timeout(Duration::from_secs(9), std::future::pending::<()>()).await.unwrap_err();
    assert!(bob.frames() <= idle + 1, "an idle client draws nothing");
    let (before, frames) = (Instant::now(), bob.frames());
    for _ in 0..1_000 {
        bob.types("x").await;
    }
    bob.presses(KeyCode::Char('!'), KeyModifiers::NONE).await;
    bob.sees("x!").await;
    let allowed = before.elapsed().as_secs_f64() / super::FRAME_MIN.as_secs_f64() + 2.0;
    let drawn = u32::try_from(bob.frames() - frames).unwrap();
    assert!(f64::from(drawn) <= allowed, "{drawn} frames, {allowed} allowed");
}

#[tokio::test(start_paused = true)]
async fn a_moving_mouse_wakes_nobody() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.sees("connecting").await;
    advance(Duration::from_millis(100)).await;
    bob.types("a").await;
    bob.sees("> a").await;
    let frames = bob.frames();
    let (column, row, modifiers) = (1, 1, KeyModifiers::NONE);
    let moved = MouseEvent { kind: MouseEventKind::Moved, column, row, modifiers };
    bob.gives(Event::Mouse(moved)).await;
    bob.gives(Event::FocusLost).await;
    tokio::time::timeout(Duration::from_secs(1), std::future::pending::<()>()).await.unwrap_err();
    assert_eq!(bob.frames(), frames);
}

#[tokio::test(start_paused = true)]
async fn a_resized_screen_is_drawn_anew() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.sees("│").await;
    bob.resizes(50, 10).await;
    let screen = bob.sees_that(|screen| !screen.contains('│')).await;
    assert_eq!(screen.lines().count(), 10);
}

#[tokio::test(start_paused = true)]
async fn keys_that_fail_end_it_with_an_error_and_keys_that_end_do_not() {
    let ends_with = async |keys: Vec<io::Result<Event>>| {
        let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
        let keys = futures_util::stream::iter(keys);
        crate::run(&mut terminal, options(), Nobody, keys, || (), std::future::pending()).await
    };
    assert!(matches!(ends_with(vec![]).await, Ok(())));
    let error = ends_with(vec![Err(io::ErrorKind::BrokenPipe.into())]).await;
    assert!(matches!(error, Err(RunError::Keys(_))));
}

#[tokio::test(start_paused = true)]
async fn the_bell_rings_unless_it_must_not() {
    assert_eq!(mentioned(options()).await.bells(), 1);
    assert_eq!(mentioned(Options { bell: false, ..options() }).await.bells(), 0);
}

/// The server's end of the first connection: it lets the client in, knowing all up to `last`.
async fn lets_in(
    server: tokio::io::DuplexStream,
    last: u64,
) -> (Framed<tokio::io::DuplexStream, NativeCodec<Command>>, Hello) {
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    let Command::Hello(hello) = hears(&mut server).await else { panic!("no hello") };
    let welcome = Welcome { last, ..welcome(7, "bob") };
    for event in [chat_proto::Event::Welcome(welcome), room_event("#lobby", 0, 0)] {
        server.send(&event).await.unwrap();
    }
    (server, hello)
}

async fn hears(server: &mut Framed<tokio::io::DuplexStream, NativeCodec<Command>>) -> Command {
    server.next().await.unwrap().unwrap().unwrap()
}

/// The next thing that is said, by its number and text.
async fn hears_say(
    server: &mut Framed<tokio::io::DuplexStream, NativeCodec<Command>>,
) -> (Option<u64>, String) {
    loop {
        if let Command::Say(say) = hears(server).await {
            return (say.n, say.text.as_str().to_owned());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_said_outlives_the_program_and_is_said_under_its_number() {
    let directory = tempfile::TempDir::new().unwrap();
    let state = Some(directory.path().to_owned());
    let options = || Options { state: state.clone(), ..options() };
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, first) = lets_in(server, 0).await;
    assert_eq!(first.token, None);
    bob.types("one\ntwo\n").await;
    bob.sees("… bob: two").await;
    assert_eq!(hears_say(&mut server).await, (Some(1), "one".into()));
    drop(server);
    bob.types("three\n").await;
    bob.sees("… bob: three").await;
    // Killed: nothing is said, nothing is closed.
    drop(bob);
    tokio::task::yield_now().await;

    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    bob.sees("… bob: three").await;
    let (mut server, again) = lets_in(server, 1).await;
    assert_eq!((again.token.as_deref(), again.device), (Some("secret"), first.device));
    assert_eq!(hears_say(&mut server).await, (Some(2), "two".into()));
    assert_eq!(hears_say(&mut server).await, (Some(3), "three".into()));
    bob.types("four\n").await;
    assert_eq!(hears_say(&mut server).await, (Some(4), "four".into()));
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_cannot_be_used_ends_it_before_it_begins() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let options = Options { state: Some(file.path().to_owned()), ..options() };
    let error = Client::start(options, Nobody, 80, 20).ends().await.unwrap_err();
    assert!(error.to_string().contains("--state DIR names another directory"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn who_was_refused_goes_on_as_another_with_what_waits() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { state: Some(directory.path().to_owned()), ..options() };
    let (server, client) = tokio::io::duplex(4096);
    let (second, other) = tokio::io::duplex(4096);
    let mut bob = Client::start(options, Several(vec![other, client]), 80, 20);
    bob.types("waits\n").await;
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    hears(&mut server).await;
    let refusal = chat_proto::Refusal::new(chat_proto::RefusalCode::NameTaken, "taken");
    server.send(&chat_proto::Event::Refused(refusal)).await.unwrap();
    bob.sees("type another name below").await;
    bob.types("_2\n").await;
    let (mut server, hello) = lets_in(second, 0).await;
    assert_eq!(hello.name, name("bob_2"));
    assert_eq!(hears_say(&mut server).await, (Some(1), "waits".into()));
}

#[tokio::test(start_paused = true)]
async fn how_far_one_has_read_is_told_after_a_while() {
    let (server, client) = tokio::io::duplex(4096);
    let _bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = lets_in(server, 0).await;
    server.send(&message(user(3, "ana"), "hi", At::from_millis(0))).await.unwrap();
    loop {
        if let Command::Read { seq, .. } = hears(&mut server).await {
            assert_eq!(seq, 1);
            break;
        }
    }
}

/// The file of drafts under a directory.
fn drafts_in(directory: &Path) -> Option<String> {
    std::fs::read_dir(directory).unwrap().find_map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => drafts_in(&path),
        path if path.ends_with("drafts-1") => Some(std::fs::read_to_string(path).unwrap()),
        _ => None,
    })
}

/// Waits until `text` is on the screen, and fails where it is not.
async fn sees(client: &mut Client, text: &str) {
    let seen = tokio::time::timeout(Duration::from_secs(9), client.sees(text)).await;
    assert!(seen.is_ok(), "no {text:?} on\n{}", client.screen());
}

/// Waits until `text` is kept among the drafts.
async fn keeps(directory: &Path, text: &str) {
    let keeping = async {
        while !drafts_in(directory).is_some_and(|drafts| drafts.contains(text)) {
            tokio::time::sleep(super::FRAME_MIN).await;
        }
    };
    let kept = tokio::time::timeout(Duration::from_secs(9), keeping).await;
    kept.unwrap_or_else(|_| panic!("no {text:?} in {:?}", drafts_in(directory)));
}

#[tokio::test(start_paused = true)]
async fn who_is_killed_in_mid_sentence_goes_on_with_it() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.types("half a sen").await;
    keeps(directory.path(), "half a sen").await;
    // Killed: nothing is said, nothing is closed.
    drop(bob);
    tokio::task::yield_now().await;

    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "> half a sen").await;
    bob.types("tence\n").await;
    sees(&mut bob, "… bob: half a sentence").await;
    assert_eq!(drafts_in(directory.path()), None);
}

#[tokio::test(start_paused = true)]
async fn who_never_pauses_loses_no_more_than_a_moment() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { state: Some(directory.path().to_owned()), ..options() };
    let mut bob = Client::start(options, Nobody, 80, 20);
    bob.sees("connecting").await;
    for _ in 0..20 {
        bob.types("x").await;
        advance(KEEP_AFTER / 5).await;
    }
    let kept = drafts_in(directory.path()).unwrap_or_default();
    let keys = kept.matches('x').count();
    assert!((12..=20).contains(&keys), "{keys} keys are kept: {kept}");
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_is_kept_where_it_ends_and_the_end_itself_is_not() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = || Options { state: Some(directory.path().to_owned()), ..options() };
    let keys = "half a sen".chars().map(|c| Ok(Event::Key(KeyCode::Char(c).into())));
    let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
    let keys = futures_util::stream::iter(keys);
    let never = std::future::pending();
    crate::run(&mut terminal, options(), Nobody, keys, || (), never).await.unwrap();
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "> half a sen").await;
    bob.presses(KeyCode::Char('u'), KeyModifiers::CONTROL).await;
    bob.types("/qui").await;
    keeps(directory.path(), "/qui").await;
    bob.types("t\n").await;
    bob.ends().await.unwrap();
    assert_eq!(drafts_in(directory.path()), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_is_told_before_the_end() {
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = lets_in(server, 0).await;
    server.send(&message(user(3, "ana"), "hi", At::from_millis(0))).await.unwrap();
    bob.sees("ana: hi").await;
    bob.quits().await.unwrap();
    loop {
        match server.next().await.map(|command| command.unwrap().unwrap()) {
            Some(Command::Read { seq, .. }) => break assert_eq!(seq, 1),
            Some(_) => {}
            None => panic!("it was not told"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_told_to() {
    let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
    let keys = futures_util::stream::pending();
    let stop = std::future::ready(());
    crate::run(&mut terminal, options(), Nobody, keys, || (), stop).await.unwrap();
}
