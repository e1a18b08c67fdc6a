//! The server that the environment gives.

use std::ffi::OsStr;

use chat_client::Endpoint;
use chat_client::link::BadEndpoint;
use chat_proto::Secret;
use chat_proto::address_line::is_line_secret;

/// The variable with the server, for `./chat` and for this program.
pub(super) const SERVER: &str = "CHAT_SERVER";

/// The variable with an invite, by which `./chat` makes the first user the owner.
pub(super) const INVITE: &str = "CHAT_INVITE";

/// The invite in the variable; `None` if it is not one.
pub(super) fn invite(written: Option<String>) -> Option<Secret> {
    written.map(Secret::new).filter(is_line_secret)
}

/// The server of the variable; `None` if it is empty. A port alone is one of this machine, as for `./chat`.
///
/// # Errors
/// Returns the reason in words for the user, if it is not an address.
pub(super) fn server(written: &OsStr) -> Result<Option<Endpoint>, String> {
    let written = written.to_string_lossy();
    if written.is_empty() {
        return Ok(None);
    }
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = Some(written.strip_prefix(':').unwrap_or(&written)).filter(|text| is_port(text));
    let address = port.map_or_else(|| written.to_string(), |port| format!("127.0.0.1:{port}"));
    let server = address.parse();
    server.map(Some).map_err(|error: BadEndpoint| format!("{SERVER} is {written:?}: {error}"))
}
