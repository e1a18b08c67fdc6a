//! Hooks in words.

use chat_proto::event::HookInfo;
use chat_proto::{Secret, ServerKey, ShortString};

use super::time;

/// A hook that was made: its address, how to use it, and how to end it. `key` is that of the server.
pub(super) fn made(url: &Secret, hook: &HookInfo, key: Option<&ShortString>) -> String {
    let (url, HookInfo { id, room, bot, .. }) = (url.reveal(), hook);
    let key = key.and_then(|key| key.as_str().parse().ok());
    let by_key = key.map_or_else(String::new, |key| by_key(url, key));
    format!(
        "Hook {id}: what is posted to this address, {} says in {room}. The address is shown this once.\n  {url}\n\
         Try it:\n  curl -d 'hello' {url}\n{by_key}\
         chat-server admin revoke-hook {id} ends the hook.\n",
        bot.name
    )
}

/// How curl knows the server by its key. The daemon may have made the certificate itself.
fn by_key(url: &str, key: ServerKey) -> String {
    if !url.starts_with("https:") {
        return String::new();
    }
    let key = key.for_curl();
    format!(
        "If curl does not trust the certificate of the server, let it take the key of the server, and no other:\n  \
         curl -k --pinnedpubkey {key} -d 'hello' {url}\n"
    )
}

/// A list of hooks; `more` if there are others.
pub(super) fn list(hooks: &[HookInfo], more: bool) -> String {
    if hooks.is_empty() {
        return "There are no hooks. chat-server admin hook makes one.\n".to_owned();
    }
    let mut text: String = hooks.iter().map(listed).collect();
    if more {
        text.push_str("There are more, which were made earlier.\n");
    }
    text
}

fn listed(HookInfo { id, room, bot, by, made_at }: &HookInfo) -> String {
    let by = by.as_ref().map_or("the operator", |by| by.name.as_str());
    format!("{id:>4}  {} in {room}  made {}  by {by}\n", bot.name, time(*made_at))
}

#[cfg(test)]
mod tests {
    use chat_proto::{RoomName, Timestamp, User, UserId, UserName};

    use super::*;

    fn hook() -> HookInfo {
        let user = |id, name| User { id: UserId::new(id), name: UserName::new(name).unwrap() };
        HookInfo {
            id: 4,
            room: RoomName::new("#ops").unwrap(),
            bot: user(9, "nightly"),
            by: Some(user(7, "ana")),
            made_at: Timestamp::from_millis(1_795_946_400_000),
        }
    }

    #[test]
    fn a_hook_says_where_to_post_and_how_to_end_it() {
        let url = "http://127.0.0.1:12345/hook/h0";
        let key = ServerKey::from_sha256([0xff; 32]);
        let written = ShortString::new(key.to_string()).unwrap();
        let text = made(&Secret::new(url), &hook(), Some(&written));
        let expected = "Hook 4: what is posted to this address, nightly says in #ops. The address is shown this once.\n  \
                        http://127.0.0.1:12345/hook/h0\nTry it:\n  curl -d 'hello' http://127.0.0.1:12345/hook/h0\n\
                        chat-server admin revoke-hook 4 ends the hook.\n";
        assert_eq!(text, expected);
        let url = Secret::new("https://192.0.2.7:12345/hook/h0");
        let text = made(&url, &hook(), Some(&written));
        let by_key = format!(
            "and no other:\n  curl -k --pinnedpubkey sha256//{}8= -d 'hello' {}\n",
            "/".repeat(42),
            url.reveal()
        );
        assert!(text.contains(&by_key), "{text}");
        // A server of an earlier version does not say its key.
        assert!(!made(&url, &hook(), None).contains("-k"));
    }

    #[test]
    fn a_list_has_one_line_for_each_hook() {
        let expected = "   4  nightly in #ops  made 2026-11-29 10:00 UTC  by ana\n";
        assert_eq!(list(&[hook()], false), expected);
        let of_operator = HookInfo { by: None, ..hook() };
        assert!(list(&[of_operator], true).contains("by the operator\nThere are more"));
        assert!(list(&[], false).starts_with("There are no hooks."));
    }
}
