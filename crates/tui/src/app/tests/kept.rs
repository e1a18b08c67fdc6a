//! What outlives the program, and what the server is told of it.

use chat_proto::Secret;
use std::path::Path;

use super::*;
use crate::app::FRAME_MIN;
use crate::update::drafts::KEEP_AFTER;

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
    sees(&mut bob, "… bob: two").await;
    assert_eq!(hears_say(&mut server).await, (Some(1), "one".into()));
    drop(server);
    bob.types("three\n").await;
    sees(&mut bob, "… bob: three").await;
    // Killed: nothing is said, nothing is closed.
    drop(bob);
    tokio::task::yield_now().await;

    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    sees(&mut bob, "… bob: three").await;
    let (mut server, again) = lets_in(server, 1).await;
    assert_eq!(
        (again.token.as_ref().map(Secret::reveal), again.device),
        (Some("secret"), first.device)
    );
    assert_eq!(hears_say(&mut server).await, (Some(2), "two".into()));
    assert_eq!(hears_say(&mut server).await, (Some(3), "three".into()));
    bob.types("four\n").await;
    assert_eq!(hears_say(&mut server).await, (Some(4), "four".into()));
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
    tells(&mut server, &Event::Refused(refusal)).await;
    sees(&mut bob, "type another name below").await;
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
    tells(&mut server, &message(user(3, "ana"), "hi", At::from_millis(0))).await;
    assert_eq!(hears_read(&mut server).await, 1);
}

/// The file of drafts under a directory.
fn drafts_in(directory: &Path) -> Option<String> {
    std::fs::read_dir(directory).unwrap().find_map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => drafts_in(&path),
        path if path.ends_with("drafts-1") => Some(std::fs::read_to_string(path).unwrap()),
        _ => None,
    })
}

/// Waits until `text` is kept among the drafts.
async fn keeps(directory: &Path, text: &str) {
    let keeping = async {
        while !drafts_in(directory).is_some_and(|drafts| drafts.contains(text)) {
            tokio::time::sleep(FRAME_MIN).await;
        }
    };
    let kept = timeout(DEADLINE, keeping).await;
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
    sees(&mut bob, "connecting").await;
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
    let keys = "half a sen".chars().map(|c| Ok(TerminalEvent::Key(KeyCode::Char(c).into())));
    let Ok(mut terminal) = ratatui::Terminal::new(Screen::new(80, 20));
    let keys = futures_util::stream::iter(keys);
    let never = std::future::pending();
    let run = crate::run(&mut terminal, options(), Nobody, keys, || (), never);
    within("the end", run).await.unwrap();
    let mut bob = Client::start(options(), Nobody, 80, 20);
    sees(&mut bob, "> half a sen").await;
    bob.presses(KeyCode::Char('u'), KeyModifiers::CONTROL).await;
    bob.types("/qui").await;
    keeps(directory.path(), "/qui").await;
    bob.types("t\n").await;
    within("the end", bob.ends()).await.unwrap();
    assert_eq!(drafts_in(directory.path()), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_is_told_before_the_end() {
    let (server, client) = tokio::io::duplex(4096);
    let mut bob = Client::start(options(), Once(Some(client)), 80, 20);
    let (mut server, _) = lets_in(server, 0).await;
    tells(&mut server, &message(user(3, "ana"), "hi", At::from_millis(0))).await;
    sees(&mut bob, "ana: hi").await;
    within("the end", bob.quits()).await.unwrap();
    assert_eq!(hears_read(&mut server).await, 1);
}
