//! The page of an invite that was made: its line, whom it lets in, and what they do with it.

use chat_client::ServerAddress;
use chat_proto::event::InviteInfo;
use chat_proto::{Role, RoomName, Secret};

use super::{PageRow, PageSize, rows};
use crate::help::table;

/// An invite that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitePage {
    /// The line, with its secret.
    pub line: Secret,
    /// What it lets in.
    pub invite: InviteInfo,
}

impl InvitePage {
    /// The rows of the page. `until` is the end of the invite in words.
    #[must_use]
    pub fn rows(&self, until: &str, size: PageSize) -> Vec<PageRow> {
        let sections = |needed: Option<String>| {
            let mut sections = Vec::new();
            if let Some(address) = self.address().filter(ServerAddress::is_local) {
                sections.push(("No other machine can connect", open_it(&address)));
            }
            sections.push(("Send this line in private", self.entries(until)));
            sections.extend(needed.map(|needed| ("QR code", vec![("None".to_owned(), needed)])));
            sections
        };
        rows(self.line.reveal(), size, |width, needed| table(&sections(needed), width))
    }

    fn entries(&self, until: &str) -> Vec<(String, String)> {
        let InviteInfo { id, uses, role, ref room, ref note, .. } = self.invite;
        let mut all = vec![
            (
                "They type",
                "chat-tui, a space, and this line. Or chat-tui alone, and this line as the server"
                    .to_owned(),
            ),
            ("Lets in", lets_in(uses, role, room.as_ref())),
            ("Until", until.to_owned()),
        ];
        if !note.as_str().is_empty() {
            all.push(("Note", note.as_str().to_owned()));
        }
        all.push(("To copy it", "y. It is shown this once".to_owned()));
        all.push(("To end it", format!("/revoke {id}. /invites lists all")));
        all.into_iter().map(|(name, does)| (name.to_owned(), does)).collect()
    }

    /// Where the line leads to.
    fn address(&self) -> Option<ServerAddress> {
        self.line.reveal().strip_prefix("chat://")?.split('/').next()?.parse().ok()
    }
}

/// The hint for a server that listens on an address that only its machine reaches.
fn open_it(ServerAddress { host, port }: &ServerAddress) -> Vec<(String, String)> {
    let all = [
        ("Why", format!("the server listens on {host}")),
        (
            "To open it",
            format!(
                "type ./chat open in another terminal; without ./chat, start the daemon with --listen 0.0.0.0:{port}. \
                 Then make another invite"
            ),
        ),
        ("See", "Open it to the internet, in docs/operations.md".to_owned()),
    ];
    all.into_iter().map(|(name, does)| (name.to_owned(), does)).collect()
}

/// The users whom an invite lets in.
fn lets_in(uses: u32, role: Role, room: Option<&RoomName>) -> String {
    let role = match role {
        Role::Owner => "an owner of this server",
        Role::Moderator => "a moderator of this server",
        _ => "a member",
    };
    let joins = room.map(|room| format!(", who joins {room}")).unwrap_or_default();
    match uses {
        1 => format!("1 new user, as {role}{joins}"),
        uses => format!("{uses} new users, each as {role}{joins}"),
    }
}
