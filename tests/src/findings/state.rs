//! The state of messages: as sessions receive it, and as it follows from all stored messages, one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chat_proto::Seq;
use chat_server::journal::StoredMessage;
use serde_json::Value;

/// The state of a message.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct State {
    text: String,
    is_deleted: bool,
    is_pinned: bool,
    edits: u64,
    replies: u64,
    /// How many users react with each emoji.
    reactions: BTreeMap<String, u64>,
}

impl State {
    /// Reads a message of a `history`; `None` if it is an event.
    pub(crate) fn of(message: &Value) -> Option<Self> {
        if !["text", "action"].contains(&message["kind"].as_str()?) {
            return None;
        }
        let reactions = message["reactions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let reaction =
            |one: &Value| Some((one["emoji"].as_str()?.to_owned(), one["count"].as_u64()?));
        Some(Self {
            text: message["text"].as_str()?.to_owned(),
            is_deleted: message["deleted"] == true,
            is_pinned: message["pinned"] == true,
            edits: message["edited"]["count"].as_u64().unwrap_or(0),
            replies: message["replies"]["count"].as_u64().unwrap_or(0),
            reactions: reactions.iter().filter_map(reaction).collect(),
        })
    }
}

/// The states of the messages of a room, by `seq`, from all that are stored. Events about a message that was removed by
/// age do not count.
pub(crate) fn states(stored: &[StoredMessage]) -> HashMap<u64, State> {
    let mut states: HashMap<u64, State> = HashMap::new();
    let mut reacting: BTreeSet<(u64, String, u64)> = BTreeSet::new();
    for message in stored {
        let seq = message.seq.get();
        let details =
            message.details.as_ref().map(|details| details.wire.clone()).unwrap_or_default();
        let Some(target) = details.target.map(Seq::get) else {
            let answers = details.thread.or(details.reply_to).map(Seq::get);
            if let Some(state) = answers.and_then(|seq| states.get_mut(&seq)) {
                state.replies += 1;
            }
            let (text, is_deleted) = (message.text.to_string(), details.deleted);
            states.insert(seq, State { text, is_deleted, ..State::default() });
            continue;
        };
        let Some(state) = states.get_mut(&target) else { continue };
        match message.kind.as_str() {
            _ if state.is_deleted => {}
            "edit" => {
                state.edits += 1;
                state.text = message.text.to_string();
            }
            "pin" => state.is_pinned = details.on == Some(true),
            "reaction" => {
                let emoji = details.emoji.expect("a reaction has one").to_string();
                let key = (target, emoji, message.from.id.get());
                let _ = if details.on == Some(true) {
                    reacting.insert(key)
                } else {
                    reacting.remove(&key)
                };
            }
            kind => panic!("{kind} about message {target}, which is not deleted"),
        }
    }
    for (target, emoji, _) in reacting {
        *states.get_mut(&target).expect("it has a state").reactions.entry(emoji).or_default() += 1;
    }
    states
}
