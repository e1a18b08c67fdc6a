//! Roles, the rules of rooms, and private rooms that the user was asked into.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::event::RoleHolder;
use chat_proto::limits::SLOW_S_MAX;
use chat_proto::{Privacy, Refusal, RefusalCode, Role, RoomName, TopicBy, User, UserName};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::hub::RulesPatch;
use crate::room::Room;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn grant(
        &mut self,
        user: UserName,
        room: Option<RoomName>,
        role: Role,
    ) -> ControlFlow<End> {
        let (hub, by) = (Arc::clone(&self.context.hub), Some(self.member.id()));
        let name = room.clone();
        self.pending.wait(async move {
            CommandResult::Event { name, event: hub.grant(by, user, room, role).await }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn rule(&mut self, room: RoomName, rules: RulesPatch) -> ControlFlow<End> {
        if let Err(refusal) = check_rules(rules) {
            return self.refuse(Refusal { room: Some(room), ..refusal });
        }
        let (hub, by) = (Arc::clone(&self.context.hub), Some(self.member.id()));
        let name = Some(room.clone());
        self.pending.wait(async move {
            CommandResult::Event { name, event: hub.rule(by, room, rules).await }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn ask_in(&mut self, room: RoomName, user: UserName) -> ControlFlow<End> {
        let (actor, name) = (self.member.actor().clone(), Some(room.clone()));
        self.pending.wait(async move {
            CommandResult::Event { name, event: actor.ask_in(room, user).await }
        });
        ControlFlow::Continue(())
    }

    /// Those of `users` who have a role in the room, if the client shows them.
    pub(super) fn roles_among(&self, room: &Room, users: &[User]) -> Vec<RoleHolder> {
        if self.shows.roles() { self.member.roles_among(room, users) } else { Vec::new() }
    }

    /// Sends the rooms that the user was asked into, except those that the client was sent.
    pub(super) fn send_asked(&mut self) {
        if !self.shows.roles() {
            return;
        }
        let asked = self.member.asked();
        if asked.is_empty() {
            return self.live.forget_asked();
        }
        let sent = self.live.sent_asked();
        sent.retain(|room| asked.iter().any(|(id, _)| id == room));
        for (room, event) in asked {
            if sent.insert(room) {
                self.connection.send(&event);
            }
        }
    }
}

/// Whether rules that a client sets have values of this version.
///
/// # Errors
/// Returns a refusal that says what they can be.
pub(super) fn check_rules(rules: RulesPatch) -> Result<(), Refusal> {
    let bad = |text: String| Err(Refusal::new(RefusalCode::BadField, text));
    if rules.privacy == Some(Privacy::Unknown) {
        return bad("`privacy` is public, private or announce".to_owned());
    }
    if rules.topic_by == Some(TopicBy::Unknown) {
        return bad("`topic_by` is all or moderators".to_owned());
    }
    if rules.slow_s.is_some_and(|seconds| seconds > SLOW_S_MAX) {
        return bad(format!("`slow_s` has at most {SLOW_S_MAX} seconds"));
    }
    Ok(())
}
