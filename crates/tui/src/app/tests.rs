mod bench;
mod kept;

use std::io;
use std::time::Duration;

use chat_proto::{At, Command, Event, NativeCodec};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers, MouseEvent, MouseEventKind};
use tokio::time::{Instant, advance, timeout};
use tokio_util::codec::Framed;

use self::bench::*;
use crate::fixture::{DEADLINE, message, name, user, welcome, within};
use crate::testing::{Client, Screen};
use crate::{Options, RunError};

/// A client that has been welcomed and mentioned.
async fn mentioned(options: Options) -> Client {
    let (server, client) = tokio::io::duplex(4096);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    let mention = message(user(3, "ana"), "hi bob", At::from_millis(0));
    for event in [Event::Welcome(welcome(7, "bob")), mention] {
        tells(&mut server, &event).await;
    }
    let mut bob = Client::start(options, Once(Some(client)), 80, 20);
    sees(&mut bob, "@ ana: hi bob").await;
    // Nothing more comes: by the next frame the bell has rung, or never will.
    bob.types("x").await;
    sees(&mut bob, "> x").await;
    bob
}

#[tokio::test(start_paused = true)]
async fn it_opens_at_once_and_ends_when_asked() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    let before = Instant::now();
    sees(&mut bob, "connecting").await;
    assert!(before.elapsed() < super::FRAME_MIN);
    bob.types("half a sen").await;
    sees(&mut bob, "> half a sen").await;
    within("the end", bob.quits()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_draws_only_what_changed_and_not_too_often() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "connecting").await;
    let idle = bob.frames();
    // Short of the ten seconds after which the call is given up.
    timeout(Duration::from_secs(9), std::future::pending::<()>()).await.unwrap_err();
    assert!(bob.frames() <= idle + 1, "an idle client draws nothing");
    let (before, frames) = (Instant::now(), bob.frames());
    within("all typed", bob.types(&"x".repeat(1_000))).await;
    bob.presses(KeyCode::Char('!'), KeyModifiers::NONE).await;
    sees(&mut bob, "x!").await;
    let allowed = before.elapsed().as_secs_f64() / super::FRAME_MIN.as_secs_f64() + 2.0;
    let drawn = u32::try_from(bob.frames() - frames).unwrap();
    assert!(f64::from(drawn) <= allowed, "{drawn} frames, {allowed} allowed");
}

#[tokio::test(start_paused = true)]
async fn a_moving_mouse_wakes_nobody() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "connecting").await;
    advance(Duration::from_millis(100)).await;
    bob.types("a").await;
    sees(&mut bob, "> a").await;
    let frames = bob.frames();
    let (column, row, modifiers) = (1, 1, KeyModifiers::NONE);
    let moved = MouseEvent { kind: MouseEventKind::Moved, column, row, modifiers };
    bob.gives(TerminalEvent::Mouse(moved)).await;
    bob.gives(TerminalEvent::FocusLost).await;
    timeout(Duration::from_secs(1), std::future::pending::<()>()).await.unwrap_err();
    assert_eq!(bob.frames(), frames);
}

#[tokio::test(start_paused = true)]
async fn a_resized_screen_is_drawn_anew() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "│").await;
    bob.resizes(50, 10).await;
    let screen =
        sees_that(&mut bob, "a screen without a list", |screen| !screen.contains('│')).await;
    assert_eq!(screen.lines().count(), 10);
}

#[tokio::test(start_paused = true)]
async fn ctrl_l_draws_a_screen_anew_that_another_program_has_written_on() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    let clean = sees(&mut bob, "connecting").await;
    bob.scribbles("disk full");
    bob.types("x").await;
    let screen = sees(&mut bob, "> x").await;
    assert!(screen.contains("disk full"), "only what has changed is drawn:\n{screen}");
    bob.presses(KeyCode::Backspace, KeyModifiers::NONE).await;
    bob.presses(KeyCode::Char('l'), KeyModifiers::CONTROL).await;
    sees_that(&mut bob, "clean screen", |screen| screen == clean).await;
}

#[tokio::test(start_paused = true)]
async fn keys_that_fail_end_it_with_an_error_and_keys_that_end_do_not() {
    let ends_with = async |keys: Vec<io::Result<TerminalEvent>>| {
        let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
        let keys = futures_util::stream::iter(keys);
        let never = std::future::pending();
        within("the end", crate::run(&mut terminal, options(), Nobody, keys, || (), never)).await
    };
    assert!(ends_with(vec![]).await.is_ok());
    let error = ends_with(vec![Err(io::ErrorKind::BrokenPipe.into())]).await;
    assert!(matches!(error.map_err(|failure| failure.error), Err(RunError::Keys(_))));
}

#[tokio::test(start_paused = true)]
async fn the_bell_rings_unless_it_must_not() {
    assert_eq!(mentioned(options()).await.bells(), 1);
    assert_eq!(mentioned(Options { bell: false, ..options() }).await.bells(), 0);
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_told_to() {
    let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
    let keys = futures_util::stream::pending();
    let stop = std::future::ready(());
    let run = crate::run(&mut terminal, options(), Nobody, keys, || (), stop);
    within("the end", run).await.unwrap();
}
