//! The programs as they are shipped, each a process of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::port::free_address;
use crate::{DEADLINE, within};

/// Number of log lines that a failure shows.
const LOG_LINES_SHOWN: usize = 12;

/// Returns the path of the program `name`. Builds it in the profile and the target directory of the running
/// test, with the command of the recipe `test`, so that nothing is built twice.
///
/// # Panics
/// Panics if the build fails.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let programs = BUILT.get_or_init(|| {
        let this = std::env::current_exe().unwrap();
        let directory = this.parent().unwrap();
        // Tests are in deps/, below the directory of the programs.
        let is_test = directory.ends_with("deps");
        let programs = if is_test { directory.parent().unwrap() } else { directory };
        build(programs);
        programs.to_owned()
    });
    programs.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Builds the programs into the directory `programs`, which has the name of a profile.
fn build(programs: &Path) {
    let profile = match programs.file_name().and_then(|name| name.to_str()).unwrap() {
        "debug" => "dev",
        name => name,
    };
    let built = std::process::Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--workspace", "--bins"])
        .args(["--profile", profile, "--target-dir"])
        .arg(programs.parent().unwrap())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .status();
    assert!(built.unwrap().success(), "the programs cannot be built");
}

/// Runs a program to its end. Returns its exit code, its output and its errors.
pub async fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let what = format!("the end of {:?}", command.as_std());
    let output = within(what, command.kill_on_drop(true).output()).await.unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), out, err)
}

/// A running `chat-server`, killed on drop.
#[derive(Debug)]
pub struct Daemon {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The three lines on standard output that it prints once it listens.
    pub announced: [String; 3],
    child: Child,
    /// Held open, since a write to a closed pipe would end the daemon.
    _stdout: Lines<BufReader<ChildStdout>>,
    log: watch::Receiver<Vec<String>>,
    /// Contains its data directory, unless `--data` names another.
    _home: TempDir,
}

impl Daemon {
    /// Starts the daemon with these arguments, on a free port.
    pub async fn start(args: &[&str]) -> Self {
        Self::spawn(Command::new(program("chat-server")).args(args)).await
    }

    /// Starts the daemon with these arguments, on the address of an earlier one.
    pub async fn start_on(address: SocketAddr, args: &[&str]) -> Self {
        Self::spawn_on(Command::new(program("chat-server")).args(args), address).await
    }

    /// Starts the daemon with a command that passes its arguments on to it.
    pub async fn spawn(command: &mut Command) -> Self {
        Self::spawn_on(command, free_address()).await
    }

    async fn spawn_on(command: &mut Command, address: SocketAddr) -> Self {
        let home = TempDir::new().unwrap();
        let mut child = command
            .args(["--listen", &address.to_string()])
            .env("XDG_DATA_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = lines(child.stderr.take().unwrap());
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut announced = [const { String::new() }; 3];
        for line in &mut announced {
            let next = within("a line on standard output", stdout.next_line()).await.unwrap();
            *line =
                next.unwrap_or_else(|| panic!("the daemon did not start: {:#?}", *log.borrow()));
        }
        let address = announced[0].rsplit(' ').next().unwrap().parse();
        let address = address.unwrap_or_else(|_| panic!("no address: {announced:?}"));
        Self { address, announced, child, _stdout: stdout, log, _home: home }
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        send_signal(self.pid(), name);
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the daemon has not ended")
    }

    /// Waits for its end. Returns its exit code, or `None` if a signal ended it.
    pub async fn exit_code(&mut self) -> Option<i32> {
        match timeout(DEADLINE, self.child.wait()).await {
            Ok(status) => status.unwrap().code(),
            Err(_) => panic!("the daemon did not end; {}", self.log_tail()),
        }
    }

    /// Waits until the log has a line with `text`.
    pub async fn until_logged(&mut self, text: &str) {
        let has = |log: &Vec<String>| log.iter().any(|line| line.contains(text));
        let found =
            timeout(DEADLINE, self.log.wait_for(has)).await.is_ok_and(|found| found.is_ok());
        assert!(found, "no {text:?} in the log; {}", self.log_tail());
    }

    /// Returns the whole log of a daemon that has ended.
    pub async fn whole_log(mut self) -> Vec<String> {
        let closed = async { while self.log.changed().await.is_ok() {} };
        within("the end of the log", closed).await;
        self.log.borrow().clone()
    }

    fn log_tail(&self) -> String {
        let log = self.log.borrow();
        format!("the end of its log: {:#?}", &log[log.len().saturating_sub(LOG_LINES_SHOWN)..])
    }
}

/// Sends a signal, by its name without `SIG`, to a child that has not been waited for.
pub(crate) fn send_signal(pid: u32, name: &str) {
    let pid = pid.to_string();
    // The built-in command of the shell, since not every system has a program `kill`.
    let kill = std::process::Command::new("sh")
        .args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &pid])
        .status();
    assert!(kill.unwrap().success(), "{pid} could not be sent {name}");
}

/// Collects the lines of `pipe`, and reads all the time, so that its writer never blocks.
fn lines(pipe: impl AsyncRead + Unpin + Send + 'static) -> watch::Receiver<Vec<String>> {
    let (collector, collected) = watch::channel(Vec::new());
    let mut lines = BufReader::new(pipe).lines();
    tokio::spawn(async move {
        while let Some(line) = lines.next_line().await.unwrap() {
            collector.send_modify(|lines| lines.push(line));
        }
    });
    collected
}
