//! The programs on the hosts: the daemon, and the terminal client with its user. After a kill each is started
//! again with its directory, and has no other state.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use chat_client::store::Writer;
use chat_server::config::Plain;
use chat_server::journal::{Durability, Location};
use chat_server::{Config, Limits, Server};
use chat_tui::Options;
use chat_tui::app::run_shown;
use ratatui::layout::Size;
use tokio::io::{BufReader, DuplexStream};
use tokio::sync::watch;

use super::follower::{Index, follow};
use super::network::{self, Dialer, Listener, SERVER};
use super::rights::appoint;
use super::user::{User, keys};
use crate::hook::{Poster, operate};
use crate::rights::Group;

/// Bytes on their way between the operator and the daemon.
const OPERATOR_BYTES: usize = 4_096;

/// Idle time after which the daemon pings: short, so that both sides notice a dead connection within a
/// storm. The client pings after a third of it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(9);

/// Time after which messages are deleted: longer than a simulation, shorter than the jumps of its clock.
const KEEP: Duration = Duration::from_secs(2 * 60 * 60);

/// Duration of a write to a client's disk: long enough that many kills happen during one.
const DISK_TIME: Duration = Duration::from_millis(20);

/// The screen of a client: small, since most of the run time is layout.
const SCREEN: Size = Size { width: 60, height: 10 };

/// Runs the daemon on the directory `data`, and a follower of its journal, until `stop` is true. The
/// operator helps `groups` to begin, and makes the hooks of `posters`.
pub(super) async fn serve(
    data: PathBuf,
    index: Rc<RefCell<Index>>,
    groups: Vec<Group>,
    posters: Vec<Poster>,
    mut stop: watch::Receiver<bool>,
) -> turmoil::Result {
    let config = Config {
        idle_timeout: IDLE_TIMEOUT,
        clock: network::server_clock,
        keep: Some(KEEP),
        limits: Limits::off(),
        plain: Plain::Any,
        ..Config::default()
    };
    let daemon = Server::open(config, &Location::DirectoryInTask(data), Durability::Os)?;
    let listener = Listener::bind().await?;
    let stopped = async {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let follow = follow(daemon.journal().clone(), index);
    let (operator, served) = tokio::io::duplex(OPERATOR_BYTES);
    let operated = daemon.operate(served);
    let operator = run_operator(operator, &groups, &posters);
    let (run, (), (), ()) = tokio::join!(daemon.run(listener, stopped), follow, operated, operator);
    Ok(run?)
}

/// Runs the operator until the daemon ends.
async fn run_operator(operator: DuplexStream, groups: &[Group], posters: &[Poster]) {
    let mut operator = BufReader::new(operator);
    appoint(&mut operator, groups).await;
    // An error is the end of the daemon.
    let _ = operate(&mut operator, posters).await;
}

/// Runs the client on the directory `state`, and its user, once `begins` is true.
pub(super) async fn chat(
    state: PathBuf,
    user: Rc<RefCell<User>>,
    mut begins: watch::Receiver<bool>,
) -> turmoil::Result {
    let _ = begins.wait_for(|begins| *begins).await;
    let options = Options {
        state: Some(state),
        clock: network::now,
        writer: Writer::Task(DISK_TIME),
        ..Options::new(user.borrow().name()?, SERVER)
    };
    user.borrow_mut().begin();
    let show = |state: &_, _| {
        user.borrow_mut().read_screen(state);
        Ok(())
    };
    let keys = keys(&user);
    let end = std::future::pending();
    // On the heap, since the state of a client is large.
    Box::pin(run_shown(SCREEN, show, options, Dialer, keys, || (), end)).await?;
    Ok(())
}

/// Returns the directory of a host.
pub(super) fn directory(all: &Path, host: &str) -> PathBuf {
    all.join(host)
}
