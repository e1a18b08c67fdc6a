//! The devices of a client.

use std::path::Path;

use chat_proto::DeviceId;

use super::{DEVICE_FILE, StoreError, at, files};

/// The device of version 0.1.0, under which it sent its messages.
pub(super) fn slot_device(state: &Path) -> Result<DeviceId, StoreError> {
    let path = state.join(DEVICE_FILE);
    let stored = files::read(&path, 1024).map_err(at(&path))?.unwrap_or_default();
    let word = stored.split_whitespace().next().and_then(|word| DeviceId::new(word).ok());
    Ok(word.unwrap_or_else(new_device))
}

/// A word that no other run of a client has.
pub(super) fn new_device() -> DeviceId {
    let number = fastrand::u128(..);
    DeviceId::new(format!("tui-{number:032x}")).expect("36 bytes are a word")
}
