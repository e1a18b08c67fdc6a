//! `just attack`: what two honest users notice while somebody attacks the daemon.
//!
//! Each attack has a daemon of its own, with the default limits. Ana talks to Bob alone, and then while the attack
//! runs. Meanwhile a newcomer joins, and at the end Bob reads the room again. An attack comes from another address than
//! the users, makes a bounded number of connections, and only to this machine.

mod connections;
mod enemy;
mod floods;
mod honest;
mod junk;
mod memory;
mod requests;
mod web_sockets;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use self::enemy::Enemy;
use self::honest::HonestUsers;
use crate::binary::Daemon;
use crate::within;

/// Tries of an attack before the users talk again: it has begun.
const TRIES_BEFORE: u64 = 20;

/// How a line begins that comes a byte at a time.
const SLOW_LINE: &[u8] = br#"{"type":"hello","version":1,"name":"slow"#;

/// The same of the head of a request.
const SLOW_HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: x";

/// An attack: its name, and what never ends by itself.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// Its name, in a word or two.
    pub name: &'static str,
    run: fn(Enemy) -> BoxFuture<'static, ()>,
}

/// All attacks.
pub const ATTACKS: [Attack; 26] = [
    Attack { name: "strangers", run: |enemy| Box::pin(connections::strangers(enemy)) },
    Attack { name: "half-open", run: |enemy| Box::pin(connections::half_open(enemy)) },
    Attack { name: "classic-crowd", run: |enemy| Box::pin(connections::classic_crowd(enemy)) },
    Attack { name: "slow-lines", run: |enemy| Box::pin(connections::slow(enemy, SLOW_LINE)) },
    Attack { name: "junk", run: |enemy| Box::pin(junk::junk(enemy)) },
    Attack { name: "long-lines", run: |enemy| Box::pin(junk::long_lines(enemy)) },
    Attack { name: "tls-junk", run: |enemy| Box::pin(junk::tls(enemy)) },
    Attack { name: "names", run: |enemy| Box::pin(floods::names(enemy)) },
    Attack { name: "tokens", run: |enemy| Box::pin(floods::tokens(enemy)) },
    Attack { name: "passwords", run: |enemy| Box::pin(floods::passwords(enemy)) },
    Attack { name: "codes", run: |enemy| Box::pin(floods::codes(enemy)) },
    Attack { name: "renames", run: |enemy| Box::pin(floods::flood(enemy, floods::rename)) },
    Attack { name: "rooms", run: |enemy| Box::pin(floods::flood(enemy, floods::room)) },
    Attack { name: "texts", run: |enemy| Box::pin(floods::flood(enemy, floods::text)) },
    Attack { name: "history", run: |enemy| Box::pin(floods::flood(enemy, floods::history)) },
    Attack { name: "search", run: |enemy| Box::pin(floods::flood(enemy, floods::search)) },
    Attack { name: "slow-readers", run: |enemy| Box::pin(floods::slow_readers(enemy)) },
    Attack { name: "slow-heads", run: |enemy| Box::pin(connections::slow(enemy, SLOW_HEAD)) },
    Attack { name: "endless-heads", run: |enemy| Box::pin(requests::endless_heads(enemy)) },
    Attack { name: "endless-bodies", run: |enemy| Box::pin(requests::endless_bodies(enemy)) },
    Attack {
        name: "foreign-pages",
        run: |enemy| Box::pin(requests::refused(enemy, &requests::FOREIGN)),
    },
    Attack {
        name: "smuggling",
        run: |enemy| Box::pin(requests::refused(enemy, &requests::SMUGGLED)),
    },
    Attack { name: "web-sockets", run: |enemy| Box::pin(web_sockets::crowd(enemy)) },
    Attack { name: "huge-frames", run: |enemy| Box::pin(web_sockets::huge(enemy)) },
    Attack { name: "fragments", run: |enemy| Box::pin(web_sockets::fragments(enemy)) },
    Attack { name: "pings", run: |enemy| Box::pin(web_sockets::pings(enemy)) },
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
    /// Time in which a newcomer joined during the attack; `None` if it was refused.
    pub newcomer: Option<Duration>,
    /// Memory of the daemon in bytes: before the attack, at most, and after it; zeros if the system does not tell.
    pub memory: [u64; 3],
    /// Accepted messages that Bob did not hear, or that are not in the room afterwards, once and in their order.
    pub lost: usize,
}

/// Runs an attack while Ana says `messages` messages, after as many without it.
///
/// # Panics
/// Panics if the daemon ends, or serves the users not at all, or if the attack does not do what it is for.
pub async fn attack(attack: Attack, messages: u32) -> Report {
    let mut daemon = Daemon::start(&[]).await;
    let mut honest = HonestUsers::join(daemon.address).await;
    let alone = honest.talk(messages).await;
    let watched = memory::watch(daemon.pid());
    let before = memory::of(daemon.pid());
    let enemy = Enemy::new(daemon.address);
    let mut attacking = tokio::spawn((attack.run)(enemy.clone()));
    let begins = within(format!("{} begins", attack.name), enemy.has_begun(TRIES_BEFORE));
    tokio::select! {
        () = begins => {}
        ended = &mut attacking => panic!("{} has ended: {ended:?}", attack.name),
    }
    let tries = enemy.tries();
    let attacked = honest.talk(messages).await;
    let newcomer = honest::newcomer(daemon.address).await;
    let tries = enemy.tries() - tries;
    attacking.abort();
    match attacking.await {
        Err(error) if error.is_cancelled() => {}
        ended => panic!("{} has ended: {ended:?}", attack.name),
    }
    let (most, after) = (watched.most(), memory::of(daemon.pid()));
    let lost = honest.lost().await;
    drop(honest);
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0), "after {}", attack.name);
    Report {
        name: attack.name,
        tries,
        p99: [alone, attacked],
        newcomer,
        memory: [before, most, after],
        lost,
    }
}

impl Report {
    /// The heads of the columns.
    #[must_use]
    pub fn heads() -> String {
        format!(
            "{:<14}{:>9}{:>11}{:>11}{:>7}{:>11}{:>20}{:>6}",
            "attack",
            "tries",
            "p99 alone",
            "attacked",
            "ratio",
            "newcomer",
            "MiB before/most/now",
            "lost"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [alone, attacked] = self.p99.map(|time| time.as_secs_f64() * 1_000.0);
        let newcomer = match self.newcomer {
            Some(time) => format!("{:.1} ms", time.as_secs_f64() * 1_000.0),
            None => "refused".to_owned(),
        };
        let [before, most, after] = self.memory.map(|bytes| bytes / (1024 * 1024));
        let (name, tries, lost, ratio) = (self.name, self.tries, self.lost, attacked / alone);
        write!(
            f,
            "{name:<14}{tries:>9}{alone:>8.1} ms{attacked:>8.1} ms{ratio:>7.1}{newcomer:>11}{:>20}{lost:>6}",
            format!("{before}/{most}/{after}")
        )
    }
}
