//! The settings file, and the colours of the terminal.

use super::*;
use crate::input::Report;
use crate::theme::{ANSWER_TIMEOUT, Answer, Rgb, TerminalColour};

/// A terminal that can tell its colours.
struct ColourTerminal;

impl crate::app::Control for ColourTerminal {
    async fn ready(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn ring(&mut self) {}

    fn ask_colours(&mut self) -> bool {
        true
    }

    fn set_mouse(&mut self, _: bool) {}

    fn suspend(&mut self) {}
}

/// Starts a client on a terminal that can tell its colours, and returns its screen and what it reads.
fn coloured(options: Options) -> (Screen, tokio::sync::mpsc::Sender<io::Result<Report>>) {
    let (reports, mut events) = tokio::sync::mpsc::channel(8);
    let screen = Screen::new(80, 20);
    let mut backend = screen.clone();
    tokio::spawn(async move {
        let keys = futures_util::stream::poll_fn(move |context| events.poll_recv(context));
        let never = std::future::pending();
        Box::pin(crate::run(&mut backend, options, Nobody, keys, ColourTerminal, never)).await
    });
    (screen, reports)
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_waits_for_the_colours_of_the_terminal_and_not_for_long() {
    let before = Instant::now();
    let (screen, reports) = coloured(options());
    within("a frame", screen.wait_for(|shown| shown.contains("Connecting"))).await;
    assert!((ANSWER_TIMEOUT..ANSWER_TIMEOUT * 2).contains(&before.elapsed()));
    // An answer that is late is used all the same.
    let frames = screen.frames();
    let answer = Answer { asked: TerminalColour::Background, colour: Rgb::BLACK };
    reports.send(Ok(Report::Colour(answer))).await.unwrap();
    within("another frame", screen.wait_for(|_| screen.frames() > frames)).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_at_once_when_the_terminal_has_answered() {
    let before = Instant::now();
    let (screen, reports) = coloured(options());
    reports.send(Ok(Report::Attributes)).await.unwrap();
    within("a frame", screen.wait_for(|shown| shown.contains("Connecting"))).await;
    assert!(before.elapsed() < ANSWER_TIMEOUT, "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_saved_even_if_the_user_quits_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, "# mine\n").unwrap();
    let writer = chat_client::store::Writer::Task(Duration::from_millis(20));
    let options = Options { settings_file: Some(path.clone()), writer, ..options() };
    let mut bob = Client::start(options, Nobody, 80, 20);
    bob.types("/set theme dark\n/set theme light\n/set mouse off\n").await;
    within("the end", bob.quits()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "# mine\ntheme = \"light\"\nmouse = false\n");
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_cannot_be_saved_is_reported_and_holds_for_this_run() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.types("/set users off\n").await;
    sees(&mut bob, "users is now off, but only until you quit").await;
}
