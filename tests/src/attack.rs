//! `just attack`: what two honest users notice while somebody attacks the daemon.
//!
//! Each attack has a daemon of its own, with the default limits. Ana talks to Bob alone, and then while the attack
//! runs. Meanwhile a newcomer joins, and at the end Bob reads the room again. An attack comes from another address than
//! the users, makes a bounded number of connections, and only to this machine. If times are measured, it has the
//! lowest priority, as it would take no processor of the daemon's machine if it came from elsewhere. The control shows
//! how much of the effect is still the machine that they share: the same attack, on another daemon of it.

mod connections;
mod enemy;
mod floods;
mod honest;
mod junk;
mod memory;
mod processor;
mod report;
mod requests;
mod tls;
mod web_sockets;

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use self::enemy::{Enemy, machine};
use self::honest::HonestUsers;
use self::processor::Meter;
pub use self::report::Report;
use crate::binary::Daemon;
use crate::within;

/// Tries of an attack before the users talk again: it has begun.
const TRIES_BEFORE: u64 = 20;

/// How a line begins that comes a byte at a time.
const SLOW_LINE: &[u8] = br#"{"type":"hello","version":1,"name":"slow"#;

/// The same of the head of a request.
const SLOW_HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: x";

/// An attack: its name, and its task, which never ends by itself.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// Its name, in a word or two.
    pub name: &'static str,
    /// Whether the users speak TLS, so that those who join need handshakes.
    is_tls: bool,
    run: fn(Enemy) -> BoxFuture<'static, ()>,
}

impl Attack {
    const fn new(name: &'static str, run: fn(Enemy) -> BoxFuture<'static, ()>) -> Self {
        Self { name, is_tls: false, run }
    }

    const fn of_tls(name: &'static str, run: fn(Enemy) -> BoxFuture<'static, ()>) -> Self {
        Self { name, is_tls: true, run }
    }
}

/// All attacks.
pub const ATTACKS: [Attack; 27] = [
    Attack::new("strangers", |enemy| Box::pin(connections::strangers(enemy))),
    Attack::new("half-open", |enemy| Box::pin(connections::half_open(enemy))),
    Attack::new("classic-crowd", |enemy| Box::pin(connections::classic_crowd(enemy))),
    Attack::new("slow-lines", |enemy| Box::pin(connections::slow(enemy, SLOW_LINE))),
    Attack::new("junk", |enemy| Box::pin(junk::junk(enemy))),
    Attack::new("long-lines", |enemy| Box::pin(junk::long_lines(enemy))),
    Attack::of_tls("tls-junk", |enemy| Box::pin(junk::tls(enemy))),
    Attack::of_tls("tls-half-open", |enemy| Box::pin(tls::half_open(enemy))),
    Attack::new("names", |enemy| Box::pin(floods::names(enemy))),
    Attack::new("tokens", |enemy| Box::pin(floods::tokens(enemy))),
    Attack::new("passwords", |enemy| Box::pin(floods::passwords(enemy))),
    Attack::new("codes", |enemy| Box::pin(floods::codes(enemy))),
    Attack::new("renames", |enemy| Box::pin(floods::flood(enemy, floods::rename))),
    Attack::new("rooms", |enemy| Box::pin(floods::flood(enemy, floods::room))),
    Attack::new("texts", |enemy| Box::pin(floods::flood(enemy, floods::text))),
    Attack::new("history", |enemy| Box::pin(floods::flood(enemy, floods::history))),
    Attack::new("search", |enemy| Box::pin(floods::flood(enemy, floods::search))),
    Attack::new("slow-readers", |enemy| Box::pin(floods::slow_readers(enemy))),
    Attack::new("slow-heads", |enemy| Box::pin(connections::slow(enemy, SLOW_HEAD))),
    Attack::new("endless-heads", |enemy| Box::pin(requests::endless_heads(enemy))),
    Attack::new("endless-bodies", |enemy| Box::pin(requests::endless_bodies(enemy))),
    Attack::new("foreign-pages", |enemy| Box::pin(requests::refused(enemy, &requests::FOREIGN))),
    Attack::new("smuggling", |enemy| Box::pin(requests::refused(enemy, &requests::SMUGGLED))),
    Attack::new("web-sockets", |enemy| Box::pin(web_sockets::crowd(enemy))),
    Attack::new("huge-frames", |enemy| Box::pin(web_sockets::huge(enemy))),
    Attack::new("fragments", |enemy| Box::pin(web_sockets::fragments(enemy))),
    Attack::new("pings", |enemy| Box::pin(web_sockets::pings(enemy))),
];

/// Runs an attack while Ana says `messages` messages, after as many without it. If the times are `measured`, the
/// attacker has the lowest priority, and as many messages follow, for a control, while another daemon is attacked.
///
/// # Panics
/// Panics if the daemon ends, or serves the users not at all, or if the attack does not do what it is for.
pub async fn attack(attack: Attack, messages: u32, measured: bool) -> Report {
    let daemon = Daemon::start(&[]).await;
    let key = if attack.is_tls { Some(honest::key(daemon.address).await) } else { None };
    let mut honest = HonestUsers::join(daemon.address, key).await;
    let users = Meter::new(std::process::id());
    let alone = honest.talk(messages).await;
    let of_users = users.share();
    let watched = memory::watch(daemon.pid());
    let before = memory::of(daemon.pid());
    let enemy = Enemy::new(daemon.address);
    let attacking = begin(attack, &enemy, measured).await;
    let tries = enemy.tries();
    let meters = [daemon.pid(), std::process::id()].map(Meter::new);
    let attacked = honest.talk(messages).await;
    let [of_daemon, of_attack] = meters.map(|meter| meter.share());
    let of_attack = (of_attack - of_users).max(0.0);
    let newcomer = honest::newcomer(daemon.address, key).await;
    let tries = enemy.tries() - tries;
    end(attack, attacking).await;
    let (most, after) = (watched.most(), memory::of(daemon.pid()));
    let control = match measured {
        true => elsewhere(attack, messages, &mut honest).await,
        false => Vec::new(),
    };
    let lost = honest.lost().await;
    drop(honest);
    end_daemon(attack, daemon).await;
    Report {
        name: attack.name,
        tries,
        times: [alone, attacked, control],
        processors: [of_daemon, of_attack],
        newcomer,
        memory: [before, most, after],
        lost,
    }
}

/// The same for the users while the attack is on another daemon, which knows the same users and messages.
async fn elsewhere(attack: Attack, messages: u32, honest: &mut HonestUsers) -> Vec<Duration> {
    let other = Daemon::start(&[]).await;
    let key = if attack.is_tls { Some(honest::key(other.address).await) } else { None };
    HonestUsers::join(other.address, key).await.write(messages).await;
    let enemy = Enemy::new(other.address);
    let attacking = begin(attack, &enemy, true).await;
    let times = honest.talk(messages).await;
    end(attack, attacking).await;
    end_daemon(attack, other).await;
    times
}

async fn begin(attack: Attack, enemy: &Enemy, measured: bool) -> JoinHandle<()> {
    let machine = if measured { machine().handle().clone() } else { Handle::current() };
    let mut attacking = machine.spawn((attack.run)(enemy.clone()));
    let begins = within(format!("{} begins", attack.name), enemy.has_begun(TRIES_BEFORE));
    tokio::select! {
        () = begins => attacking,
        ended = &mut attacking => panic!("{} has ended: {ended:?}", attack.name),
    }
}

async fn end(attack: Attack, attacking: JoinHandle<()>) {
    attacking.abort();
    match attacking.await {
        Err(error) if error.is_cancelled() => {}
        ended => panic!("{} has ended: {ended:?}", attack.name),
    }
}

async fn end_daemon(attack: Attack, mut daemon: Daemon) {
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0), "after {}", attack.name);
}
