//! `./chat`, with programs that are built already.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use e2e::binary::program;
use tempfile::TempDir;

/// A checkout with the script, the programs, and a `cargo` that builds nothing; also the home.
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
        // A link: a program that was just written cannot be executed while another test's child, forked
        // meanwhile, has it open to write.
        let nothing = ["/bin/true", "/usr/bin/true"].iter().find(|path| Path::new(path).exists());
        symlink(nothing.unwrap(), checkout.path().join("cargo")).unwrap();
        Self(checkout)
    }

    /// Runs `./chat` with these arguments for `server`. Returns its exit code and what it prints.
    fn chat(&self, server: &str, args: &[&str]) -> (Option<i32>, String) {
        let home = self.0.path();
        let path = format!("{}:{}", home.display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .arg(home.join("chat"))
            .args(args)
            .env("CHAT_SERVER", server)
            .env("HOME", home)
            .env("PATH", path)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn has_state(&self) -> bool {
        self.0.path().join(".local").exists()
    }
}

/// Stops the daemon, whatever the test does.
struct Stopped<'a>(&'a Checkout, String);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let _ = self.0.chat(&self.1, &["stop"]);
    }
}

/// A port that nobody listened on a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_daemon_is_started_found_and_stopped() {
    let checkout = Checkout::new();
    let port = free_port();
    for server in [format!("localhost:{port}"), port.to_string()] {
        let stopped = Stopped(&checkout, server.clone());
        let (_, said) = checkout.chat(&server, &["ana"]);
        assert!(said.contains("started chat-server, process"), "{said}");
        assert!(said.contains("terminal"), "the client is opened, without a terminal: {said}");
        let data = checkout.0.path().join(format!(".local/share/chat-server-{port}"));
        assert!(data.is_dir(), "a port of its own has data of its own");
        let (_, said) = checkout.chat(&server, &["ana"]);
        assert!(!said.contains("started"), "it runs already: {said}");
        assert_eq!(checkout.chat(&server, &["status"]).0, Some(0));
        drop(stopped);
        let (code, said) = checkout.chat(&server, &["status"]);
        assert_eq!(code, Some(3), "{said}");
    }
}

#[test]
fn help_and_wrong_usage_start_nothing() {
    let checkout = Checkout::new();
    let server = format!("127.0.0.1:{}", free_port());
    let (code, said) = checkout.chat(&server, &["--help"]);
    assert!(code == Some(0) && said.contains("Usage: ./chat [NAME]"), "{said}");
    for args in [&["--nonsense"][..], &["ana", "bob"]] {
        assert_eq!(checkout.chat(&server, args).0, Some(2));
    }
    assert!(!checkout.has_state(), "nothing was started");
}

#[test]
fn no_daemon_is_started_for_a_name_that_is_unknown() {
    let checkout = Checkout::new();
    let (code, said) = checkout.chat("no..host:4000", &["ana"]);
    assert!(code == Some(1) && said.contains("cannot reach no..host:4000"), "{said}");
    assert!(!checkout.has_state(), "nothing was started");
}

#[test]
fn something_else_on_the_port_is_not_taken_for_the_chat() {
    let checkout = Checkout::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let other = thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let (code, said) = checkout.chat(&server, &["ana"]);
    assert!(code == Some(1) && said.contains("is not a chat-server"), "{said}");
    assert!(said.contains("SSH-2.0-OpenSSH_9.9"), "{said}");
    other.join().unwrap();
}

#[test]
fn a_daemon_that_does_not_start_says_why_and_nothing_of_earlier_runs() {
    let checkout = Checkout::new();
    let server = format!("127.0.0.1:{}", free_port());
    drop(Stopped(&checkout, server.clone()));
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
    let (code, said) = checkout.chat(&server, &["ana"]);
    assert!(code == Some(1) && said.contains("did not start"), "{said}");
    assert!(said.contains(&format!("chat-server-{port}")), "{said}");
    assert!(!said.contains("an earlier run"), "{said}");
}
