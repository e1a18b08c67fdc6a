//! Connections of their own, which begin with a secret, and end at once: those of new users and of further devices.

use std::io;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::Connection;
use super::group::Run;
use super::order::{Order, User, password};
use super::worlds::Outcome;
use super::{Connect, SILENCE_MAX, device_name, newcomer_name, user_name};

/// Why a command is not carried out whatever the rights are.
pub(super) const NOT_TAKEN: [&str; 3] = ["shutdown", "busy", "too_fast"];

/// The number of the first newcomer among the users of a group.
const NEWCOMERS: u64 = 1_000;

/// A secret that lets somebody in.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) label: u64,
    pub(super) id: u64,
    pub(super) secret: String,
    /// Whose device it is.
    pub(super) user: User,
}

/// The secrets of a group, by what they are for.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) invites: Vec<Secret>,
    pub(super) devices: Vec<Secret>,
    pub(super) newcomers: u64,
}

impl<C: Connect> Run<'_, C> {
    /// A connection of its own begins with a secret, and ends.
    pub(super) async fn come_in(&self, order: &Order) -> (Outcome, Vec<Value>) {
        let not_taken = (Outcome::NotTaken, Vec::new());
        let group = self.board().settings.group;
        let mut hello = json!({"type": "hello", "version": 1});
        match order {
            Order::Admit { newcomer, label, .. } => {
                let secrets = self.group.secrets.lock().unwrap();
                let Some(invite) = secrets.invites.iter().find(|one| one.label == *label) else {
                    return not_taken;
                };
                hello["invite"] = invite.secret.as_str().into();
                hello["name"] = newcomer_name(group, *newcomer).into();
                hello["token"] = self.board().settings.token(NEWCOMERS + newcomer).into();
                hello["new"] = true.into();
            }
            Order::AddDevice { user, label } => {
                let Some(reply) = self.ask(*user, json!({"type": "link"})).await else {
                    return not_taken;
                };
                let code = reply.events.iter().find_map(|event| event["code"].as_str());
                let Some(code) = code.filter(|_| reply.refused.is_none()) else { return not_taken };
                hello["link"] = code.into();
                hello["name"] = user_name(group, *user).into();
                hello["device_name"] = device_name(*label).into();
            }
            Order::UseDevice { user, label } => {
                let secrets = self.group.secrets.lock().unwrap();
                let Some(device) = secrets.devices.iter().find(|one| one.label == *label) else {
                    return not_taken;
                };
                hello["token"] = device.secret.as_str().into();
                hello["name"] = user_name(group, *user).into();
            }
            Order::LogIn { user, label } => {
                hello["password"] = password(*label).into();
                hello["name"] = user_name(group, *user).into();
            }
            _ => return not_taken,
        }
        match timeout(SILENCE_MAX, self.enter(&hello)).await {
            Ok(Ok(event)) if event["type"] == "welcome" => {
                self.group.secrets.lock().unwrap().note(order, &[event]);
                (Outcome::Done, Vec::new())
            }
            Ok(Ok(event)) if NOT_TAKEN.contains(&event["code"].as_str().unwrap_or_default()) => {
                (Outcome::NotTaken, Vec::new())
            }
            Ok(Ok(event)) => (Outcome::Refused, vec![event]),
            Ok(Err(_)) | Err(_) => (Outcome::Unanswered, Vec::new()),
        }
    }

    async fn enter(&self, hello: &Value) -> io::Result<Value> {
        let mut connection = Connection::new(self.connect.connect().await?);
        connection.send(std::slice::from_ref(hello)).await?;
        loop {
            let event = connection.next().await?;
            if event["type"] == "welcome" || event["type"] == "refused" {
                return Ok(event);
            }
        }
    }
}

impl Secrets {
    /// Keeps what an answer says.
    pub(super) fn note(&mut self, order: &Order, events: &[Value]) {
        let find = |kind: &str| events.iter().find(|event| event["type"] == kind);
        match order {
            Order::Invite { label, .. } => {
                let Some(event) = find("invite") else { return };
                let secret = event["line"].as_str().and_then(|line| line.rsplit('.').next());
                let (secret, id) = (secret.unwrap_or_default().to_owned(), &event["invite"]["id"]);
                let id = id.as_u64().unwrap_or(0);
                self.invites.push(Secret { label: *label, id, secret, user: 0 });
            }
            Order::AddDevice { user, label } => {
                let Some(event) = find("welcome") else { return };
                let secret = event["token"].as_str().unwrap_or_default().to_owned();
                self.devices.push(Secret { label: *label, id: 0, secret, user: *user });
            }
            _ => {}
        }
    }
}
