mod editing;
mod input_history;
mod older_server;
mod restart;
mod search;
mod server;
mod settings;
mod stored;

use std::io;
use std::time::Duration;

use chat_proto::command::Nonce;
use chat_proto::{Command, Event, NativeCodec, Timestamp};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers, MouseEvent, MouseEventKind};
use futures_util::StreamExt;
use ratatui::layout::Size;
use tokio::time::{Instant, advance, timeout};
use tokio_util::codec::Framed;

use self::server::*;
use super::{EVENTS_AT_ONCE_MAX, run_shown};
use crate::fixture::{DEADLINE, message, name, user, welcome, within};
use crate::settings::Layers;
use crate::state::State;
use crate::testing::{Client, Screen};
use crate::{Exit, Failure, Options, RunError, Then};

/// A client that has been welcomed and mentioned.
async fn mentioned(options: Options) -> Client {
    let (server, client) = tokio::io::duplex(4096);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    let mention = message(user(3, "ana"), "hi @bob", Timestamp::from_millis(0));
    for event in [Event::Welcome(welcome(7, "bob")), mention] {
        send_event(&mut server, &event).await;
    }
    let mut bob = Client::start(options, Once(Some(client)), 80, 20);
    sees(&mut bob, "ana ▌ hi @bob").await;
    // Nothing more comes: by the next frame the bell has rung, or never will.
    bob.types("x").await;
    sees(&mut bob, "› x").await;
    bob
}

#[tokio::test(start_paused = true)]
async fn it_opens_at_once_and_ends_when_asked() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    let before = Instant::now();
    sees(&mut bob, "Connecting").await;
    assert!(before.elapsed() < super::FRAME_MIN);
    bob.types("half a sen").await;
    sees(&mut bob, "› half a sen").await;
    within("the end", bob.quits()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn esc_ends_a_first_start_that_nobody_answers_to_ask_again() {
    let mut bob = Client::start(Options { is_first: true, ..options() }, Nobody, 80, 20);
    sees(&mut bob, "Esc change the address").await;
    bob.presses(KeyCode::Esc, KeyModifiers::NONE).await;
    let ended = within("the end", bob.ends()).await.unwrap();
    assert!(matches!(ended.then, Then::Ask { name, .. } if name.as_str() == "bob"));
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_draws_nothing() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "Connecting").await;
    let idle = bob.frames();
    // Short of the ten seconds after which the call is given up.
    timeout(Duration::from_secs(9), std::future::pending::<()>()).await.unwrap_err();
    assert!(bob.frames() <= idle + 1, "an idle client draws nothing");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_on_the_screen_at_once() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "Connecting").await;
    // A timer is due at a whole millisecond, and a key comes at any time.
    advance(Duration::from_micros(300)).await;
    let before = Instant::now();
    for typed in ["x", "xy", "xyz"] {
        bob.types(&typed[typed.len() - 1..]).await;
        sees(&mut bob, &format!("› {typed}")).await;
    }
    assert_eq!(before.elapsed(), Duration::ZERO, "no key waits for a timer");
}

#[tokio::test(start_paused = true)]
async fn keys_that_come_at_once_are_all_taken_and_drawn_in_few_frames() {
    let typed: String = ('a'..='z').cycle().take(3 * EVENTS_AT_ONCE_MAX).collect();
    let keys: Vec<_> =
        typed.chars().map(|c| pressed(KeyCode::Char(c), KeyModifiers::NONE)).collect();
    let keys = futures_util::stream::iter(keys).chain(futures_util::stream::pending());
    let mut shown = Vec::new();
    let show = |state: &State, _| {
        shown.push(state.editor().text());
        Ok(())
    };
    let (size, never) = (Size::new(80, 20), std::future::pending());
    let run = Box::pin(run_shown(size, show, options(), Nobody, keys, || {}, never));
    assert!(timeout(Duration::from_secs(1), run).await.is_err(), "it goes on");
    assert_eq!(shown.last(), Some(&typed));
    assert!(shown.len() < 10, "{} frames", shown.len());
}

#[tokio::test(start_paused = true)]
async fn keys_without_a_pause_do_not_delay_the_end_of_the_program() {
    let taken = std::cell::Cell::new(0);
    let key = |_| {
        taken.set(taken.get() + 1);
        pressed(KeyCode::Char('x'), KeyModifiers::NONE)
    };
    let keys = futures_util::stream::iter(0..10 * EVENTS_AT_ONCE_MAX).map(key);
    let keys = keys.chain(futures_util::stream::pending());
    let (size, stop) = (Size::new(80, 20), std::future::ready(()));
    let run = Box::pin(run_shown(size, |_, _| Ok(()), options(), Nobody, keys, || {}, stop));
    within("the end", run).await.unwrap();
    assert_eq!(taken.get(), EVENTS_AT_ONCE_MAX);
}

#[tokio::test(start_paused = true)]
async fn messages_alone_are_not_drawn_too_often() {
    let (server, client) = tokio::io::duplex(4096);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    send_event(&mut server, &Event::Welcome(welcome(7, "bob"))).await;
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (before, frames) = (Instant::now(), bob.frames());
    for seq in 1..=200 {
        let text = format!("number {seq}");
        let mut event = message(user(3, "ana"), &text, Timestamp::from_millis(0));
        if let Event::Message(message) = &mut event {
            message.seq = chat_proto::Seq::new(seq);
        }
        send_event(&mut server, &event).await;
        advance(Duration::from_millis(5)).await;
    }
    sees(&mut bob, "number 200").await;
    let allowed = before.elapsed().as_secs_f64() / super::FRAME_MIN.as_secs_f64() + 2.0;
    let drawn = u32::try_from(bob.frames() - frames).unwrap();
    assert!(f64::from(drawn) <= allowed, "{drawn} frames, {allowed} allowed");
}

#[tokio::test(start_paused = true)]
async fn a_moving_mouse_wakes_nobody() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "Connecting").await;
    advance(Duration::from_millis(100)).await;
    bob.types("a").await;
    sees(&mut bob, "› a").await;
    let frames = bob.frames();
    let (column, row, modifiers) = (1, 1, KeyModifiers::NONE);
    let moved = MouseEvent { kind: MouseEventKind::Moved, column, row, modifiers };
    bob.send_event(TerminalEvent::Mouse(moved)).await;
    timeout(Duration::from_secs(1), std::future::pending::<()>()).await.unwrap_err();
    assert_eq!(bob.frames(), frames);
}

#[tokio::test(start_paused = true)]
async fn a_resized_screen_has_its_new_size() {
    let mut bob = Client::start(options(), Nobody, 120, 20);
    sees(&mut bob, "│").await;
    bob.resizes(50, 10).await;
    let screen =
        wait_until(&mut bob, "a screen without a list", |screen| !screen.contains('│')).await;
    assert_eq!(screen.lines().count(), 10);
}

#[tokio::test(start_paused = true)]
async fn ctrl_l_draws_the_whole_screen_after_another_program_wrote_on_it() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    let clean = sees(&mut bob, "Connecting").await;
    bob.scribbles("disk full");
    bob.types("x").await;
    let screen = sees(&mut bob, "› x").await;
    assert!(screen.contains("disk full"), "only what has changed is drawn:\n{screen}");
    bob.presses(KeyCode::Backspace, KeyModifiers::NONE).await;
    bob.presses(KeyCode::Char('l'), KeyModifiers::CONTROL).await;
    wait_until(&mut bob, "clean screen", |screen| screen == clean).await;
}

#[tokio::test(start_paused = true)]
async fn keys_that_fail_end_it_with_an_error_and_keys_that_end_do_not() {
    let ends_with = async |keys: Vec<io::Result<TerminalEvent>>| {
        let mut screen = Screen::new(80, 20);
        let keys = futures_util::stream::iter(keys);
        let never = std::future::pending();
        let run = crate::run(&mut screen, options(), Nobody, keys, || (), never);
        Box::pin(within("the end", run)).await
    };
    assert!(ends_with(vec![]).await.is_ok());
    let error = ends_with(vec![Err(io::ErrorKind::BrokenPipe.into())]).await;
    assert!(matches!(error.map_err(|failure| failure.error), Err(RunError::Keys(_))));
}

#[tokio::test(start_paused = true)]
async fn the_bell_rings_unless_it_is_turned_off() {
    assert_eq!(mentioned(options()).await.bells(), 1);
    let mut settings = Layers::default();
    settings.flags.set("notify", "none").unwrap();
    assert_eq!(mentioned(Options { settings, ..options() }).await.bells(), 0);
}

#[tokio::test(start_paused = true)]
async fn it_stops_on_request() {
    let mut screen = Screen::new(80, 20);
    let keys = futures_util::stream::pending::<io::Result<TerminalEvent>>();
    let stop = std::future::ready(());
    let run = crate::run(&mut screen, options(), Nobody, keys, || (), stop);
    Box::pin(within("the end", run)).await.unwrap();
}

/// A terminal that takes no frame until `taken` is sent, and a shell behind it.
struct StuckTerminal {
    taken: tokio::sync::watch::Receiver<bool>,
    suspended: tokio::sync::watch::Sender<usize>,
}

impl crate::app::Control for StuckTerminal {
    async fn ready(&mut self) -> io::Result<()> {
        self.taken.wait_for(|taken| *taken).await.map(drop).map_err(io::Error::other)
    }

    fn ring(&mut self) {}

    fn ask_colours(&mut self) -> bool {
        false
    }

    fn set_mouse(&mut self, _: bool) {}

    fn suspend(&mut self) {
        self.suspended.send_modify(|times| *times += 1);
    }
}

/// Starts a client on a terminal that is held, and returns all its ends.
fn held(server: tokio::io::DuplexStream) -> (Screen, Keys, Release, Suspensions, ClientTask) {
    let (release, taken) = tokio::sync::watch::channel(false);
    let (suspended, shell) = tokio::sync::watch::channel(0);
    let (keys, mut events) = tokio::sync::mpsc::channel(8);
    let screen = Screen::new(80, 20);
    let mut backend = screen.clone();
    let running = tokio::spawn(async move {
        let keys = futures_util::stream::poll_fn(move |context| events.poll_recv(context));
        let control = StuckTerminal { taken, suspended };
        let never = std::future::pending();
        Box::pin(crate::run(&mut backend, options(), Once(Some(server)), keys, control, never))
            .await
    });
    (screen, keys, release, shell, running)
}

type Keys = tokio::sync::mpsc::Sender<io::Result<TerminalEvent>>;
type Release = tokio::sync::watch::Sender<bool>;
type Suspensions = tokio::sync::watch::Receiver<usize>;
type ClientTask = tokio::task::JoinHandle<Result<Exit, Failure>>;

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> io::Result<TerminalEvent> {
    Ok(TerminalEvent::Key(crossterm::event::KeyEvent::new(code, modifiers)))
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_takes_no_frame_does_not_stop_the_client() {
    let (server, client) = tokio::io::duplex(4096);
    let (screen, keys, release, _shell, running) = held(client);
    let (mut server, _) = accept_client(server).await;
    for c in ['h', 'i'] {
        keys.send(pressed(KeyCode::Char(c), KeyModifiers::NONE)).await.unwrap();
    }
    keys.send(pressed(KeyCode::Enter, KeyModifiers::NONE)).await.unwrap();
    assert_eq!(receive_say(&mut server).await, (None, Some(1), "hi".to_owned()));
    send_event(&mut server, &Event::Ping { nonce: Nonce::Number(1) }).await;
    receive_that(&mut server, "a pong", |command| {
        matches!(command, Command::Pong { .. }).then_some(())
    })
    .await;
    assert_eq!(screen.frames(), 0, "no frame is drawn while the terminal takes none");
    release.send(true).unwrap();
    within("the frame", screen.wait_for(|shown| shown.contains("bob … hi"))).await;
    drop(keys);
    within("the end", running).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_is_gone_ends_it() {
    let (_server, client) = tokio::io::duplex(4096);
    let (_screen, _keys, release, _shell, running) = held(client);
    drop(release);
    let ended = within("the end", running).await.unwrap();
    assert!(matches!(ended, Err(Failure { error: RunError::Draw(_), .. })), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn ctrl_z_gives_the_terminal_to_the_shell_and_types_nothing() {
    let (_server, client) = tokio::io::duplex(4096);
    let (screen, keys, release, mut shell, _running) = held(client);
    release.send(true).unwrap();
    keys.send(pressed(KeyCode::Char('x'), KeyModifiers::NONE)).await.unwrap();
    keys.send(pressed(KeyCode::Char('z'), KeyModifiers::CONTROL)).await.unwrap();
    within("the shell", shell.wait_for(|times| *times == 1)).await.unwrap();
    within("the text", screen.wait_for(|shown| shown.contains("› x"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_notice_about_the_terminal_is_shown_at_the_start() {
    let notice = crate::terminal::check::ASCII_NOTICE;
    let notices = vec![notice.to_owned()];
    let mut bob = Client::start(Options { notices, ..options() }, Nobody, 80, 20);
    sees(&mut bob, "The locale is not UTF-8").await;
    within("the end", bob.quits()).await.unwrap();
}
