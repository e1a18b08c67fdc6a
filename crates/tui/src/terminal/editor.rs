//! Editing a text with the user's own editor.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::prompt::PROMPT_BYTES_MAX;
use crate::wording::kilobytes;

/// The editor of a user who has chosen none: every unix has it.
const EDITOR: &str = "vi";

/// Why a text was not edited.
#[derive(Debug, thiserror::Error)]
pub(super) enum EditError {
    #[error("cannot write {path}: {error}", path = .0.display(), error = .1)]
    Write(PathBuf, io::Error),
    #[error("cannot start {editor}: {error}", editor = .0.display(), error = .1)]
    Start(OsString, io::Error),
    #[error("{editor} has failed ({status}). Set EDITOR to your editor", editor = .0.display(), status = .1)]
    Failed(OsString, ExitStatus),
    #[error("cannot read {path}: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, io::Error),
    #[error("it has {}, the limit is {}", kilobytes(*.0), kilobytes(PROMPT_BYTES_MAX))]
    TooLong(usize),
}

/// The user's editor: a command of the shell. `variable` gives the value of a variable of the environment.
pub(super) fn editor(variable: impl Fn(&str) -> Option<OsString>) -> OsString {
    let set = |name| variable(name).filter(|value: &OsString| !value.is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| EDITOR.into())
}

/// Edits a text, in a file in `directory` that only its owner can read, and returns it without the line ends
/// behind it. Waits until the editor has ended.
pub(super) fn edit(text: &str, editor: &OsStr, directory: &Path) -> Result<String, EditError> {
    let path = directory.join(format!("message-{}.txt", std::process::id()));
    let file =
        TemporaryFile::new(path, text).map_err(|(path, error)| EditError::Write(path, error))?;
    // As git does: the editor may have arguments of its own.
    let mut script = editor.to_owned();
    script.push(" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(editor).arg(&file.path);
    let status = command.status().map_err(|error| EditError::Start(editor.to_owned(), error))?;
    if !status.success() {
        return Err(EditError::Failed(editor.to_owned(), status));
    }
    file.read()
}

/// A file that is removed when it is dropped.
struct TemporaryFile {
    path: PathBuf,
}

impl TemporaryFile {
    fn new(path: PathBuf, text: &str) -> Result<Self, (PathBuf, io::Error)> {
        let written = (|| {
            // The file of a killed client that had the same process number.
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(text.as_bytes())
        })();
        match written {
            Ok(()) => Ok(Self { path }),
            Err(error) => Err((path, error)),
        }
    }

    fn read(&self) -> Result<String, EditError> {
        let read = |error| EditError::Read(self.path.clone(), error);
        let bytes = fs::metadata(&self.path).map_err(read)?.len();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        // One byte for the line end that editors add.
        if bytes > PROMPT_BYTES_MAX + 1 {
            return Err(EditError::TooLong(bytes));
        }
        let text = fs::read(&self.path).map_err(read)?;
        Ok(String::from_utf8_lossy(&text).trim_end_matches(['\n', '\r']).to_owned())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "an edited text is left behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, editor: &str) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        let edited = edit(text, OsStr::new(editor), directory.path());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "the file is removed");
        edited.map_err(|error| error.to_string())
    }

    #[test]
    fn the_editor_of_the_user_is_used() {
        let with = |set: &[(&str, &str)]| {
            editor(|name| set.iter().find(|(known, _)| *known == name).map(|(_, to)| to.into()))
        };
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", "code --wait")]), "code --wait");
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", "")]), "nano");
        assert_eq!(with(&[]), "vi");
    }

    #[test]
    fn a_text_is_edited_by_a_command_with_arguments() {
        assert_eq!(edited("one\né", "sed -i -e s/one/two/"), Ok("two\né".to_owned()));
        assert_eq!(edited("", "printf 'a\\n\\n' >"), Ok("a".to_owned()));
        let mode = "sh -c 'stat -c %a \"$0\" > \"$0.x\"; mv \"$0.x\" \"$0\"'";
        assert_eq!(edited("", mode), Ok("600".to_owned()));
    }

    #[test]
    fn an_editor_that_fails_says_why() {
        let error = edited("text", "false").unwrap_err();
        assert!(error.starts_with("false has failed (exit status: 1). Set EDITOR"), "{error}");
        let error = edited("text", "head -c 50000 /dev/zero >").unwrap_err();
        assert_eq!(error, "it has 50.0 kB, the limit is 32.8 kB");
        let error = edit("text", OsStr::new("true"), Path::new("/nowhere")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write /nowhere/message-"), "{error}");
    }
}
