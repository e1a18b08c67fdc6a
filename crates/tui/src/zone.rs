//! The time zone of the machine, which may change while the client runs: a laptop travels.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use jiff::tz::{self, TimeZone};

/// The file that says which zone the machine is in, if the environment does not.
const LOCAL_TIME: &str = "/etc/localtime";

/// Watches the file that says which zone the machine is in.
#[derive(Debug, Clone)]
pub struct ZoneWatch {
    path: PathBuf,
    stamp: Stamp,
}

/// What changes with the file: the link, and its target.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    target: Option<PathBuf>,
    file: Option<(u64, u64, i64, i64)>,
}

impl ZoneWatch {
    /// Watches the file that `TZ` names, or the setting of the machine; `None` if `TZ` names a zone that
    /// cannot change.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self::of(path(std::env::var_os("TZ").as_deref())?))
    }

    fn of(path: PathBuf) -> Self {
        let stamp = Stamp::of(&path);
        Self { path, stamp }
    }

    /// Returns the zone if it may have changed since the last call. Costs two system calls if it has not.
    pub fn take_change(&mut self) -> Option<TimeZone> {
        let stamp = Stamp::of(&self.path);
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        tz::db().reset();
        tz::reset_system_time_zone_cache();
        Some(TimeZone::system())
    }
}

/// The file that says which zone it is.
fn path(tz: Option<&OsStr>) -> Option<PathBuf> {
    let Some(tz) = tz else {
        return Some(LOCAL_TIME.into());
    };
    let name = tz.to_str()?;
    let path = PathBuf::from(name.strip_prefix(':').unwrap_or(name));
    path.is_absolute().then_some(path)
}

impl Stamp {
    fn of(path: &PathBuf) -> Self {
        let file = fs::metadata(path).ok();
        Self {
            target: fs::read_link(path).ok(),
            file: file.map(|file| (file.dev(), file.ino(), file.mtime(), file.mtime_nsec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_with_another_link_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let (zone, link) = (directory.path().join("zone"), directory.path().join("link"));
        fs::write(&zone, "one").unwrap();
        std::os::unix::fs::symlink(&zone, &link).unwrap();
        let mut watch = ZoneWatch::of(link.clone());
        assert_eq!(watch.take_change(), None);
        fs::remove_file(&link).unwrap();
        assert!(watch.take_change().is_some(), "a link that is gone");
        fs::write(&link, "another").unwrap();
        assert!(watch.take_change().is_some(), "a file in its place");
        assert_eq!(watch.take_change(), None);
    }

    #[test]
    fn a_zone_of_the_environment_cannot_change_unless_it_is_a_file() {
        assert_eq!(path(None), Some(LOCAL_TIME.into()));
        assert_eq!(path(Some("Asia/Tokyo".as_ref())), None);
        assert_eq!(path(Some("".as_ref())), None);
        assert_eq!(path(Some(":/tmp/zone".as_ref())), Some("/tmp/zone".into()));
    }
}
