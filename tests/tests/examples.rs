//! The scripts in `examples` work, and `docs/protocol.md` shows their files unchanged.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use e2e::binary::{self, Daemon};
use e2e::native::Native;
use e2e::within;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

const PAGE: &str = include_str!("../../docs/protocol.md");

/// A bot, and the program that runs it.
struct Bot {
    interpreter: &'static str,
    file: &'static str,
    name: &'static str,
    /// The language of its code block on the page.
    language: &'static str,
    source: &'static str,
}

const BASH: Bot = Bot {
    interpreter: "bash",
    file: "ping.sh",
    name: "ping_sh",
    language: "bash",
    source: include_str!("../../examples/ping.sh"),
};

const PYTHON: Bot = Bot {
    interpreter: "python3",
    file: "ping.py",
    name: "ping_py",
    language: "python",
    source: include_str!("../../examples/ping.py"),
};

impl Bot {
    /// Returns false if the machine has no such interpreter. Every machine that runs `./chat` has Bash.
    #[allow(clippy::print_stdout, reason = "the output of the test reports a bot that was skipped")]
    fn can_run(&self) -> bool {
        let version = std::process::Command::new(self.interpreter).arg("--version").output();
        let can_run = version.is_ok_and(|output| output.status.success());
        assert!(can_run || self.interpreter != "bash", "cannot run bash");
        if !can_run {
            println!("skipped {}: cannot run {}", self.file, self.interpreter);
        }
        can_run
    }

    /// Starts it in `directory`, where it stores its token. The process is killed on drop.
    fn start(&self, directory: &Path, server: SocketAddr) -> Child {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples");
        Command::new(self.interpreter)
            .arg(examples.join(self.file))
            .args([server.ip().to_string(), server.port().to_string()])
            .current_dir(directory)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }
}

/// Waits until the bot joins the lobby. Returns its user's number.
async fn until_joined(ana: &mut Native, bot: &Bot) -> Value {
    let joined = ana.until("joined").await;
    assert_eq!(joined["user"]["name"], bot.name, "{joined}");
    joined["user"]["id"].clone()
}

/// Sends `!ping` to `room` until the bot answers there. The bot does not receive messages from before it
/// joined, so the first may have no answer.
async fn until_answered(ana: &mut Native, bot: &Bot, room: &str) {
    let answer = async {
        let mut address = Value::Null;
        loop {
            ana.send(&json!({"type": "say", "room": room, "text": "!ping"})).await;
            loop {
                let event = ana.next().await.expect("the connection stays open");
                if event["type"] == "accepted" {
                    address = event["room"].clone();
                    break;
                }
                if event["type"] == "message" && event["room"] == address {
                    assert_eq!(event["from"]["name"], bot.name, "{event}");
                    return assert_eq!(event["text"], "pong", "{event}");
                }
            }
        }
    };
    within(format!("an answer of {} in {room}", bot.file), answer).await;
}

/// Checks that the bot answers in the lobby and to a direct message, and is the same user after a restart.
async fn check_answers(bot: &Bot) {
    if !bot.can_run() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let daemon = Daemon::start(&[]).await;
    let mut ana = Native::join(daemon.address, "ana").await;

    let mut child = bot.start(directory.path(), daemon.address);
    let id = until_joined(&mut ana, bot).await;
    until_answered(&mut ana, bot, "#lobby").await;

    child.kill().await.unwrap();
    assert_eq!(ana.until("left").await["user"]["id"], id);
    let _child = bot.start(directory.path(), daemon.address);
    assert_eq!(until_joined(&mut ana, bot).await, id, "the same user after a restart");
    until_answered(&mut ana, bot, &format!("@{}", bot.name)).await;
}

/// Checks that the bot ignores the bytes before the first `{`, and answers the server's ping.
async fn check_pong(bot: &Bot) {
    if !bot.can_run() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _child = bot.start(directory.path(), listener.local_addr().unwrap());
    let (stream, _) = within("its connection", listener.accept()).await.unwrap();
    let mut stream = BufReader::new(stream);
    assert_eq!(next(&mut stream).await["type"], "hello");
    let welcome = json!({"type": "welcome", "token": "5f0c1e9a"});
    let ping = json!({"type": "ping", "nonce": 0});
    stream.write_all(format!("ID:7{welcome}\n{ping}\n").as_bytes()).await.unwrap();
    assert_eq!(next(&mut stream).await, json!({"type": "pong", "nonce": 0}));
}

/// Reads the bot's next command. Adds the default nonce to a `pong`.
async fn next(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Value {
    let mut line = String::new();
    within("a command of the bot", stream.read_line(&mut line)).await.unwrap();
    let mut command: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
    if command["type"] == "pong" && command["nonce"].is_null() {
        command["nonce"] = json!(0);
    }
    command
}

#[test]
fn the_page_shows_the_files_unchanged() {
    for Bot { file, language, source, .. } in [BASH, PYTHON] {
        assert!(PAGE.contains(&format!("\n```{language}\n{source}```\n")), "{file}");
        assert_eq!(PAGE.matches(&format!("```{language}\n")).count(), 1, "{language}");
    }
}

#[tokio::test]
async fn the_script_makes_an_invite_as_a_user_of_chat_tui() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = Native::connect(daemon.address).await;
    ana.send(&json!({"type": "hello", "version": 1, "name": "ana"})).await;
    let welcome = ana.expect("welcome").await;
    let home = TempDir::new().unwrap();
    let id = welcome["journal"]["id"].as_str().unwrap();
    let stored = home.path().join(".local/state/chat-tui/journals").join(id).join("ana");
    std::fs::create_dir_all(&stored).unwrap();
    std::fs::write(stored.join("token"), format!("{}\n", welcome["token"].as_str().unwrap()))
        .unwrap();

    let script = async |uses: &str| {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples");
        let mut command = Command::new(examples.join("invite.sh"));
        command.args(["ana", uses, &daemon.address.port().to_string()]).env("HOME", home.path());
        binary::run(command.env_remove("XDG_STATE_HOME")).await
    };
    let (code, line, errors) = script("2").await;
    assert_eq!(code, Some(0), "{errors}");
    assert!(line.starts_with("chat://"), "{line}");
    for name in ["bob", "eva"] {
        let (_, secret) = line.trim().rsplit_once('.').unwrap();
        let mut user = Native::connect(daemon.address).await;
        let hello = json!({"type": "hello", "version": 1, "name": name, "invite": secret});
        user.send(&hello).await;
        user.expect("welcome").await;
    }
    let (code, _, errors) = script("5000").await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("uses must be from 1 to 1000"), "{errors}");
}

#[tokio::test]
async fn the_bot_in_bash_answers() {
    check_answers(&BASH).await;
}

#[tokio::test]
async fn the_bot_in_python_answers() {
    check_answers(&PYTHON).await;
}

#[tokio::test]
async fn the_bot_in_bash_answers_pings() {
    check_pong(&BASH).await;
}

#[tokio::test]
async fn the_bot_in_python_answers_pings() {
    check_pong(&PYTHON).await;
}
