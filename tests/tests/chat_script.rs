//! The script `./chat`, with programs that are already built.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use e2e::binary::program;
use e2e::port::free_port;
use tempfile::TempDir;

/// A checkout with the script, the programs, and a `cargo` that does nothing. It is also the home directory.
struct Checkout(TempDir);

impl Checkout {
    fn new() -> Self {
        let checkout = TempDir::new().unwrap();
        let release = checkout.path().join("target/release");
        fs::create_dir_all(&release).unwrap();
        for name in ["chat-server", "chat-tui"] {
            symlink(program(name), release.join(name)).unwrap();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("chat");
        fs::copy(script, checkout.path().join("chat")).unwrap();
        // A link, since a file that was just written cannot be executed while a child that another test
        // forked meanwhile has it open.
        let no_op = ["/bin/true", "/usr/bin/true"].iter().find(|path| Path::new(path).exists());
        symlink(no_op.unwrap(), checkout.path().join("cargo")).unwrap();
        Self(checkout)
    }

    /// Runs `./chat` with these arguments for `server`. Returns its exit code and its output.
    fn chat(&self, server: &str, args: &[&str]) -> (Option<i32>, String) {
        run(self.command(server, args))
    }

    fn command(&self, server: &str, args: &[&str]) -> Command {
        let home = self.0.path();
        let path = format!("{}:{}", home.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command
            .arg(home.join("chat"))
            .args(args)
            .env("CHAT_SERVER", server)
            .env("HOME", home)
            .env("PATH", path)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("CHAT_DATA")
            .stdin(Stdio::null());
        command
    }

    fn has_state(&self) -> bool {
        self.0.path().join(".local").exists()
    }
}

fn run(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

/// Stops the daemon on drop, also if the test fails.
struct StopOnDrop<'a>(&'a Checkout, String);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        let _ = self.0.chat(&self.1, &["stop"]);
    }
}

#[test]
fn the_script_starts_finds_and_stops_a_daemon() {
    let checkout = Checkout::new();
    let port = free_port();
    let mut servers = vec![format!("localhost:{port}"), port.to_string()];
    if TcpListener::bind("[::1]:0").is_ok() {
        servers.push(format!("[::1]:{port}"));
    }
    for server in servers {
        let stop = StopOnDrop(&checkout, server.clone());
        let (_, printed) = checkout.chat(&server, &["ana"]);
        assert!(printed.contains("started chat-server, process"), "{printed}");
        assert!(
            printed.contains("terminal"),
            "the client starts, and finds no terminal: {printed}"
        );
        let data = checkout.0.path().join(format!(".local/share/chat-server-{port}"));
        assert!(data.is_dir(), "each port has its own data directory");
        let (_, printed) = checkout.chat(&server, &["ana"]);
        assert!(!printed.contains("started"), "it already runs: {printed}");
        assert_eq!(checkout.chat(&server, &["status"]).0, Some(0));
        drop(stop);
        let (code, printed) = checkout.chat(&server, &["status"]);
        assert_eq!(code, Some(3), "{printed}");
    }
}

#[test]
fn a_daemon_of_an_earlier_build_is_reported() {
    let checkout = Checkout::new();
    let port = free_port();
    let server = format!("127.0.0.1:{port}");
    let stop = StopOnDrop(&checkout, server.clone());
    checkout.chat(&server, &["ana"]);
    let record = checkout.0.path().join(format!(".local/state/chat/server-127.0.0.1-{port}.pid"));
    let started = fs::read_to_string(&record).unwrap();
    let (process, _) = started.split_once(' ').unwrap();
    // As if the program was built again since.
    fs::write(&record, format!("{process} 1 2\n")).unwrap();
    let (_, printed) = checkout.chat(&server, &["ana"]);
    assert!(printed.contains("runs an earlier build; restart it with: ./chat stop"), "{printed}");
    drop(stop);
}

#[test]
fn a_name_is_given_to_the_client_as_to_the_client_itself() {
    let checkout = Checkout::new();
    let client = checkout.0.path().join("target/release/chat-tui");
    fs::remove_file(&client).unwrap();
    // It prints its arguments.
    let echo = ["/bin/echo", "/usr/bin/echo"].iter().find(|path| Path::new(path).exists());
    symlink(echo.unwrap(), &client).unwrap();
    let (one, other) = (free_port().to_string(), format!("localhost:{}", free_port()));
    let servers = [&one, &other].map(|server| StopOnDrop(&checkout, server.clone()));
    for (given, server, name) in [
        ("bob", format!("127.0.0.1:{one}"), " --name bob"),
        ("bob@", format!("127.0.0.1:{one}"), " --name bob"),
        (&format!("bob@{other}"), other.clone(), " --name bob"),
        (&format!("@{other}"), other.clone(), ""),
    ] {
        let (code, printed) = checkout.chat(&one, &[given]);
        let arguments = format!("--server {server}{name}\n");
        assert!(code == Some(0) && printed.ends_with(&arguments), "{given}: {printed}");
    }
    drop(servers);
}

#[test]
fn two_scripts_at_the_same_time_share_a_daemon() {
    let checkout = Checkout::new();
    let server = format!("127.0.0.1:{}", free_port());
    let stop = StopOnDrop(&checkout, server.clone());
    let run = || checkout.chat(&server, &["ana"]).1;
    let printed = thread::scope(|scope| {
        let scripts = [(); 4].map(|()| scope.spawn(run));
        scripts.map(|script| script.join().unwrap())
    });
    let count = |text| printed.iter().filter(|printed| printed.contains(text)).count();
    assert_eq!(count("started chat-server, process"), 1, "{printed:?}");
    assert_eq!(count("terminal"), 4, "each client starts, and finds no terminal: {printed:?}");
    assert_eq!(checkout.chat(&server, &["stop"]).0, Some(0), "the script knows the daemon");
    drop(stop);
}

#[test]
fn a_script_that_was_killed_during_the_start_delays_none() {
    let checkout = Checkout::new();
    let port = free_port();
    let server = format!("127.0.0.1:{port}");
    let mut ended = Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    let state = checkout.0.path().join(".local/state/chat");
    fs::create_dir_all(&state).unwrap();
    let starting = state.join(format!("starting-127.0.0.1-{port}.pid"));
    fs::write(&starting, format!("{}\n", ended.id())).unwrap();
    let stop = StopOnDrop(&checkout, server.clone());
    let (_, printed) = checkout.chat(&server, &["ana"]);
    assert!(printed.contains("started chat-server, process"), "{printed}");
    assert!(!starting.exists());
    drop(stop);
}

#[test]
fn a_server_that_was_opened_stays_open_until_it_is_closed() {
    let checkout = Checkout::new();
    let server = free_port().to_string();
    let _stop = StopOnDrop(&checkout, server.clone());
    checkout.chat(&server, &["ana"]);
    let listens = |log: &str| {
        let path = checkout.0.path().join(format!(".local/state/chat/start-127.0.0.1-{log}.log"));
        fs::read_to_string(path).unwrap()
    };
    assert!(listens(&server).contains(&format!("listens on 127.0.0.1:{server}")));
    let (_, printed) = checkout.chat(&server, &["open", "chat.example.org"]);
    assert!(printed.contains("stopped") && printed.contains("started chat-server"), "{printed}");
    let opened = listens(&server);
    assert!(opened.contains(&format!("listens on 0.0.0.0:{server}")), "{opened}");
    assert!(opened.contains("chat://chat.example.org:"), "{opened}");
    checkout.chat(&server, &["stop"]);
    checkout.chat(&server, &["ana"]);
    assert!(listens(&server).contains("listens on 0.0.0.0:"), "it is opened again");
    checkout.chat(&server, &["close"]);
    assert!(listens(&server).contains("listens on 127.0.0.1:"));
    assert_eq!(checkout.chat(&server, &["close", "now"]).0, Some(2));
}

#[test]
fn help_and_wrong_usage_start_nothing() {
    let checkout = Checkout::new();
    let server = format!("127.0.0.1:{}", free_port());
    let (code, printed) = checkout.chat(&server, &["--help"]);
    assert!(code == Some(0) && printed.contains("Usage: ./chat [NAME]"), "{printed}");
    for args in [&["--nonsense"][..], &["ana", "bob"]] {
        assert_eq!(checkout.chat(&server, args).0, Some(2));
    }
    assert!(!checkout.has_state(), "nothing was started");
}

#[test]
fn without_directories_nothing_is_started_and_the_reason_is_said() {
    let checkout = Checkout::new();
    let state = checkout.0.path().join("state");
    let server = format!("127.0.0.1:{}", free_port());
    for variables in [&[][..], &[("XDG_STATE_HOME", &state)]] {
        let mut command = checkout.command(&server, &["ana"]);
        command.env_remove("HOME").envs(variables.iter().copied());
        let (code, printed) = run(command);
        let says = "HOME is not set; set it, or XDG_STATE_HOME and XDG_DATA_HOME";
        assert!(code == Some(1) && printed.contains(says), "{printed}");
    }
    assert!(!state.exists() && !checkout.has_state(), "nothing was started");
}

#[test]
fn no_daemon_is_started_for_an_unknown_host() {
    let checkout = Checkout::new();
    let (code, printed) = checkout.chat("no..host:4000", &["ana"]);
    assert!(code == Some(1) && printed.contains("cannot reach no..host:4000"), "{printed}");
    assert!(!checkout.has_state(), "nothing was started");
}

#[test]
fn another_service_on_the_port_is_reported() {
    let checkout = Checkout::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let other = thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let (code, printed) = checkout.chat(&server, &["ana"]);
    assert!(code == Some(1) && printed.contains("is not a chat-server"), "{printed}");
    assert!(printed.contains("SSH-2.0-OpenSSH_9.9"), "{printed}");
    other.join().unwrap();
}

#[test]
fn the_log_of_a_failed_start_is_shown_without_earlier_runs() {
    let checkout = Checkout::new();
    let server = format!("127.0.0.1:{}", free_port());
    drop(StopOnDrop(&checkout, server.clone()));
    let data = checkout.0.path().join("no-directory");
    fs::write(&data, "").unwrap();
    let home = checkout.0.path().join(".local/state/chat");
    fs::create_dir_all(&home).unwrap();
    let log = format!("server-{}.log", server.replace(':', "-"));
    fs::write(home.join(log), "a line of an earlier run\n").unwrap();
    let share = checkout.0.path().join(".local/share");
    fs::create_dir_all(&share).unwrap();
    let port = server.rsplit(':').next().unwrap();
    symlink(&data, share.join(format!("chat-server-{port}"))).unwrap();
    let (code, printed) = checkout.chat(&server, &["ana"]);
    assert!(code == Some(1) && printed.contains("did not start"), "{printed}");
    assert!(printed.contains(&format!("chat-server-{port}")), "{printed}");
    assert!(!printed.contains("an earlier run"), "{printed}");
}

#[test]
fn the_person_who_starts_a_server_owns_it_and_the_log_of_the_start_has_no_secret() {
    let checkout = Checkout::new();
    let client = checkout.0.path().join("target/release/chat-tui");
    fs::remove_file(&client).unwrap();
    // Written by another program, since a child that another test forks has what this one has open.
    let script =
        r#"printf '#!/bin/sh\necho "invite ${CHAT_INVITE:-none}"\n' >"$0" && chmod +x "$0""#;
    assert!(Command::new("sh").arg("-c").arg(script).arg(&client).status().unwrap().success());
    let port = free_port();
    let server = format!("127.0.0.1:{port}");
    let stop = StopOnDrop(&checkout, server.clone());
    let (_, printed) = checkout.chat(&server, &[]);
    let home = checkout.0.path().join(".local");
    let line = home.join(format!("share/chat-server-{port}/owner-line"));
    let line = fs::read_to_string(line).unwrap();
    let (_, secret) = line.trim_end().rsplit_once('.').unwrap();
    assert!(printed.ends_with(&format!("invite {secret}\n")), "{printed}");
    for log in ["start", "server"] {
        let log = home.join(format!("state/chat/{log}-127.0.0.1-{port}.log"));
        assert!(!fs::read_to_string(log).unwrap().contains(secret));
    }
    let (_, printed) = checkout.chat(&server, &[]);
    assert!(printed.ends_with("invite none\n"), "it already runs: {printed}");
    drop(stop);
}
