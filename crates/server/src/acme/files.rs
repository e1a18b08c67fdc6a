//! The account at the authority and the certificate, in the data directory.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use instant_acme::AccountCredentials;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::AcmeError;
use super::validity::Validity;
use crate::journal::{create_private, create_private_directory};

/// The directory, in the data directory.
const DIRECTORY: &str = "acme";

const ACCOUNT_FILE: &str = "account.json";

const CERTIFICATE_FILE: &str = "certificate.pem";

/// Precedes the URL of the authority in the first line of both files, so that no other is taken for it.
const AUTHORITY: &str = "# ";

/// A certificate with its chain and its key.
pub(super) struct StoredCertificate {
    /// All of it.
    pub(super) pem: String,
    pub(super) validity: Validity,
}

/// The files of one authority.
pub(super) struct Files {
    directory: PathBuf,
    /// The first line of each file.
    head: String,
}

impl Files {
    /// Those of the authority at `url`, in the data directory `data`.
    pub(super) fn new(data: &Path, url: &str) -> Self {
        Self { directory: data.join(DIRECTORY), head: format!("{AUTHORITY}{url}\n") }
    }

    /// The account at the authority; `None` if there is none yet, or the file is damaged: another account does as well.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(super) fn account(&self) -> Result<Option<AccountCredentials>, AcmeError> {
        let account = self.read(ACCOUNT_FILE)?;
        Ok(account.and_then(|account| serde_json::from_str(&account).ok()))
    }

    /// Stores the account at the authority.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(super) fn set_account(&self, account: &AccountCredentials) -> Result<(), AcmeError> {
        let account = serde_json::to_string(account);
        self.write(ACCOUNT_FILE, &account.map_err(|error| AcmeError::Authority(error.to_string()))?)
    }

    /// Removes the account.
    ///
    /// # Errors
    /// Returns an error if the file cannot be removed.
    pub(super) fn remove_account(&self) -> Result<(), AcmeError> {
        let path = self.directory.join(ACCOUNT_FILE);
        fs::remove_file(&path).map_err(|error| failed(&path, error))
    }

    /// The certificate that the authority has issued; `None` if there is none, or the file is damaged.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(super) fn certificate(&self) -> Result<Option<StoredCertificate>, AcmeError> {
        Ok(self.read(CERTIFICATE_FILE)?.and_then(StoredCertificate::new))
    }

    /// Stores a certificate.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(super) fn set_certificate(&self, certificate: &StoredCertificate) -> Result<(), AcmeError> {
        self.write(CERTIFICATE_FILE, &certificate.pem)
    }

    /// The text after the first line of a file; `None` if it is missing, or of another authority.
    fn read(&self, name: &str) -> Result<Option<String>, AcmeError> {
        let path = self.directory.join(name);
        match fs::read(&path) {
            Ok(read) => Ok(String::from_utf8(read)
                .ok()
                .and_then(|read| read.strip_prefix(&self.head).map(str::to_owned))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// Writes a file that only the user of the daemon reads. A crash leaves the earlier one.
    fn write(&self, name: &str, text: &str) -> Result<(), AcmeError> {
        let path = self.directory.join(name);
        self.try_write(&path, text).map_err(|error| failed(&path, error))
    }

    fn try_write(&self, path: &Path, text: &str) -> io::Result<()> {
        create_private_directory(&self.directory)?;
        let draft = path.with_extension("draft");
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = create_private(&draft)?;
        file.write_all(self.head.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, path)?;
        File::open(&self.directory)?.sync_all()
    }
}

impl StoredCertificate {
    /// Returns `None` if there is no certificate in `pem`.
    pub(super) fn new(pem: String) -> Option<Self> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let validity = Validity::of(&certificate)?;
        Some(Self { pem, validity })
    }
}

fn failed(path: &Path, source: io::Error) -> AcmeError {
    AcmeError::File { file: path.display().to_string(), source }
}
