//! The state of a program that posts, and its next post; without a connection.

use std::time::Duration;

use serde_json::{Value, json};
use tracing::info;

use super::Settings;
use crate::findings::{HookFindings, Label, Record, room_name};
use crate::rights::Backup;

/// The first number of the clients that post.
const POSTER: u32 = 3_000;

/// The first number of those that post to revoked hooks.
const BARRED: u32 = 3_500;

/// One of this many posts goes to a revoked hook. Of one of this many others, the answer is not awaited.
const RARE: u8 = 4;

/// The operator revokes the hook one of this many times that it looks.
const REVOKED_EVERY: u8 = 8;

/// Why the operator does not make a hook now: its room does not exist yet, or the daemon ends.
const NOT_NOW: [&str; 2] = ["not_in_room", "shutdown"];

/// Whether a backup was restored. An answer of the time before it says nothing about the time after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hook) enum Era {
    First,
    Restored,
}

/// The hook of a program.
#[derive(Debug, Clone)]
struct Hook {
    id: u64,
    path: String,
    /// Whether its revocation was sent.
    is_ending: bool,
}

/// A hook that was revoked.
#[derive(Debug)]
struct RevokedHook {
    id: u64,
    path: String,
    /// Whether a restore cannot undo that.
    is_certain: bool,
}

/// An action of the operator about a hook.
#[derive(Debug)]
pub(in crate::hook) struct Order {
    pub(in crate::hook) command: Value,
    /// The hook that it revokes.
    revokes: Option<u64>,
}

/// A post on its way.
#[derive(Debug)]
pub(super) struct Post {
    era: Era,
    pub(super) path: String,
    pub(super) label: Label,
    /// The hook that it goes to; `None` if that is revoked.
    hook: Option<u64>,
    pub(super) awaits_answer: bool,
}

/// The state of a program.
#[derive(Debug)]
pub(in crate::hook) struct State {
    settings: Settings,
    random: fastrand::Rng,
    pub(super) is_sending: bool,
    era: Era,
    hook: Option<Hook>,
    revoked: Vec<RevokedHook>,
    last_n: u64,
    /// Whether the message `last_n` has no answer yet.
    pub(super) is_pending: bool,
    last_barred_n: u64,
    /// The messages that were accepted, and whether a restore cannot undo that.
    accepted: Vec<(Label, bool)>,
    posts: u64,
    pub(super) findings: HookFindings,
}

impl State {
    pub(super) fn new(settings: Settings, random: fastrand::Rng) -> Self {
        Self {
            settings,
            random,
            is_sending: false,
            era: Era::First,
            hook: None,
            revoked: Vec::new(),
            last_n: 0,
            is_pending: false,
            last_barred_n: 0,
            accepted: Vec::new(),
            posts: 0,
            findings: HookFindings::default(),
        }
    }

    pub(super) fn set_restored(&mut self) {
        self.era = Era::Restored;
        self.hook = None;
        self.revoked.retain(|revoked| revoked.is_certain);
    }

    pub(super) fn records(&self) -> [Record; 2] {
        let mut own = Record::new(self.client(), self.client());
        own.connections = self.posts;
        for (label, is_certain) in &self.accepted {
            match *is_certain || self.era == Era::First {
                true => own.add_accepted(*label, self.settings.room, None),
                false => own.add_accepted_before(*label, self.settings.room, None),
            }
        }
        let mut barred = Record::new(self.barred_client(), self.barred_client());
        barred.set_barred();
        [own, barred]
    }

    const fn client(&self) -> u32 {
        POSTER + self.settings.number
    }

    const fn barred_client(&self) -> u32 {
        BARRED + self.settings.number
    }

    pub(in crate::hook) const fn era(&self) -> Era {
        self.era
    }

    pub(in crate::hook) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(self.settings.pauses_ms.clone()))
    }

    /// The name of its bot, which stays the same user.
    fn bot(&self) -> String {
        format!("poster-{}", self.settings.number)
    }

    /// Whether a post that is answered now cannot be undone: there is one restore at most.
    fn is_certain(&self) -> bool {
        self.era == Era::Restored || self.settings.backup.get() == Backup::None
    }

    pub(super) fn next_post(&mut self) -> Option<Post> {
        let era = self.era;
        let is_barred = self.is_sending && self.random.u8(..RARE) == 0;
        if let Some(revoked) = self.random.choice(&self.revoked).filter(|_| is_barred) {
            self.last_barred_n += 1;
            let label = Label { client: self.barred_client(), n: self.last_barred_n, to: None };
            let path = revoked.path.clone();
            return Some(Post { era, path, label, hook: None, awaits_answer: true });
        }
        let hook = self.hook.as_ref()?;
        if !self.is_pending {
            if !self.is_sending {
                return None;
            }
            self.last_n += 1;
            self.is_pending = true;
        }
        self.posts += 1;
        let label = Label { client: self.client(), n: self.last_n, to: None };
        info!(%label, "posted");
        let awaits_answer = self.random.u8(..RARE) != 0;
        Some(Post { era, path: hook.path.clone(), label, hook: Some(hook.id), awaits_answer })
    }

    pub(super) fn answered(&mut self, post: &Post, status: u16) {
        if post.era != self.era {
            return;
        }
        match (status, post.hook) {
            (200, Some(_)) if self.is_pending => {
                info!(label = %post.label, "accepted");
                self.accepted.push((post.label, self.is_certain()));
                self.findings.accepted += 1;
                self.is_pending = false;
            }
            // If it is stored, the comparison with the journal shows it.
            (200 | 404 | 429, None) => {}
            // 429 as well: there were many posts to hooks that do not exist, and no other limit is on.
            (404 | 429, Some(id)) => {
                if self.hook.take_if(|hook| hook.id == id && !hook.is_ending).is_some() {
                    self.findings.add_wrong(|| format!("hook {id} was made, and is lost"));
                }
            }
            // It was too slow in a storm, or the daemon ends.
            (408 | 503, _) => {}
            _ => panic!("{} was refused: {status}", self.bot()),
        }
    }

    /// Returns what the operator does next, given the list of hooks that it was sent.
    pub(in crate::hook) fn next_order(&mut self, era: Era, list: &Value) -> Option<Order> {
        if era != self.era {
            return None;
        }
        let bot = self.bot();
        let hooks = list["hooks"].as_array().expect("a list of hooks");
        let own = hooks.iter().filter(|hook| hook["bot"]["name"] == *bot);
        let own: Vec<u64> = own.filter_map(|hook| hook["id"].as_u64()).collect();
        self.compare(&own);
        let revokes = match &mut self.hook {
            Some(hook) => {
                hook.is_ending |= self.is_sending && self.random.u8(..REVOKED_EVERY) == 0;
                Some(hook.id).filter(|_| hook.is_ending)?
            }
            // It was made, and the answer with its address was lost.
            None if !own.is_empty() => own[0],
            None => {
                let room = room_name(self.settings.room);
                let command = json!({"type": "hook", "room": room, "name": bot});
                return Some(Order { command, revokes: None });
            }
        };
        let command = json!({"type": "revoke_hook", "id": revokes});
        Some(Order { command, revokes: Some(revokes) })
    }

    /// Compares its hooks with those that are there.
    fn compare(&mut self, there: &[u64]) {
        let is_there = |revoked: &mut RevokedHook| there.contains(&revoked.id);
        for RevokedHook { id, .. } in self.revoked.extract_if(.., is_there) {
            self.findings.add_wrong(|| format!("hook {id} was revoked, and is there"));
        }
        match self.hook.take_if(|hook| !there.contains(&hook.id)) {
            Some(hook) if hook.is_ending => self.set_revoked(hook),
            Some(hook) => {
                self.findings.add_wrong(|| format!("hook {} was made, and is not there", hook.id));
            }
            None => {}
        }
    }

    /// Records the answer to an order.
    pub(in crate::hook) fn ordered(&mut self, era: Era, order: &Order, answer: &Value) {
        if era != self.era {
            return;
        }
        match (answer["type"].as_str(), order.revokes) {
            (Some("hook"), None) => {
                let id = answer["hook"]["id"].as_u64().expect("its number");
                let secret = answer["url"].as_str().and_then(|url| url.rsplit('/').next());
                let path = format!("/hook/{}", secret.expect("its address"));
                info!(id, "a hook was made");
                self.hook = Some(Hook { id, path, is_ending: false });
                self.findings.made += 1;
            }
            (Some("hooks"), Some(id)) => {
                if let Some(hook) = self.hook.take_if(|hook| hook.id == id) {
                    self.set_revoked(hook);
                }
            }
            (Some("refused"), _) if NOT_NOW.iter().any(|code| answer["code"] == *code) => {}
            _ => panic!("{order:?} of {}: {answer}", self.bot()),
        }
    }

    fn set_revoked(&mut self, hook: Hook) {
        let Hook { id, path, .. } = hook;
        info!(id, "a hook was revoked");
        let is_certain = self.is_certain();
        self.revoked.push(RevokedHook { id, path, is_certain });
        self.findings.revoked += 1;
    }
}
