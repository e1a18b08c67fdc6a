//! Directories under another spelling of a name, or under a name that only version 0.1.0 allowed.

use std::fs;
use std::path::{Path, PathBuf};

use chat_proto::{RoomName, UserName};

use super::files;

/// The room of something that version 0.1.0 stored. It called a direct message by the name of the other user,
/// which may have the form of an address, or characters that no name has today: the server has replaced them
/// in the same way. What is not a valid room today is taken for the name of a user: nothing is sent there, and
/// its author gets the text back.
pub(super) fn room(written: &str) -> RoomName {
    let by_name =
        || RoomName::private(&UserName::from_lossy(written.trim_start_matches(['#', '@'])));
    match written.starts_with('@') {
        true => by_name(),
        false => RoomName::new(written).unwrap_or_else(|_| by_name()),
    }
}

/// Finds the directory of a user whom version 0.1.0 called by a name that becomes `name` if its characters
/// are replaced.
pub(super) fn directory(users: &Path, name: &UserName) -> Option<PathBuf> {
    let entries = fs::read_dir(users).ok()?.flatten();
    let is_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let written = files::written(&file);
        UserName::new(&written).is_err() && UserName::from_lossy(&written) == *name
    };
    entries.map(|entry| entry.path()).find(is_it)
}

/// Finds the directory of a user whose name differs in spaces and `_` alone.
pub(super) fn spelled_otherwise(users: &Path, name: &UserName) -> Option<PathBuf> {
    let entries = fs::read_dir(users).ok()?.flatten();
    let is_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        UserName::new(&files::written(&file)).is_ok_and(|found| found == *name)
    };
    // The first by name, so that each start finds the same one.
    entries.map(|entry| entry.path()).filter(is_it).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direct_message_is_with_a_user_of_a_replaced_name() {
        for (written, name) in [
            ("@ana", "@ana"),
            ("@a:b", "@a_b"),
            ("@7-12", "@7_12"),
            ("#rust", "#rust"),
            ("#a b", "@a b"),
            ("rust", "@rust"),
            ("", "@guest"),
        ] {
            assert_eq!(room(written).as_str(), name);
        }
    }

    #[test]
    fn a_directory_is_found_by_the_replaced_name() {
        let users = tempfile::tempdir().unwrap();
        for name in ["colon: me", "ana"] {
            fs::create_dir(users.path().join(files::file_name(name))).unwrap();
        }
        let name = |written: &str| UserName::new(written).unwrap();
        let found = directory(users.path(), &name("colon_ me"));
        assert_eq!(found, Some(users.path().join("colon:%20me")));
        assert_eq!(directory(users.path(), &name("ana")), None, "it is found by itself");
    }
}
