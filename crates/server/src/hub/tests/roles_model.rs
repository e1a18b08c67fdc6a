//! Roles, rules, joins, messages and restarts in any order, compared with a model that knows who may do what. The model
//! follows the page of the protocol, and knows nothing of the code of the rights.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const USERS: [&str; 4] = ["ana", "bob", "carl", "dora"];
const ROOMS: [&str; 2] = ["#one", "#two"];

/// An action of a user: the user is the first number, the second one is a room.
#[derive(Debug, Clone)]
enum Step {
    Join(usize, usize),
    Leave(usize, usize),
    Say(usize, usize),
    Topic(usize, usize),
    Rule(usize, usize, Privacy),
    AskIn(usize, usize, usize),
    Grant(usize, usize, usize, Role),
    GrantOnServer(usize, usize, Role),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let user = || 0..USERS.len();
    let room = || 0..ROOMS.len();
    prop_oneof![
        4 => (user(), room()).prop_map(|(user, room)| Step::Join(user, room)),
        1 => (user(), room()).prop_map(|(user, room)| Step::Leave(user, room)),
        3 => (user(), room()).prop_map(|(user, room)| Step::Say(user, room)),
        2 => (user(), room()).prop_map(|(user, room)| Step::Topic(user, room)),
        3 => (user(), room(), select(Privacy::ALL)).prop_map(|(user, room, to)| Step::Rule(user, room, to)),
        3 => (user(), room(), user()).prop_map(|(user, room, asked)| Step::AskIn(user, room, asked)),
        4 => (user(), room(), user(), select(Role::ALL))
            .prop_map(|(user, room, to, role)| Step::Grant(user, room, to, role)),
        2 => (user(), user(), select(Role::ALL))
            .prop_map(|(user, to, role)| Step::GrantOnServer(user, to, role)),
        1 => Just(Step::Restart),
    ]
}

#[derive(Debug, Default)]
struct Model {
    on_server: BTreeMap<usize, Role>,
    rooms: BTreeMap<usize, ModelRoom>,
}

#[derive(Debug)]
struct ModelRoom {
    privacy: Privacy,
    members: BTreeSet<usize>,
    visitors: BTreeSet<usize>,
    asked: BTreeSet<usize>,
    roles: BTreeMap<usize, Role>,
}

/// How much a role may do.
fn height(role: Role) -> u8 {
    match role {
        Role::Owner => 3,
        Role::Moderator => 2,
        Role::Voice => 1,
        _ => 0,
    }
}

fn role_of(roles: &BTreeMap<usize, Role>, user: usize) -> Role {
    roles.get(&user).copied().unwrap_or(Role::Member)
}

impl Model {
    fn height_in(&self, room: &ModelRoom, user: usize) -> u8 {
        let is_here = room.privacy != Privacy::Private || room.members.contains(&user);
        let of_server = match role_of(&self.on_server, user) {
            Role::Owner => 3,
            Role::Moderator if is_here => 2,
            _ => 0,
        };
        height(role_of(&room.roles, user)).max(of_server)
    }

    /// Whether the step is allowed; if so, carries it out.
    fn take(&mut self, step: &Step) -> bool {
        let allowed = self.allows(step);
        if allowed {
            self.apply(step);
        }
        allowed
    }

    fn allows(&self, step: &Step) -> bool {
        let room = |room: &usize| self.rooms.get(room);
        match step {
            Step::Restart => true,
            Step::Join(user, to) => room(to).is_none_or(|room| {
                let is_invited = room.members.contains(user) || room.asked.contains(user);
                room.privacy != Privacy::Private
                    || is_invited
                    || height(role_of(&room.roles, *user)) > 0
            }),
            Step::Leave(user, of) => room(of).is_some_and(|room| room.members.contains(user)),
            Step::Say(user, to) => room(to).is_some_and(|room| {
                let may_write =
                    room.privacy != Privacy::Announce || self.height_in(room, *user) >= 1;
                room.members.contains(user) && may_write
            }),
            Step::Topic(user, of) => room(of).is_some_and(|room| {
                let may_set = room.privacy != Privacy::Announce || self.height_in(room, *user) >= 2;
                room.members.contains(user) && may_set
            }),
            Step::Rule(user, of, _) => {
                room(of).is_some_and(|room| self.height_in(room, *user) == 3)
            }
            Step::AskIn(user, to, asked) => room(to).is_some_and(|room| {
                let is_private = room.privacy == Privacy::Private;
                is_private && room.members.contains(user) && !room.members.contains(asked)
            }),
            Step::Grant(user, of, to, role) => room(of).is_some_and(|room| {
                let was = height(role_of(&room.roles, *to));
                let steps_down = user == to && height(*role) < was;
                let needed = if was.max(height(*role)) <= 1 { 2 } else { 3 };
                *role != Role::Guest
                    && room.visitors.contains(to)
                    && (steps_down || self.height_in(room, *user) >= needed)
            }),
            Step::GrantOnServer(user, to, role) => {
                let was = role_of(&self.on_server, *to);
                let owners = self.on_server.values().filter(|role| **role == Role::Owner).count();
                let is_last = was == Role::Owner && *role != Role::Owner && owners == 1;
                let steps_down = user == to && height(*role) < height(was);
                let is_owner = role_of(&self.on_server, *user) == Role::Owner;
                !matches!(role, Role::Guest | Role::Voice) && !is_last && (steps_down || is_owner)
            }
        }
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Join(user, to) => {
                let new = || ModelRoom {
                    privacy: Privacy::Public,
                    members: BTreeSet::new(),
                    visitors: BTreeSet::new(),
                    asked: BTreeSet::new(),
                    roles: BTreeMap::from([(*user, Role::Owner)]),
                };
                let room = self.rooms.entry(*to).or_insert_with(new);
                room.members.insert(*user);
                room.visitors.insert(*user);
                room.asked.remove(user);
            }
            Step::Leave(user, of) => drop(self.room(*of).members.remove(user)),
            Step::Rule(_, of, privacy) => self.room(*of).privacy = *privacy,
            Step::AskIn(_, to, asked) => {
                let room = self.room(*to);
                room.asked.insert(*asked);
                room.visitors.insert(*asked);
            }
            Step::Grant(_, of, to, role) => drop(self.room(*of).roles.insert(*to, *role)),
            Step::GrantOnServer(_, to, role) => drop(self.on_server.insert(*to, *role)),
            Step::Say(..) | Step::Topic(..) | Step::Restart => {}
        }
    }

    fn room(&mut self, room: usize) -> &mut ModelRoom {
        self.rooms.get_mut(&room).unwrap()
    }
}

/// Carries a step out. Returns whether it was allowed.
async fn carry_out(members: &[Member], step: &Step) -> bool {
    let hub = &members[0].actor().hub;
    match step {
        Step::Restart => true,
        Step::Join(user, to) => members[*user].actor().join(&room(ROOMS[*to])).await.is_ok(),
        Step::Leave(user, of) => members[*user].actor().leave_room(&room(ROOMS[*of])).await.is_ok(),
        Step::Say(user, to) => say(&members[*user], ROOMS[*to], "hi").await.is_ok(),
        Step::Topic(user, of) => {
            let topic = Topic::new("crabs").unwrap();
            members[*user].actor().set_topic(&room(ROOMS[*of]), topic).await.is_ok()
        }
        Step::Rule(user, of, privacy) => {
            let rules = RulesPatch { privacy: Some(*privacy), ..RulesPatch::default() };
            hub.rule(Some(members[*user].id()), room(ROOMS[*of]), rules).await.is_ok()
        }
        Step::AskIn(user, to, asked) => {
            members[*user].actor().ask_in(room(ROOMS[*to]), name(USERS[*asked])).await.is_ok()
        }
        Step::Grant(user, of, to, role) => {
            let of = Some(room(ROOMS[*of]));
            hub.grant(Some(members[*user].id()), name(USERS[*to]), of, *role).await.is_ok()
        }
        Step::GrantOnServer(user, to, role) => {
            hub.grant(Some(members[*user].id()), name(USERS[*to]), None, *role).await.is_ok()
        }
    }
}

/// Asserts that each user finds the rooms that it may find, is in those of the model, and was asked into the others.
fn assert_same(members: &[Member], model: &Model) {
    for (user, member) in members.iter().enumerate() {
        let finds =
            |room: &ModelRoom| room.privacy != Privacy::Private || room.members.contains(&user);
        let found = model.rooms.values().filter(|room| finds(room)).count();
        assert_eq!(member.rooms(None, 10).unwrap().0.len(), found + 1, "{} lists", USERS[user]);
        let current = model.rooms.values().filter(|room| room.members.contains(&user)).count();
        assert_eq!(member.memberships().len(), current + 1, "{} is in", USERS[user]);
        let asked = model.rooms.values().filter(|room| room.asked.contains(&user)).count();
        assert_eq!(member.asked().len(), asked, "{} was asked", USERS[user]);
        for (id, of) in model.rooms.iter().filter(|(_, of)| of.members.contains(&user)) {
            let of_code = member.room(&room(ROOMS[*id])).unwrap();
            let roles = member.roles_among(&of_code, &[member.user()]);
            let role = roles.first().map_or(0, |holder| height(holder.role));
            assert_eq!(role, model.height_in(of, user), "{} in {}", USERS[user], ROOMS[*id]);
        }
    }
}

async fn run(steps: &[Step]) {
    let directory = TempDir::new().unwrap();
    let mut hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (mut members, mut tokens) = (Vec::new(), Vec::new());
    for user in USERS {
        let (member, token) = enter(&hub, user).await.unwrap();
        members.push(member);
        tokens.push(token);
    }
    hub.grant(None, name("ana"), None, Role::Owner).await.unwrap();
    let mut model = Model { on_server: BTreeMap::from([(0, Role::Owner)]), ..Model::default() };
    for step in steps {
        if matches!(step, Step::Restart) {
            members.clear();
            hub = again(hub, directory.path()).await;
            for (user, token) in USERS.into_iter().zip(&tokens) {
                members.push(back(&hub, token, user).await.unwrap());
            }
        }
        let is_new = matches!(step, Step::Join(_, to) if !model.rooms.contains_key(to));
        let is_allowed = carry_out(&members, step).await;
        assert_eq!(is_allowed, model.take(step), "{step:?}: {model:?}");
        // A room with a message stays, also without users.
        if let (true, Step::Join(user, to)) = (is_new, step) {
            say(&members[*user], ROOMS[*to], "first").await.unwrap();
        }
        assert_same(&members, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_may_do_what_the_model_says_also_after_a_restart(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&steps));
    }
}
