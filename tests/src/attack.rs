//! `just attack`: what two honest users notice while somebody attacks the daemon.
//!
//! Each attack has a daemon of its own, with the default limits. Ana talks to Bob alone, and then while the attack
//! runs. Meanwhile a newcomer joins, and at the end Bob reads the room again. An attack comes from another address than
//! the users, makes a bounded number of connections, and only to this machine. Users, daemon and attacker share its
//! processors. The control shows how much of the effect is that: the same attack, on another daemon of this machine.

mod connections;
mod enemy;
mod floods;
mod honest;
mod junk;
mod memory;
mod processor;
mod requests;
mod tls;
mod web_sockets;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

use self::enemy::Enemy;
use self::honest::HonestUsers;
use self::processor::Meter;
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

/// The effect of an attack on the users.
#[derive(Debug)]
pub struct Report {
    /// The name of the attack.
    pub name: &'static str,
    /// How often the attack tried what it does while the users talked.
    pub tries: u64,
    /// Time that 99 % of the messages took at most, from Ana to Bob: without the attack, and with it.
    pub p99: [Duration; 2],
    /// The same while another daemon of this machine is attacked.
    pub control: Option<Duration>,
    /// How many processors the daemon took during the attack, and the attacker.
    pub processors: [f64; 2],
    /// Time in which a newcomer joined during the attack; `None` if it was refused.
    pub newcomer: Option<Duration>,
    /// Memory of the daemon in bytes: before the attack, at most, and after it; zeros if the system does not tell.
    pub memory: [u64; 3],
    /// Accepted messages that Bob did not hear, or that are not in the room afterwards, once and in their order.
    pub lost: usize,
}

/// Runs an attack while Ana says `messages` messages, after as many without it; and, for a control, before as many
/// while another daemon is attacked.
///
/// # Panics
/// Panics if the daemon ends, or serves the users not at all, or if the attack does not do what it is for.
pub async fn attack(attack: Attack, messages: u32, has_control: bool) -> Report {
    let daemon = Daemon::start(&[]).await;
    let key = if attack.is_tls { Some(honest::key(daemon.address).await) } else { None };
    let mut honest = HonestUsers::join(daemon.address, key).await;
    let users = Meter::new(std::process::id());
    let alone = honest.talk(messages).await;
    let of_users = users.share();
    let watched = memory::watch(daemon.pid());
    let before = memory::of(daemon.pid());
    let enemy = Enemy::new(daemon.address);
    let attacking = begin(attack, &enemy).await;
    let tries = enemy.tries();
    let meters = [daemon.pid(), std::process::id()].map(Meter::new);
    let attacked = honest.talk(messages).await;
    let [of_daemon, of_attack] = meters.map(|meter| meter.share());
    let of_attack = (of_attack - of_users).max(0.0);
    let newcomer = honest::newcomer(daemon.address, key).await;
    let tries = enemy.tries() - tries;
    end(attack, attacking).await;
    let (most, after) = (watched.most(), memory::of(daemon.pid()));
    let control = match has_control {
        true => Some(elsewhere(attack, messages, &mut honest).await),
        false => None,
    };
    let lost = honest.lost().await;
    drop(honest);
    end_daemon(attack, daemon).await;
    Report {
        name: attack.name,
        tries,
        p99: [alone, attacked],
        control,
        processors: [of_daemon, of_attack],
        newcomer,
        memory: [before, most, after],
        lost,
    }
}

/// The same for the users while the attack is on another daemon, which knows the same users and messages.
async fn elsewhere(attack: Attack, messages: u32, honest: &mut HonestUsers) -> Duration {
    let other = Daemon::start(&[]).await;
    let key = if attack.is_tls { Some(honest::key(other.address).await) } else { None };
    HonestUsers::join(other.address, key).await.write(messages).await;
    let enemy = Enemy::new(other.address);
    let attacking = begin(attack, &enemy).await;
    let p99 = honest.talk(messages).await;
    end(attack, attacking).await;
    end_daemon(attack, other).await;
    p99
}

async fn begin(attack: Attack, enemy: &Enemy) -> JoinHandle<()> {
    let mut attacking = tokio::spawn((attack.run)(enemy.clone()));
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

impl Report {
    /// The heads of the columns.
    #[must_use]
    pub fn heads() -> String {
        format!(
            "{:<14}{:>9}{:>11}{:>11}{:>7}{:>11}{:>18}{:>11}{:>20}{:>6}",
            "attack",
            "tries",
            "p99 alone",
            "attacked",
            "ratio",
            "control",
            "CPU daemon/enemy",
            "newcomer",
            "MiB before/most/now",
            "lost"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        let [alone, attacked] = self.p99.map(millis);
        let or = |time: Option<Duration>, none: &str| {
            time.map_or_else(|| none.to_owned(), |time| format!("{:.1} ms", millis(time)))
        };
        let (newcomer, control) = (or(self.newcomer, "refused"), or(self.control, ""));
        let [daemon, enemy] = self.processors;
        let [before, most, after] = self.memory.map(|bytes| bytes / (1024 * 1024));
        let (name, tries, lost, ratio) = (self.name, self.tries, self.lost, attacked / alone);
        write!(
            f,
            "{name:<14}{tries:>9}{alone:>8.1} ms{attacked:>8.1} ms{ratio:>7.1}{control:>11}{:>18}{newcomer:>11}{:>20}{lost:>6}",
            format!("{daemon:.2}/{enemy:.2}"),
            format!("{before}/{most}/{after}")
        )
    }
}
