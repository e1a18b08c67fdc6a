//! Terminal clients exchange messages with each other and with clients of each protocol.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_server::Config;
use e2e::classic::{Classic, Message};
use e2e::native::Native;
use e2e::server::Server;
use e2e::tui::{Network, Tui, masked};
use insta::assert_snapshot;

#[tokio::test(flavor = "multi_thread")]
async fn users_see_who_is_typing_and_who_is_away() {
    let server = Server::start(Config::default());
    let mut ana = Tui::join(server.address, "ana").await;
    let mut bob = Tui::join(server.address, "bob").await;
    ana.sees("→ bob joined").await;
    bob.types("half a sen").await;
    ana.sees("bob is typing…").await;
    bob.types("tence\n").await;
    let screen = ana.sees("half a sentence").await;
    assert!(!screen.contains("typing"), "{screen}");
    bob.types("/away lunch\n").await;
    bob.sees("You're away: lunch").await;
    ana.types("/join @bob\n").await;
    ana.sees("away: lunch").await;
    bob.types("back again\n").await;
    let is_back = |screen: &str| screen.contains("online") && !screen.contains("away:");
    ana.sees_that("bob online again", is_back).await;
    drop(bob);
    ana.sees("last seen ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_talk_and_one_changes_the_name() {
    let server = Server::start(Config::default());
    let mut ana = Tui::join(server.address, "ana").await;
    let mut bob = Tui::join(server.address, "bob").await;
    ana.sees("→ bob joined").await;
    ana.types("has anybody seen @bob?\n").await;
    bob.sees("ana ▌ has anybody seen @bob?").await;
    bob.types("here!\n").await;
    ana.sees("bob   here!").await;
    ana.types("/me waves\n").await;
    bob.sees("  * ana waves").await;
    bob.types("/name robert\n").await;
    ana.sees("bob is now robert").await;
    bob.sees("You are now robert").await;
    bob.types("still me\n").await;
    let is_accepted =
        |screen: &str| screen.contains("robert   still me") && !screen.contains("queued");
    let screen = bob.sees_that("the message accepted", is_accepted).await;
    assert_snapshot!(masked(&screen), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────


                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, bob. You're in #lobby.
             ana ▌ has anybody seen @bob?
             bob   here!
                   * ana waves
                   · You are now robert
          robert   still me
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
    assert_snapshot!(masked(&ana.sees("robert   still me").await), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────

                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, ana. You're in #lobby.
                   → bob joined
             ana   has anybody seen @bob?
             bob   here!
                   * ana waves
                   · bob is now robert
          robert   still me
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
    ana.types("bob who? @robert, I see\n").await;
    bob.sees("ana ▌ bob who?").await;
    bob.types("x").await;
    bob.sees("› x").await;
    assert_eq!((ana.bells(), bob.bells()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_each_protocol_share_one_list_and_exchange_messages() {
    let server = Server::start(Config::default());
    let mut ana = Tui::join(server.address, "ana").await;
    let mut eva = Classic::join(server.address, "eva").await;
    ana.sees("→ eva joined").await;
    let mut raw = Native::join(server.address, "raw").await;
    ana.sees("→ eva and raw joined").await;
    eva.until("all three", |view| view.lists_only(&["ana", "eva", "raw"])).await;

    ana.types("hi all\n").await;
    assert_eq!(raw.next_message().await, ("ana".to_owned(), "hi all".to_owned()));
    eva.until_messages(1).await;
    assert_eq!(eva.view().messages, [Message::new("1", "ana", "hi all")]);
    eva.say("hi from eva").await;
    ana.sees("eva   hi from eva").await;
    raw.say_accepted(1, "hi from raw").await;
    assert_snapshot!(masked(&ana.sees("raw   hi from raw").await), @r#"
    #lobby                                                                  3 online
    ────────────────────────────────────────────────────────────────────────────────



                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, ana. You're in #lobby.
                   → eva and raw joined
             ana   hi all
             eva   hi from eva
             raw   hi from raw
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);

    drop(eva);
    ana.sees("← eva left").await;
    drop(raw);
    assert_snapshot!(masked(&ana.sees("· ← raw lost connection").await), @r#"
    #lobby                                                                  1 online
    ────────────────────────────────────────────────────────────────────────────────


                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, ana. You're in #lobby.
                   → eva and raw joined
             ana   hi all
             eva   hi from eva
             raw   hi from raw
                   ← eva left · ← raw lost connection
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_quits_leaves_the_lists_of_all_others() {
    let server = Server::start(Config::default());
    let mut ana = Tui::join(server.address, "ana").await;
    let mut eva = Classic::join(server.address, "eva").await;
    let mut raw = Native::join(server.address, "raw").await;
    let bob = Tui::join(server.address, "bob").await;
    eva.until("bob", |view| view.lists("bob")).await;
    bob.quits().await;
    let left = raw.until("left").await;
    assert_eq!((&left["user"]["name"], &left["reason"]), (&"bob".into(), &"bye".into()));
    eva.until("a list without bob", |view| view.lists_only(&["ana", "eva", "raw"])).await;
    ana.sees("→ eva and raw joined").await;
    ana.presses_ctrl('g').await;
    let screen = ana.sees("USERS").await;
    assert!(screen.contains("3 online") && screen.contains("● eva"), "{screen}");
    assert!(!screen.contains("bob"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_asks_for_another_name_if_it_is_taken_and_keeps_the_draft() {
    let server = Server::start(Config::default());
    let mut other = Native::join(server.address, "Bob").await;
    let (network, switch) = Network::to(server.address, false);
    let mut bob = Tui::open_with(network, "bob", (80, 8));
    bob.types("half a sentence").await;
    bob.sees("› half a sentence").await;
    switch.send_replace(true);
    assert_snapshot!(masked(&bob.sees("name › ").await), @r#"
    #lobby
    ────────────────────────────────────────────────────────────────────────────────

    ──────────────────────────────────── a day ─────────────────────────────────────
                   ! The name bob is taken. Press Enter for bob_2, or type another.
                     If bob is you: Ctrl-U, then /login
    Choose a name                                             Ctrl-G users · F1 keys
    name › bob_2
    "#);
    bob.presses_ctrl('u').await;
    bob.types("robert\n").await;
    bob = bob.until_joined().await;
    assert_snapshot!(masked(&bob.sees("2 online").await), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────
    ──────────────────────────────────── a day ─────────────────────────────────────
                   ! The name bob is taken. Press Enter for bob_2, or type another.
                     If bob is you: Ctrl-U, then /login
                   · Welcome, robert. You're in #lobby.
                                                              Ctrl-G users · F1 keys
    #lobby › half a sentence
    "#);
    bob.types(", and the other half\n").await;
    let text = "half a sentence, and the other half".to_owned();
    assert_eq!(other.next_message().await, ("robert".to_owned(), text));
}
