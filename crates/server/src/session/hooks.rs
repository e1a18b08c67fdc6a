//! Hooks: makes them, lists them, ends them. What is posted to them comes through [`crate::web`].

use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{Event, Refusal, RoomName, Secret, UserId, UserName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::end::End;
use super::handshake::{too_fast, written_key};
use super::{Context, Session};
use crate::hub::{HOOKS_LISTED, HookDraft, HubError};
use crate::plain::is_loopback;
use crate::token::{self, TokenHash};

/// Bytes of a hook in a list, at most: its fields, a room and two names of 32 characters of 4 bytes.
const HOOK_BYTES_MAX: usize = 700;

const _: () = assert!(HOOKS_LISTED * HOOK_BYTES_MAX + 100 <= LINE_BYTES_MAX, "a list fits a line");

/// Makes a hook for `by`, `None` for the operator. Returns the event that says so.
///
/// # Errors
/// Returns a refusal if the hub makes no such hook.
pub(super) async fn make(
    context: &Context,
    by: Option<UserId>,
    room: RoomName,
    name: UserName,
) -> Result<Event, Refusal> {
    let secret = token::hook().map_err(|error| HubError::NotStored(error.to_string()))?;
    let draft = HookDraft { by, hash: TokenHash::of(&secret), room: room.clone(), name };
    let hook = context.hub.make_hook(draft).await;
    let hook = hook.map_err(|error| Refusal { room: Some(room), ..error.into() })?;
    Ok(Event::Hook { url: context.hook_address(&secret), hook, key: written_key(context) })
}

/// Ends a hook; `by` is who wants that, `None` for the operator. Returns the event that says so.
///
/// # Errors
/// Returns a refusal if the user may not do that, or there is no such hook.
pub(super) async fn revoke(
    context: &Context,
    by: Option<UserId>,
    id: u64,
) -> Result<Event, Refusal> {
    context.hub.revoke_hook(by, id).await?;
    Ok(context.hooks(by, None))
}

impl Context {
    /// The event that lists the hooks before the number `before` that `by` may see, all for the operator.
    pub(super) fn hooks(&self, by: Option<UserId>, before: Option<u64>) -> Event {
        let (hooks, more) = self.hub.hooks(by, before);
        Event::Hooks { hooks, more }
    }

    /// The address to which is posted what the hook with that secret says.
    fn hook_address(&self, secret: &Secret) -> Secret {
        let line = self.line();
        let (host, port) = (line.host(), line.port());
        let scheme = if is_this_machine(host) { "http" } else { "https" };
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        Secret::new(format!("{scheme}://{host}:{port}/hook/{}", secret.reveal()))
    }
}

/// Whether `host` is this machine, from which plain text is accepted.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// A hook may make a new user, so it counts as one of the network. Its secret is sent, so nobody may read it on the
    /// way.
    pub(super) fn make_hook(&mut self, room: RoomName, name: UserName) -> ControlFlow<End> {
        if let Err(refusal) = self.origin().check_private() {
            return self.refuse(refusal);
        }
        let (limit, now) = (self.context.config.limits.new_users, Instant::now());
        if let Err(wait) = self.slot.network().new_users.try_charge(limit, now) {
            return self.refuse(too_many(wait));
        }
        let (context, by) = (self.context.clone(), Some(self.member.id()));
        self.pending.answer(async move { make(&context, by, room, name).await });
        ControlFlow::Continue(())
    }

    pub(super) fn list_hooks(&mut self, before: Option<u64>) -> ControlFlow<End> {
        let hooks = self.context.hooks(Some(self.member.id()), before);
        self.send_event(&hooks)
    }

    pub(super) fn revoke_hook(&mut self, id: u64) -> ControlFlow<End> {
        let (context, by) = (self.context.clone(), Some(self.member.id()));
        self.pending.answer(async move { revoke(&context, by, id).await });
        ControlFlow::Continue(())
    }
}

fn too_many(wait: Duration) -> Refusal {
    let text = format!(
        "many new users and hooks were made from your network; you can make another one in {} s",
        wait.as_secs() + 1
    );
    too_fast(text, wait)
}

#[cfg(test)]
mod tests {
    use chat_proto::event::HookInfo;
    use chat_proto::{Timestamp, User};

    use super::*;

    #[test]
    fn the_longest_hook_of_a_list_is_within_its_bound() {
        let name = "\u{20000}".repeat(32);
        let user = || User { id: UserId::new(u64::MAX), name: UserName::new(&name).unwrap() };
        let hook = HookInfo {
            id: u64::MAX,
            room: RoomName::new(&format!("#{name}")).unwrap(),
            bot: user(),
            by: Some(user()),
            made_at: Timestamp::from_millis(1_795_946_400_001),
        };
        let bytes = serde_json::to_string(&hook).unwrap().len() + ",".len();
        assert!((500..=HOOK_BYTES_MAX).contains(&bytes), "{bytes}");
    }

    #[test]
    fn only_this_machine_is_posted_to_without_tls() {
        for (host, is_this) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("localhost", true),
            ("192.0.2.7", false),
            ("chat.example.org", false),
        ] {
            assert_eq!(is_this_machine(host), is_this, "{host}");
        }
    }
}
