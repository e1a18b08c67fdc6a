//! Credentials: the table `credential`, with any number of rows for a user.
//!
//! A damaged row is not used: if the number of the user is damaged, the credential would open the account of another
//! user. The row stays in the file, and is reported, until its owner registers again with the same secret.

use chat_proto::{Timestamp, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use super::load::is_whole;
use super::store::{foreign, user_id, user_number};
use super::stored::{Credential, CredentialRecord};
use crate::token::TokenHash;

/// The columns that [`read`] takes; the last is the checksum of the others.
pub(super) const COLUMNS: &str = "value, user, kind, label, created_at, sum";

/// The `kind` of a token, whose `value` is its hash.
const TOKEN: i64 = 1;

/// The damage of a stored credential.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("the checksum is wrong")]
    Sum,
    #[error("the kind {0} is unknown")]
    Kind(i64),
}

/// Stores a new credential.
///
/// # Errors
/// Returns an error if a user has the credential already.
pub(super) fn insert(db: &Connection, record: &CredentialRecord) -> rusqlite::Result<()> {
    let Credential::Token(hash) = record.credential;
    // A row that is damaged, or of a user without a record, opens no account.
    db.prepare_cached(
        "DELETE FROM credential WHERE value = ?
         AND (sum <> checksum(value, user, kind, label, created_at)
              OR user NOT IN (SELECT id FROM user))",
    )?
    .execute([hash.as_bytes()])?;
    db.prepare_cached(
        "INSERT INTO credential (value, user, kind, label, created_at, sum)
         VALUES (?1, ?2, ?3, '', ?4, checksum(?1, ?2, ?3, '', ?4))",
    )?
    .execute(params![
        hash.as_bytes(),
        user_number(record.user),
        TOKEN,
        record.created_at.as_millis()
    ])?;
    Ok(())
}

/// The credential of a row.
///
/// # Errors
/// Returns an error if the row is damaged.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<CredentialRecord> {
    if !is_whole(row)? {
        return Err(foreign(5, Type::Integer, Damage::Sum));
    }
    let credential = match row.get(2)? {
        TOKEN => Credential::Token(TokenHash::from_bytes(row.get(0)?)),
        kind => return Err(foreign(2, Type::Integer, Damage::Kind(kind))),
    };
    Ok(CredentialRecord {
        user: user_id(row, 1)?,
        credential,
        created_at: Timestamp::from_millis(row.get(4)?),
    })
}

/// All credentials; and for each damaged one the number of its user, 0 if that cannot be read.
pub(super) fn load(db: &Connection) -> rusqlite::Result<(Vec<CredentialRecord>, Vec<UserId>)> {
    let (mut whole, mut damaged) = (Vec::new(), Vec::new());
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM credential"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(record) => whole.push(record),
            Err(_) => damaged.push(user_id(row, 1).unwrap_or(UserId::NONE)),
        }
    }
    Ok((whole, damaged))
}
