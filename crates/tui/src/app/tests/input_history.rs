//! Texts of earlier runs in the input history.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_history_of_the_input_is_there_in_the_next_run_without_names() {
    let directory = tempfile::tempdir().unwrap();
    let writer = chat_client::store::Writer::Task(Duration::from_millis(20));
    let state = Some(directory.path().to_owned());
    let options = || Options { state: state.clone(), writer, ..options() };
    let mut bob = Client::start(options(), Nobody, 80, 20);
    bob.types("hello\nhello\n/topic\n/nick rob\n").await;
    within("the end", bob.quits()).await.unwrap();
    let mut bob = Client::start(options(), Nobody, 80, 20);
    for text in ["/quit", "/topic", "hello"] {
        bob.presses(KeyCode::Up, KeyModifiers::NONE).await;
        sees(&mut bob, &format!("#lobby › {text}")).await;
    }
    bob.presses(KeyCode::Up, KeyModifiers::NONE).await;
    bob.types("!").await;
    sees(&mut bob, "#lobby › hello!").await;
}
