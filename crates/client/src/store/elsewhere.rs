//! Finds messages without an answer that this start of the client does not send: for another server, or of another
//! user.

use std::path::{Path, PathBuf};

use chat_proto::UserName;

use super::device::slot_device;
use super::home::{JOURNALS, Server};
use super::narrow::directories;
use super::{StoreError, files, slot};

/// Messages that wait for a client of another server or user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingElsewhere {
    /// The address of the server.
    pub server: String,
    /// The name of the user; `None` if it is the name of this start.
    pub name: Option<UserName>,
    /// How many there are.
    pub count: usize,
}

/// Returns what waits below `state`, besides the messages for the server at `address` that the user `name` sends, and
/// those of running clients. A server whose address is not known is left out: nobody can connect to it.
///
/// # Errors
/// Returns an error if something below `state` cannot be read.
pub fn waiting_elsewhere(
    state: &Path,
    address: &str,
    name: &UserName,
) -> Result<Vec<WaitingElsewhere>, StoreError> {
    let device = slot_device(state)?;
    // Another address may lead to the same server.
    let mut seen = homes(&Server::at(state, address)?, name)?;
    let mut all = Vec::new();
    let mut addresses: Vec<String> = directories(state).filter_map(|path| written(&path)).collect();
    addresses.sort();
    for address in addresses.iter().filter(|address| *address != JOURNALS) {
        let server = Server::at(state, address)?;
        let mine = homes(&server, name)?;
        for user in server.directories().iter().flat_map(|users| directories(users)) {
            let count = if seen.contains(&user) { 0 } else { slot::left_messages(&user, &device)? };
            let found = written(&user).and_then(|name| UserName::new(&name).ok());
            if let Some(found) = found.filter(|_| count > 0) {
                let name = (!mine.contains(&user)).then_some(found);
                all.push(WaitingElsewhere { server: address.clone(), name, count });
            }
            seen.push(user);
        }
    }
    let name = |one: &WaitingElsewhere| one.name.as_ref().map(|name| name.as_str().to_owned());
    all.sort_by_key(|one| (one.server.clone(), name(one)));
    Ok(all)
}

/// The text from which the name of a directory was made; `None` if it is shortened.
fn written(directory: &Path) -> Option<String> {
    let name = directory.file_name()?.to_str()?;
    let written = files::written(name);
    (files::file_name(&written) == name).then_some(written)
}

/// The directories to which a name leads: that of the server, and that of its address alone.
fn homes(server: &Server, name: &UserName) -> Result<Vec<PathBuf>, StoreError> {
    let unfiled = server.with_journal(None);
    Ok(vec![server.lead(name)?, unfiled.lead(name)?])
}

#[cfg(test)]
mod tests {
    use chat_proto::command::Body;
    use chat_proto::{RoomName, ShortString, Text};

    use super::*;
    use crate::store::{OwnMessage, Store, StoreOp};
    use crate::testing::{name, own};

    fn leave(state: &Path, address: &str, user: &str, journal: Option<&str>, count: u64) -> Store {
        let mut store = Store::open(Some(state), address, name(user)).unwrap().0;
        if let Some(journal) = journal {
            store.open_server(Some(ShortString::new(journal).unwrap())).unwrap();
        }
        for n in 1..=count {
            let (room, text) = (RoomName::lobby(), Text::new("hi").unwrap());
            let message = OwnMessage {
                id: own(n),
                room,
                body: Body::text(text),
                epoch: None,
                named_at: None,
            };
            store.apply(StoreOp::Message(message)).unwrap();
        }
        store
    }

    #[test]
    fn messages_for_other_servers_and_of_other_users_are_found_and_no_others() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path();
        let waiting = |address, user| {
            let all = waiting_elsewhere(path, address, &name(user)).unwrap();
            let written = |one: WaitingElsewhere| {
                let name = one.name.map(|name| format!("{name}@")).unwrap_or_default();
                format!("{} for {name}{}", one.count, one.server)
            };
            all.into_iter().map(written).collect::<Vec<_>>()
        };
        assert_eq!(waiting("one:1", "bob"), [""; 0], "nothing is stored");
        drop(leave(path, "one:1", "bob", Some("first"), 2));
        drop(leave(path, "two:1", "bob", None, 1));
        drop(leave(path, "two:1", "ana", Some("second"), 3));
        let running = leave(path, "three:1", "bob", None, 1);
        assert_eq!(waiting("one:1", "bob"), ["1 for two:1", "3 for ana@two:1"]);
        assert_eq!(waiting("four:1", "Bob"), ["2 for one:1", "1 for two:1", "3 for ana@two:1"]);
        assert_eq!(waiting("two:1", "ana"), ["2 for bob@one:1", "1 for bob@two:1"]);
        drop(running);
        assert_eq!(waiting("two:1", "bob"), ["2 for one:1", "1 for three:1", "3 for ana@two:1"]);
        // The first server has another address now, too.
        drop(leave(path, "0ne:1", "bob", Some("first"), 0));
        assert_eq!(waiting("one:1", "ana")[0], "2 for bob@0ne:1");
        assert_eq!(waiting("0ne:1", "bob").len(), 3, "{:?}", waiting("0ne:1", "bob"));
    }
}
