//! Inputs for the laws: texts as people write them, mixed with everything that ever made trouble.

mod accounts;
mod cuts;
mod hooks;
mod messages;
mod sanctions;
mod states;
mod values;

use chat_proto::command::{Hello, Kind, Nonce};
use chat_proto::event::{
    Away, InviteInfo, JournalId, Limits, RoleHolder, RoomInfo, RoomState, Server, Welcome,
};
use chat_proto::{
    AwayText, Command, DeviceId, EndCode, Event, Features, LeaveReason, Privacy, Role, RoomName,
    Rules, Secret, Seq, ShortString, Text, Timestamp, Topic, TopicBy, User, UserId, UserName,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use self::accounts::{account_command, account_event};
pub(crate) use self::cuts::cuts;
use self::hooks::hook;
pub(crate) use self::messages::say;
use self::messages::{accepted, hit, message, order, refusal, replies, search_state, version};
use self::sanctions::{audit_entry, sanction_command, sanction_info};
use self::states::*;
pub(crate) use self::values::*;

/// As many cases as a law is worth. None is written to a file: a case that failed is worth a test
/// of its own, with a name.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn room_info() -> impl Strategy<Value = RoomInfo> {
    (room_name(), topic(), any::<usize>()).prop_map(|(room, topic, count)| RoomInfo {
        room,
        topic,
        count,
    })
}

fn invite() -> impl Strategy<Value = InviteInfo> {
    let numbers = (any::<u64>(), any::<u32>(), any::<u32>());
    let room = option::of(room_name());
    (numbers, option::of(user()), select(Role::ALL), room, at(), short_string()).prop_map(
        |((id, uses, used), by, role, room, until, note)| InviteInfo {
            id,
            by,
            role,
            uses,
            used,
            room,
            until,
            note,
        },
    )
}

fn hello() -> impl Strategy<Value = Hello> {
    let secret = || option::of(secret());
    let secrets = (secret(), secret(), secret(), secret());
    let device = (device(), option::of(short_string()));
    (any::<u32>(), user_name(), secrets, any::<bool>(), device, features()).prop_map(
        |(version, name, (token, invite, link, password), new, (device, device_name), features)| {
            Hello {
                version,
                name,
                token,
                new,
                invite,
                link,
                password,
                device,
                device_name,
                features,
            }
        },
    )
}

pub(crate) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        hello().prop_map(|hello| Command::Hello(Box::new(hello))),
        account_command(),
        Just(Command::About),
        say().prop_map(Command::Say),
        (room_name(), option::of(seq())).prop_map(|(room, since)| Command::Join { room, since }),
        room_name().prop_map(|room| Command::Leave { room }),
        (room_name(), option::of(seq()), option::of(at()), option::of(any::<u32>()))
            .prop_map(|(room, before, at, limit)| Command::History { room, before, at, limit }),
        (writing(20), order(), option::of(short_string()), option::of(any::<u32>())).prop_map(
            |(query, order, before, limit)| Command::Search { query, order, before, limit }
        ),
        (room_name(), seq(), option::of(seq())).prop_map(|(room, seq, after)| Command::Versions {
            room,
            seq,
            after
        }),
        (option::of(short_string()), option::of(any::<u32>()))
            .prop_map(|(before, limit)| Command::Mentions { before, limit }),
        (room_name(), seq(), option::of(seq()), option::of(any::<u32>()))
            .prop_map(|(room, seq, before, limit)| Command::Thread { room, seq, before, limit }),
        (room_name(), option::of(seq())).prop_map(|(room, after)| Command::Pins { room, after }),
        (room_name(), option::of(user_name()), option::of(any::<u32>()))
            .prop_map(|(room, after, limit)| Command::Who { room, after, limit }),
        (room_name(), topic()).prop_map(|(room, topic)| Command::Topic { room, topic }),
        (option::of(room_name()), option::of(any::<u32>()))
            .prop_map(|(after, limit)| Command::Rooms { after, limit }),
        (room_name(), seq()).prop_map(|(room, seq)| Command::Read { room, seq }),
        room_name().prop_map(|room| Command::Typing { room }),
        away_text().prop_map(|text| Command::Away { text }),
        Just(Command::Back),
        (
            option::of(any::<u32>()),
            option::of(any::<u32>()),
            option::of(select(Role::ALL)),
            option::of(room_name()),
            option::of(short_string())
        )
            .prop_map(|(uses, valid_s, role, room, note)| Command::Invite {
                uses,
                valid_s,
                role,
                room,
                note
            }),
        option::of(any::<u64>()).prop_map(|before| Command::Invites { before }),
        any::<u64>().prop_map(|id| Command::Revoke { id }),
        (room_name(), user_name()).prop_map(|(room, name)| Command::Hook { room, name }),
        option::of(any::<u64>()).prop_map(|before| Command::Hooks { before }),
        any::<u64>().prop_map(|id| Command::RevokeHook { id }),
        (user_name(), option::of(room_name()), select(Role::ALL))
            .prop_map(|(user, room, role)| Command::Grant { user, room, role }),
        (room_name(), rules()).prop_map(|(room, Rules { privacy, slow_s, topic_by })| {
            let (privacy, slow_s, topic_by) = (Some(privacy), Some(slow_s), Some(topic_by));
            Command::Rule { room, privacy, slow_s, topic_by }
        }),
        (room_name(), user_name()).prop_map(|(room, user)| Command::AskIn { room, user }),
        sanction_command().prop_map(|sanction| Command::Sanction(Box::new(sanction))),
        any::<u64>().prop_map(|id| Command::Pardon { id }),
        (option::of(room_name()), option::of(any::<u64>()), option::of(any::<u32>()))
            .prop_map(|(room, after, limit)| Command::Sanctions { room, after, limit }),
        (option::of(any::<u64>()), option::of(any::<u32>()))
            .prop_map(|(before, limit)| Command::Audit { before, limit }),
        user_name().prop_map(|name| Command::Rename { name }),
        nonce().prop_map(|nonce| Command::Ping { nonce }),
        nonce().prop_map(|nonce| Command::Pong { nonce }),
        Just(Command::Bye),
    ]
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        welcome().prop_map(Event::Welcome),
        account_event(),
        (secret(), any::<u64>()).prop_map(|(code, valid_ms)| Event::Link { code, valid_ms }),
        (server(), journal_id(), option::of(short_string()), option::of(search_state())).prop_map(
            |(server, journal, key, search)| Event::About { server, journal, key, search }
        ),
        room_event(),
        (room_name(), vec(message(), 0..3), any::<bool>())
            .prop_map(|(room, messages, more)| Event::History { room, messages, more }),
        (room_name(), seq(), vec(version(), 0..3), any::<bool>())
            .prop_map(|(room, seq, versions, more)| Event::Versions { room, seq, versions, more }),
        (vec(message(), 0..3), option::of(short_string()))
            .prop_map(|(messages, next)| Event::Mentions { messages, next }),
        (
            room_name(),
            (seq(), option::of(replies()), any::<u64>()),
            vec(message(), 0..3),
            any::<bool>()
        )
            .prop_map(|(room, (seq, replies, unread), messages, more)| Event::Thread {
                room,
                seq,
                replies,
                unread,
                messages,
                more
            }),
        (room_name(), any::<u64>(), vec(message(), 0..3), any::<bool>())
            .prop_map(|(room, count, messages, more)| Event::Pins { room, count, messages, more }),
        (writing(20), order(), vec(hit(), 0..3), option::of(short_string()), option::of(0..100_u8))
            .prop_map(|(query, order, hits, next, indexed)| Event::Found {
                query,
                order,
                hits,
                next,
                indexed
            }),
        (room_name(), vec(user(), 0..9), away(), roles(), any::<bool>()).prop_map(
            |(room, users, away, roles, more)| Event::Users { room, users, away, roles, more }
        ),
        (vec(room_info(), 0..9), any::<bool>())
            .prop_map(|(rooms, more)| Event::Rooms { rooms, more }),
        (room_name(), any::<usize>()).prop_map(|(room, count)| Event::Presence { room, count }),
        (room_name(), topic(), user()).prop_map(|(room, topic, user)| Event::Topic {
            room,
            topic,
            user
        }),
        (room_name(), seq(), option::of(seq()), counts()).prop_map(
            |(room, seq, last_seq, (unread, mentions, more))| Event::Read {
                room,
                seq,
                last_seq,
                unread,
                mentions,
                more
            }
        ),
        (room_name(), user()).prop_map(|(room, user)| Event::Joined { room, user }),
        (room_name(), user(), select(LeaveReason::ALL))
            .prop_map(|(room, user, reason)| Event::Left { room, user, reason }),
        (user(), user_name()).prop_map(|(user, name)| Event::Renamed { user, name }),
        (room_name(), user()).prop_map(|(room, user)| Event::Typing { room, user }),
        (user(), away_text()).prop_map(|(user, text)| Event::Away { user, text }),
        user().prop_map(|user| Event::Back { user }),
        (secret(), invite()).prop_map(|(line, invite)| Event::Invite { line, invite }),
        (vec(invite(), 0..3), any::<bool>())
            .prop_map(|(invites, more)| Event::Invites { invites, more }),
        (secret(), hook(), option::of(short_string())).prop_map(|(url, hook, key)| Event::Hook {
            url,
            hook,
            key
        }),
        (vec(hook(), 0..3), any::<bool>()).prop_map(|(hooks, more)| Event::Hooks { hooks, more }),
        (option::of(room_name()), user(), select(Role::ALL), option::of(user()))
            .prop_map(|(room, user, role, by)| Event::Role { room, user, role, by }),
        (room_name(), rules(), option::of(user())).prop_map(|(room, rules, by)| Event::Rules {
            room,
            rules,
            by
        }),
        (room_name(), user(), user()).prop_map(|(room, user, by)| Event::AskedIn {
            room,
            user,
            by
        }),
        sanction_info().prop_map(|sanction| Event::Sanction(Box::new(sanction))),
        (sanction_info(), option::of(user()))
            .prop_map(|(sanction, by)| Event::Pardoned { sanction: Box::new(sanction), by }),
        (option::of(room_name()), vec(sanction_info(), 0..3), any::<bool>())
            .prop_map(|(room, sanctions, more)| Event::Sanctions { room, sanctions, more }),
        (vec(audit_entry(), 0..3), any::<bool>())
            .prop_map(|(records, more)| Event::Audit { records, more }),
        message().prop_map(Event::Message),
        accepted().prop_map(Event::Accepted),
        refusal().prop_map(Event::Refused),
        nonce().prop_map(|nonce| Event::Ping { nonce }),
        nonce().prop_map(|nonce| Event::Pong { nonce }),
        (select(EndCode::ALL), writing(20)).prop_map(|(code, text)| Event::Goodbye { code, text }),
    ]
}

/// Bytes with no order in them, except that some are what the decoders look for.
pub(crate) fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let bit = prop_oneof![
        9 => any::<u8>().prop_map(|byte| vec![byte]),
        9 => select(BITS).prop_map(|bit| bit.as_bytes().to_vec()),
        // Enough of these to pass every bound on what is held back.
        1 => (select(&b"{\n\r |5\x80\xF0"[..]), 0..40_000_usize)
            .prop_map(|(byte, times)| vec![byte; times]),
    ];
    vec(bit, 0..40).prop_map(|bits| bits.concat())
}
