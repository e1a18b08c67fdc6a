//! The drafts of the rooms and of the threads in them.

use chat_proto::{RoomName, Seq};

use super::State;
use crate::effect::Effect;
use crate::request::DRAFT_BYTES_MAX;
use crate::rooms::TypedInThread;
use crate::store::{Drafts, ThreadDraft};

/// Most drafts of threads: more threads than anybody writes in at a time. With the longest drafts they take 2 MB.
const THREAD_DRAFTS_MAX: usize = 50;

impl State {
    pub(super) fn restore_drafts(&mut self, drafts: &Drafts) {
        let Drafts { shown, texts, titles, threads } = drafts;
        for (name, text) in texts.iter().filter(|(_, text)| text.len() <= DRAFT_BYTES_MAX) {
            if self.rooms.get_or_make(name).is_some() {
                self.put_back(name, text);
            }
        }
        for draft in threads.iter().filter(|draft| draft.text.len() <= DRAFT_BYTES_MAX) {
            if let Some(room) = self.rooms.get_or_make(&draft.room) {
                let (text, epoch) = (draft.text.clone(), draft.epoch.clone());
                room.in_threads.entry(draft.thread).or_insert(TypedInThread { text, epoch });
            }
        }
        for (name, title) in titles {
            if self.rooms.get_or_make(name).is_some() {
                self.rooms.set_title(name, title);
            }
        }
        if self.rooms.get_or_make(shown).is_some() {
            self.open(shown);
        }
    }

    /// Puts a text into the draft of a room, if nothing is typed there. Returns whether it is there.
    pub(crate) fn put_back(&mut self, room: &RoomName, text: &str) -> bool {
        let Some(room) = self.rooms.get_mut(room).filter(|room| room.draft.is_empty()) else {
            return false;
        };
        text.clone_into(&mut room.draft);
        self.effects.push(Effect::DraftChanged(room.name.clone()));
        true
    }

    /// This is typed for the thread of a message. If there are too many such texts, one of another thread is given
    /// back.
    pub(crate) fn type_in_thread(&mut self, name: &RoomName, thread: Seq, text: String) {
        let epoch = self.epoch.clone();
        let Some(room) = self.rooms.get_mut(name) else { return };
        if text.is_empty() {
            room.in_threads.remove(&thread);
            return;
        }
        let typed = room.in_threads.entry(thread).or_default();
        // Without a session the messages are those of the last one.
        typed.epoch = epoch.or(typed.epoch.take());
        typed.text = text;
        let count: usize = self.rooms.list().iter().map(|room| room.in_threads.len()).sum();
        if count <= THREAD_DRAFTS_MAX {
            return;
        }
        let is_it = |room: &RoomName, seq: Seq| room == name && seq == thread;
        let other = self.rooms.iter_mut().find_map(|room| {
            let seq = room.in_threads.keys().copied().find(|seq| !is_it(&room.name, *seq))?;
            room.in_threads.remove(&seq)
        });
        self.effects.extend(other.map(|other| Effect::TextReturned(other.text)));
    }

    /// The drafts, and the current room.
    pub(super) fn typed(&self) -> Drafts {
        let rooms = self.rooms.list();
        let typed = rooms.iter().filter(|room| !room.draft.is_empty());
        let texts = typed.map(|room| (room.name.clone(), room.draft.clone())).collect();
        let threads = rooms.iter().flat_map(|room| {
            room.in_threads.iter().map(|(thread, typed)| ThreadDraft {
                room: room.name.clone(),
                thread: *thread,
                epoch: typed.epoch.clone(),
                text: typed.text.clone(),
            })
        });
        let (shown, threads) = (self.room().name.clone(), threads.collect());
        let mut drafts = Drafts { shown, texts, threads, ..Drafts::default() };
        drafts.titles = self.titles(&drafts);
        drafts
    }

    /// Whether the same room is open as in these drafts, and each of them is there, perhaps with another text.
    pub(crate) fn has_all_of(&self, drafts: &Drafts) -> bool {
        let open = &self.room().name;
        let is_asked_for = |room: &RoomName| {
            room == open && self.questions.iter().any(|question| question.typed.is_some())
        };
        let is_typed = |room: &RoomName| {
            self.rooms.get(room).is_some_and(|room| !room.draft.is_empty())
                || self.unaddressed.texts.contains_key(room)
                || is_asked_for(room)
        };
        let is_in_thread = |draft: &ThreadDraft| {
            let room = self.rooms.get(&draft.room);
            room.is_some_and(|room| room.in_threads.contains_key(&draft.thread))
        };
        drafts.shown == *self.unaddressed.shown.as_ref().unwrap_or(open)
            && drafts.texts.keys().all(is_typed)
            && drafts.threads.iter().all(is_in_thread)
    }

    /// All that is typed and not sent, with what waits for an address, and the current room.
    #[must_use]
    pub fn drafts(&self) -> Drafts {
        let mut drafts = self.typed();
        // If the client is killed before the server has answered, the question is not lost.
        if let Some(typed) = self.questions.iter().find_map(|question| question.typed.clone()) {
            drafts.texts.entry(drafts.shown.clone()).or_insert(typed);
        }
        drafts.texts.extend(self.unaddressed.texts.clone());
        if let Some(shown) = &self.unaddressed.shown {
            drafts.shown = shown.clone();
        }
        drafts
    }
}
