//! Events about messages, against a plain model.

use std::collections::{BTreeMap, BTreeSet};

use chat_proto::Emoji;
use chat_proto::command::Links;
use chat_proto::event::{Details, Edited, Reaction, Replies};
use chat_proto::limits::REACTORS_LISTED_MAX;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::journal::stored::{MentionKey, Versions, View};

const READER: UserId = UserId::new(1);

/// An action of a user, or an accident of the journal.
#[derive(Debug, Clone)]
enum Step {
    Say(u64, Body, Vec<UserId>),
    /// Messages before that step are removed by age.
    Trim(u64),
    Reopen,
    Rebuild,
}

/// A stored message of the model, as it was sent.
struct Row {
    author: u64,
    at: Timestamp,
    body: Body,
    mentions: Vec<UserId>,
    is_deleted: bool,
}

/// Every message since the beginning; those before `first` are removed.
#[derive(Default)]
struct Model {
    rows: BTreeMap<u64, Row>,
    last: u64,
}

fn user(id: u64) -> User {
    User { id: UserId::new(id), name: UserName::new(&format!("user_{id}")).unwrap() }
}

fn text(written: &str) -> Text {
    Text::new(written).unwrap()
}

fn emoji(written: &str) -> Emoji {
    Emoji::new(written).unwrap()
}

fn links_of(body: &Body) -> Links {
    match body {
        Body::Message { links: Some(links), .. } => **links,
        _ => Links::default(),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let target = || (1_u64..14).prop_map(Seq::new);
    let links = prop_oneof![
        3 => Just(None),
        1 => target().prop_map(|seq| Links::new(Some(seq), None)),
        1 => target().prop_map(|seq| Links::new(None, Some(seq))),
        1 => [target(), target()].prop_map(|[one, other]| Links::new(Some(one), Some(other))),
    ];
    let message = ("[ab]{1,3}", links).prop_map(|(written, links)| Body::Message {
        kind: Kind::Text,
        text: text(&format!("secret {written}")),
        links,
    });
    let body = prop_oneof![
        4 => message,
        2 => (target(), "[cd]{1,3}").prop_map(|(target, written)| {
            Body::Edit { target, text: text(&format!("secret {written}")) }
        }),
        1 => target().prop_map(|target| Body::Delete { target }),
        3 => (target(), select(&["👍", "🎉"][..]), any::<bool>())
            .prop_map(|(target, written, on)| Body::Reaction { target, emoji: emoji(written), on }),
        1 => (target(), any::<bool>()).prop_map(|(target, on)| Body::Pin { target, on }),
        1 => Just(Body::Topic { topic: Topic::from_lossy("crabs") }),
    ];
    let mentions =
        prop::option::of(1_u64..4).prop_map(|id| id.map(UserId::new).into_iter().collect());
    prop_oneof![
        30 => (1_u64..4, body, mentions).prop_map(|(author, body, mentions)| Step::Say(author, body, mentions)),
        1 => (0_u64..40).prop_map(Step::Trim),
        1 => Just(Step::Reopen),
        1 => Just(Step::Rebuild),
    ]
}

impl Model {
    /// The message `seq`, if an event may be about it.
    fn target(&self, seq: Seq) -> Result<&Row, Rejection> {
        match self.rows.get(&seq.get()) {
            None if (1..=self.last).contains(&seq.get()) => Err(Rejection::Removed(seq)),
            None => Err(Rejection::NoSuchMessage(seq)),
            Some(row) if !MessageKind::of(&row.body).is_read() => Err(Rejection::IsEvent(seq)),
            Some(row) => Ok(row),
        }
    }

    fn admit(&self, author: u64, body: &Body) -> Result<(), Rejection> {
        let there = |seq| match self.target(seq)? {
            row if row.is_deleted => Err(Rejection::Deleted(seq)),
            _ => Ok(()),
        };
        let own = |seq| match self.target(seq)? {
            row if row.author != author => Err(Rejection::NotYours(seq)),
            _ => there(seq),
        };
        let changes = |seq, it_does| if it_does { Ok(()) } else { Err(Rejection::NoChange(seq)) };
        match body {
            Body::Topic { .. } => Ok(()),
            Body::Message { links: None, .. } => Ok(()),
            Body::Message { links: Some(links), .. } => {
                links.reply_to.map_or(Ok(()), |seq| self.target(seq).map(drop))?;
                let Some(seq) = links.thread else { return Ok(()) };
                match links_of(&self.target(seq)?.body).thread {
                    Some(thread) => Err(Rejection::IsInThread { target: seq, thread }),
                    None => Ok(()),
                }
            }
            Body::Edit { target, .. } | Body::Delete { target } => own(*target),
            Body::Reaction { target, emoji, on } => {
                there(*target)?;
                changes(*target, self.reacts(*target, emoji, author) != *on)
            }
            Body::Pin { target, on } => {
                there(*target)?;
                changes(*target, self.now(target.get()).1.pinned != *on)
            }
        }
    }

    /// Whether a user reacts to a message with an emoji: by the last of its events about that.
    fn reacts(&self, seq: Seq, wanted: &Emoji, author: u64) -> bool {
        let mut events = self.rows.values().rev().filter(|row| row.author == author);
        let found = events.find_map(|row| match &row.body {
            Body::Reaction { target, emoji, on } if *target == seq && emoji == wanted => Some(*on),
            _ => None,
        });
        found.unwrap_or(false)
    }

    fn add(&mut self, author: u64, at: Timestamp, body: Body, mentions: Vec<UserId>) {
        if let Body::Delete { target } = body {
            for (seq, row) in &mut self.rows {
                let is_edit =
                    matches!(row.body, Body::Edit { target: edited, .. } if edited == target);
                row.is_deleted |= *seq == target.get() || is_edit;
            }
        }
        self.last += 1;
        self.rows.insert(self.last, Row { author, at, body, mentions, is_deleted: false });
    }

    /// The state of the message `seq`, from all rows one by one.
    fn now(&self, seq: u64) -> (Option<Text>, Details) {
        let row = &self.rows[&seq];
        let mut now = Details { deleted: row.is_deleted, ..Details::default() };
        let mut latest = match &row.body {
            Body::Message { text, .. } => {
                let links = links_of(&row.body);
                (now.reply_to, now.thread) = (links.reply_to, links.thread);
                Some(text.clone())
            }
            _ => return (None, now),
        };
        let mut reacted: BTreeMap<(Emoji, u64), u64> = BTreeMap::new();
        for (event, row) in &self.rows {
            let is_it = |target: &Seq| target.get() == seq;
            match &row.body {
                Body::Edit { target, text } if is_it(target) && !now.deleted => {
                    let count = now.edited.map_or(0, |edited| edited.count) + 1;
                    now.edited = Some(Edited { at: row.at, count });
                    latest = Some(text.clone());
                }
                Body::Pin { target, on } if is_it(target) && !now.deleted => now.pinned = *on,
                Body::Reaction { target, emoji, on } if is_it(target) && !now.deleted => {
                    let key = (emoji.clone(), row.author);
                    match on {
                        true => drop(reacted.entry(key).or_insert(*event)),
                        false => drop(reacted.remove(&key)),
                    }
                }
                Body::Message { links: Some(links), .. }
                    if links.thread.or(links.reply_to).is_some_and(|at| is_it(&at)) =>
                {
                    let count = now.replies.map_or(0, |replies| replies.count) + 1;
                    now.replies =
                        Some(Replies { count, last_seq: Seq::new(*event), last_at: row.at });
                }
                _ => {}
            }
        }
        let mut in_order: Vec<_> =
            reacted.into_iter().map(|((emoji, by), event)| (event, emoji, by)).collect();
        in_order.sort();
        for (_, emoji, by) in in_order {
            let known = now.reactions.iter_mut().find(|reaction| reaction.emoji == emoji);
            let users = vec![user(by)];
            let own = UserId::new(by) == READER;
            match known {
                None => now.reactions.push(Reaction { emoji, count: 1, own, users }),
                Some(reaction) => {
                    reaction.count += 1;
                    reaction.own |= own;
                    reaction.users.extend(users);
                    reaction.users.truncate(REACTORS_LISTED_MAX);
                }
            }
        }
        (latest.filter(|_| !now.deleted), now)
    }
}

/// The journal is equal to the model: each message now, the versions, the mentions and the counts.
async fn assert_same(journal: &Bench, model: &Model) {
    let page = Page { of: Part::After(Seq::NONE), limit: 200 };
    let found = journal.journal.read_as(RoomId::LOBBY, page, View::Now(READER)).await.unwrap();
    let seqs: Vec<u64> = found.iter().map(|message| message.seq.get()).collect();
    assert_eq!(seqs, model.rows.keys().copied().collect::<Vec<_>>());
    for message in &found {
        let row = &model.rows[&message.seq.get()];
        assert_eq!((message.kind, message.from.id.get()), (MessageKind::of(&row.body), row.author));
        let (text, expected) = model.now(message.seq.get());
        let wire = message.details.as_ref().map(|details| details.wire.clone()).unwrap_or_default();
        if message.kind.is_read() {
            assert!(wire.as_of.is_none_or(|as_of| as_of.get() == model.last));
            assert_eq!(Details { as_of: None, ..wire }, expected, "message {}", message.seq);
            let shown = text.as_ref().map_or("This message was deleted.", Text::as_str);
            assert_eq!(message.text.as_str(), shown, "message {}", message.seq);
        }
        assert_versions(journal, model, message.seq).await;
    }
    for reader in [1, 2, 3].map(UserId::new) {
        assert_counts(journal, model, reader).await;
    }
}

async fn assert_versions(journal: &Bench, model: &Model, seq: Seq) {
    let is_of = |row: &&Row| matches!(row.body, Body::Edit { target, .. } if target == seq);
    let row = &model.rows[&seq.get()];
    match journal.journal.versions(RoomId::LOBBY, seq, Seq::NONE).await.unwrap() {
        Versions::Of(versions, false) => {
            let rows = [row].into_iter().chain(model.rows.values().filter(is_of));
            let texts: Vec<&str> = rows.map(|row| row.body.as_str()).collect();
            assert_eq!(versions.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), texts);
        }
        Versions::None(Rejection::Deleted(_)) => assert!(row.is_deleted),
        Versions::None(Rejection::IsEvent(_)) => assert!(!MessageKind::of(&row.body).is_read()),
        other => panic!("{other:?}"),
    }
}

async fn assert_counts(journal: &Bench, model: &Model, reader: UserId) {
    for read in [0, model.last / 2] {
        let range = (Seq::new(read), Seq::new(model.last));
        let unread = journal.journal.unread(RoomId::LOBBY, range, reader).await.unwrap();
        let rows = || {
            model
                .rows
                .iter()
                .filter(|(seq, row)| **seq > read && !row.is_deleted)
                .map(|(_, row)| row)
        };
        let of_others =
            |row: &&Row| MessageKind::of(&row.body).is_read() && UserId::new(row.author) != reader;
        let of_reader = |row: &&Row| row.mentions.contains(&reader);
        assert_eq!(unread.messages, rows().filter(of_others).count() as u64, "after {read}");
        assert_eq!(unread.mentions, rows().filter(of_reader).count() as u64, "after {read}");
    }
    let (mut found, mut before) = (BTreeSet::new(), None::<MentionKey>);
    loop {
        let rooms = vec![RoomId::LOBBY];
        let page = journal.journal.mentions(reader, rooms, before, 2).await.unwrap();
        found.extend(page.messages.iter().map(|(_, message)| message.seq.get()));
        let Some(next) = page.next else { break };
        before = MentionKey::from_wire(&next.to_wire());
        assert_eq!(before, Some(next));
    }
    let expected =
        model.rows.iter().filter(|(_, row)| !row.is_deleted && row.mentions.contains(&reader));
    assert_eq!(found, expected.map(|(seq, _)| *seq).collect());
}

fn at(step: u64) -> Timestamp {
    Timestamp::from_millis(clock().as_millis() + i64::try_from(step).unwrap())
}

async fn follow(steps: Vec<Step>) {
    let directory = TempDir::new().unwrap();
    let place = Location::DirectoryInTask(directory.path().to_path_buf());
    let (mut journal, mut model) = (open_at(&place).unwrap(), Model::default());
    for (nth, step) in (0..).zip(steps) {
        match step {
            Step::Say(author, body, mentions) => {
                let mentions =
                    if MessageKind::of(&body) == MessageKind::Text { mentions } else { Vec::new() };
                let (from, device) = (user(author), DeviceId::default());
                let message = Message {
                    from,
                    device,
                    n: None,
                    body: body.clone(),
                    mentions: mentions.clone().into(),
                    ..say(1, "x")
                };
                match model.admit(author, &body) {
                    Ok(()) => {
                        let outcome = journal.journal.send(message, at(nth));
                        model.add(author, at(nth), body, mentions);
                        assert_eq!(outcome, Outcome::Stored { seq: model.last, at: at(nth) });
                    }
                    Err(rejection) => {
                        assert_eq!(
                            journal.journal.send(message, at(nth)),
                            Outcome::Rejected(rejection)
                        );
                    }
                }
            }
            Step::Trim(before) => {
                journal.journal.trim(RoomId::LOBBY, at(before), at(nth)).await.unwrap();
                let last = model.last;
                model.rows.retain(|seq, row| row.at >= at(before) || *seq == last);
            }
            Step::Reopen => {
                journal.close().await;
                journal = open_at(&place).unwrap();
            }
            Step::Rebuild => {
                journal.close().await;
                let db = file::connect(&file::of(directory.path())).unwrap();
                rebuild::events(&db).unwrap();
                drop(db);
                journal = open_at(&place).unwrap();
            }
        }
    }
    assert_same(&journal, &model).await;
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let bytes = fs::read(file::of(directory.path())).unwrap();
    for row in model.rows.values().filter(|row| row.is_deleted) {
        let is_there =
            |other: &Row| !other.is_deleted && other.body.as_str().starts_with(row.body.as_str());
        if !model.rows.values().any(is_there) && !row.body.as_str().is_empty() {
            let needle = row.body.as_str().as_bytes();
            assert!(
                !bytes.windows(needle.len()).any(|window| window == needle),
                "{}",
                row.body.as_str()
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_journal_has_what_a_plain_model_has(steps in vec(step(), 1..60)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(follow(steps));
    }
}
