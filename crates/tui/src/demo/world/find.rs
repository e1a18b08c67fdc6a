//! Searches the messages of the demo: by words, `from:` and `in:`.

use chat_proto::command::SearchOrder;
use chat_proto::event::{Hit, Message, MessageKind};
use chat_proto::{Event, Text};

use super::World;

/// Most messages that are found: the demo has few.
const HITS_MAX: usize = 50;

impl World {
    /// Answers a search, the newest messages first.
    pub(super) fn found(&self, query: String, order: SearchOrder) -> Event {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let rooms = self.rooms.iter().filter(|room| room.is_joined);
        let messages = rooms.flat_map(|room| room.messages().iter());
        let is_text = |it: &&Message| matches!(it.kind, MessageKind::Text | MessageKind::Action);
        let mut hits: Vec<Hit> =
            messages.filter(is_text).filter_map(|message| hit(message, &words)).collect();
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.at.as_millis()));
        hits.truncate(HITS_MAX);
        Event::Found { query, order, hits, next: None, indexed: None }
    }
}

/// The message, if it has all words.
fn hit(message: &Message, words: &[String]) -> Option<Hit> {
    let text = message.text.as_str().replace('\n', " ");
    let small = text.to_lowercase();
    let mut marks = Vec::new();
    for word in words {
        let (filter, value) = word.split_once(':').unwrap_or(("", word));
        match filter {
            "from" if message.from.name.as_str().to_lowercase() == value => {}
            "in" if message.room.as_str().trim_start_matches('#')
                == value.trim_start_matches('#') => {}
            "from" | "in" => return None,
            _ => {
                let start = small.find(word.as_str())?;
                let chars = |end: usize| u32::try_from(small[..end].chars().count()).ok();
                marks.push([chars(start)?, chars(start + word.len())?]);
            }
        }
    }
    marks.sort_unstable();
    let Message { room, seq, from, at, kind, .. } = message.clone();
    Some(Hit { room, seq, from, at, kind, text: Text::from_lossy(&text)?, marks })
}
