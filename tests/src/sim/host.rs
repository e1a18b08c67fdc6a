//! What runs on the hosts: the daemon, and the terminal client with its user. Each is started anew
//! with what an earlier life has left in its directory, and with nothing else.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use chat_client::store::Writer;
use chat_server::journal::{Durability, Location};
use chat_server::{Config, Server};
use chat_tui::Options;
use chat_tui::app::run_shown;
use ratatui::layout::Size;
use tokio::sync::watch;

use super::network::{self, Call, Listener, SERVER};
use super::user::{User, keys};

/// After how much silence the daemon pings: short, so that a dead line is noticed on both sides
/// within a storm. The client pings after a third of it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(9);

/// How long messages are stored: longer than a simulation lasts, and shorter than its clocks jump.
const KEEP: Duration = Duration::from_secs(2 * 60 * 60);

/// How long a client's disk takes for each write: long enough that many a client is killed meanwhile.
const DISK_TIME: Duration = Duration::from_millis(20);

/// The screen of a client: small, since to lay it out takes most of the time.
const SCREEN: Size = Size { width: 60, height: 10 };

/// The daemon, on what is in `data`, until `stop` is true.
pub(super) async fn serve(data: PathBuf, mut stop: watch::Receiver<bool>) -> turmoil::Result {
    let config = Config {
        idle_timeout: IDLE_TIMEOUT,
        clock: network::server_clock,
        keep: Some(KEEP),
        ..Config::default()
    };
    let daemon = Server::open(config, &Location::DirectoryInTask(data), Durability::Os)?;
    let listener = Listener::bind().await?;
    let stopped = async {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    daemon.run(listener, stopped).await?;
    Ok(())
}

/// The client and its user, who looks at the screen and types, as soon as `begins`. What it keeps is in
/// `state`.
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
    user.borrow_mut().begins();
    let show = |state: &_, _| {
        user.borrow_mut().sees(state);
        Ok(())
    };
    let keys = keys(&user);
    run_shown(SCREEN, show, options, Call, keys, || (), std::future::pending()).await?;
    Ok(())
}

/// The directory of a host, which outlives it.
pub(super) fn directory(all: &Path, host: &str) -> PathBuf {
    all.join(host)
}
