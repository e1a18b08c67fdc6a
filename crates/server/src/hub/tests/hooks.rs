//! Hooks: who makes them, the messages of their bots, and what forbids these.

use chat_proto::{Reason, SanctionKind};

use super::*;
use crate::hub::hooks::{HOOKS_OF_ROOM_MAX, HOOKS_OF_USER_MAX};
use crate::hub::{HookDraft, HookError, SanctionOrder, SanctionTarget};
use crate::limits::{Cost, Limits, Rate, SendRate};
use crate::token::{self, TokenHash};

/// Makes a hook as the operator, or as `by`; returns its number and its secret.
async fn hook(
    hub: &Hub,
    by: Option<&Member>,
    place: &str,
    bot: &str,
) -> Result<(u64, Secret), HubError> {
    let secret = token::hook().unwrap();
    let hash = TokenHash::of(&secret);
    let draft = HookDraft { by: by.map(Member::id), hash, room: room(place), name: name(bot) };
    Ok((hub.make_hook(draft).await?.id, secret))
}

/// Says something by a hook, which must be there.
async fn post(hub: &Hub, secret: &Secret, text: &str, n: Option<u64>) -> Outcome {
    let hook = hub.hook(secret).expect("there is the hook");
    hub.say_by_hook(&hook, Text::new(text).unwrap(), n).await
}

fn refused(outcome: Outcome) -> HubError {
    match outcome {
        Outcome::Refused(error) => *error,
        other => panic!("{other:?}"),
    }
}

fn order(user: &str, place: Option<&str>, kind: SanctionKind) -> SanctionOrder {
    SanctionOrder {
        kind,
        target: SanctionTarget::User(name(user)),
        room: place.map(room),
        for_s: None,
        reason: Reason::default(),
    }
}

/// Two users in #ops, which ana owns.
async fn ops(hub: &Arc<Hub>) -> (Member, Member) {
    let (ana, bob) = (enter(hub, "ana").await.unwrap().0, enter(hub, "bob").await.unwrap().0);
    ana.actor().join(&room("#ops")).await.unwrap();
    bob.actor().join(&room("#ops")).await.unwrap();
    (ana, bob)
}

#[tokio::test]
async fn posts_with_one_key_are_stored_once_also_after_a_restart_and_by_another_secret() {
    let directory = TempDir::new().unwrap();
    let mut hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, bob) = ops(&hub).await;
    let (id, secret) = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap();
    assert!(
        matches!(post(&hub, &secret, "one", Some(u64::MAX)).await, Outcome::Stored { seq, .. } if seq == Seq::new(1))
    );
    assert!(
        matches!(post(&hub, &secret, "two", Some(5)).await, Outcome::Stored { seq, .. } if seq == Seq::new(2))
    );
    drop((ana, bob));
    for is_again in [false, true] {
        for (n, text, seq) in [(u64::MAX, "one", 1), (5, "two", 2)] {
            let outcome = post(&hub, &secret, text, Some(n)).await;
            assert!(
                matches!(outcome, Outcome::Repeat { seq: found, .. } if found == Seq::new(seq)),
                "{outcome:?}"
            );
        }
        assert_eq!(post(&hub, &secret, "other", Some(5)).await, Outcome::NumberUsed);
        if !is_again {
            hub = again(hub, directory.path()).await;
        }
    }
    hub.revoke_hook(None, id).await.unwrap();
    let (_, other) = hook(&hub, None, "#ops", "Nightly").await.unwrap();
    assert!(
        matches!(post(&hub, &other, "two", Some(5)).await, Outcome::Repeat { .. }),
        "the same bot"
    );
    assert!(hub.hook(&secret).is_none());
}

#[tokio::test]
async fn a_moderator_of_the_room_makes_sees_and_ends_its_hooks_and_nobody_else() {
    let hub = hub();
    let (ana, bob) = ops(&hub).await;
    let denied = hook(&hub, Some(&bob), "#ops", "nightly").await.unwrap_err();
    assert!(matches!(denied, HubError::NotAllowed(Some(_), _)), "{denied}");
    let (id, secret) = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap();
    let listed = hub.hooks(Some(ana.id()), None).0;
    assert_eq!((listed.len(), listed[0].id, listed[0].bot.name.as_str()), (1, id, "nightly"));
    assert_eq!(hub.hooks(Some(bob.id()), None).0, []);
    assert_eq!(
        hub.revoke_hook(Some(bob.id()), id).await,
        Err(HubError::Hook(HookError::NoSuchHook(id)))
    );
    let taken = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap_err();
    assert!(matches!(taken, HubError::NameTaken { .. }), "its hook has not ended: {taken}");
    let direct = hook(&hub, Some(&ana), "@bob", "x").await.unwrap_err();
    assert!(matches!(direct, HubError::IsDirect(_)), "{direct}");

    let found = hub.hook(&secret).unwrap();
    hub.revoke_hook(Some(ana.id()), id).await.unwrap();
    let late = hub.say_by_hook(&found, Text::new("late").unwrap(), Some(1)).await;
    assert_eq!(refused(late), HubError::Hook(HookError::Ended), "it was looked up before");
    let records = hub.audit(None, None, 10).await.unwrap().0;
    let what: Vec<_> =
        records.iter().map(|record| (record.what.as_str(), &*record.about)).collect();
    let expected = [
        ("revoke_hook", format!("hook {id}: nightly")),
        ("hook", format!("hook {id}: nightly in #ops")),
    ];
    assert_eq!(what[..2], expected.each_ref().map(|(what, about)| (*what, &**about)));
}

#[tokio::test]
async fn a_bot_writes_also_where_only_some_may_and_has_no_other_rights() {
    let hub = hub();
    let (ana, _bob) = ops(&hub).await;
    let announce = RulesPatch { privacy: Some(Privacy::Announce), ..RulesPatch::default() };
    hub.rule(Some(ana.id()), room("#ops"), announce).await.unwrap();
    let (_, secret) = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap();
    assert!(post(&hub, &secret, "hi", None).await.is_stored());
    let bot = name("nightly");
    for error in [
        ana.actor().join(&room("@nightly")).await.unwrap_err(),
        hub.grant(None, bot.clone(), None, Role::Owner).await.unwrap_err(),
        hub.permit_link(Asker::OPERATOR, bot.clone()).await.unwrap_err(),
    ] {
        assert_eq!(error, HubError::Hook(HookError::IsBot(bot.clone())));
    }
    days_pass(100);
    let taken = enter(&hub, "nightly").await.unwrap_err();
    assert!(matches!(taken, HubError::NameTaken { .. }), "a bot is never away: {taken}");
}

#[tokio::test]
async fn a_mute_of_the_bot_or_of_its_author_silences_the_hook() {
    let hub = hub();
    let (ana, _bob) = ops(&hub).await;
    let (_, secret) = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap();
    let (_, of_operator) = hook(&hub, None, "#ops", "weekly").await.unwrap();
    assert!(post(&hub, &secret, "first", Some(1)).await.is_stored());
    hub.sanction(None, order("ana", Some("#ops"), SanctionKind::Mute)).await.unwrap();
    assert_eq!(
        refused(post(&hub, &secret, "hi", Some(2)).await),
        HubError::Hook(HookError::Silenced)
    );
    assert!(matches!(post(&hub, &secret, "first", Some(1)).await, Outcome::Repeat { .. }));
    assert!(post(&hub, &of_operator, "hi", None).await.is_stored());
    let muted = hub.sanctions(Some(&room("#ops")), 0, 10).unwrap().0[0].id.unwrap();
    hub.pardon(None, muted).await.unwrap();
    assert!(post(&hub, &secret, "hi", Some(2)).await.is_stored(), "the key was not used");
    hub.sanction(None, order("ana", None, SanctionKind::Ban)).await.unwrap();
    assert_eq!(refused(post(&hub, &secret, "hi", None).await), HubError::Hook(HookError::Silenced));
    hub.sanction(None, order("weekly", Some("#ops"), SanctionKind::Kick)).await.unwrap();
    let kicked = refused(post(&hub, &of_operator, "hi", None).await);
    assert_eq!(kicked, HubError::NotInRoom(room("#ops")));
}

#[tokio::test]
async fn the_hooks_of_a_room_that_is_removed_end_with_it() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, bob) = ops(&hub).await;
    let (_, secret) = hook(&hub, Some(&ana), "#ops", "nightly").await.unwrap();
    for user in ["nightly", "bob", "ana"] {
        assert_eq!(hub.state().hooks.all().count(), 1, "{user} is there");
        hub.sanction(None, order(user, Some("#ops"), SanctionKind::Kick)).await.unwrap();
    }
    // The room is removed after the answer.
    hub.queue.with_connection(|_| Ok(())).await.unwrap();
    assert_eq!(hub.state().hooks.all().count(), 0);
    drop((ana, bob));
    let hub = again(hub, directory.path()).await;
    assert_eq!(hub.state().hooks.all().count(), 0);
    assert!(hub.hook(&secret).is_none());
}

#[tokio::test]
async fn the_hooks_of_a_room_and_of_a_user_are_bounded() {
    let hub = hub();
    let (ana, _bob) = ops(&hub).await;
    for nth in 0..HOOKS_OF_ROOM_MAX {
        hook(&hub, Some(&ana), "#ops", &format!("bot {nth}")).await.unwrap();
    }
    let full = hook(&hub, None, "#ops", "one more").await.unwrap_err();
    assert_eq!(full, HubError::Hook(HookError::TooManyInRoom(room("#ops"))));
    for nth in HOOKS_OF_ROOM_MAX..HOOKS_OF_USER_MAX {
        let place = format!("#room{}", nth / 10);
        ana.actor().join(&room(&place)).await.unwrap();
        hook(&hub, Some(&ana), &place, &format!("bot {nth}")).await.unwrap();
    }
    ana.actor().join(&room("#other")).await.unwrap();
    let full = hook(&hub, Some(&ana), "#other", "one more").await.unwrap_err();
    assert_eq!(full, HubError::Hook(HookError::TooManyOfUser));
    hook(&hub, None, "#other", "one more").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_hooks_of_one_user_post_no_more_together_than_the_user_may_send() {
    let hub = hub();
    let (ana, _) = ops(&hub).await;
    let of_ana: Vec<Secret> = {
        let mut made = Vec::new();
        for bot in ["one", "two", "three"] {
            made.push(hook(&hub, Some(&ana), "#ops", bot).await.unwrap().1);
        }
        made
    };
    let of_operator = hook(&hub, None, "#ops", "four").await.unwrap().1;
    let every = Duration::from_secs(1);
    let units = Rate { holds: 4, every };
    let rate = SendRate { units, kib: Rate { holds: 1024, every } };
    // Ana and her bots are newcomers.
    let limits = Limits { newcomer: rate, ..Limits::off() };
    let charge =
        |secret: &Secret, now| hub.hook(secret).unwrap().try_charge(&limits, Cost::UNIT, now);
    let now = Instant::now();
    for nth in 0..4 {
        assert_eq!(charge(&of_ana[nth % 3], now), Ok(()));
    }
    assert!(of_ana.iter().all(|secret| charge(secret, now) == Err(every)));
    assert_eq!(charge(&of_operator, now), Ok(()));
    assert_eq!(charge(&of_ana[2], now + every), Ok(()));
}
