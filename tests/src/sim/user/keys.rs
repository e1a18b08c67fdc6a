//! The keys that the user types.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::sleep;

use super::{UnreadState, User, user_name};
use crate::findings::{Label, room_name};

/// Pause before a user types again, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 20..700;

/// Pause before a user who only reads presses the next key, in milliseconds.
const READING_MS: std::ops::Range<u64> = 20..200;

/// Most pending messages of a user, who then waits: fewer than the client's outbox holds.
const PENDING_MAX: usize = 60;

impl User {
    /// Returns the next line to type: a switch to another room, a message to the room on the screen or to
    /// a user, or sometimes a reconnect. `None` while it is switching to a room, since the message would
    /// go to another.
    fn next_line(&mut self) -> Option<String> {
        if self.going_to.is_some() || self.awaits_direct.is_some() {
            return None;
        }
        let lobby = || Some(room_name(0));
        match self.random.u32(..60) {
            0 => Some("/reconnect".to_owned()),
            1..15 if self.joined == self.plan.rooms => {
                let room = room_name(self.random.u32(..self.plan.rooms));
                self.going_to = Some(room.clone()).filter(|room| *room != self.shown);
                Some(format!("/join {room}"))
            }
            15..25 => {
                let to = (self.user + self.random.u32(1..self.plan.users)) % self.plan.users;
                let label = self.next_label(Some(to));
                self.awaits_direct = Some(to);
                Some(format!("/msg {} {label}", user_name(to)))
            }
            _ if self.shown.starts_with('@') => {
                self.going_to = lobby();
                lobby().map(|lobby| format!("/join {lobby}"))
            }
            _ => Some(self.next_label(None).to_string()),
        }
    }

    /// Returns the next key of a user who reads: all of the room on the screen, page by page, and then the
    /// next room with unread messages. `None` if all is read.
    fn next_reading(&self) -> Option<Event> {
        let UnreadState { has_more_below, here, elsewhere } = self.unread;
        match (has_more_below, here, elsewhere) {
            (true, ..) => Some(key(KeyCode::PageDown, KeyModifiers::NONE)),
            (false, _, true) => Some(key(KeyCode::Char('a'), KeyModifiers::ALT)),
            // It was opened before they came: leaves it, and comes back.
            (false, true, false) => Some(key(KeyCode::Char('n'), KeyModifiers::CONTROL)),
            (false, false, false) => None,
        }
    }

    fn next_label(&mut self, to: Option<u32>) -> Label {
        self.last_n += 1;
        Label { client: self.number, n: self.last_n, to }
    }
}

/// Returns the keys of a user during a run of its client: in the first run it joins all rooms, and then
/// it types random lines. Once it no longer sends, it reads what it has missed.
pub(in crate::sim) fn keys(
    user: &Rc<RefCell<User>>,
) -> impl Stream<Item = io::Result<Event>> + use<> {
    let is_first_run = user.borrow().runs == 1;
    let rooms = if is_first_run { user.borrow().plan.rooms } else { 0 };
    let typed: VecDeque<String> =
        (1..rooms).map(|room| format!("/join {}", room_name(room))).collect();
    let begin = (Rc::clone(user), typed, VecDeque::new());
    unfold(begin, |(user, mut typed, mut keys)| async move {
        if let Some(key) = keys.pop_front() {
            return Some((Ok(key), (user, typed, keys)));
        }
        let line = loop {
            let is_sending = user.borrow().is_sending || !typed.is_empty();
            let range = if is_sending { PAUSE_MS } else { READING_MS };
            let pause = user.borrow_mut().random.u64(range);
            sleep(Duration::from_millis(pause)).await;
            if let Some(line) = typed.pop_front() {
                break line;
            }
            if !user.borrow().is_sending {
                if let Some(key) = user.borrow().next_reading() {
                    return Some((Ok(key), (Rc::clone(&user), typed, keys)));
                }
            } else if user.borrow().pending < PENDING_MAX
                && let Some(line) = user.borrow_mut().next_line()
            {
                break line;
            }
        };
        if user.borrow().has_typed {
            // A message that could not be sent is in the prompt again: clear it.
            keys.push_back(key(KeyCode::Char('c'), KeyModifiers::CONTROL));
        }
        keys.push_back(Event::Paste(line));
        keys.push_back(key(KeyCode::Enter, KeyModifiers::NONE));
        let first = keys.pop_front()?;
        Some((Ok(first), (user, typed, keys)))
    })
}

const fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}
