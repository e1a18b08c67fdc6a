//! The user's editor.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::app::{Control, EditJob};

/// A terminal with an editor.
struct Edits {
    job: fn(String) -> Result<String, String>,
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
        let job = self.job;
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

/// A client whose editor does that with what is typed, and its screen after Ctrl-X Ctrl-E.
async fn edits(typed: &str, job: fn(String) -> Result<String, String>) -> Screen {
    let (keys, mut events) = tokio::sync::mpsc::channel::<io::Result<TerminalEvent>>(64);
    let screen = Screen::new(100, 20);
    let mut backend = screen.clone();
    let writer = chat_client::store::Writer::Task(Duration::from_secs(60));
    let options = Options { writer, ..options() };
    tokio::spawn(async move {
        let keys = futures_util::stream::poll_fn(move |context| events.poll_recv(context));
        let control = Edits { job, in_editor: Arc::default() };
        let never = std::future::pending();
        Box::pin(crate::run(&mut backend, options, Nobody, keys, control, never)).await
    });
    let text = typed.chars().map(|c| (KeyCode::Char(c), KeyModifiers::NONE));
    let edit = ['x', 'e'].map(|c| (KeyCode::Char(c), KeyModifiers::CONTROL));
    // The last key is typed before the editor has the terminal.
    let more = [(KeyCode::Char('!'), KeyModifiers::NONE)];
    for (code, modifiers) in text.chain(edit).chain(more) {
        let key = crossterm::event::KeyEvent::new(code, modifiers);
        keys.send(Ok(TerminalEvent::Key(key))).await.unwrap();
    }
    // The keys must not end.
    std::mem::forget(keys);
    screen
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
