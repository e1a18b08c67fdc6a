//! `chat-server admin` and the daemon that it talks to, as they are shipped.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use chat_proto::AddressLine;
use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use e2e::within;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::Command;

/// A data directory that exists while this does.
struct Data(TempDir);

impl Data {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.0.path().join("control")
    }

    /// A daemon on this directory.
    async fn daemon(&self, args: &[&str]) -> Daemon {
        Daemon::start(&[&["--data", self.path()], args].concat()).await
    }

    /// Runs `chat-server admin`. Returns its exit code, its output and its errors.
    async fn admin(&self, args: &[&str]) -> (Option<i32>, String, String) {
        admin(self.0.path(), args).await
    }

    /// The output of `chat-server admin`, which must succeed.
    async fn done(&self, args: &[&str]) -> String {
        let (code, output, errors) = self.admin(args).await;
        assert_eq!(code, Some(0), "{args:?}: {output}{errors}");
        output
    }
}

async fn admin(data: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(program("chat-server"));
    command.arg("admin").args(args).arg("--data").arg(data).stdin(Stdio::null());
    binary::run(&mut command).await
}

/// The address line that a command has printed.
fn line(output: &str) -> AddressLine {
    let line = output.lines().find_map(|line| line.trim().strip_prefix("chat-tui ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_becomes_an_owner_of_a_server_that_is_closed() {
    let data = Data::new();
    let mut daemon = data.daemon(&["--join", "closed"]).await;
    let mode = std::fs::metadata(data.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut secrets = Vec::new();
    for name in ["ana", "bob"] {
        let output = data.done(&["owner-line"]).await;
        assert!(
            output.contains("the first person who opens this line becomes an owner"),
            "{output}"
        );
        let secret = line(&output).secret().unwrap().reveal().to_owned();
        let mut owner = Native::connect(daemon.address).await;
        owner.send(&hello(name, &secret)).await;
        assert_eq!(owner.until("welcome").await["role"], "owner");
        secrets.push(secret);
    }
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await.join("\n");
    for secret in secrets {
        assert!(!log.contains(&secret), "a secret is in the log: {log}");
    }
}

fn hello(name: &str, invite: &str) -> Value {
    json!({"type": "hello", "version": 1, "name": name, "invite": invite, "features": ["roles"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn invites_are_made_listed_and_ended() {
    let data = Data::new();
    let _daemon = data.daemon(&[]).await;
    let made = data.done(&["invite", "--uses", "5", "--for", "2d", "--note", "the new ones"]).await;
    assert!(made.contains("the first 5 people who open this line become members"), "{made}");
    let id = made.strip_prefix("Invite ").and_then(|made| made.split(':').next()).unwrap();
    let listed = data.done(&["invites"]).await;
    assert!(listed.contains("0 of 5 used") && listed.contains("the new ones"), "{listed}");
    let json = data.done(&["invites", "--json"]).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["invites"].as_array().unwrap().len(), listed.lines().count(), "{json}");
    let revoked = data.done(&["revoke", id]).await;
    assert_eq!(revoked, format!("Invite {id} has ended. Users who came by it stay.\n"));
    let (code, output, errors) = data.admin(&["revoke", id]).await;
    assert_eq!((code, &*output), (Some(1), ""), "{errors}");
    // One plain line, not one of the log.
    assert!(errors.starts_with(&format!("chat-server: there is no invite {id}")), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for wrong in [&["invite", "--uses", "0"][..], &["invite", "--for", "31d"], &["revoke"], &[]] {
        assert_eq!(data.admin(wrong).await.0, Some(2), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn order_is_kept_from_the_command_line() {
    let data = Data::new();
    let daemon = data.daemon(&[]).await;
    let _ana = Native::join(daemon.address, "ana").await;
    let mut eva = Native::join(daemon.address, "eva").await;
    let made = data.done(&["user", "role", "ana", "moderator"]).await;
    assert_eq!(made, "ana is a moderator of the server now.\n");
    let terms = ["mute", "Eva", "--for", "1d", "--reason", "cool down", "--room", "#lobby"];
    let muted = data.done(&terms).await;
    assert!(muted.starts_with("eva is muted in #lobby until 20"), "{muted}");
    assert!(muted.ends_with(" UTC: cool down.\n"), "{muted}");
    assert_eq!(data.admin(&["unmute", "eva"]).await.0, Some(1), "that mute is not on the server");
    let listed = data.done(&["sanctions", "--room", "#lobby"]).await;
    assert!(listed.contains("mute  eva"), "{listed}");
    let ended = data.done(&["unmute", "eva", "--room", "#lobby"]).await;
    assert_eq!(ended, "The mute of eva in #lobby has ended.\n");
    let banned = data.done(&["ban", "203.0.113.0/24"]).await;
    assert!(banned.contains("203.0.113.0/24 is banned from the server without an end"), "{banned}");
    data.done(&["unban", "203.0.113.0/24"]).await;
    let none = data.done(&["sanctions"]).await;
    assert_eq!(none, "There are no mutes and bans on the server.\n");
    let rules = data.done(&["rule", "#lobby", "--slow", "30"]).await;
    assert!(rules.contains("a member writes once in 30 s"), "{rules}");
    assert!(data.done(&["rooms"]).await.starts_with("#lobby  2 users connected"));
    data.done(&["kick", "eva", "--reason", "see the rules"]).await;
    let end = eva.until("goodbye").await;
    assert!(end["text"].as_str().unwrap().contains("see the rules"), "{end}");
    let log = data.done(&["audit", "--limit", "3"]).await;
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(log.lines().all(|line| line.contains("  the operator  ")), "{log}");
    let (code, _, errors) = data.admin(&["mute", "nobody"]).await;
    assert!(code == Some(1) && errors.contains("nobody"), "{errors}");
    for wrong in [
        &["mute"][..],
        &["mute", "a@b"],
        &["user", "role", "ana", "king"],
        &["ban", "eva", "--for", "0s"],
    ] {
        assert_eq!(data.admin(wrong).await.0, Some(2), "{wrong:?}");
    }
}

/// The `welcome` of a login on another device, or its refusal.
async fn log_in(daemon: &Daemon, name: &str, with: &str, secret: &str) -> Value {
    let mut device = Native::connect(daemon.address).await;
    let hello =
        json!({"type": "hello", "version": 1, "name": name, "device_name": "phone", with: secret});
    device.send(&hello).await;
    let answer = device.next().await.unwrap();
    drop(device);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_has_lost_all_devices_comes_back_and_a_name_is_freed() {
    let data = Data::new();
    let mut daemon = data.daemon(&[]).await;
    let mut bob = Native::connect(daemon.address).await.hello("bob").await;
    let shown = data.done(&["user", "show", "bob"]).await;
    assert!(shown.starts_with("bob: number 1, member, without a password\n"), "{shown}");
    let number = |section: &str, text: &str| {
        let line = text.lines().skip_while(|line| *line != section).nth(1).unwrap();
        line.split_whitespace().next().unwrap().to_owned()
    };
    let users = data.done(&["user", "list"]).await;
    assert_eq!(users, "     1  bob  member  1 device  connected\n");
    let session = number("sessions:", &shown);
    assert!(data.done(&["sessions"]).await.contains("bob"));
    assert_eq!(data.done(&["end", &session]).await, format!("Session {session} has ended.\n"));
    assert_eq!(bob.until("goodbye").await["code"], "kicked");

    let linked = data.done(&["user", "link", "bob"]).await;
    let welcome = log_in(&daemon, "bob", "link", &code_of(&linked)).await;
    assert_eq!((&welcome["type"], &welcome["id"]), (&json!("welcome"), &json!(1)), "{welcome}");
    let device = number("devices:", &data.done(&["user", "show", "bob"]).await);
    let dropped = data.done(&["user", "drop", "bob", &device]).await;
    assert!(dropped.contains(&format!("device {device} of bob is dropped")), "{dropped}");
    let (code, _, errors) = data.admin(&["user", "drop", "bob", &device]).await;
    let missing = format!(
        "bob has no device with the number {device}; chat-server admin user show bob lists them"
    );
    assert!(code == Some(1) && errors.contains(&missing), "{errors}");

    let password = "correct horse battery";
    let file = data.0.path().join("password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    let mut command = Command::new(program("chat-server"));
    command.args(["admin", "user", "password", "bob", "--password-stdin", "--drop-devices"]);
    command.arg("--data").arg(data.path()).stdin(std::fs::File::open(&file).unwrap());
    let (code, output, errors) = binary::run(&mut command).await;
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(output, "bob has the new password. Its devices are dropped.\n");
    assert_eq!(log_in(&daemon, "bob", "password", "wrong horse").await["code"], "bad_secret");
    assert_eq!(log_in(&daemon, "bob", "password", password).await["id"], 1);
    let (code, _, errors) = data.admin(&["user", "password", "bob", "--password-stdin"]).await;
    assert!(code == Some(1) && errors.contains("no password"), "{errors}");
    // It is not asked for a password first.
    let (code, _, errors) = data.admin(&["user", "password", "nobody"]).await;
    assert!(code == Some(1) && errors.contains("there is no user called nobody"), "{errors}");

    let free = async {
        // Until the daemon has seen the end of the last session.
        loop {
            let (code, freed, _) = data.admin(&["user", "free", "bob"]).await;
            if code == Some(0) {
                break freed;
            }
        }
    };
    let freed = within("the end of the session of bob", free).await;
    let (code, _, errors) = data.admin(&["kick", &freed_name(&freed)]).await;
    assert!(
        code == Some(1) && errors.contains("is not connected, so there is no session to end"),
        "{errors}"
    );
    assert!(freed.starts_with("The name bob is free; its user is bob_"), "{freed}");
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await.join("\n");
    assert!(!log.contains(password) && !log.contains(&code_of(&linked)), "a secret is in the log");
}

/// The name that the user of a freed name has.
fn freed_name(freed: &str) -> String {
    freed.rsplit("its user is ").next().unwrap().replace(" now.\n", "")
}

fn code_of(linked: &str) -> String {
    linked.lines().next().unwrap().replace("Code: ", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_daemon_it_says_what_to_do() {
    let data = Data::new();
    let (code, _, errors) = data.admin(&["invites"]).await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("no chat-server runs") && errors.contains("--data DIR"), "{errors}");
    // A socket that a killed daemon has left is the same, until a daemon replaces it.
    let mut daemon = data.daemon(&[]).await;
    daemon.signal("KILL");
    assert_eq!(daemon.exit_code().await, None);
    assert!(data.socket().exists());
    let (code, _, errors) = data.admin(&["invites"]).await;
    assert!(code == Some(1) && errors.contains("no chat-server runs"), "{errors}");
    let _daemon = data.daemon(&[]).await;
    data.done(&["invites"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_leaves_the_socket_to_the_first() {
    let data = Data::new();
    let _daemon = data.daemon(&[]).await;
    let second = ["--data", data.path(), "--listen", "127.0.0.1:0"];
    let (code, ..) = binary::run(Command::new(program("chat-server")).args(second)).await;
    assert_eq!(code, Some(1));
    data.done(&["invites"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_no_socket_can_have_is_said_and_the_daemon_serves() {
    let data = Data::new();
    let long = data.0.path().join("d".repeat(120));
    let mut daemon = Daemon::start(&["--data", long.to_str().unwrap()]).await;
    daemon.until_logged("chat-server admin cannot reach this daemon: the path ").await;
    Native::join(daemon.address, "ana").await;
    let (code, _, errors) = admin(&long, &["invites"]).await;
    assert!(
        code == Some(1) && errors.contains("choose a shorter directory with --data"),
        "{errors}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_silent_connections_has_a_bound_and_leaves_the_chat_alone() {
    let data = Data::new();
    let daemon = data.daemon(&[]).await;
    let mut crowd = Vec::new();
    let refused = loop {
        let mut stream = BufReader::new(UnixStream::connect(data.socket()).await.unwrap());
        let _ = stream.write_all(b"{\"type\":\"about\"}\n").await; // it may be closed already
        let mut answer = String::new();
        stream.read_line(&mut answer).await.unwrap();
        if !answer.contains("\"about\"") {
            break answer;
        }
        crowd.push(stream);
        assert!(crowd.len() <= 8, "no bound");
    };
    assert!(refused.contains("\"busy\""), "{refused}");
    assert_eq!(crowd.len(), 8, "fewer than the bound");
    Native::join(daemon.address, "ana").await;
    let (code, _, errors) = data.admin(&["invites"]).await;
    assert!(code == Some(1) && errors.contains("too many connections"), "{errors}");
    let mut one = crowd.pop().unwrap();
    one.write_all(b"{\"type\":\"bye\"}\n").await.unwrap();
    let mut rest = String::new();
    one.read_to_string(&mut rest).await.unwrap();
    drop(one);
    let free = async { while data.admin(&["invites"]).await.0 != Some(0) {} };
    within("a connection to the control socket", free).await;
}
