//! The file of the search index on a bad day, in the daemon as it is shipped.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::path::Path;

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use e2e::within;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// The files of the index.
const FILES: [&str; 3] = ["search.sqlite", "search.sqlite-wal", "search.sqlite-shm"];

/// Searches for "needle" until the answer is as wanted, and returns it.
async fn search(client: &mut Native, wanted: impl Fn(&Value) -> bool) -> Value {
    let asking = async {
        loop {
            client.send(&json!({"type": "search", "query": "needle"})).await;
            let answer = loop {
                let event = client.next().await.unwrap();
                if event["type"] == "found" || event["type"] == "refused" {
                    break event;
                }
            };
            if wanted(&answer) {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    within("the answer", asking).await
}

fn finds(count: usize) -> impl Fn(&Value) -> bool {
    move |answer| answer["hits"].as_array().is_some_and(|hits| hits.len() == count)
}

/// The output of `chat-server status`.
async fn status(daemon: &Daemon, data: &Path) -> String {
    let mut command = Command::new(program("chat-server"));
    command.args(["status", &daemon.address.to_string(), "--data"]).arg(data);
    let (code, output, errors) = binary::run(&mut command).await;
    assert_eq!(code, Some(0), "{output}{errors}");
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_cannot_be_written_is_in_the_log_once_and_in_status() {
    let data = TempDir::new().unwrap();
    let on_disk = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&on_disk).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    ana.say_accepted(1, "a needle").await;
    search(&mut ana, finds(1)).await;
    let runs = format!("chat-server {} runs on {}\n", env!("CARGO_PKG_VERSION"), daemon.address);
    assert_eq!(status(&daemon, data.path()).await, runs);

    // Without a name, the file is used to the end of the daemon.
    for file in FILES {
        let _ = fs::remove_file(data.path().join(file));
    }
    ana.say_accepted(2, "another needle").await;
    search(&mut ana, finds(2)).await;
    daemon.signal("TERM");
    daemon.exit_code().await;

    // Nobody can write to a directory.
    let index = data.path().join(FILES[0]);
    fs::create_dir(&index).unwrap();
    let mut daemon = Daemon::start_on(daemon.address, &on_disk).await;
    let mut eva = Native::join(daemon.address, "eva").await;
    let says_why =
        |answer: &Value| answer["text"].as_str().is_some_and(|text| text.contains("written"));
    let answer = search(&mut eva, says_why).await;
    assert_eq!(answer["code"], "search_not_ready");
    let reason = "the server has no access to its file";
    assert!(answer["text"].as_str().unwrap().contains(reason), "{answer}");
    let said = format!("search: the index cannot be written: {reason}; searches are refused\n");
    assert_eq!(status(&daemon, data.path()).await, format!("{runs}{said}"));
    eva.say_accepted(1, "messages are accepted").await;
    // The data of no daemon: the status has no word about it.
    let elsewhere = TempDir::new().unwrap();
    assert_eq!(status(&daemon, elsewhere.path()).await, runs);

    fs::remove_dir(&index).unwrap();
    search(&mut eva, finds(2)).await;
    assert_eq!(status(&daemon, data.path()).await, runs);
    daemon.signal("TERM");
    daemon.exit_code().await;
    let log = daemon.whole_log().await;
    let times = |text: &str| log.iter().filter(|line| line.contains(text)).count();
    assert_eq!(times("cannot write the search index"), 1, "{log:#?}");
    assert_eq!(times("the search index is written again"), 1, "{log:#?}");
}
