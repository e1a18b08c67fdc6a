//! The events that a client receives.

use std::io;

use serde_json::{Value, json};

use super::kinds::{EVENT_REFUSED, REFUSALS_PER_LOSS};
use super::{Client, PendingMessage};
use crate::findings::{Position, Read};
use crate::torture::COPIED;
use crate::torture::connection::Connection;

/// The nonce of the `ping` after `hello`.
pub(super) const READY: u64 = 1;

/// The nonce of the `ping` after the first `join`; that after the next one is one more.
const JOINED: u64 = 2;

impl Client {
    /// Handles an event. Returns an error if the connection is to be closed.
    pub(super) async fn handle(
        &mut self,
        connection: &mut Connection,
        event: &Value,
    ) -> io::Result<()> {
        match event["type"].as_str().unwrap_or_default() {
            "welcome" => self.welcomed(event),
            "pong" if event["nonce"] == READY => self.ready(connection).await?,
            "pong" => self.answered(connection, event),
            "room" if connection.is_ready => self.joined(connection, event),
            "message" => self.read(connection, event),
            "accepted" => self.accepted(event),
            "refused" => return self.refused(event),
            "goodbye" => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
        Ok(())
    }

    fn welcomed(&mut self, welcome: &Value) {
        self.common.users.set_welcome(self.user, welcome);
        let epoch = welcome["journal"]["epoch"].as_str().map(str::to_owned);
        if self.epoch.is_some() && self.epoch != epoch {
            // A backup was restored: the `seq` of messages may have changed.
            self.read.clear();
            self.own.clear();
            self.record.set_restored();
            if self.number == COPIED {
                // The outbox of the copy may send messages again, late, that the restore undid.
                self.record.set_unordered();
            }
        }
        self.epoch = epoch;
    }

    /// Joins the rooms, with `since` and a `ping` after each, and sends the pending messages again.
    async fn ready(&mut self, connection: &mut Connection) -> io::Result<()> {
        connection.is_ready = true;
        for (nonce, room) in (JOINED..).zip(&self.rooms) {
            let since = self.read.get(room).copied().unwrap_or(0);
            if let Some(name) = self.common.users.room_name(*room) {
                connection.send(&json!({"type": "join", "room": name, "since": since})).await?;
                connection.send(&json!({"type": "ping", "nonce": nonce})).await?;
            }
        }
        for pending in self.outbox.clone() {
            self.say(connection, &pending).await?;
        }
        Ok(())
    }

    fn joined(&mut self, connection: &mut Connection, event: &Value) {
        let room = self.room_of(event);
        if connection.answered.contains(&room) {
            return;
        }
        let last = event["last_seq"].as_u64().unwrap();
        let read = self.read.get(&room).copied().unwrap_or(0);
        connection.joined.insert(room);
        connection.held.remove(&room);
        if last > read {
            connection.unread.insert(room, last);
        }
    }

    /// Records the messages that were held until the `join` of their room was answered.
    fn answered(&mut self, connection: &mut Connection, pong: &Value) {
        let index = usize::try_from(pong["nonce"].as_u64().unwrap() - JOINED).unwrap();
        let room = self.rooms[index];
        connection.answered.insert(room);
        for (position, read) in connection.held.remove(&room).into_iter().flatten() {
            self.record(position, read);
        }
    }

    /// Records a message, or holds it. One that arrived before the `join` of its room will arrive again.
    fn read(&mut self, connection: &mut Connection, message: &Value) {
        let room = self.room_of(message);
        if !connection.joined.contains(&room) {
            return;
        }
        let position = Position { room, seq: message["seq"].as_u64().unwrap() };
        let read = Read::of(message);
        if connection.unread.get(&room).is_some_and(|last| position.seq >= *last) {
            connection.unread.remove(&room);
        }
        if connection.answered.contains(&room) {
            self.record(position, read);
        } else {
            connection.held.entry(room).or_default().push((position, read));
        }
    }

    fn record(&mut self, position: Position, read: Read) {
        let is_own = matches!(&read, Read::Label(label) if label.client == self.number);
        if !is_own {
            self.read.insert(position.room, position.seq);
        }
        self.record.add_message(position, read);
    }

    /// Records that a message is stored, at its `seq`, also if it is a repeat.
    fn accepted(&mut self, event: &Value) {
        let n = event["n"].as_u64().unwrap();
        let device = event["device"].as_str().unwrap_or(&self.device);
        let is_it = |pending: &PendingMessage| pending.label.n == n && *pending.device == *device;
        if let Some(at) = self.outbox.iter().position(is_it) {
            let pending = self.outbox.remove(at).unwrap();
            let PendingMessage { label, room, .. } = pending;
            let seq = event["seq"].as_u64();
            self.record.add_accepted(label, room, seq);
            self.note_own(&pending, seq);
        }
    }

    fn refused(&mut self, event: &Value) -> io::Result<()> {
        match event["code"].as_str().unwrap() {
            // It is lost with the connection: what was refused is sent again.
            code if EVENT_REFUSED.contains(&code) && self.random.u8(..REFUSALS_PER_LOSS) == 0 => {
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            code if EVENT_REFUSED.contains(&code) => {
                self.give_up(event);
                Ok(())
            }
            // The `welcome` with the token was lost: the client takes another name.
            "name_taken" if !self.common.users.has(self.user) => {
                self.lost_names += 1;
                Err(io::ErrorKind::ConnectionRefused.into())
            }
            _ => panic!("client {} was refused: {event}", self.number),
        }
    }

    fn room_of(&self, event: &Value) -> u32 {
        let name = event["room"].as_str().unwrap();
        let is_it = |room: &&u32| self.common.users.room_name(**room).as_deref() == Some(name);
        *self
            .rooms
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("client {} is not in {name}", self.number))
    }
}
