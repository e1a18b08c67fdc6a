mod bodies;
mod journals;
mod modes;
mod names;
mod trouble;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use chat_proto::command::Body;
use chat_proto::{RoomName, Secret, Text};
use tempfile::TempDir;

use super::*;

const SERVER: &str = "127.0.0.1:12345";

fn name(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

/// A message of this run of a client.
fn message_of(device: &DeviceId, n: u64) -> OwnMessage {
    let text = Text::new(format!("text {n}")).unwrap();
    let id = MessageId { device: device.clone(), n };
    OwnMessage { id, room: RoomName::lobby(), body: Body::text(text), epoch: None, named_at: None }
}

fn say(n: u64) -> OwnMessage {
    message_of(&device(), n)
}

fn device() -> DeviceId {
    DeviceId::new("tui-1").unwrap()
}

fn journal(id: &str) -> Option<ShortString> {
    Some(ShortString::new(id).unwrap())
}

/// The server says which journal it has.
pub(super) fn filed(store: &mut Store, id: &str) -> Profile {
    store.open_server(journal(id)).unwrap()
}

fn acknowledged(numbers: &[u64]) -> StoreOp {
    StoreOp::Acknowledged(numbers.iter().map(|n| say(*n).id).collect())
}

fn token(profile: &Profile) -> Option<&str> {
    profile.token.as_ref().map(Secret::reveal)
}

/// The token that a server with that journal is shown.
fn known<'a>(profile: &'a Profile, id: &str) -> Option<&'a str> {
    let id = ShortString::new(id).unwrap();
    profile.known.iter().find(|known| known.has(&id)).map(|known| known.token.reveal())
}

pub(super) fn open(state: &TempDir, user: &str) -> (Store, Profile) {
    Store::open(Some(state.path()), SERVER, name(user)).unwrap()
}

fn numbers(profile: &Profile) -> Vec<u64> {
    profile.pending.iter().map(|message| message.id.n).collect()
}

/// Every file and directory under a directory.
fn everything(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            let within = if path.is_dir() { everything(&path) } else { Vec::new() };
            std::iter::once(path).chain(within)
        })
        .collect()
}

fn find(state: &TempDir, file: &str) -> PathBuf {
    everything(state.path()).into_iter().find(|path| path.ends_with(file)).unwrap()
}

#[test]
fn the_same_name_is_the_same_user_tomorrow_on_another_device() {
    let state = TempDir::new().unwrap();
    let (mut store, new) = open(&state, "bob");
    assert_eq!(new.token, None);
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    drop(store);
    let (_, bob) = open(&state, "BOB");
    assert_eq!(token(&bob), Some("secret"));
    assert_ne!(bob.device, new.device);
    assert_eq!(open(&state, "ana").1.token, None);
    let elsewhere = Store::open(Some(state.path()), "elsewhere:1", name("bob")).unwrap();
    assert_eq!(elsewhere.1.token, None);
}

#[test]
fn a_token_that_is_of_no_use_is_gone() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    store.apply(StoreOp::ForgetToken(None)).unwrap();
    store.apply(StoreOp::ForgetToken(None)).unwrap();
    drop(store);
    assert_eq!(open(&state, "bob").1.token, None);
}

#[test]
fn pending_messages_outlive_a_crash() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    for n in 1..=4 {
        store.apply(StoreOp::Message(say(n))).unwrap();
    }
    store.apply(acknowledged(&[1, 3])).unwrap();
    drop(store);
    let (_, bob) = open(&state, "bob");
    assert_eq!(numbers(&bob), [2, 4]);
    assert_eq!(bob.pending[1], say(4));
}

#[test]
fn a_torn_last_line_is_skipped() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    store.apply(StoreOp::Message(say(2))).unwrap();
    drop(store);
    let path = find(&state, "outbox-1");
    let whole = fs::read(&path).unwrap();
    // Wherever the crash came.
    let line =
        br##"{"said":{"room":"#lobby","kind":"text","n":2,"device":"tui-1","text":"text 2"}}"##;
    let second = whole.len() - line.len();
    for end in second..whole.len() - 1 {
        fs::write(&path, &whole[..end]).unwrap();
        let (mut store, bob) = open(&state, "bob");
        assert_eq!(numbers(&bob), [1], "{end}");
        store.apply(StoreOp::Message(say(3))).unwrap();
        drop(store);
        assert_eq!(numbers(&open(&state, "bob").1), [1, 3], "{end}");
    }
}

#[test]
fn a_damaged_line_costs_no_other_line() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    let mut file = OpenOptions::new().append(true).open(find(&state, "outbox-1")).unwrap();
    file.write_all(b"\0\0\xff\n{}\n[]\n").unwrap();
    store.apply(StoreOp::Message(say(2))).unwrap();
    drop(store);
    assert_eq!(numbers(&open(&state, "bob").1), [1, 2]);
}

#[test]
fn the_file_stays_small() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    let path = find(&state, "outbox-1");
    store.apply(StoreOp::Message(say(7))).unwrap();
    for _ in 0..2 * LINES_MAX {
        store.apply(acknowledged(&[6])).unwrap();
    }
    let lines = fs::read_to_string(&path).unwrap().lines().count();
    assert!(lines <= LINES_MAX + 2, "{lines}");
    drop(store);
    assert_eq!(numbers(&open(&state, "bob").1), [7]);
}

#[test]
fn a_second_client_is_another_device_of_the_same_user() {
    let state = TempDir::new().unwrap();
    let (mut first, bob) = open(&state, "bob");
    first.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    first.apply(StoreOp::Message(say(1))).unwrap();
    let (mut second, again) = open(&state, "bob");
    assert_eq!(token(&again), Some("secret"));
    assert_ne!(again.device, bob.device);
    assert!(again.pending.is_empty());
    second.apply(StoreOp::Message(message_of(&again.device, 5))).unwrap();
    first.apply(acknowledged(&[1])).unwrap();
    drop((first, second));
    // The one alone takes up what the second has left, under the device it was sent from.
    let (_, alone) = open(&state, "bob");
    assert_eq!(alone.pending, [message_of(&again.device, 5)]);
}

#[test]
fn a_client_takes_over_the_messages_of_all_that_ended_together_and_of_no_running_one() {
    let state = TempDir::new().unwrap();
    let mut clients: Vec<Store> = (1..=4).map(|_| open(&state, "bob").0).collect();
    for (n, client) in (1..).zip(&mut clients) {
        client.apply(StoreOp::Message(say(n))).unwrap();
        let typed = drafts("#lobby", &[("#lobby", &format!("half a sen {n}"))]);
        client.apply(StoreOp::Drafts(typed)).unwrap();
    }
    let running = clients.remove(1);
    drop(clients);
    let (later, bob) = open(&state, "bob");
    assert_eq!(numbers(&bob), [1, 3, 4]);
    assert_eq!(bob.drafts.texts[&RoomName::lobby()], "half a sen 1");
    let (_second, again) = open(&state, "bob");
    assert!(again.pending.is_empty(), "{:?}", again.pending);
    assert_eq!(again.drafts.texts[&RoomName::lobby()], "half a sen 3", "it is another window");
    drop((running, later));
    assert_eq!(numbers(&open(&state, "bob").1), [1, 3, 4, 2]);
}

#[test]
fn a_client_takes_over_no_more_messages_than_an_outbox_holds() {
    let state = TempDir::new().unwrap();
    let mut clients: Vec<Store> = (1..=2).map(|_| open(&state, "bob").0).collect();
    for (first, client) in [(1, 0), (1_000, 1)] {
        for n in first..first + 60 {
            clients[client].apply(StoreOp::Message(say(n))).unwrap();
        }
    }
    drop(clients);
    let (mut later, bob) = open(&state, "bob");
    assert_eq!(numbers(&bob), (1..=60).collect::<Vec<_>>());
    later.apply(acknowledged(&(1..=60).collect::<Vec<_>>())).unwrap();
    drop(later);
    assert_eq!(numbers(&open(&state, "bob").1), (1_000..1_060).collect::<Vec<_>>());
}

#[test]
fn the_number_of_clients_has_a_bound() {
    let state = TempDir::new().unwrap();
    let clients: Vec<_> = (0..SLOTS_MAX).map(|_| open(&state, "bob")).collect();
    let error = Store::open(Some(state.path()), SERVER, name("bob")).unwrap_err();
    assert!(matches!(error, StoreError::TooMany));
    drop(clients);
}

#[test]
fn another_user_takes_over_the_pending_messages() {
    let state = TempDir::new().unwrap();
    let (mut rob, _) = open(&state, "rob");
    rob.apply(StoreOp::Message(say(8))).unwrap();
    drop(rob);
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    let rob = store.open_user(name("rob")).unwrap();
    assert_eq!(numbers(&rob), [8, 1]);
    assert!(open(&state, "bob").1.pending.is_empty());
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let state = TempDir::new().unwrap();
    let file = state.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(Some(&file), SERVER, name("bob")).unwrap_err();
    assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
}

#[test]
fn every_name_has_a_file_name_of_its_own() {
    let long = "x".repeat(300);
    let names = ["a/b", "a%2Fb", "..", ".", "a b", "漢字", &long, &long[1..], "a~b"];
    let files: std::collections::BTreeSet<_> = names.iter().map(|n| files::file_name(n)).collect();
    assert_eq!(files.len(), names.len());
    for file in files {
        assert!(file.len() <= 255 && !file.contains('/') && !file.starts_with('.'), "{file}");
    }
}

#[test]
fn in_memory_another_user_has_the_messages_and_not_the_token() {
    let (mut store, bob) = Store::open(None, SERVER, name("bob")).unwrap();
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    let rob = store.open_user(name("rob")).unwrap();
    assert_eq!((token(&rob), numbers(&rob)), (None, vec![1]));
    assert_eq!(rob.device, bob.device);
}

fn drafts(shown: &str, texts: &[(&str, &str)]) -> Drafts {
    let room = |name| RoomName::new(name).unwrap();
    let texts = texts.iter().map(|(name, text)| (room(name), (*text).to_owned()));
    Drafts { shown: room(shown), texts: texts.collect(), ..Drafts::default() }
}

#[test]
fn a_draft_outlives_a_crash_until_it_is_gone() {
    let state = TempDir::new().unwrap();
    let (mut store, new) = open(&state, "bob");
    assert_eq!(new.drafts, Drafts::default());
    let typed = drafts("#rust", &[("#lobby", "half\na \"sen"), ("#rust", "漢字")]);
    let (room, thread) = (RoomName::lobby(), chat_proto::Seq::new(41));
    let in_thread = ThreadDraft { room, thread, epoch: None, text: "in the thread".into() };
    let typed = Drafts { threads: vec![in_thread], ..typed };
    store.apply(StoreOp::Drafts(drafts("#lobby", &[("#lobby", "half")]))).unwrap();
    store.apply(StoreOp::Drafts(typed.clone())).unwrap();
    drop(store);
    let (mut store, bob) = open(&state, "bob");
    assert_eq!(bob.drafts, typed);
    store.apply(StoreOp::Drafts(Drafts::default())).unwrap();
    drop(store);
    assert_eq!(open(&state, "bob").1.drafts, Drafts::default());
    let left = everything(state.path()).into_iter().filter(|path| path.ends_with("drafts-1"));
    assert_eq!(left.count(), 0);
}

#[test]
fn damaged_drafts_cost_no_start() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Drafts(drafts("#rust", &[("#rust", "half a sen")]))).unwrap();
    drop(store);
    let path = find(&state, "drafts-1");
    let whole = fs::read(&path).unwrap();
    for end in 0..whole.len() - 1 {
        fs::write(&path, &whole[..end]).unwrap();
        assert_eq!(open(&state, "bob").1.drafts, Drafts::default(), "{end}");
    }
}

#[test]
fn a_new_client_takes_over_the_drafts_of_one_that_ended() {
    let state = TempDir::new().unwrap();
    let (first, _) = open(&state, "bob");
    let (mut second, _) = open(&state, "bob");
    let typed = drafts("#lobby", &[("#lobby", "half a sen")]);
    second.apply(StoreOp::Drafts(typed.clone())).unwrap();
    let (mut third, _) = open(&state, "bob");
    drop((first, second));
    let (alone, bob) = open(&state, "bob");
    assert_eq!(bob.drafts, typed);
    drop(alone);
    // Unsent messages come before drafts.
    third.apply(StoreOp::Message(say(1))).unwrap();
    drop(third);
    assert_eq!(numbers(&open(&state, "bob").1), [1]);
}

#[test]
fn another_user_takes_over_the_drafts() {
    let state = TempDir::new().unwrap();
    let (mut rob, _) = open(&state, "rob");
    let of_rob = drafts("#ada", &[("#lobby", "old"), ("#ada", "of rob")]);
    rob.apply(StoreOp::Drafts(of_rob)).unwrap();
    drop(rob);
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Drafts(drafts("#lobby", &[("#lobby", "of bob")]))).unwrap();
    let rob = store.open_user(name("rob")).unwrap();
    let both = drafts("#lobby", &[("#lobby", "of bob"), ("#ada", "of rob")]);
    assert_eq!(rob.drafts, both);
    drop(store);
    assert_eq!(open(&state, "rob").1.drafts, both);
    assert_eq!(open(&state, "bob").1.drafts, Drafts::default());
}
