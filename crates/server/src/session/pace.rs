//! When the next command of a client may be carried out, what it costs, and when a client is silent for too long.

use std::ops::ControlFlow;
use std::pin::Pin;

use chat_proto::command::{Body, Nonce};
use chat_proto::{Command, EndCode, Event, Refusal, RoomName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Session;
use super::end::End;
use super::handshake::too_fast;
use super::pending::CommandResult;
use crate::door::Incoming;
use crate::limits::Cost;

/// The cost of a new direct message, beside that of its first message.
const CONVERSATION: Cost = Cost::units(4);

/// The cost of a command that adds a record to the audit log, which has a bound.
const ORDER: Cost = Cost::units(5);

/// The cost of a new password: two hashes, which take 60 ms of a processor.
const PASSWORD: Cost = Cost::units(50);

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Carries out what the client has sent. If the budget of the user or of its network is used up, that waits, and
    /// the client is not read from meanwhile.
    pub(super) fn take_paced(&mut self, incoming: Incoming) -> ControlFlow<End> {
        match self.charge(&incoming) {
            // If messages wait for the queue, what comes after them waits anyway.
            Some(at) if self.pending.is_empty() => {
                self.pending.pace(async move {
                    sleep_until(at).await;
                    CommandResult::Due(incoming)
                });
                ControlFlow::Continue(())
            }
            _ => self.carry_out(incoming),
        }
    }

    /// Takes the cost out of the budgets if a direct message begins in `room`; the next command waits for it.
    pub(super) fn charge_conversation(&self, room: &RoomName) -> Result<(), Refusal> {
        if !self.member.begins(room) {
            return Ok(());
        }
        let (limits, now) = (&self.context.config.limits, Instant::now());
        self.member.charge(limits, CONVERSATION, now);
        if !self.member.is_newcomer() {
            return Ok(());
        }
        let charged = self.slot.network().conversations.try_charge(limits.conversations, now);
        charged.map_err(|wait| {
            let text = format!(
                "many direct messages have been begun from your network; you can begin another one in {} s",
                wait.as_secs() + 1
            );
            Refusal { room: Some(room.clone()), ..too_fast(text, wait) }
        })
    }

    /// Carries out what the client has sent, now.
    pub(super) fn carry_out(&mut self, incoming: Incoming) -> ControlFlow<End> {
        match incoming {
            Incoming::Command(Command::Say(say)) => self.say(say),
            Incoming::Command(command) => self.dispatch(command),
            Incoming::Invalid(refusal) => self.refuse(*refusal),
        }
    }

    /// Sends a ping to a client that was silent for too long, and ends the session if it was sent one before.
    pub(super) fn check_idle(&mut self, idle_check: Pin<&mut Sleep>) -> ControlFlow<End> {
        let now = Instant::now();
        if self.pending.is_paced() {
            self.received_at = now; // not silent: it is not read from
        }
        let mut check_at = self.received_at + self.context.config.idle_timeout;
        if check_at <= now {
            if self.pinged {
                return ControlFlow::Break(End::Code(EndCode::Idle));
            }
            self.pinged = true;
            check_at = now + self.context.config.idle_timeout;
            self.answers.free_memory();
            self.connection.send(&Event::Ping { nonce: Nonce::default() });
        }
        idle_check.reset(check_at);
        ControlFlow::Continue(())
    }

    /// Takes the cost out of the budgets. Returns when they allow it, if that is not now.
    fn charge(&self, incoming: &Incoming) -> Option<Instant> {
        let limits = &self.context.config.limits;
        let (cost, is_stored) = self.cost(incoming);
        let user = self.member.charge(limits, cost, self.received_at);
        if is_stored && self.member.is_newcomer() {
            let network = self.slot.network().sent.charge(limits.network, cost, self.received_at);
            return user.max(network);
        }
        user
    }

    /// The cost, and whether something is stored, or sent to others: that is what a network is limited in.
    fn cost(&self, incoming: &Incoming) -> (Cost, bool) {
        let Incoming::Command(command) = incoming else { return (Cost::UNIT, false) };
        match command {
            Command::Say(say) => match &say.body {
                Body::Message { text, .. } | Body::Edit { text, .. } => {
                    (Cost::of_text(text.as_str().len()), true)
                }
                Body::Delete { .. }
                | Body::Reaction { .. }
                | Body::Pin { .. }
                | Body::Topic { .. } => (Cost::UNIT, true),
            },
            // A client that comes back joins its rooms again, for what it has missed.
            Command::Join { room, .. } => (Cost::UNIT, self.subscriptions.in_room(room).is_none()),
            Command::SetPassword { .. } => (PASSWORD, true),
            Command::Leave { .. }
            | Command::Topic { .. }
            | Command::Rename { .. }
            | Command::Away { .. }
            | Command::Back => (Cost::UNIT, true),
            Command::Invite { .. }
            | Command::Revoke { .. }
            | Command::Hook { .. }
            | Command::RevokeHook { .. }
            | Command::Grant { .. }
            | Command::Rule { .. }
            | Command::AskIn { .. }
            | Command::Sanction(_)
            | Command::Pardon { .. }
            | Command::Drop { .. }
            | Command::End { .. }
            | Command::Free { .. }
            | Command::Link { user: Some(_) } => (ORDER, true),
            // It is logged, but not stored.
            Command::Link { user: None } => (ORDER, false),
            Command::Invites { .. }
            | Command::Hooks { .. }
            | Command::History { .. }
            | Command::Search { .. }
            | Command::Versions { .. }
            | Command::Thread { .. }
            | Command::Pins { .. }
            | Command::Mentions { .. }
            | Command::Who { .. }
            | Command::Sanctions { .. }
            | Command::Audit { .. }
            | Command::Rooms { .. }
            | Command::Account { .. }
            | Command::Sessions { .. }
            | Command::Accounts { .. }
            | Command::Hello(_) => (Cost::UNIT, false),
            Command::Read { .. } | Command::Typing { .. } => (Cost::TENTH, false),
            Command::About | Command::Ping { .. } | Command::Pong { .. } | Command::Bye => {
                (Cost::FREE, false)
            }
        }
    }
}
