//! The file of the choices for rooms and users: one line of JSON in the directory of the user.

use super::home::Home;
use super::{StoreError, at, files};
use crate::choices::Choices;

const CHOICES_FILE: &str = "choices";

/// Largest file that is read, in bytes: a choice for each of the most rooms, the most ignored users, and the most
/// remembered messages.
const FILE_BYTES_MAX: u64 = 512 * 1024;

/// Reads the choices. If the file is damaged there are none; the client starts all the same.
pub(super) fn read(home: &Home) -> Choices {
    let path = home.directory.join(CHOICES_FILE);
    let text = files::read(&path, FILE_BYTES_MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, path = %path.display(), "unreadable choices");
        None
    });
    let choices = text.map(|text| serde_json::from_str(&text));
    choices.transpose().ok().flatten().unwrap_or_default()
}

/// Replaces the choices.
pub(super) fn write(home: &Home, choices: &Choices) -> Result<(), StoreError> {
    let path = home.directory.join(CHOICES_FILE);
    let write = || {
        if *choices == Choices::default() {
            return files::remove(&path);
        }
        files::write_soon(&path, (serde_json::to_string(choices)? + "\n").as_bytes())
    };
    write().map_err(at(&path))
}

/// Moves the choices to another directory of the same user, unless there are some.
pub(super) fn take(next: &Home, before: &Home) -> Result<(), StoreError> {
    let choices = read(before);
    if choices != Choices::default() && read(next) == Choices::default() {
        write(next, &choices)?;
    }
    write(before, &Choices::default())
}

#[cfg(test)]
mod tests {
    use crate::choices::{Choices, Level};
    use crate::store::StoreOp;
    use crate::store::tests::{filed, open};
    use crate::testing::{room, user};

    #[test]
    fn choices_are_stored_with_the_user_and_move_with_the_first_session() {
        let state = tempfile::TempDir::new().unwrap();
        let mut choices = Choices::default();
        choices.change(&room("#rust"), |choice| {
            (choice.is_muted, choice.level) = (true, Some(Level::All));
        });
        assert!(choices.ignore(user(9, "eve")));
        let (mut store, profile) = open(&state, "bob");
        assert_eq!(profile.choices, Choices::default());
        store.apply(StoreOp::Choices(choices.clone())).unwrap();
        assert_eq!(filed(&mut store, "journal").choices, choices);
        drop(store);
        assert_eq!(open(&state, "bob").1.choices, choices);
        assert_eq!(open(&state, "ana").1.choices, Choices::default());
    }
}
