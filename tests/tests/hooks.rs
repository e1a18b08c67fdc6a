//! Posts to a hook: the lines of `docs/web.md` as they are, and posts that are repeated over kills of
//! the daemon.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program, run};
use e2e::hook::{post, post_until_answered};
use e2e::native::Native;
use e2e::within;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::watch;

const PAGE: &str = include_str!("../../docs/web.md");

/// Exit code of curl if nobody it trusts vouches for the certificate.
const CURL_NOT_TRUSTED: i32 = 60;

/// Exit code of curl if the server has another key than the pinned one.
const CURL_OTHER_KEY: i32 = 90;

/// The commands of the section on programs that post.
fn lines() -> Vec<&'static str> {
    let (_, section) = PAGE.split_once("\n## Programs that post\n").expect("the section");
    let section = section.split("\n## ").next().unwrap();
    section.split("```sh\n").skip(1).map(|block| block.split("\n```").next().unwrap()).collect()
}

/// A client in #ops, which its user owns, and the address of a hook of it.
async fn with_hook(daemon: &Daemon) -> (Native, String) {
    let mut ana = Native::join(daemon.address, "ana").await;
    ana.send(&json!({"type": "join", "room": "#ops"})).await;
    ana.until("room").await;
    ana.send(&json!({"type": "hook", "room": "#ops", "name": "nightly"})).await;
    let url = ana.until("hook").await["url"].as_str().unwrap().to_owned();
    (ana, url)
}

/// Whether `curl` can be run. If not, the test is skipped, and its output says so.
#[allow(clippy::print_stdout, reason = "the output of the test reports that it was skipped")]
fn has_curl() -> bool {
    let has = std::process::Command::new("curl").arg("--version").output().is_ok();
    if !has {
        println!("skipped: cannot run curl");
    }
    has
}

async fn said(ana: &mut Native) -> String {
    let message = ana.until("message").await;
    assert_eq!((&message["from"]["name"], &message["room"]), (&json!("nightly"), &json!("#ops")));
    message["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_lines_of_the_guide_post_what_they_say() {
    if !has_curl() {
        return;
    }
    let daemon = Daemon::start(&["--data", ":memory:"]).await;
    let (mut ana, url) = with_hook(&daemon).await;
    let lines = lines();
    for line in [&lines[..], &lines[1..2]].concat() {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env("HOOK", &url);
        let (code, answer, log) = run(&mut shell).await;
        assert_eq!((code, &*answer), (Some(0), "ok"), "{line}: {log}");
    }
    let expected = ["the build is green", "build 4711 is green", "[ci] green\n41 tests"];
    for text in expected {
        assert_eq!(said(&mut ana).await, text);
    }
    ana.send(&json!({"type": "ping"})).await;
    assert_eq!(ana.next().await.unwrap()["type"], "pong", "the repeat is not said again");
}

#[tokio::test]
async fn curl_posts_to_the_server_with_the_key_and_to_no_other() {
    if !has_curl() {
        return;
    }
    let [data, other] = [(); 2].map(|()| TempDir::new().unwrap());
    let args = |data: &TempDir| {
        ["--data", data.path().to_str().unwrap(), "--public-address", "chat.test", "--join", "open"]
            .map(str::to_owned)
    };
    // curl finds chat.test on this machine.
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join(".curlrc"), "connect-to = \"chat.test::127.0.0.1:\"\n")
        .unwrap();
    let curl = async |line: &str| {
        let mut shell = Command::new("sh");
        let (code, answer, _) = run(shell.args(["-c", line]).env("CURL_HOME", home.path())).await;
        (code, answer)
    };

    let mut daemon = Daemon::start(&args(&data).each_ref().map(String::as_str)).await;
    let (mut ana, _) = with_hook(&daemon).await;
    let mut admin = Command::new(program("chat-server"));
    admin.args(["admin", "hook", "#ops", "nightly builds", "--data"]).arg(data.path());
    let (code, made, errors) = run(&mut admin).await;
    assert_eq!(code, Some(0), "{errors}");
    let lines: Vec<_> =
        made.lines().map(str::trim).filter(|line| line.starts_with("curl ")).collect();
    let [plain, by_key] = lines[..] else { panic!("{made}") };
    assert_eq!(curl(plain).await.0, Some(CURL_NOT_TRUSTED), "{plain}");
    assert_eq!(curl(by_key).await, (Some(0), "ok".to_owned()), "{by_key}");
    assert_eq!(ana.until("message").await["text"], "hello");

    daemon.signal("TERM");
    daemon.exit_code().await;
    let args = args(&other);
    let mut another = Daemon::start_on(daemon.address, &args.each_ref().map(String::as_str)).await;
    assert_eq!(curl(by_key).await, (Some(CURL_OTHER_KEY), String::new()), "{by_key}");
    another.signal("TERM");
    another.exit_code().await;
    let log = another.whole_log().await.join("\n");
    assert!(!log.contains("there is no such hook"), "the secret was sent: {log}");
}

#[tokio::test]
async fn a_post_that_is_repeated_until_it_is_answered_is_stored_once_over_kills() {
    const POSTS: usize = 60;
    let directory = TempDir::new().unwrap();
    let data = directory.path().to_str().unwrap();
    let mut daemon = Daemon::start(&["--data", data]).await;
    let (address, (ana, url)) = (daemon.address, with_hook(&daemon).await);
    drop(ana);
    let path = format!("/hook/{}", url.rsplit('/').next().unwrap());
    let (count, mut answered) = watch::channel(0);
    let sender = tokio::spawn(async move {
        for nth in 0..POSTS {
            let text = format!("post {nth}");
            // The first answer is not looked at, as by a sender that dies after each post.
            post(address, &path, &text).await;
            post_until_answered(address, &path, &text).await;
            count.send_replace(nth + 1);
        }
    });
    for kill in 1..=5 {
        within("more posts are answered", answered.wait_for(|count| *count >= kill * 10))
            .await
            .unwrap();
        daemon.signal("KILL");
        daemon.exit_code().await;
        daemon = Daemon::start_on(address, &["--data", data]).await;
    }
    within("all posts are answered", sender).await.unwrap();
    let mut bob = Native::join(address, "bob").await;
    bob.send(&json!({"type": "join", "room": "#ops"})).await;
    bob.until("room").await;
    bob.send(&json!({"type": "history", "room": "#ops"})).await;
    let history = bob.until("history").await;
    let texts =
        history["messages"].as_array().unwrap().iter().map(|message| message["text"].clone());
    let expected: Vec<_> = (0..POSTS).map(|nth| json!(format!("post {nth}"))).collect();
    assert_eq!(texts.collect::<Vec<_>>(), expected);
}
