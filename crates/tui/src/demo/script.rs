//! The script: who is there, and what they write before and after the user comes.
//!
//! `{me}` is the name of the user. A room `@bob` is the direct message with bob.

/// The users of the demo, by their numbers from 1. The last ones are offline.
pub(super) const USERS: [&str; 8] =
    ["bob", "luis", "mei", "viktor", "olga", "sam", "zoe", "tomasz"];

/// How many of them are offline at the start.
pub(super) const OFFLINE: usize = 2;

/// A room of the demo.
#[derive(Debug)]
pub(super) struct RoomScript {
    pub(super) name: &'static str,
    pub(super) topic: &'static str,
    /// Whether the user has joined it.
    pub(super) is_joined: bool,
    /// How many of its last messages the user has not read.
    pub(super) unread: u64,
}

/// In the order of the list, so that they are numbered from its top.
pub(super) const ROOMS: [RoomScript; 9] = [
    room("#lobby", "everybody is here", true, 0),
    room("#design", "logo, colours, words", true, 4),
    room("#dev", "the server and the client · CI: green", true, 3),
    room("#incidents", "only what is broken now", true, 2),
    room("#release", "0.2 on Thursday", true, 0),
    room("#music", "what are you listening to?", false, 0),
    room("#random", "", false, 0),
    room("@luis", "", true, 1),
    room("@zoe", "", true, 0),
];

const fn room(name: &'static str, topic: &'static str, is_joined: bool, unread: u64) -> RoomScript {
    RoomScript { name, topic, is_joined, unread }
}

/// A message: when, where, who, what.
#[derive(Debug)]
pub(super) struct Line {
    /// Minutes before the user comes, or seconds after.
    pub(super) when: u32,
    pub(super) room: &'static str,
    pub(super) from: &'static str,
    pub(super) text: &'static str,
    pub(super) about: About,
}

/// What a message is about. Messages are named by their places in their room, from 1.
#[derive(Debug, Clone, Copy)]
pub(super) enum About {
    Nothing,
    /// It is one of this thread.
    Thread(u64),
    /// It is a reaction to this message; the text is the emoji.
    Reaction(u64),
}

const fn line(when: u32, room: &'static str, from: &'static str, text: &'static str) -> Line {
    Line { when, room, from, text, about: About::Nothing }
}

impl Line {
    const fn about(self, about: About) -> Self {
        Self { about, ..self }
    }
}

/// The messages from before, `when` in minutes.
pub(super) const BEFORE: &[Line] = &[
    line(1_470, "#lobby", "mei", "the new office has a coffee machine with a touchscreen"),
    line(1_468, "#lobby", "viktor", "of course it has. does it *also* make coffee?"),
    line(1_466, "#lobby", "mei", "after the update, probably ☕"),
    line(42, "#lobby", "olga", "lunch in ten minutes, the usual place"),
    line(41, "#lobby", "sam", "coming!"),
    line(1_500, "#dev", "bob", "who has seen the build this morning?"),
    line(
        1_498,
        "#dev",
        "luis",
        "**green again** since 9:40. It was the cache, I wrote it down: \
         https://wiki.example.org/ci/cache",
    ),
    line(1_497, "#dev", "bob", "thanks!"),
    line(
        28,
        "#dev",
        "bob",
        "staging fails on the migration step again, same place:\n```\nerror: table \"rooms\" has \
         no column named topic\n   --> migrate.rs:88\n```",
    ),
    line(
        26,
        "#dev",
        "luis",
        "@bob I have a fix: https://git.example.org/chat/pulls/212\n```sql\nALTER TABLE rooms\n  ADD COLUMN \
         topic TEXT DEFAULT ''; -- of old rows\n```",
    ),
    line(
        26,
        "#dev",
        "mei",
        "reviewed, one nit about the index name. `rooms_by_name` is never used",
    ),
    line(
        21,
        "#dev",
        "{me}",
        "thanks both. I will take the rollback script and write it up for the release notes",
    ),
    line(20, "#dev", "olga", "👍"),
    line(
        6,
        "#dev",
        "bob",
        "@{me} can you look at line 88 before five? I am not sure whether the _default_ value is right",
    ),
    line(
        5,
        "#dev",
        "luis",
        "> I am not sure whether the default value is right\nit is, the old rows have an empty topic",
    ),
    line(4, "#dev", "bob", "merged 🎉 staging is green"),
    line(190, "#design", "sam", "three logos on the table, the deer 🦌 wins so far"),
    line(180, "#design", "olga", "🦌").about(About::Reaction(1)),
    line(178, "#design", "luis", "🦌").about(About::Reaction(1)),
    line(95, "#design", "mei", "the deer is nice but does it work at 16×16?")
        .about(About::Thread(1)),
    line(93, "#design", "sam", "no 😄").about(About::Thread(1)),
    line(92, "#design", "olga", "then the speech bubble").about(About::Thread(1)),
    line(90, "#design", "sam", "speech bubble it is").about(About::Thread(1)),
    line(75, "#incidents", "viktor", "mail is slow, looking into it"),
    line(33, "#incidents", "viktor", "mail is fine again: the queue was full of bounces"),
    line(
        12,
        "#incidents",
        "viktor",
        "@{me} your night job still runs on the old host, is that on purpose?",
    ),
    line(300, "#release", "olga", "release notes: who writes the part about upgrades?"),
    line(298, "#release", "{me}", "me"),
    line(297, "#release", "olga", "you are the best"),
    line(60, "#music", "sam", "Nils Frahm, the whole day"),
    line(52, "@luis", "{me}", "did you see the numbers from the load test?"),
    line(51, "@luis", "luis", "yes! 100,000 messages a second on my laptop"),
    line(15, "@luis", "luis", "shall we show it on Friday?"),
    line(2_900, "@zoe", "zoe", "I'm in Lisbon until Monday 🌞"),
    line(2_899, "@zoe", "{me}", "enjoy it!"),
];

/// The messages after the user has come, `when` in seconds. The text `joins` or `leaves` is no message: the
/// user comes to the room or leaves it.
pub(super) const AFTER: &[Line] = &[
    line(2, "#lobby", "tomasz", JOINS),
    line(
        4,
        "#lobby",
        "mei",
        "hi @{me}! This is a demo: all of us are a script inside your terminal. Nothing is sent or stored",
    ),
    line(
        9,
        "#lobby",
        "bob",
        "try it: write something and somebody answers. `/go` goes anywhere, `/keys` and `/help` say what else there \
         is, `/quit` ends the demo",
    ),
    line(14, "#lobby", "tomasz", "hello everybody 👋"),
    line(19, "#dev", "mei", "the nightly torture run: 30 kills, *0 messages lost*"),
    line(27, "#design", "sam", "new idea: a speech bubble with antlers"),
    line(32, "#dev", "viktor", "who wants to pair on the search index tomorrow?"),
    line(36, "@luis", "luis", "I can bring the laptop"),
    line(58, "#lobby", "olga", "cake in the kitchen 🍰"),
    line(62, "#lobby", "sam", "on my way"),
    line(90, "#incidents", "viktor", "all quiet. Have a good evening, {me}"),
    line(120, "#lobby", "tomasz", LEAVES),
];

/// The user joins.
pub(super) const JOINS: &str = "joins";

/// The user leaves.
pub(super) const LEAVES: &str = "leaves";

/// What the others answer, in turn.
pub(super) const ANSWERS: &[&str] = &[
    "good point, {me}",
    "I was about to say the same 😄",
    "can you write that down somewhere? https://wiki.example.org/notes",
    "👍",
    "let's look at it tomorrow",
    "hm, tell me more",
    "that works for me",
];
