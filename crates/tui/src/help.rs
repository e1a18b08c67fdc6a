//! What the keys and the commands do, in words.

mod keys;
mod lists;
mod query;
mod table;
mod word;

pub use self::keys::key_rows;
pub use self::lists::{SET_KEYS, command_rows, setting_rows};
pub(crate) use self::query::query_rows;
pub use self::table::HelpRow;
use self::table::rows;
pub(crate) use self::table::rows as table;
pub use self::word::on;
