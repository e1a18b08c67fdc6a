//! The periodic jobs of the daemon.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{interval, sleep, timeout};
use tracing::warn;

use crate::config::{
    CLEAR_DELAY, CLEAR_PAUSE, CLEAR_RETRY, EXPIRE_STEP, MENTIONS_PAUSE, MENTIONS_RETRY,
    OWNER_INVITE_VALID, OWNER_STEP, PRESENCE_STEP, SEEN_STEP, SWEEP_STEP, TRIM_STEP,
};
use crate::hub::Hub;
use crate::journal::FIRST_PAGE;
use crate::owner_line::remove_owner_line;
use crate::watch::{DaemonError, watch};

/// Runs the periodic jobs; returns why one has ended, which none does by itself. Messages are stored for
/// `keep`, and the data directory `owner_line` has the line of the first owner.
pub(crate) async fn run(
    hub: &Arc<Hub>,
    keep: Option<Duration>,
    owner_line: Option<&Path>,
) -> DaemonError {
    tokio::select! {
        biased;
        error = watch("the count of users", publish_presence(hub)) => error,
        error = watch("the removal of old messages", trim(hub, keep)) => error,
        error = watch("the storing of last-seen times", see_all(hub)) => error,
        error = watch("the search for old mentions", find_mentions(hub)) => error,
        error = watch("the removal of copies of deleted texts", clear(hub)) => error,
        error = watch("the removal of unused rooms", expire_rooms(hub)) => error,
        error = watch("the removal of ended sanctions", sweep_sanctions(hub)) => error,
        error = watch("the removal of the owner's line", drop_owner_line(hub, owner_line)) => error,
    }
}

/// Removes messages older than `keep`, and watches the clock that decides their age.
async fn trim(hub: &Arc<Hub>, keep: Option<Duration>) {
    let mut step = interval(TRIM_STEP);
    loop {
        step.tick().await;
        if let Err(error) = hub.trim(keep).await {
            warn!(%error, "cannot remove old messages; retrying in 1 min");
        }
    }
}

/// Looks for mentions in the messages that an earlier version stored.
async fn find_mentions(hub: &Arc<Hub>) {
    loop {
        match hub.find_mentions().await {
            Ok(true) => sleep(MENTIONS_PAUSE).await,
            Ok(false) => return std::future::pending().await,
            Err(error) => {
                warn!(%error, "cannot look for mentions in old messages; retrying in 1 min");
                sleep(MENTIONS_RETRY).await;
            }
        }
    }
}

/// Clears the unused parts of the journal's file once, since the daemon may have ended before it did, and again after
/// deletions.
async fn clear(hub: &Arc<Hub>) {
    let mut page = FIRST_PAGE;
    loop {
        match hub.clear_unused(page).await {
            Ok(Some(next)) => {
                page = next;
                sleep(CLEAR_PAUSE).await;
            }
            Ok(None) => {
                page = FIRST_PAGE;
                hub.text_removed().await;
                // For all texts that are removed meanwhile.
                sleep(CLEAR_DELAY).await;
            }
            Err(error) => {
                warn!(%error, "cannot clear unused parts of the journal; retrying in 1 min");
                sleep(CLEAR_RETRY).await;
            }
        }
    }
}

/// Stores when the connected users were last seen: a user who is not seen for long loses its name.
async fn see_all(hub: &Arc<Hub>) {
    let mut step = interval(SEEN_STEP);
    loop {
        step.tick().await;
        if let Err(error) = hub.see_all().await {
            warn!(%error, "cannot store last-seen times; retrying in 1 h");
        }
    }
}

/// Removes the unused rooms that could not be removed at once.
async fn expire_rooms(hub: &Arc<Hub>) {
    let mut step = interval(EXPIRE_STEP);
    loop {
        step.tick().await;
        if let Err(error) = hub.expire_rooms().await {
            warn!(%error, "cannot remove unused rooms; retrying in 1 min");
        }
    }
}

/// Removes the sanctions that have ended.
async fn sweep_sanctions(hub: &Arc<Hub>) {
    let mut step = interval(SWEEP_STEP);
    loop {
        step.tick().await;
        if let Err(error) = hub.sweep_sanctions().await {
            warn!(%error, "cannot remove the sanctions that have ended; retrying in 1 min");
        }
    }
}

/// Removes the line of the first owner from the data directory once there is an owner, or the line has ended.
async fn drop_owner_line(hub: &Arc<Hub>, data: Option<&Path>) {
    let owned = async {
        while hub.has_no_owner() {
            sleep(OWNER_STEP).await;
        }
    };
    if let Some(data) = data {
        let _ = timeout(OWNER_INVITE_VALID, owned).await;
        if let Err(error) = remove_owner_line(data) {
            warn!(%error, "cannot remove the line of the first owner, which nobody can use any more; remove it");
        }
    }
    std::future::pending::<()>().await;
}

/// Sends to the large rooms how many users they have.
async fn publish_presence(hub: &Arc<Hub>) {
    let mut step = interval(PRESENCE_STEP);
    loop {
        step.tick().await;
        hub.publish_presence();
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::command::{Body, Say};
    use chat_proto::{DeviceId, Role, RoomName, Secret, Text, UserName};
    use tempfile::TempDir;
    use tokio::sync::mpsc;

    use super::*;
    use crate::config::{Config, Join};
    use crate::hub::Admission;
    use crate::journal::tests::execute;
    use crate::journal::{Durability, Location, RoomId};
    use crate::owner_line;

    /// Longer than the test may take.
    const DEADLINE: Duration = Duration::from_secs(20);

    /// Makes the first message of the lobby one of an earlier version.
    const AS_BEFORE: &str = "
        UPDATE message SET mentions = NULL,
            sum = checksum(place, from_id, from_name, at, kind, device, n, text);
        DELETE FROM mention;
        INSERT INTO mention_backlog VALUES (1, 1);";

    fn open(directory: &TempDir) -> Arc<Hub> {
        let place = Location::Directory(directory.path().to_path_buf());
        Hub::open(&place, Durability::Os, &Config::default()).unwrap()
    }

    #[tokio::test]
    async fn mentions_in_messages_of_an_earlier_version_are_found_while_the_daemon_runs() {
        let directory = TempDir::new().unwrap();
        let hub = open(&directory);
        let name = |name| UserName::new(name).unwrap();
        let admission = Admission::new(None, Join::Open, None);
        let (reader, _) = hub.enter_new(None, &name("ana"), admission).await.unwrap();
        let (bob, _) = hub.enter_new(None, &name("bob"), admission).await.unwrap();
        let (answer, mut answers) = mpsc::channel(1);
        let body = Body::text(Text::new("hi @ana").unwrap());
        let say = Say { room: RoomName::lobby(), n: None, device: None, body, named_at: None };
        let message = bob.message(say, None, &DeviceId::default(), &answer);
        bob.actor().send_all(vec![message]).await;
        answers.recv().await.unwrap();
        let ana = reader.id();
        hub.close().await;
        let ended = hub.ended();
        drop((reader, bob, hub));
        ended.cancelled().await;
        execute(directory.path(), AS_BEFORE);

        let hub = open(&directory);
        let listed = async || {
            let page = hub.journal().mentions(ana, vec![RoomId::LOBBY], None, 10).await.unwrap();
            page.messages.len()
        };
        assert_eq!(listed().await, 0);
        let found = async {
            while listed().await == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            error = run(&hub, None, None) => panic!("{error}"),
            found = timeout(DEADLINE, found) => found.expect("the mention is found"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_of_the_first_owner_is_removed_once_there_is_one_or_the_line_has_ended() {
        let directory = TempDir::new().unwrap();
        let data = directory.path();
        let hub = open(&directory);
        let name = UserName::new("ana").unwrap();
        let (_ana, _) =
            hub.enter_new(None, &name, Admission::new(None, Join::Open, None)).await.unwrap();
        let file = owner_line::store(data, &Secret::new("chat://a:1/#b.c")).unwrap();
        let run = drop_owner_line(&hub, Some(data));
        tokio::pin!(run);
        for (span, is_there) in [(OWNER_INVITE_VALID / 2, true), (OWNER_INVITE_VALID, false)] {
            let _ = timeout(span, &mut run).await;
            assert_eq!(file.exists(), is_there, "{span:?}");
        }
        owner_line::store(data, &Secret::new("chat://a:1/#b.c")).unwrap();
        hub.grant(None, name, None, Role::Owner).await.unwrap();
        let _ = timeout(OWNER_STEP, drop_owner_line(&hub, Some(data))).await;
        assert!(!file.exists());
    }

    /// Whether a file of the journal has these bytes.
    fn has(directory: &TempDir, text: &str) -> bool {
        let files = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_deleted_text_leaves_the_files_while_the_daemon_runs() {
        const TEXT: &str = "correct horse battery staple";
        let directory = TempDir::new().unwrap();
        let place = Location::DirectoryInTask(directory.path().to_path_buf());
        let hub = Hub::open(&place, Durability::Os, &Config::default()).unwrap();
        let name = UserName::new("bob").unwrap();
        let admission = Admission::new(None, Join::Open, None);
        let (bob, _) = hub.enter_new(None, &name, admission).await.unwrap();
        let (answer, mut answers) = mpsc::channel(1);
        let mut send = async |body| {
            let say = Say { room: RoomName::lobby(), n: None, device: None, body, named_at: None };
            let message = bob.message(say, None, &DeviceId::default(), &answer);
            bob.actor().send_all(vec![message]).await;
            answers.recv().await.unwrap();
        };
        let deleted = async {
            send(Body::text(Text::new(TEXT).unwrap())).await;
            // The pass with which the daemon begins has ended.
            sleep(CLEAR_RETRY).await;
            assert!(has(&directory, TEXT));
            send(Body::Delete { target: chat_proto::Seq::FIRST }).await;
            while has(&directory, TEXT) {
                sleep(CLEAR_DELAY).await;
            }
        };
        tokio::select! {
            () = clear(&hub) => panic!("it has ended"),
            deleted = timeout(DEADLINE.max(CLEAR_DELAY * 10 + CLEAR_RETRY), deleted) => deleted.expect("the text is cleared"),
        }
    }
}
