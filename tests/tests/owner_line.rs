//! The line of the first owner, and what other machines call the server in it.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chat_proto::AddressLine;
use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn all_lines_have_the_public_address_and_that_of_the_owner_is_in_a_private_file() {
    let data = TempDir::new().unwrap();
    let (path, file) = (data.path().to_str().unwrap(), data.path().join("owner-line"));
    let public = ["--data", path, "--public-address", "chat.example.org:443"];
    let mut daemon = Daemon::start(&public).await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let line: AddressLine = fs::read_to_string(&file).unwrap().trim_end().parse().unwrap();
    assert_eq!((line.host(), line.port()), ("chat.example.org", 443));
    daemon.until_logged(&format!("the line for its owner is in {}", file.display())).await;
    let secret = line.secret().unwrap().reveal();
    let mut ana = Native::connect(daemon.address).await;
    let hello = json!({"type": "hello", "version": 1, "name": "ana", "invite": secret, "features": ["roles"]});
    ana.send(&hello).await;
    assert_eq!(ana.until("welcome").await["role"], "owner");
    ana.send(&json!({"type": "invite"})).await;
    let invite = ana.until("invite").await;
    assert!(invite["line"].as_str().unwrap().starts_with("chat://chat.example.org:443/#"));

    let mut address = Command::new(program("chat-server"));
    let (code, output, _) = binary::run(address.args(["address", "--data", path])).await;
    assert_eq!(code, Some(0));
    assert!(output.starts_with("chat://chat.example.org:443/#"), "{output}");
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    assert!(!daemon.whole_log().await.join("\n").contains(secret), "a secret is in the log");

    let _daemon = Daemon::start(&public[..2]).await;
    assert!(!file.exists(), "the server has an owner");
}
