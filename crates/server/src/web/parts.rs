//! The parts of the page: files of the directory `web`, which are in the program.

use std::fmt::Write;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Stands for [`Parts::hash`] in the parts that name others.
const PLACEHOLDER: &str = "{HASH}";

/// Digits of the hash: enough to tell two versions of the page apart.
const HASH_DIGITS: usize = 12;

/// Bytes of a file of `--web-dir`, so that a wrong directory takes no memory.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The hash in the addresses of parts that are served from a directory: they may change at any time.
const NO_HASH: &str = "dev";

/// Lists files of the directory `web`, with what is in them.
macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/", $name)))),*]
    };
}

/// All parts.
const FILES: &[(&str, &[u8])] = parts![
    "index.html",
    "app.js",
    "avatar.js",
    "changes.js",
    "clean.js",
    "commands.js",
    "dates.js",
    "dom.js",
    "emoji.js",
    "entries.js",
    "events.js",
    "export.js",
    "history.js",
    "icon-192.png",
    "icon-512.png",
    "link.js",
    "live.js",
    "loaded.js",
    "log.css",
    "log.js",
    "manifest.webmanifest",
    "markup.js",
    "mention.js",
    "messages.js",
    "orders.js",
    "outbox.js",
    "pages.js",
    "panel-find.js",
    "panel-forms.js",
    "panel-lists.js",
    "panel-settings.js",
    "panels.css",
    "qr.js",
    "requests.js",
    "saved.js",
    "session.js",
    "set-back.js",
    "start.js",
    "state.js",
    "store.js",
    "style.css",
    "tab.js",
    "text.js",
    "threads.js",
    "update.js",
    "view-actions.js",
    "view-alerts.js",
    "view-completion.js",
    "view-composer.js",
    "view-edge.js",
    "view-first.js",
    "view-focus.js",
    "view-geometry.js",
    "view-history.js",
    "view-jumps.js",
    "view-keys.js",
    "view-log.js",
    "view-menu.js",
    "view-message.js",
    "view-panel.js",
    "view-reading.js",
    "view-rooms.js",
    "view-rows.js",
    "view-scroll.js",
    "view-users.js",
    "view-window.js",
    "view.js",
    "words.js",
    "worker.js",
];

/// The parts as they are served.
static BUILT_IN: LazyLock<Parts> = LazyLock::new(|| Parts::new(FILES));

/// The parts of the page.
struct Parts {
    /// The hash of all parts: a part refers to others by their names alone, since all of them change at once.
    hash: String,
    files: Vec<File>,
}

/// A file of the page.
struct File {
    name: &'static str,
    bytes: Bytes,
    /// The same as `gzip`; `None` if that is not shorter, as of a picture.
    gzip: Option<Bytes>,
}

impl Parts {
    fn new(files: &[(&'static str, &'static [u8])]) -> Self {
        let mut sha = Sha256::new();
        for (name, bytes) in files {
            for field in [name.as_bytes(), bytes] {
                sha.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
                sha.update(field);
            }
        }
        let mut hash = String::new();
        for byte in &sha.finalize()[..HASH_DIGITS / 2] {
            let _ = write!(hash, "{byte:02x}");
        }
        let files = files.iter().map(|(name, bytes)| {
            let bytes = fill(Bytes::from_static(bytes), &hash);
            File { name, gzip: gzip(&bytes), bytes }
        });
        Self { files: files.collect(), hash }
    }

    fn get(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// A part, with the hash in the addresses of others.
fn fill(part: Bytes, hash: &str) -> Bytes {
    match std::str::from_utf8(&part) {
        Ok(text) if text.contains(PLACEHOLDER) => text.replace(PLACEHOLDER, hash).into(),
        _ => part,
    }
}

/// The bytes as `gzip`, if that is shorter. What is compressed is public and never changes, so its length tells
/// nothing. A picture is compressed already.
fn gzip(bytes: &[u8]) -> Option<Bytes> {
    std::str::from_utf8(bytes).ok()?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzip = encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()?;
    (gzip.len() < bytes.len()).then(|| gzip.into())
}

/// The source of the parts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'s> {
    /// The program.
    BuiltIn,
    /// A directory, for a person who works on the page.
    Directory(&'s Path),
}

impl<'s> Source<'s> {
    pub(super) fn new(directory: Option<&'s PathBuf>) -> Self {
        directory.map_or(Self::BuiltIn, |directory| Self::Directory(directory))
    }

    /// The hash in the addresses of parts.
    pub(super) fn hash(self) -> &'static str {
        match self {
            Self::BuiltIn => &BUILT_IN.hash,
            Self::Directory(_) => NO_HASH,
        }
    }

    /// The part `name`, with the hash in the addresses of others.
    pub(super) fn get(self, name: &str) -> Option<Bytes> {
        match self {
            Self::BuiltIn => BUILT_IN.get(name).map(|file| file.bytes.clone()),
            Self::Directory(directory) => Some(fill(read(directory, name)?, NO_HASH)),
        }
    }

    /// The same as `gzip`, if it is in the program, and shorter so.
    pub(super) fn gzip(self, name: &str) -> Option<Bytes> {
        match self {
            Self::BuiltIn => BUILT_IN.get(name)?.gzip.clone(),
            Self::Directory(_) => None,
        }
    }
}

/// Reads a file below `directory`. Waits for the disk: that is for a person who works on the page.
fn read(directory: &Path, name: &str) -> Option<Bytes> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_segment = |segment: &str| {
        !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(is_plain)
    };
    if !name.split('/').all(is_segment) {
        return None;
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(directory.join(name)).ok()?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes.into())
}

/// The media type of a part.
pub(super) fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}
