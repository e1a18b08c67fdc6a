//! Passwords, and codes for other devices.

use chat_client::link::Login;
use chat_proto::event::AccountInfo;
use chat_proto::{AccountChange, Role, Secret, UserId};

use super::*;

fn refused(harness: &mut Harness, code: RefusalCode) {
    let refusal = Refusal::new(code, "the server's words");
    harness.link_event(LinkEvent::Refused(Box::new(refusal)));
}

fn logs_in(effects: &[Effect], login: Login) -> bool {
    let request = LinkRequest::LogIn(name("bob"), login);
    effects.contains(&Effect::Client(ClientEffect::Link(request)))
}

#[test]
fn a_password_is_typed_twice_and_never_shown_or_stored() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/password\n");
    assert_shows(&harness, "Leave it empty if you have none");
    assert_shows(&harness, "Present password ›");
    harness.type_text("stäple\n");
    assert_shows(&harness, "New password ›");
    harness.type_text("correct horses");
    harness.press(KeyCode::Backspace);
    assert_shows(&harness, "New password › •");
    assert_eq!(harness.screen().matches('•').count(), "correct horse".len());
    assert!(!harness.screen().contains("horse"));
    let effects = harness.input_all(Input::Key(KeyCode::Enter.into()));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::StoreTyped(_))), "{effects:?}");
    assert_shows(&harness, "The same again ›");
    let (password, old) = (Secret::new("correct horse"), Some(Secret::new("stäple")));
    let (user, drop_devices) = (None, false);
    let set = Command::SetPassword { password, old, user, drop_devices };
    assert_eq!(sent(&harness.type_text("correct horse\n")), [set]);
    harness.event(Event::Account(Box::new(AccountInfo {
        id: UserId::new(1),
        name: name("bob"),
        role: Role::Member,
        has_password: true,
        devices: Vec::new(),
        sessions: Vec::new(),
    })));
    assert_shows(&harness, "Your password is set. /login takes it on another device");
    harness.press(KeyCode::Up);
    assert!(!harness.screen().contains("horse"), "{}", harness.screen());
}

#[test]
fn a_password_that_is_mistyped_empty_or_given_up_changes_nothing() {
    for (keys, said) in [
        ("\ncorrect horse\ncorrect house\n", "The two passwords differ. Nothing was changed"),
        ("\n\n", "Nothing was changed: nothing was typed"),
    ] {
        let mut harness = Harness::connected(80, 20);
        harness.type_text("/password\n");
        assert!(sent(&harness.type_text(keys)).is_empty());
        assert_shows(&harness, said);
    }
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/password\n\nsecret");
    harness.press(KeyCode::Esc);
    assert_eq!((typed(&harness), harness.state.passwords.clone()), (String::new(), (None, None)));
    harness.lose();
    harness.type_text("/password\n");
    assert_shows(&harness, "You're offline. Try again once connected");
}

#[test]
fn a_name_that_is_taken_may_be_the_users_own() {
    let mut harness = Harness::new(80, 20);
    harness.refuse_name();
    assert_shows(&harness, "If bob is you: Ctrl-U, then");
    harness.control('u');
    let effects = harness.type_text("/login 7kq2-m9xt\n");
    assert!(logs_in(&effects, Login::Code(Secret::new("7kq2m9xt"))), "{effects:?}");
    harness.connect(1);
    assert_shows(&harness, "#lobby › ");
}

#[test]
fn a_password_logs_in_after_a_refusal_alone() {
    let mut harness = Harness::new(80, 20);
    refused(&mut harness, RefusalCode::InviteNeeded);
    assert_shows(&harness, "If you have an account: /login");
    harness.type_text("/login\n");
    assert_shows(&harness, "Log in as bob");
    let effects = harness.type_text("correct horse\n");
    assert!(logs_in(&effects, Login::Password(Secret::new("correct horse"))), "{effects:?}");
    refused(&mut harness, RefusalCode::BadSecret);
    harness.type_text("/login 12\n");
    assert_shows(&harness, "A code has 8 characters");
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/login 7KQ2-M9XT\n");
    assert_shows(&harness, "The server has not refused bob. /login is for a device that it");
}

#[test]
fn a_new_user_is_asked_for_the_password_of_the_server_until_it_is_right() {
    let mut harness = Harness::new(80, 20);
    refused(&mut harness, RefusalCode::PasswordNeeded);
    assert_shows(&harness, "This server asks new users for its password");
    assert_shows(&harness, "Password of the server ›");
    assert_shows(&harness, "The person who runs the server tells you.");
    let effects = harness.type_text("little words\n");
    assert!(!harness.screen().contains("little words"), "{}", harness.screen());
    assert!(logs_in(&effects, Login::Server(Secret::new("little words"))), "{effects:?}");
    refused(&mut harness, RefusalCode::BadSecret);
    assert_shows(&harness, "Password of the server ›");
    harness.type_text("\n");
    assert_shows(&harness, "Not connected: no password was typed. /reconnect asks for it");
    refused(&mut harness, RefusalCode::PasswordNeeded);
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "new users of this server need its password.");
    harness.type_text("/login\nsecret of bob\n");
    refused(&mut harness, RefusalCode::BadSecret);
    assert!(!harness.screen().contains("Password of the server ›"), "that of bob was wrong");
}

#[test]
fn a_code_is_shown_once_with_what_to_type() {
    let mut harness = Harness::connected(80, 24);
    assert_eq!(sent(&harness.type_text("/link\n")), [Command::Link { user: None }]);
    harness.event(Event::Link { code: Secret::new("7KQ2M9XT"), valid_ms: 300_000 });
    insta::assert_snapshot!(harness.screen(), @"
    Code for another device                                    y copies · Esc closes
    7KQ2-M9XT
    Show it to nobody: it logs in as you
    Start       chat-tui bob@SERVER on the other device      █▀▀▀▀▀█ ▄█ █▀ █▀▀▀▀▀█
    SERVER is   the address of this server, as the other     █ ███ █ ▀█ ▄▀ █ ███ █
                device reaches it                            █ ▀▀▀ █ █  ▄█ █ ▀▀▀ █
    Then type   /login 7KQ2-M9XT                             ▀▀▀▀▀▀▀ █▄█▄█ ▀▀▀▀▀▀▀
    Until       14:07, once                                  ▀▀▄█▄ ▀█▄█▀   ██▀▄█▀▄
    To copy it  y                                            ▄▀▄█▄▄▀█▀ ▄▄▀▀ ▄ ▀▀▄▄
                                                             ▀ ▀ ▀▀▀ ▄█▀▄▀ ▀▄▀▄▄█▀
                                                             █▀▀▀▀▀█ ▀ █▄▄█  ▄ █▄▀
                                                             █ ███ █ ▄▀▀█  ▀ ▄▀▀▄█
                                                             █ ▀▀▀ █ ▄ ▄ ▀▄▄ ▄ ▄ █
                                                             ▀▀▀▀▀▀▀ ▀  ▀▀  ▀ ▀▀
    ");
    harness.type_text("text");
    assert_eq!(harness.type_text("y"), [Effect::Copy("7KQ2-M9XT".to_owned())]);
    harness.resize(20, 6);
    assert_shows(&harness, "7KQ2-M9XT");
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "");
    let mut harness = Harness::at("chat.example.org:4000", 80, 24);
    harness.connect(1);
    harness.event(Event::Link { code: Secret::new("7KQ2M9XT"), valid_ms: 300_000 });
    assert_shows(&harness, "chat-tui bob@chat.example.org:4000 on");
}

#[test]
fn a_user_reads_who_changed_its_account() {
    let mut harness = Harness::connected(120, 20);
    let ana = || Some(user(3, "ana"));
    for (what, by, text) in [
        (AccountChange::Password, ana(), "ana gave you another password, and can log in as you."),
        (AccountChange::Link, ana(), "ana made a code with which another device logs in as you"),
        (AccountChange::Drop, None, "The operator dropped one of your devices"),
    ] {
        harness.event(Event::AccountChanged { what, by });
        assert_shows(&harness, text);
    }
}
