//! `/export`: the pages that are asked for, the file, and how it ends.

use std::path::{Path, PathBuf};

use chat_proto::Seq;

use super::window::Lobby;
use super::*;
use crate::state::ExportStep;

/// What the disk is asked for.
#[derive(Default)]
struct Disk {
    path: PathBuf,
    text: String,
    /// The texts, one for each page.
    writes: usize,
    is_finished: bool,
    is_removed: bool,
}

impl Disk {
    /// Answers what the server and the disk are asked for, up to `steps` steps of the disk.
    fn serve(&mut self, lobby: &mut Lobby, mut effects: Vec<Effect>, steps: usize) {
        let mut taken = 0;
        while !effects.is_empty() {
            let mut next = Vec::new();
            for command in sent(&effects) {
                for event in lobby.answers(&command) {
                    next.extend(lobby.harness.event(event));
                }
            }
            for effect in effects {
                let Effect::Export { run, step } = effect else { continue };
                self.take(step);
                taken += 1;
                if taken > steps {
                    return;
                }
                let result = Ok(self.path.clone());
                next.extend(lobby.harness.input(Input::Exported { run, result }));
            }
            effects = next;
        }
    }

    fn take(&mut self, step: ExportStep) {
        match step {
            ExportStep::Create(path) => self.path = path,
            ExportStep::Write(text) => {
                self.text += &text;
                self.writes += 1;
            }
            ExportStep::Finish => self.is_finished = true,
            ExportStep::Remove => self.is_removed = true,
        }
    }
}

#[test]
fn a_room_is_written_page_by_page_from_its_first_message_to_its_last() {
    // The server has no messages before the 41st, and its pages are shorter than those that are asked for.
    let mut lobby = Lobby::open(41, 340, 340, 30);
    let mut disk = Disk::default();
    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, usize::MAX);
    lobby.shows("Exported 300 messages of #lobby to lobby.txt");
    assert_eq!(disk.path, Path::new("lobby.txt"));
    assert!(disk.is_finished && !disk.is_removed);
    let lines: Vec<&str> = disk.text.lines().collect();
    let expected = |seq: u64| format!("2026-11-22T14:02:00.000Z [{seq}] ana: message {seq}.");
    assert_eq!(lines, (41..=340).map(expected).collect::<Vec<_>>());
    assert_eq!(disk.writes, 4, "the beginning, and three pages");
    assert_eq!(lobby.read(), 340);
    lobby.window();
}

#[test]
fn the_format_and_the_file_are_those_that_are_typed() {
    for (typed, path, part) in [
        ("html", "lobby.html", "</body>"),
        ("jsonl  a b.txt", "a b.txt", "{\"room\":\"#lobby\""),
        ("/tmp/x.html", "/tmp/x.html", "<h1>#lobby</h1>"),
        ("text notes", "notes", "ana: message 2."),
    ] {
        let mut lobby = Lobby::open(1, 2, 2, 100);
        let mut disk = Disk::default();
        let effects = lobby.harness.type_text(&format!("/export {typed}\n"));
        disk.serve(&mut lobby, effects, usize::MAX);
        assert_eq!(disk.path, Path::new(path), "{typed}");
        assert!(disk.text.contains(part), "{typed}: {}", disk.text);
    }
}

#[test]
fn an_export_says_how_far_it_is_and_can_be_stopped() {
    let mut lobby = Lobby::open(1, 400, 400, 100);
    let mut disk = Disk::default();
    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, 3);
    lobby.shows("Exporting #lobby: 50 %, /export stop ends it");
    lobby.types("/export html\n");
    lobby.shows("#lobby is being exported. /export stop ends that");
    let effects = lobby.harness.type_text("/export stop\n");
    disk.serve(&mut lobby, effects, usize::MAX);
    lobby.shows("#lobby is not exported: you stopped it");
    assert!(disk.is_removed && !disk.is_finished);
    lobby.types("/export stop\n");
    lobby.shows("Nothing is being exported");
}

#[test]
fn an_export_goes_on_in_the_next_session_and_ends_if_the_room_is_another() {
    let mut lobby = Lobby::open(1, 400, 400, 100);
    let mut disk = Disk::default();
    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, 2);
    lobby.harness.lose();
    lobby.shows("Exporting #lobby: 25 %");
    let run = lobby.harness.state.exports;
    lobby.harness.input(Input::Exported { run, result: Ok(PathBuf::from("lobby.txt")) });
    lobby.harness.seq = 400;
    let effects = lobby.harness.connect(2);
    disk.serve(&mut lobby, effects, usize::MAX);
    lobby.shows("Exported 400 messages of #lobby");
    assert_eq!(disk.text.lines().count(), 400);

    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, 2);
    let restored = Some(journal("journal", "another epoch"));
    lobby.harness.lose();
    let effects = lobby.harness.connect_to(3, Welcome { journal: restored, ..welcome(7, "bob") });
    disk.serve(&mut lobby, effects, usize::MAX);
    lobby.shows("#lobby is not exported: the server was restored meanwhile");
    assert!(disk.is_removed);
}

#[test]
fn a_disk_or_a_server_that_fails_ends_the_export() {
    let mut lobby = Lobby::open(1, 400, 400, 100);
    let effects = lobby.harness.type_text("/export\n");
    let [Effect::Export { run, .. }] = effects[..] else { panic!("{effects:?}") };
    let result = Err("lobby.txt exists already".to_owned());
    lobby.harness.input(Input::Exported { run, result });
    lobby.shows("#lobby is not exported: lobby.txt exists already");

    let mut disk = Disk::default();
    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, 1);
    let run = lobby.harness.state.exports;
    let asked = lobby.harness.input(Input::Exported { run, result: Ok(PathBuf::new()) });
    assert!(matches!(&sent(&asked)[..], [Command::History { before: Some(_), .. }]), "{asked:?}");
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(RefusalCode::NotReadable, "the disk fails")
    };
    let effects = lobby.harness.event(Event::Refused(refusal));
    disk.serve(&mut lobby, effects, usize::MAX);
    assert!(disk.is_removed && lobby.harness.state.export.is_none());
    assert_shows(&lobby.harness, "the server couldn't read it");
}

#[test]
fn the_user_scrolls_while_a_page_is_asked_for() {
    let mut lobby = Lobby::open(1, 3_000, 3_000, 100);
    let mut disk = Disk::default();
    let effects = lobby.harness.type_text("/export\n");
    disk.serve(&mut lobby, effects, 2);
    let run = lobby.harness.state.exports;
    let asked = lobby.harness.input(Input::Exported { run, result: Ok(PathBuf::new()) });
    let [Command::History { before, .. }] = sent(&asked)[..] else { panic!("{asked:?}") };
    assert_eq!(before, Some(Seq::new(201)));
    // Another window begins meanwhile: the page is none of it, and is written all the same.
    let oldest = lobby.harness.control_home();
    assert_eq!(sent(&oldest), [], "one page of a room at a time");
    disk.serve(&mut lobby, asked, usize::MAX);
    lobby.shows("Exported 3000 messages of #lobby");
    assert_eq!(disk.text.lines().count(), 3_000);
    lobby.press(KeyCode::Up);
    lobby.shows("message 1.");
}
