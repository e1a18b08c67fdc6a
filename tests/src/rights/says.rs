//! The messages of the users of a group, and those that they are sent.

use serde_json::{Value, json};

use super::board::{Board, SayAnswer, SentMessage};
use super::certain::Ticket;
use super::order::User;
use super::state::Answer;
use super::{Backup, ROOMS, USERS, room_name, text_prefix, user_name};

impl Board {
    /// The next message of a user, to a room; `None` if it says nothing now.
    pub(super) fn say(&mut self, user: User) -> Option<Value> {
        let waits = self.users[user].outbox.len() >= super::WINDOW;
        if waits || !self.has_begun || !self.is_sending {
            return None;
        }
        let (room, sent) = (self.random.usize(..ROOMS), self.tick());
        let peer = &mut self.users[user];
        peer.last_n += 1;
        let (n, connection) = (peer.last_n, peer.connection);
        peer.outbox.push_back(n);
        self.said.insert((user, n), SentMessage { room, sent, times: 1, connection, answer: None });
        Some(self.say_command(user, n))
    }

    fn say_command(&self, user: User, n: u64) -> Value {
        let group = self.settings.group;
        let room = room_name(group, self.said[&(user, n)].room);
        json!({"type": "say", "room": room, "n": n, "text": format!("{}{n}", text_prefix(group, user))})
    }

    /// The messages of a user that have no answer, to be sent again.
    pub(super) fn say_again(&mut self, user: User) -> Vec<Value> {
        let connection = self.users[user].connection;
        let again: Vec<u64> = self.users[user].outbox.iter().copied().collect();
        for n in &again {
            let said = self.said.get_mut(&(user, *n)).expect("it was said");
            (said.times, said.connection) = (said.times + 1, connection);
        }
        again.into_iter().map(|n| self.say_command(user, n)).collect()
    }

    /// The server has answered a message of a user.
    pub(super) fn said(&mut self, user: User, answer: &Value) {
        let now = self.tick();
        let Some(n) = answer["n"].as_u64() else { return };
        if answer["code"] == "shutdown" {
            return; // it is sent again
        }
        self.users[user].outbox.retain(|waits| *waits != n);
        let Some(said) = self.said.get(&(user, n)).copied().filter(|said| said.answer.is_none())
        else {
            return;
        };
        let might = self.certain.might_write(user, said.room, said.sent);
        let group = self.settings.group;
        let what = move || {
            format!("{} {answer}, though {might:?}, {said:?}, {now}", user_name(group, user))
        };
        let answer = if let Some(seq) = answer["seq"].as_u64() {
            self.findings.accepted += 1;
            if might == Answer::No {
                self.fault(|findings| &mut findings.wrong_says, what);
            } else if self.waited_too_little(user, &said) {
                self.fault(|findings| &mut findings.wrong_says, what);
            }
            let is_surely_here = said.times == 1;
            self.users[user].last[said.room] =
                is_surely_here.then_some((said.sent, said.connection));
            self.texts.push((said.room, seq, user));
            let is_saved = !self.is_saved && self.settings.backup.get() == Backup::None;
            SayAnswer::Accepted { seq, life: self.life, is_saved }
        } else {
            self.findings.kept_back += 1;
            if might == Answer::Yes {
                self.fault(|findings| &mut findings.wrong_says, what);
            }
            SayAnswer::Refused { is_sure: said.times == 1 || !self.settings.is_simulated }
        };
        self.said.get_mut(&(user, n)).expect("it was said").answer = Some(answer);
    }

    /// Whether a room with pauses has taken two messages of a user, one after the other on one connection.
    fn waited_too_little(&self, user: User, said: &SentMessage) -> bool {
        let is_last = |(sent, connection): &(Ticket, u64)| {
            *connection == said.connection
                && said.times == 1
                && self.certain.waits_since(user, said.room, *sent)
        };
        !self.settings.is_simulated
            && self.users[user].last[said.room].is_some_and(|last| is_last(&last))
    }

    /// A client of the user was sent a message of a room.
    pub(super) fn read(&mut self, user: User, message: &Value) {
        self.tick();
        let Some(room) =
            (0..ROOMS).find(|room| message["room"] == room_name(self.settings.group, *room))
        else {
            return;
        };
        self.findings.read += 1;
        let said = (0..USERS).find_map(|author| {
            let said = message["text"]
                .as_str()?
                .strip_prefix(&text_prefix(self.settings.group, author)[..])?;
            self.said.get(&(author, said.parse().ok()?))
        });
        let Some(said) = said else { return };
        if self.certain.is_out_since(user, room, said.sent) {
            self.fault(
                |findings| &mut findings.read_outside,
                || format!("user {user} was sent {message}"),
            );
        }
    }
}
