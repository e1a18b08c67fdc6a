//! What the keys and the commands do, in words.

mod keys;
mod word;

pub use self::keys::{HelpRow, key_rows};
pub use self::word::on;
