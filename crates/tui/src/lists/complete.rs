//! The word before the cursor, and what completes it.

use chat_client::{Room, State as ClientState};
use chat_proto::{RoomName, UserName};

use super::filter::Filter;
use super::{Offer, OfferAction, emoji, people, places};
use crate::action::Action;
use crate::commands::{COMMANDS, Command, Offers};
use crate::settings::{DEFAULT_KEYS, NO_KEYS, SETTINGS, complete_value};

/// Most offers for a word: more than anybody looks through.
const OFFERED_MAX: usize = 500;

/// The name of the keys in `/set`.
const KEY: &str = "key";

/// The word before the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    text: &'a str,
    kind: Kind<'a>,
}

/// The completions of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Command,
    /// `#`: the rooms of the server.
    Room,
    /// `@`: all users.
    User,
    /// `:`: emoji.
    Emoji,
    /// The name of a user of the room; at the start of the text or within.
    Name {
        is_first: bool,
    },
    /// The argument of a command.
    Argument(Offers),
    /// The text after the name of a user.
    Then(Offers),
    /// The value of a setting.
    Value(&'a str),
    /// The action whose keys are set.
    Action,
    /// Instead of keys: none, or the default ones.
    Keys,
    /// A piece of the query of a search.
    Query(Filter<'a>),
}

impl<'a> Word<'a> {
    /// The last word of `before`, the text before the cursor; `None` if nothing can complete it.
    #[must_use]
    pub fn find(before: &'a str) -> Option<Self> {
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
        let (before, text) = before.split_at(start);
        if let Some(kind) = argument(before) {
            return Some(Self { text, kind });
        }
        let kind = match text.chars().next()? {
            '/' if before.is_empty() => Kind::Command,
            '#' => Kind::Room,
            '@' => Kind::User,
            ':' if text.len() > emoji::LETTERS_MIN => Kind::Emoji,
            _ => Kind::Name { is_first: before.is_empty() },
        };
        Some(Self { text, kind })
    }

    /// The last piece of `before`, the text before the cursor of a query.
    #[must_use]
    pub fn in_query(before: &'a str) -> Self {
        let filter = Filter::last(before);
        Self { text: filter.text(before), kind: Kind::Query(filter) }
    }

    /// The word as it is typed.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether its list opens while it is typed: not for a bare name, which any word may become.
    #[must_use]
    pub const fn opens_list(&self) -> bool {
        match self.kind {
            Kind::Name { .. } => false,
            Kind::Query(filter) => filter.has_name(),
            _ => true,
        }
    }

    /// Whether rooms complete it that the user is not in.
    #[must_use]
    pub const fn needs_rooms(&self) -> bool {
        matches!(self.kind, Kind::Room | Kind::Argument(Offers::Rooms))
    }

    /// Its completions, the best first.
    #[must_use]
    pub fn offers(&self, client: &ClientState) -> Vec<Offer> {
        let mut offers = match self.kind {
            Kind::Command => commands(self.text),
            Kind::Emoji => emoji::offers(&self.text[1..]),
            Kind::Value(setting) => complete_value(setting, self.text).map(spaced).collect(),
            Kind::Action => actions(self.text),
            Kind::Keys => {
                let words = [DEFAULT_KEYS, NO_KEYS].into_iter();
                words.filter(|word| word.starts_with(self.text)).map(spaced).collect()
            }
            Kind::Room | Kind::Argument(Offers::Rooms) => match self.text.starts_with('@') {
                true => users(client, self.text, "@"),
                false => rooms(client, self.text),
            },
            Kind::User => users(client, self.text, "@"),
            Kind::Name { is_first } => names(client, self.text, if is_first { ": " } else { " " }),
            Kind::Argument(Offers::OwnRooms) => own_rooms(client, self.text),
            Kind::Argument(Offers::People | Offers::Role | Offers::Sanction) => {
                users(client, self.text, "")
            }
            Kind::Argument(Offers::Settings) => settings(self.text),
            Kind::Argument(Offers::Commands) => without_slash(self.text),
            Kind::Argument(Offers::Topic) => topic(client, self.text),
            Kind::Argument(Offers::Days) => words(self.text, &["today", "yesterday"]),
            Kind::Argument(Offers::Formats) => words(self.text, &["text", "jsonl", "html", "stop"]),
            Kind::Argument(Offers::Invite) => {
                words(self.text, &["1d", "7d", "30d", "member", "moderator", "owner"])
            }
            Kind::Argument(Offers::Pause) => words(self.text, &["10s", "30s", "1m", "5m", "off"]),
            Kind::Argument(Offers::TopicBy) => words(self.text, &["all", "moderators"]),
            Kind::Argument(Offers::Server) => words(self.text, &["server"]),
            Kind::Then(Offers::Role) => {
                words(self.text, &["member", "voice", "moderator", "owner", "server"])
            }
            Kind::Then(Offers::Sanction) => {
                words(self.text, &["10m", "1h", "1d", "7d", "remove:10m", "server"])
            }
            Kind::Then(_) => Vec::new(),
            Kind::Argument(Offers::Nothing) => Vec::new(),
            Kind::Query(filter) => filter.offers(client, self.text),
        };
        offers.truncate(OFFERED_MAX);
        offers
    }
}

/// The completions of the next argument of the command in `before`; `None` if it is not a command, or a text comes
/// next.
fn argument(before: &str) -> Option<Kind<'_>> {
    let mut words = before.starts_with('/').then(|| before.split_whitespace())?;
    let command = Command::named(words.next()?)?;
    match (command.offers, words.next(), words.next()) {
        (Offers::Nothing, ..) => None,
        (offers, None, _) => Some(Kind::Argument(offers)),
        (offers @ (Offers::Role | Offers::Sanction), Some(_), _) => Some(Kind::Then(offers)),
        (Offers::Invite, ..) => Some(Kind::Argument(Offers::Invite)),
        (Offers::Settings, Some(KEY), None) => Some(Kind::Action),
        (Offers::Settings, Some(KEY), Some(action)) if Action::named(action).is_some() => {
            words.next().is_none().then_some(Kind::Keys)
        }
        (Offers::Settings, Some(KEY), Some(_)) => Some(Kind::Action),
        (Offers::Settings, Some(setting), None) => Some(Kind::Value(setting)),
        _ => None,
    }
}

/// The words that begin so.
fn words(word: &str, all: &[&'static str]) -> Vec<Offer> {
    all.iter().filter(|offered| offered.starts_with(word)).map(|offered| spaced(offered)).collect()
}

fn spaced(text: &'static str) -> Offer {
    Offer::new(text, OfferAction::Insert(format!("{text} ")))
}

/// The settings whose names begin so, with what they do.
fn settings(word: &str) -> Vec<Offer> {
    let known = SETTINGS.iter().map(|setting| (setting.name, setting.does));
    let known = known.chain([(KEY, "The keys of an action")]);
    let known = known.filter(|(name, _)| name.starts_with(word));
    known.map(|(name, does)| spaced(name).detail(does)).collect()
}

/// The actions whose names begin so, with what they do.
fn actions(word: &str) -> Vec<Offer> {
    let helps = Action::ALL.iter().map(|action| action.help());
    let known = helps.filter(|help| help.name.starts_with(word));
    known.map(|help| spaced(help.name).detail(help.does)).collect()
}

/// The commands that have a name which begins so. An alias is offered if it alone begins so.
fn commands(word: &str) -> Vec<Offer> {
    let fits = COMMANDS.iter().filter_map(|command| {
        let name = command.names().find(|name| name.starts_with(word))?;
        Some(Offer::of_command(command, name, OfferAction::Insert(format!("{name} "))))
    });
    fits.collect()
}

fn without_slash(word: &str) -> Vec<Offer> {
    let fits = COMMANDS.iter().filter_map(|command| {
        let mut names = command.names().filter_map(|name| name.strip_prefix('/'));
        let name = names.find(|name| name.starts_with(word.trim_start_matches('/')))?;
        Some(Offer::new(name, OfferAction::Insert(format!("{name} "))).detail(command.does))
    });
    fits.collect()
}

/// The other users of the room whose names begin so.
fn names(client: &ClientState, word: &str, after: &str) -> Vec<Offer> {
    let Ok(begin) = UserName::new(word) else {
        return Vec::new();
    };
    let users = people::of_room(client.room(), client.me()).into_iter();
    let users = users.filter(|user| !client.is_me(user.id) && begins(&user.name, &begin));
    users
        .map(|user| {
            Offer::new(user.name.as_str(), OfferAction::Insert(format!("{}{after}", user.name)))
        })
        .collect()
}

fn begins(name: &UserName, begin: &UserName) -> bool {
    name.key().starts_with(begin.key())
}

/// All known users whose names begin so, with or without `@`. What is inserted has the `sigil`.
pub(super) fn users(client: &ClientState, word: &str, sigil: &str) -> Vec<Offer> {
    let typed = word.strip_prefix('@').unwrap_or(word);
    let begin = UserName::new(typed).ok();
    if begin.is_none() && !typed.is_empty() {
        return Vec::new();
    }
    let people = people::everybody(client).into_iter();
    let fits =
        people.filter(|person| begin.as_ref().is_none_or(|begin| begins(&person.name, begin)));
    let offer = |person: people::Person| Offer {
        presence: Some(person.is_here),
        ..Offer::new(
            format!("{sigil}{}", person.name),
            OfferAction::Insert(format!("{sigil}{} ", person.name)),
        )
    };
    fits.map(offer).collect()
}

/// The rooms of the server whose names begin so, with or without `#`; those of the user first.
fn rooms(client: &ClientState, word: &str) -> Vec<Offer> {
    let word = if word.starts_with('#') { word.to_owned() } else { format!("#{word}") };
    let begin = RoomName::new(&word).map_or(word, |name| name.key().to_owned());
    let fits = |offer: &Offer| {
        RoomName::new(&offer.label).is_ok_and(|name| name.key().starts_with(&begin))
    };
    let insert =
        |offer: Offer| Offer { does: OfferAction::Insert(format!("{} ", offer.label)), ..offer };
    places::all_rooms(client).into_iter().filter(fits).map(insert).collect()
}

/// The rooms and direct messages of the user whose names begin so.
pub(super) fn own_rooms(client: &ClientState, word: &str) -> Vec<Offer> {
    let typed = word.trim_start_matches(['#', '@']).to_lowercase();
    let labels = client.rooms().list().iter().map(Room::label);
    let fits = labels.filter(|label| {
        let has_sigil = word
            .chars()
            .next()
            .is_none_or(|sigil| !matches!(sigil, '#' | '@') || label.as_str().starts_with(sigil));
        has_sigil && label.as_str()[1..].to_lowercase().starts_with(&typed)
    });
    fits.map(|label| Offer::new(label.as_str(), OfferAction::Insert(format!("{label} ")))).collect()
}

/// The topic of the room, to be changed.
fn topic(client: &ClientState, word: &str) -> Vec<Offer> {
    let topic = client.room().topic().as_str();
    let fits = !topic.is_empty() && topic.starts_with(word);
    fits.then(|| Offer::new(topic, OfferAction::Insert(topic.to_owned()))).into_iter().collect()
}
