//! The commands of `docs/operations.md`, carried out in their order as the page has them: as an administrator, with the
//! unit files of the checkout. The directories of the system are in a scratch directory, and scripts stand for systemd
//! and for what needs a network or a terminal.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use tempfile::TempDir;
use tokio::process::Command;

/// A script in place of systemd: it starts the commands of the unit files, without their restrictions. The directories
/// of the state are links, as `DynamicUser` makes them.
const SYSTEMCTL: &str = r#"
state() { [ -e "$1/$2" ] || { mkdir -p "$1/private/$2"; ln -s "private/$2" "$1/$2"; }; }
verb=$1; shift
[ "${1:-}" != --now ] || shift
unit=${1:-}; file=$ROOT/etc/systemd/system/$unit.service; pid=$ROOT/$unit.pid
value() { sed -n "s/^$1=//p" "$file"; }
stop() {
    [ -f "$pid" ] || return 0
    kill "$(cat "$pid")"
    while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.05; done
    rm "$pid"
}
start() {
    export "$(value Environment)"
    options=$(value EnvironmentFile); options=${options#-}
    [ ! -f "$options" ] || export "$(cat "$options")"
    for directory in $(value StateDirectory); do state "$ROOT/var/lib" "$directory"; done
    eval "set -- $(value ExecStart)"
    if [ "$(value Type)" = oneshot ]; then "$@"; return; fi
    rm -f "$ROOT/var/lib/chat-server/addresses"
    "$@" >>"$ROOT/log" 2>&1 &
    echo $! >"$pid"
    while [ ! -f "$ROOT/var/lib/chat-server/addresses" ]; do kill -0 "$(cat "$pid")"; sleep 0.05; done
}
case "$verb $unit" in
*.timer) [ -f "$ROOT/etc/systemd/system/$unit" ] ;;
daemon-reload* | status*) ;;
stop*) stop ;;
start* | enable*) start ;;
restart*) stop; start ;;
*) exit 9 ;;
esac
"#;

const SYSTEMD_RUN: &str = r#"
state() { [ -e "$1/$2" ] || { mkdir -p "$1/private/$2"; ln -s "private/$2" "$1/$2"; }; }
while case $1 in -*) true ;; *) false ;; esac; do
    case $1 in --property=WorkingDirectory=*) directory=${1##*=}; state "${directory%/*}" "${directory##*/}"; cd "$directory" ;; esac
    shift
done
exec "$@"
"#;

/// The system of the administrator.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { root: TempDir::new().unwrap() };
        let directories = "clone/systemd stubs home root usr/local/bin usr/local/sbin etc/default etc/systemd/system";
        for directory in directories.split(' ') {
            fs::create_dir_all(machine.path(directory)).unwrap();
        }
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in fs::read_dir(checkout.join("systemd")).unwrap() {
            let file = file.unwrap().path();
            let text = machine.here(&fs::read_to_string(&file).unwrap());
            // The port of the chat may be in use on this machine.
            let text =
                text.replace("Environment=OPTIONS=", "Environment=OPTIONS=--listen 127.0.0.1:0");
            fs::write(machine.path("clone/systemd").join(file.file_name().unwrap()), text).unwrap();
        }
        machine.stub("sudo", "exec \"$@\"\n");
        machine.stub("systemctl", SYSTEMCTL);
        machine.stub("systemd-run", SYSTEMD_RUN);
        for other in ["cargo", "git", "ufw", "journalctl", "chat-tui"] {
            machine.stub(other, "exit 0\n");
        }
        machine
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside)
    }

    /// Writes a program that stands for another one.
    fn stub(&self, name: &str, script: &str) {
        let path = self.path("stubs").join(name);
        fs::write(&path, format!("#!/bin/sh\nset -eu\n{script}")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    /// A text with the directories of this machine.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for directory in ["/usr/local", "/etc", "/var/lib", "/root"] {
            text = text.replace(
                &format!("{directory}/"),
                &format!("{}{directory}/", self.root.path().display()),
            );
        }
        text
    }

    /// The address that the daemon listens on.
    fn address(&self) -> String {
        let addresses = fs::read_to_string(self.path("var/lib/chat-server/addresses")).unwrap();
        addresses.lines().next().unwrap().to_owned()
    }

    /// The name of the newest backup.
    fn backup(&self) -> Option<String> {
        let files = fs::read_dir(self.path("var/lib/chat-server-backup")).ok()?;
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("chat-")).max()
    }

    /// Carries out a line of the page, and returns what it prints.
    async fn carry_out(&self, line: &str) -> String {
        let programs = program("chat-server");
        let programs = programs.parent().unwrap().to_str().unwrap();
        // The clients of this test have no invite.
        let mut here = self
            .here(line)
            .replace("target/release", programs)
            .replace("[::]:12345", "127.0.0.1:0 --join open")
            // No authority is asked.
            .replace("--domain", "--public-address");
        if line == "chat-server status" {
            here = format!("{line} {}", self.address());
        }
        if let Some(backup) = self.backup() {
            here = here.replace("chat-2026-11-28-030000.sqlite", &backup);
        }
        let inside = ["stubs", "usr/local/bin", "usr/local/sbin"]
            .map(|inside| self.path(inside).display().to_string());
        let path = format!("{}:/usr/bin:/bin", inside.join(":"));
        let mut command = Command::new("sh");
        command.args(["-euc", &here]).current_dir(self.path("clone")).env_clear();
        command.env("PATH", path).env("HOME", self.path("home")).env("ROOT", self.root.path());
        let (code, out, errors) = binary::run(&mut command).await;
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        assert_eq!(code, Some(0), "{line}\n{here}\n{out}{errors}\nthe log of the daemon:\n{log}");
        out
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let pid = fs::read_to_string(self.path("chat-server.pid")).unwrap_or_default();
        if !pid.is_empty() {
            let _ = std::process::Command::new("kill").arg(pid.trim()).status();
        }
    }
}

/// The sections of the page with a command: the title, and the commands.
fn sections(page: &str) -> Vec<(&str, Vec<&str>)> {
    let sections = page.split("\n## ").skip(1).map(|section| {
        let title = section.lines().next().unwrap();
        (title, section.lines().filter_map(|line| line.strip_prefix("    ")).collect::<Vec<_>>())
    });
    sections.filter(|(_, commands)| !commands.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_of_the_page_on_operations_works_in_its_order() {
    let page = include_str!("../../docs/operations.md");
    let machine = Machine::new();
    let mut titles = Vec::new();
    let mut said = 0;
    for (title, commands) in sections(page) {
        titles.push(title);
        let mut printed = String::new();
        for command in commands {
            printed.push_str(&machine.carry_out(command).await);
        }
        match title {
            "Install" => assert!(printed.contains(" runs on 127.0.0.1:"), "{printed}"),
            "Open it to the internet" => {
                let port = machine.address().rsplit(':').next().unwrap().to_owned();
                let line = format!("chat://chat.example.org:{port}/#");
                assert!(printed.contains(&line), "{printed}");
            }
            "Administer it" => {
                assert!(printed.contains("becomes an owner of the server"), "{printed}");
                assert!(printed.contains("0 of 5 used"), "{printed}");
            }
            "Back up" => assert!(printed.contains("chat-20"), "{printed}"),
            "Restore" => assert!(printed.contains("no problems found"), "{printed}"),
            _ => {}
        }
        // Each section leaves a daemon that serves.
        said += 1;
        let name = format!("user{said}");
        let mut client = Native::join(machine.address().parse().unwrap(), &name).await;
        client.say_accepted(1, title).await;
    }
    let expected = [
        "Install",
        "Open it to the internet",
        "Invite users",
        "Administer it",
        "Back up",
        "Restore",
        "Upgrade",
        "Watch it",
    ];
    assert_eq!(titles, expected);
    let kept = fs::read_dir(machine.path("var/lib/chat-server")).unwrap();
    let aside = kept.filter(|file| {
        file.as_ref().unwrap().file_name().to_str().unwrap().starts_with("journal-before-")
    });
    assert!(aside.count() >= 2, "a journal that was replaced is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_removes_the_oldest_ones_and_no_other_file() {
    let data = TempDir::new().unwrap();
    let backups = TempDir::new().unwrap();
    // As systemd makes the directory.
    let link = data.path().join("backups");
    std::os::unix::fs::symlink(backups.path(), &link).unwrap();
    let old = [
        "chat-2020-01-01-030000.sqlite",
        "chat-2020-01-02-030000.sqlite",
        "chat-2020-01-03-030000.sqlite",
    ];
    for file in old.into_iter().chain(["before-upgrade.sqlite"]) {
        fs::write(backups.path().join(file), "").unwrap();
    }
    let _daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd/chat-server-backup");
    let program = program("chat-server");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let left = || {
        let files = fs::read_dir(backups.path()).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };

    let backup = |data: &Path| {
        let mut command = Command::new(&script);
        command.arg(data).arg(&link).arg("2").env("PATH", &path);
        command
    };
    let (code, _, _) = binary::run(&mut backup(Path::new("/nowhere"))).await;
    assert_ne!(code, Some(0));
    assert_eq!(left().len(), 4, "a backup that fails removes nothing");

    let (code, out, errors) = binary::run(&mut backup(data.path())).await;
    assert_eq!(code, Some(0), "{out}{errors}");
    let left = left();
    assert_eq!(left[..2], ["before-upgrade.sqlite", old[2]], "{out}");
    assert_eq!(left.len(), 3, "the new one, and the newest of the others: {left:?}");
}
