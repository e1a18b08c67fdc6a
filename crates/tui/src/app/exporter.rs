//! Writes the file of an export, one step after the other, while the loop goes on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf, absolute};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chat_client::store::Writer;

use super::jobs::Jobs;
use crate::input::Input;
use crate::state::ExportStep;

/// The owner reads and writes, nobody else: the messages may be private.
const FILE_MODE: u32 = 0o600;

/// How long the end of the program waits for a step that is being taken: a user notices a longer wait.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Prefix of the path of a file in the user's home directory.
const HOME: &str = "~/";

/// Writes the file of an export.
pub(super) struct Exporter {
    /// One step waits at a time, as the next one comes once it is done.
    steps: Jobs<u64, Result<PathBuf, String>>,
    file: Arc<Mutex<Option<ExportFile>>>,
}

impl Exporter {
    pub(super) fn new(writer: Writer) -> Self {
        Self { steps: Jobs::new(writer), file: Arc::default() }
    }

    /// Takes a step of the export with the number `run`. [`Self::done`] returns its result.
    pub(super) fn take(&mut self, run: u64, step: ExportStep) {
        let file = Arc::clone(&self.file);
        self.steps.give(run, move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            carry_out(&mut file, step)
        });
    }

    /// Waits until a step is done. Safe to cancel.
    pub(super) async fn done(&mut self) -> Input {
        let (run, result) = self.steps.done().await;
        let bug =
            || Err("writing has failed because of a bug in chat-tui; please report it".to_owned());
        Input::Exported { run, result: result.unwrap_or_else(bug) }
    }

    /// Ends an export that is not complete: removes its file.
    pub(super) async fn close(self) {
        let Self { steps, file } = self;
        if steps.close(CLOSE_TIMEOUT, |_| ()).await {
            drop(file);
        } else {
            tracing::warn!("an incomplete export may be left: the disk takes too long");
        }
    }
}

fn carry_out(file: &mut Option<ExportFile>, step: ExportStep) -> Result<PathBuf, String> {
    match step {
        ExportStep::Create(path) => {
            // The file of an earlier export, which is not complete.
            *file = None;
            let made = ExportFile::create(&path)?;
            Ok(file.insert(made).path.clone())
        }
        ExportStep::Write(text) => {
            let open = file.as_mut().ok_or("its file is not open")?;
            let written = open.out.write_all(text.as_bytes());
            written.map_err(|error| format!("{}: {error}", open.path.display()))?;
            Ok(open.path.clone())
        }
        ExportStep::Finish => file.take().ok_or("its file is not open")?.finish(),
        ExportStep::Remove => Ok(file.take().map(|file| file.path.clone()).unwrap_or_default()),
    }
}

/// A file that is being written beside its path. It is removed unless it is finished.
#[derive(Debug)]
struct ExportFile {
    path: PathBuf,
    part: PathBuf,
    out: File,
}

impl ExportFile {
    fn create(typed: &Path) -> Result<Self, String> {
        let path = absolute(at_home(typed)).map_err(|error| in_words(typed, &error))?;
        if path.symlink_metadata().is_ok() {
            return Err(exists(&path));
        }
        let mut part = path.clone().into_os_string();
        part.push(format!(".part-{}", std::process::id()));
        let part = PathBuf::from(part);
        let out = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&part);
        let out = out.map_err(|error| in_words(&path, &error))?;
        Ok(Self { path, part, out })
    }

    /// Gives the file its name, if nothing has that name by now.
    fn finish(self) -> Result<PathBuf, String> {
        self.out.sync_all().map_err(|error| in_words(&self.path, &error))?;
        match fs::hard_link(&self.part, &self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(exists(&self.path));
            }
            // The file system has no hard links.
            Err(_) if self.path.symlink_metadata().is_ok() => return Err(exists(&self.path)),
            Err(_) => {
                let renamed = fs::rename(&self.part, &self.path);
                renamed.map_err(|error| in_words(&self.path, &error))?;
            }
        }
        Ok(self.path.clone())
    }
}

impl Drop for ExportFile {
    /// Removes the file beside the path, which is the only one as long as the export is not complete.
    fn drop(&mut self) {
        let removed = fs::remove_file(&self.part);
        if let Err(error) = removed.or_else(not_there) {
            tracing::warn!(%error, path = %self.part.display(), "cannot remove a part of an export");
        }
    }
}

fn not_there(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The path, with the home directory in place of `~`: no shell has done that.
fn at_home(typed: &Path) -> PathBuf {
    let rest = typed.to_str().and_then(|typed| typed.strip_prefix(HOME));
    match rest.zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest),
        None => typed.to_owned(),
    }
}

fn exists(path: &Path) -> String {
    format!("{} exists already. Name another file: /export FORMAT FILE", path.display())
}

fn in_words(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(file: &mut Option<ExportFile>, steps: Vec<ExportStep>) -> Result<PathBuf, String> {
        let mut last = Ok(PathBuf::new());
        for step in steps {
            last = carry_out(file, step);
        }
        last
    }

    fn files(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_has_its_name_once_it_is_complete_and_never_replaces_another() {
        use ExportStep::{Create, Finish, Remove, Write};
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("dev.txt");
        let write = || Write("hello\n".to_owned());
        let mut file = None;
        take(&mut file, vec![Create(path.clone()), write()]).unwrap();
        assert_eq!(files(directory.path()), [format!("dev.txt.part-{}", std::process::id())]);
        assert_eq!(take(&mut file, vec![write(), Finish]), Ok(path.clone()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "hello\nhello\n");
        assert_eq!(files(directory.path()), ["dev.txt"]);
        let why = take(&mut file, vec![Create(path.clone())]).unwrap_err();
        assert!(why.contains("exists already"), "{why}");
        let other = directory.path().join("other.txt");
        take(&mut file, vec![Create(other.clone()), write(), Remove]).unwrap();
        assert_eq!(files(directory.path()), ["dev.txt"]);
        take(&mut file, vec![Create(other.clone()), write()]).unwrap();
        fs::write(&other, "of another program").unwrap();
        assert!(take(&mut file, vec![Finish]).is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "of another program");
        assert_eq!(files(directory.path()), ["dev.txt", "other.txt"]);
        let why = take(&mut file, vec![Create(directory.path().join("no/such/dir.txt"))]);
        assert!(why.unwrap_err().contains("No such file"), "the reason of the system");
    }
}
