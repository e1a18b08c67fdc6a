//! Credentials: the table `credential`, with any number of rows for a user.
//!
//! A damaged row is not used: if the number of the user is damaged, the credential would open the account of another
//! user. The row stays in the file, and is reported, until its owner registers again with the same secret.

use chat_proto::{ShortString, Timestamp, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use super::store::{foreign, number, unsigned, user_id, user_number};
use super::stored::{Credential, CredentialRecord};
use super::whole::is_whole;
use super::{schema, used};
use crate::token::{PasswordHash, TokenHash};

/// The `kind` of a token, whose `value` is its hash.
const TOKEN: i64 = 1;

/// The `kind` of a password, whose `value` is a PHC string.
const PASSWORD: i64 = 2;

/// The damage of a stored credential.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("the checksum is wrong")]
    Sum,
    #[error("the kind {0} is unknown")]
    Kind(i64),
}

impl Credential {
    const fn kind(&self) -> i64 {
        match self {
            Self::Token(_) => TOKEN,
            Self::Password(_) => PASSWORD,
        }
    }

    /// The value, which is the key of its row.
    fn value(&self) -> &[u8] {
        match self {
            Self::Token(hash) => hash.as_bytes(),
            Self::Password(hash) => hash.as_str().as_bytes(),
        }
    }
}

/// Stores a new credential.
///
/// # Errors
/// Returns an error if a user has the credential already.
pub(super) fn insert(db: &Connection, record: &CredentialRecord) -> rusqlite::Result<()> {
    let value = record.credential.value();
    // A row that is damaged, or of a user without a record, opens no account.
    db.prepare_cached(
        "DELETE FROM credential WHERE value = ?
         AND (sum <> checksum(value, user, kind, label, created_at, id, seen_at)
              OR user NOT IN (SELECT id FROM user))",
    )?
    .execute([value])?;
    db.prepare_cached(
        "INSERT INTO credential (value, user, kind, label, created_at, id, seen_at, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7))",
    )?
    .execute(params![
        value,
        user_number(record.user),
        record.credential.kind(),
        record.label.as_str(),
        record.created_at.as_millis(),
        number(record.id),
        record.seen_at.as_millis(),
    ])?;
    used::put_last_record(db, record.id)
}

/// Stores when a session began with a credential, and what its device is called.
pub(super) fn seen(db: &Connection, record: &CredentialRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE credential
         SET seen_at = ?1, label = ?3, sum = checksum(value, user, kind, ?3, created_at, id, ?1)
         WHERE value = ?2 AND sum = checksum(value, user, kind, label, created_at, id, seen_at)",
    )?
    .execute(params![
        record.seen_at.as_millis(),
        record.credential.value(),
        record.label.as_str()
    ])?;
    Ok(())
}

/// Removes a credential.
pub(super) fn remove(db: &Connection, credential: &Credential) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM credential WHERE value = ?")?.execute([credential.value()])?;
    Ok(())
}

/// The credential of a row of [`schema::CREDENTIAL_VALUES`] and the checksum.
///
/// # Errors
/// Returns an error if the row is damaged.
fn read(row: &Row<'_>) -> rusqlite::Result<CredentialRecord> {
    if !is_whole(row)? {
        return Err(foreign(7, Type::Integer, Damage::Sum));
    }
    let credential = match row.get(2)? {
        TOKEN => Credential::Token(TokenHash::from_bytes(row.get(0)?)),
        PASSWORD => Credential::Password(password(row)?),
        kind => return Err(foreign(2, Type::Integer, Damage::Kind(kind))),
    };
    let label = ShortString::new(row.get::<_, String>(3)?);
    Ok(CredentialRecord {
        user: user_id(row, 1)?,
        credential,
        label: label.map_err(|error| foreign(3, Type::Text, error))?,
        created_at: Timestamp::from_millis(row.get(4)?),
        id: unsigned(row, 5)?,
        seen_at: Timestamp::from_millis(row.get(6)?),
    })
}

fn password(row: &Row<'_>) -> rusqlite::Result<PasswordHash> {
    let written = String::from_utf8(row.get(0)?);
    written.map(PasswordHash::new).map_err(|error| foreign(0, Type::Blob, error))
}

/// All credentials; and for each damaged one the number of its user, 0 if that cannot be read.
pub(super) fn load(db: &Connection) -> rusqlite::Result<(Vec<CredentialRecord>, Vec<UserId>)> {
    let (mut whole, mut damaged) = (Vec::new(), Vec::new());
    let sql = format!("SELECT {}, sum FROM credential", schema::CREDENTIAL_VALUES);
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(record) => whole.push(record),
            Err(_) => damaged.push(user_id(row, 1).unwrap_or(UserId::NONE)),
        }
    }
    Ok((whole, damaged))
}

/// The users of the damaged credentials of a journal of that version, 0 if that cannot be read.
pub(super) fn damaged(db: &Connection, version: u32) -> rusqlite::Result<Vec<UserId>> {
    if version >= schema::ROLES_SINCE {
        return Ok(load(db)?.1);
    }
    let sql = "SELECT user FROM credential
               WHERE kind <> 1 OR sum <> checksum(value, user, kind, label, created_at)";
    let mut statement = db.prepare(sql)?;
    statement.query_map([], |row| Ok(user_id(row, 0).unwrap_or(UserId::NONE)))?.collect()
}
