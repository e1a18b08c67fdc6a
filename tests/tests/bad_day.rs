//! The daemon on a faulty machine: a log that cannot be written, closed or full standard streams, a SIGHUP,
//! no home directory. It starts, serves and ends as usual.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use e2e::{DEADLINE, within};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

/// Messages of 16,000 bytes, more than the files of [`limited`] take.
const MANY: u64 = 60;

/// Bytes of log lines, more than the capacity of a pipe.
const MORE_THAN_A_PIPE: usize = 256 * 1024;

/// Returns a command for the daemon with these redirections of a shell, in which `$FILE` is `file`.
fn redirected(redirections: &str, file: &Path) -> Command {
    let mut shell = Command::new("sh");
    let command = format!(r#"exec "$0" "$@" {redirections}"#);
    shell.args(["-c", &command]).arg(program("chat-server")).env("FILE", file);
    shell
}

/// Returns a command for the daemon, none of whose files may have more blocks of 512 bytes.
fn limited(blocks: u32) -> Command {
    let mut shell = Command::new("sh");
    let limit = format!(r#"ulimit -f {blocks} && exec "$0" "$@""#);
    shell.args(["-c", &limit]).arg(program("chat-server"));
    shell
}

/// Checks that a message arrives, and that SIGTERM ends the daemon with code 0.
async fn serves_and_ends(mut daemon: Daemon) {
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut bob = Native::join(daemon.address, "bob").await;
    ana.say_accepted(1, "hello").await;
    assert_eq!(bob.next_message().await.1, "hello");
    daemon.signal("TERM");
    assert_eq!(bob.until("goodbye").await["code"], "shutdown");
    drop((ana, bob));
    assert_eq!(daemon.exit_code().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_grow_any_more_is_a_full_disk() {
    let directory = TempDir::new().unwrap();
    let mut daemon = Daemon::spawn(limited(1024).arg("--data").arg(directory.path())).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let text = "x".repeat(16_000);
    let mut accepted = 0;
    let refused = loop {
        ana.say(accepted + 1, &text).await;
        let answer = ana.next().await.expect("the daemon serves");
        if answer["type"] == "refused" {
            break answer;
        }
        assert_eq!(answer["type"], "accepted", "{answer}");
        accepted += 1;
    };
    assert_eq!(refused["code"], "not_kept", "{refused}");
    daemon.signal("KILL");
    daemon.exit_code().await;
    let daemon = Daemon::start(&["--data", directory.path().to_str().unwrap()]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.send(&json!({"type": "history", "room": "#lobby", "limit": 1})).await;
    assert_eq!(bob.until("history").await["messages"][0]["seq"], accepted, "all are there");
}

/// Stores messages of about a megabyte in the lobby of the daemon.
async fn fill(daemon: &Daemon) -> Native {
    let mut ana = Native::join(daemon.address, "ana").await;
    for n in 1..=MANY {
        ana.say_accepted(n, &"x".repeat(16_000)).await;
    }
    ana
}

/// The names of the files in a directory, sorted.
fn names(directory: &Path) -> Vec<std::ffi::OsString> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_file_may_not_grow_says_so_and_leaves_no_part_of_it() {
    let (data, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (data, backup) = (data.path(), other.path().join("backup.sqlite"));
    let mut daemon = Daemon::start(&["--data", data.to_str().unwrap()]).await;
    drop(fill(&daemon).await);
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    let run = async |command: &mut Command| {
        let (code, out, said) = binary::run(command.arg("--data").arg(data)).await;
        (code, out + &said)
    };

    let (code, said) = run(limited(512).arg("backup").arg(&backup)).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("backup.sqlite cannot be written"), "{said}");
    assert!(said.contains("Free space"), "{said}");
    assert!(names(other.path()).is_empty(), "{:?}", names(other.path()));

    let (code, said) = run(Command::new(program("chat-server")).arg("backup").arg(&backup)).await;
    assert_eq!(code, Some(0), "{said}");
    let before = names(data);
    let (code, said) = run(limited(512).arg("restore").arg(&backup)).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nothing was restored") && said.contains("ulimit -f"), "{said}");
    assert_eq!(names(data), before);
    let (code, said) = run(Command::new(program("chat-server")).arg("check")).await;
    assert_eq!(code, Some(0), "{said}");

    let mut shell = Command::new("sh");
    let export = r#"ulimit -f 512 && exec "$0" "$@" >"$FILE""#;
    shell.args(["-c", export]).arg(program("chat-server")).args(["export", "--room", "#lobby"]);
    let (code, said) = run(shell.env("FILE", other.path().join("lobby.txt"))).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("#lobby was not exported; what was written is only a part"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_killed_on_a_full_disk_says_what_to_do_and_starts_once_there_is_room() {
    let directory = TempDir::new().unwrap();
    let data = directory.path();
    let mut daemon = Daemon::start(&["--data", data.to_str().unwrap()]).await;
    drop(fill(&daemon).await);
    daemon.signal("KILL");
    daemon.exit_code().await;
    let files = names(data);
    let start = &mut limited(0);
    start.args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
    let (code, out, said) = binary::run(start).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains("It was left as it is. Free space on the disk"), "{said}");
    assert_eq!(names(data), files);

    let daemon = Daemon::start(&["--data", data.to_str().unwrap()]).await;
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.send(&json!({"type": "history", "room": "#lobby", "limit": 1})).await;
    assert_eq!(bob.until("history").await["messages"][0]["seq"], MANY, "all are there");
}

fn named_pipe(directory: &Path) -> std::path::PathBuf {
    let path = directory.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// Waits until `condition` is true.
async fn until(what: &str, condition: impl Fn() -> bool) {
    within(what.to_owned(), async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_serves_if_the_log_is_on_a_full_disk() {
    let directory = TempDir::new().unwrap();
    serves_and_ends(Daemon::spawn(&mut redirected("2>/dev/full", directory.path())).await).await;
    let daemon = Daemon::start(&["--log-file", "/dev/full"]).await;
    serves_and_ends(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_serves_if_the_reader_of_its_log_has_ended() {
    let directory = TempDir::new().unwrap();
    let pipe = named_pipe(directory.path());
    let reader = File::options().read(true).write(true).open(&pipe).unwrap();
    let daemon = Daemon::spawn(&mut redirected(r#"2>"$FILE""#, &pipe)).await;
    drop(reader);
    serves_and_ends(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_serves_if_its_log_is_a_full_pipe() {
    let directory = TempDir::new().unwrap();
    let pipe = named_pipe(directory.path());
    let _reader = File::options().read(true).write(true).open(&pipe).unwrap();
    let mut command = redirected(r#"2>"$FILE""#, &pipe);
    command.env("RUST_LOG", "debug").args(["--limits", "off"]);
    let daemon = Daemon::spawn(&mut command).await;
    let mut eva = Native::join(daemon.address, "eva").await;
    // Each of these commands is logged in one line.
    for _ in 0..MORE_THAN_A_PIPE / 50 {
        eva.write(b"{\"type\":\"who\",\"room\":\"#nowhere\"}\n").await;
    }
    for _ in 0..MORE_THAN_A_PIPE / 50 {
        eva.until("refused").await;
    }
    drop(eva);
    serves_and_ends(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_reports_a_log_file_that_cannot_be_opened_and_serves() {
    let mut daemon = Daemon::start(&["--log-file", "/no/where"]).await;
    daemon.until_logged("cannot open the log file /no/where").await;
    serves_and_ends(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reopens_the_log_file_and_the_daemon_serves() {
    let directory = TempDir::new().unwrap();
    let (path, rotated) = (directory.path().join("log"), directory.path().join("log.1"));
    let daemon = Daemon::start(&["--log-file", path.to_str().unwrap()]).await;
    until("a line of the log", || {
        fs::read_to_string(&path).is_ok_and(|log| log.contains("listens"))
    })
    .await;
    fs::rename(&path, &rotated).unwrap();
    daemon.signal("HUP");
    until("a new log file", || path.exists()).await;
    let eva = Native::join(daemon.address, "eva").await;
    until("eva in the new log file", || fs::read_to_string(&path).unwrap().contains("eva")).await;
    assert!(!fs::read_to_string(&rotated).unwrap().contains("eva"));
    drop(eva);
    serves_and_ends(daemon).await;

    let mut daemon = Daemon::start(&[]).await;
    daemon.signal("HUP");
    daemon.until_logged("there is no log file to open again").await;
    serves_and_ends(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_starts_without_standard_streams_home_and_locale() {
    let directory = TempDir::new().unwrap();
    let log = directory.path().join("log");
    for (name, redirections) in
        [("ana", "<&- >&- 2>&-"), ("bob", ">/dev/full 2>/dev/full </dev/null")]
    {
        let _ = fs::remove_file(&log);
        let data = directory.path().join("data");
        let mut child = redirected(redirections, directory.path())
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()])
            .args(["--log-file", log.to_str().unwrap()])
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let began = Instant::now();
        let address = loop {
            let written = fs::read_to_string(&log).unwrap_or_default();
            let listens = written.lines().find_map(|line| line.split_once(" listens on "));
            if let Some((_, address)) = listens {
                break address.parse().unwrap();
            }
            assert!(began.elapsed() < DEADLINE, "{redirections}: {written}");
            tokio::task::yield_now().await;
        };
        Native::join(address, name).await;
        child.start_kill().unwrap();
        child.wait().await.unwrap();
        assert!(!fs::read_to_string(&log).unwrap().contains("panicked"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_different_addresses_share_one_lobby() {
    let daemon = Daemon::start(&["--listen", "127.0.0.2:0"]).await;
    let [first, second] = [0, 1].map(|line: usize| {
        let address = daemon.announced[line].rsplit_once(" listens on ").expect("an address").1;
        address.parse::<std::net::SocketAddr>().unwrap()
    });
    assert_eq!(first.ip().to_string(), "127.0.0.2");
    let mut ana = Native::join(first, "ana").await;
    let mut bob = Native::join(second, "bob").await;
    ana.say_accepted(1, "from one address").await;
    assert_eq!(bob.next_message().await.1, "from one address");
}
