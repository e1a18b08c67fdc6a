//! The user's editor.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncReadExt;
use tokio::sync::mpsc::Sender;

use super::*;
use crate::app::{Control, EditJob};

/// A terminal with an editor.
struct Edits {
    job: Arc<dyn Fn(String) -> Result<String, String> + Send + Sync>,
    in_editor: Arc<AtomicBool>,
}

impl Control for Edits {
    async fn ready(&mut self) -> io::Result<()> {
        assert!(!self.in_editor.load(Ordering::SeqCst), "a frame would be on the editor's screen");
        Ok(())
    }

    fn ring(&mut self) {}

    fn edit(&mut self, text: String, _: Option<&Path>) -> Option<EditJob> {
        self.in_editor.store(true, Ordering::SeqCst);
        let job = self.job.clone();
        Some(Box::new(move || job(text)))
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.in_editor.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn ask_colours(&mut self) -> bool {
        false
    }

    fn set_mouse(&mut self, _: bool) {}

    fn suspend(&mut self) {}
}

/// A client whose editor does that with the typed text, and its screen after Ctrl-X Ctrl-E.
async fn edits(typed: &str, job: fn(String) -> Result<String, String>) -> Screen {
    let job = move |text: String| job(text);
    let (screen, keys) = edits_until(typed, job, Arc::default(), std::future::pending()).await;
    // The keys must not end.
    std::mem::forget(keys);
    screen
}

/// The same; `in_editor` is set while the editor has the terminal, and the client ends when `stop` is ready.
async fn edits_until(
    typed: &str,
    job: impl Fn(String) -> Result<String, String> + Send + Sync + 'static,
    in_editor: Arc<AtomicBool>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (Screen, Sender<io::Result<TerminalEvent>>) {
    let job = Arc::new(job);
    let (keys, mut events) = tokio::sync::mpsc::channel::<io::Result<TerminalEvent>>(64);
    let screen = Screen::new(100, 20);
    let mut backend = screen.clone();
    let writer = chat_client::store::Writer::Task(Duration::from_secs(60));
    let options = Options { writer, ..options() };
    tokio::spawn(async move {
        let keys = futures_util::stream::poll_fn(move |context| events.poll_recv(context));
        let control = Edits { job, in_editor };
        Box::pin(crate::run(&mut backend, options, Nobody, keys, control, stop)).await
    });
    let text = typed.chars().map(|c| (KeyCode::Char(c), KeyModifiers::NONE));
    let edit = ['x', 'e'].map(|c| (KeyCode::Char(c), KeyModifiers::CONTROL));
    // The last key is typed before the editor has the terminal.
    let more = [(KeyCode::Char('!'), KeyModifiers::NONE)];
    for (code, modifiers) in text.chain(edit).chain(more) {
        let key = crossterm::event::KeyEvent::new(code, modifiers);
        keys.send(Ok(TerminalEvent::Key(key))).await.unwrap();
    }
    (screen, keys)
}

#[tokio::test(start_paused = true)]
async fn an_edited_text_is_in_the_box_and_nothing_is_drawn_meanwhile() {
    let screen = edits("one", |text| Ok(format!("{text}\ntwo"))).await;
    within("the text", screen.wait_for(|shown| shown.contains("#lobby › one\n         two"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_text_that_could_not_be_edited_stays() {
    let screen = edits("one", |_| Err("The text is as it was: no vi".to_owned())).await;
    let seen = |shown: &str| shown.contains("! The text is as it was: no vi");
    let shown = within("the notice", screen.wait_for(seen)).await;
    assert!(shown.contains("#lobby › one"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_terminal_without_an_editor_says_so() {
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.types("one").await;
    bob.presses(KeyCode::Char('x'), KeyModifiers::CONTROL).await;
    bob.presses(KeyCode::Char('e'), KeyModifiers::CONTROL).await;
    let shown = sees(&mut bob, "There is no editor here").await;
    assert!(shown.contains("#lobby › one"), "{shown}");
}

/// The runtime tells the client of a signal as it tells of bytes on a stream.
#[tokio::test(start_paused = true)]
async fn an_interrupt_sent_to_the_editor_right_before_it_ends_does_not_end_the_client() {
    let (sender, mut receiver) = tokio::net::UnixStream::pair().unwrap();
    let in_editor = Arc::new(AtomicBool::new(false));
    let counts = in_editor.clone();
    let stop =
        async move { while receiver.read_u8().await.is_ok() && counts.load(Ordering::SeqCst) {} };
    let job = move |text: String| {
        sender.try_write(b"i").unwrap();
        Ok(format!("{text} two"))
    };
    let (screen, keys) = edits_until("one", job, in_editor, stop).await;
    within("the text", screen.wait_for(|shown| shown.contains("#lobby › one two"))).await;
    keys.send(pressed(KeyCode::Char('3'), KeyModifiers::NONE)).await.unwrap();
    within("a key", screen.wait_for(|shown| shown.contains("#lobby › one two3"))).await;
}
