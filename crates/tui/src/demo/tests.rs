use std::time::Duration;

use chat_client::store::Writer;
use chat_proto::native::Vocabulary;
use chat_proto::{Command, Event, Timestamp};
use crossterm::event::{KeyCode, KeyModifiers};
use tokio::time::timeout;

use super::world::World;
use super::{Demo, SERVER};
use crate::Options;
use crate::fixture::{DEADLINE, name, within};
use crate::testing::Client;

/// Thursday, 26 November 2026, half past five.
fn clock() -> Timestamp {
    Timestamp::from_millis(1_795_714_200_000)
}

fn demo(user: &str) -> Client {
    let writer = Writer::Task(Duration::ZERO);
    let options = Options { writer, clock, ..Options::new(name(user), SERVER) };
    Client::start(options, Demo::new(&name(user), clock), 100, 30)
}

async fn sees(client: &mut Client, text: &str) {
    if timeout(DEADLINE, client.sees(text)).await.is_err() {
        panic!("no {text:?} on\n{}", client.screen());
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_has_rooms_unread_messages_and_a_mention() {
    let mut ana = demo("ana");
    let screen =
        within("the rooms", ana.wait_until(|s| s.contains("@1") && s.contains("luis"))).await;
    for part in ["#lobby", "#dev", "#design", "#incidents", "#release", "DIRECT", "zoe"] {
        assert!(screen.contains(part), "no {part} on\n{screen}");
    }
    sees(&mut ana, "hi @ana! This is a demo").await;
}

#[tokio::test(start_paused = true)]
async fn somebody_answers() {
    let mut ana = demo("ana");
    sees(&mut ana, "#release").await;
    ana.types("hello\n").await;
    sees(&mut ana, "hello").await;
    sees(&mut ana, "good point, ana").await;
    ana.types("/msg mei hi\n").await;
    sees(&mut ana, "I was about to say the same").await;
}

#[tokio::test(start_paused = true)]
async fn the_others_type_before_they_write_and_the_rooms_are_numbered_from_the_top() {
    let mut ana = demo("ana");
    let screen = within("mei types", ana.wait_until(|s| s.contains("mei is typing"))).await;
    assert!(!screen.contains("This is a demo"), "{screen}");
    let rooms =
        ["1 #lobby", "2 #design", "3 #dev", "4 #incidents", "5 #release", "6 luis", "7 zoe"];
    assert!(rooms.iter().all(|room| screen.contains(room)), "{screen}");
    sees(&mut ana, "This is a demo").await;
}

#[tokio::test(start_paused = true)]
async fn a_user_called_as_one_of_the_script_is_another_user() {
    let mut bob = demo("bob");
    sees(&mut bob, "hi @bob! This is a demo").await;
    bob.presses(KeyCode::Char('3'), KeyModifiers::ALT).await;
    sees(&mut bob, "merged").await;
}

#[tokio::test(start_paused = true)]
async fn commands_have_answers_on_the_screen() {
    let mut ana = demo("ana");
    sees(&mut ana, "#release").await;
    ana.types("/rooms\n").await;
    sees(&mut ana, "#music").await;
    ana.types("musi\n").await;
    sees(&mut ana, "Nils Frahm").await;
    ana.types("/search frahm\n").await;
    sees(&mut ana, "1 of ").await;
    ana.presses(KeyCode::Esc, KeyModifiers::NONE).await;
    ana.types("/date 2020\n").await;
    sees(&mut ana, "The first message since 1 January 2020").await;
    ana.types("/mentions\n").await;
    sees(&mut ana, "your night job still runs").await;
    ana.presses(KeyCode::Esc, KeyModifiers::NONE).await;
    ana.types("/link\n").await;
    sees(&mut ana, "this is a demo: nobody else can come").await;
    ana.types("/topic only piano\n").await;
    sees(&mut ana, "only piano").await;
    ana.types("/leave\n").await;
    within("another room", ana.wait_until(|screen| !screen.contains("#music ›"))).await;
    ana.types("/join #lobby\n/leave\n").await;
    sees(&mut ana, "leave #lobby").await;
    within("the end", ana.quits()).await.unwrap();
}

/// The answer of the demo to a command of this type, with these fields.
fn answer(world: &mut World, command: &str) -> Option<Event> {
    let command = Command::read(format!(r#"{{"type":{command}}}"#).as_bytes()).unwrap();
    world.answer(command).into_iter().next()
}

/// The type of an event, without its fields.
fn type_of(event: Option<&Event>) -> String {
    let written = format!("{event:?}");
    let named = written.trim_start_matches("Some(");
    named.chars().take_while(char::is_ascii_alphabetic).collect()
}

#[tokio::test(start_paused = true)]
async fn every_command_has_an_answer() {
    let mut world = World::new(name("ana"), clock);
    let answers = [
        (r##""hello","version":1,"name":"ana""##, "Welcome"),
        (r##""about""##, "About"),
        (r##""say","room":"#lobby","text":"hi""##, "Accepted"),
        (r##""join","room":"#music""##, "Room"),
        (r##""leave","room":"#music""##, "Left"),
        (r##""history","room":"#lobby""##, "History"),
        (r##""search","query":"deer""##, "Found"),
        (r##""versions","room":"#lobby","seq":1"##, "Versions"),
        (r##""thread","room":"#design","seq":1"##, "Thread"),
        (r##""thread","room":"#design","seq":99"##, "Refused"),
        (r##""pins","room":"#lobby""##, "Pins"),
        (r##""mentions""##, "Mentions"),
        (r##""who","room":"#lobby""##, "Users"),
        (r##""topic","room":"#lobby","topic":"x""##, "Topic"),
        (r##""rooms""##, "Rooms"),
        (r##""read","room":"#lobby","seq":1"##, "Read"),
        (r##""away""##, "Away"),
        (r##""back""##, "Back"),
        (r##""rename","name":"eva""##, "Renamed"),
        (r##""ping""##, "Pong"),
        (r##""invite""##, "Refused"),
        (r##""invites""##, "Refused"),
        (r##""revoke","id":1"##, "Refused"),
        (r##""hook","room":"#dev","name":"ci""##, "Refused"),
        (r##""hooks""##, "Refused"),
        (r##""revoke_hook","id":1"##, "Refused"),
        (r##""grant","user":"bob","role":"owner""##, "Refused"),
        (r##""rule","room":"#dev""##, "Refused"),
        (r##""ask_in","room":"#dev","user":"bob""##, "Refused"),
        (r##""sanction","kind":"mute","user":"bob""##, "Refused"),
        (r##""pardon","id":1"##, "Refused"),
        (r##""sanctions""##, "Refused"),
        (r##""audit""##, "Refused"),
        (r##""set_password","password":"x""##, "Refused"),
        (r##""link""##, "Refused"),
        (r##""account""##, "Refused"),
        (r##""drop","id":1"##, "Refused"),
        (r##""end","session":1"##, "Refused"),
        (r##""sessions""##, "Refused"),
        (r##""accounts""##, "Refused"),
        (r##""free","user":"bob""##, "Refused"),
        (r##""bye""##, "Goodbye"),
    ];
    for (command, expected) in answers {
        assert_eq!(type_of(answer(&mut world, command).as_ref()), expected, "{command}");
    }
    for wanted in Command::TYPES.iter().filter(|wanted| !["pong", "typing"].contains(wanted)) {
        let is_it = |(command, _): &(&str, &str)| {
            command.trim_matches('"').split('"').next() == Some(wanted)
        };
        assert!(answers.iter().any(is_it), "{wanted}");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_are_sent_with_what_was_done_to_them() {
    let mut world = World::new(name("ana"), clock);
    answer(&mut world, r##""hello","version":1,"name":"ana""##);
    for event in [
        r##""text":"one""##,
        r##""kind":"edit","target":8,"text":"two""##,
        r##""kind":"reaction","target":1,"emoji":"🦌""##,
        r##""kind":"reaction","target":1,"emoji":"🎉""##,
        r##""kind":"reaction","target":1,"emoji":"🎉","on":false"##,
        r##""kind":"pin","target":1"##,
        r##""kind":"delete","target":4"##,
    ] {
        let answer = answer(&mut world, &format!(r##""say","room":"#design",{event}"##));
        assert!(matches!(answer, Some(Event::Accepted(_))), "{answer:?}");
    }
    let thread = answer(&mut world, r##""thread","room":"#design","seq":1"##);
    let Some(Event::Thread { replies: Some(replies), unread: 4, messages, .. }) = thread else {
        panic!("{thread:?}");
    };
    let details = |index: usize| messages[index].details.clone().unwrap();
    assert_eq!((replies.count, messages.len(), details(1).deleted), (4, 5, true));
    let reactions = details(0).reactions;
    assert_eq!((reactions.len(), reactions[0].count, reactions[0].own), (1, 3, true));
    let versions = answer(&mut world, r##""versions","room":"#design","seq":8"##);
    let Some(Event::Versions { versions, .. }) = versions else { panic!("{versions:?}") };
    assert_eq!(versions.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let pins = answer(&mut world, r##""pins","room":"#design""##);
    let Some(Event::Pins { count: 1, messages, .. }) = pins else { panic!("{pins:?}") };
    assert_eq!(messages[0].seq.get(), 1);
}
