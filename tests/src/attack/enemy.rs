//! The attacker: connections from an address of its own.

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Its address, so that the limits of a network are not those of the users.
const FROM: [u8; 4] = [127, 0, 0, 66];

/// The ports from which it connects, in turn. If the system looked for a free one among thousands that were in use a
/// moment ago, that would take most of a processor, and users would notice that alone.
const PORTS: RangeInclusive<u16> = 10_000..=60_000;

/// Time between two tries of one connection: an attacker that uses a whole processor of this machine would only show
/// that.
pub(super) const PAUSE: Duration = Duration::from_millis(1);

/// Tries at once, of an attack that needs no crowd.
pub(super) const AT_ONCE: u64 = 8;

/// Threads of the attacker.
const THREADS: usize = 2;

/// Their nice value: the lowest priority.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// The threads of the attacker, which stand for a machine of its own: they run if a processor has nothing else to do.
/// Linux alone has priorities of threads; elsewhere the control shows the effect of their processor time.
pub(super) fn machine() -> &'static Runtime {
    static MACHINE: LazyLock<Runtime> = LazyLock::new(|| {
        let mut machine = Builder::new_multi_thread();
        machine.worker_threads(THREADS).enable_all().thread_name("enemy");
        #[cfg(target_os = "linux")]
        machine.on_thread_start(|| {
            // Everybody may lower a priority.
            let _ = rustix::process::setpriority_process(None, NICE);
        });
        machine.build().unwrap()
    });
    &MACHINE
}

fn next_port() -> u16 {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end() - PORTS.start() + 1;
    PORTS.start() + COUNT.fetch_add(1, Ordering::Relaxed) % count
}

/// The attacker.
#[derive(Debug, Clone)]
pub(super) struct Enemy {
    address: SocketAddr,
    numbers: Arc<AtomicU64>,
    tries: Arc<AtomicU64>,
    hits: Arc<AtomicU64>,
}

impl Enemy {
    pub(super) fn new(address: SocketAddr) -> Self {
        let (numbers, tries, hits) = Default::default();
        Self { address, numbers, tries, hits }
    }

    /// Connects.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if cfg!(target_os = "linux") {
            socket.set_reuseaddr(true)?;
            socket.bind((FROM, next_port()).into())?;
        }
        socket.connect(self.address).await
    }

    /// Tries again and again, as often as `count` at once. `each` makes a try, and is passed its number.
    ///
    /// # Panics
    /// Panics if `each` does.
    pub(super) async fn try_again<F>(
        self,
        count: u64,
        each: impl Fn(Self, u64) -> F + Clone + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let (enemy, each) = (self.clone(), each.clone());
            tasks.spawn(async move {
                loop {
                    let number = enemy.next().await;
                    each(enemy.clone(), number).await;
                }
            });
        }
        tasks.join_all().await;
    }

    /// Waits a moment. Returns the number of the next try.
    pub(super) async fn next(&self) -> u64 {
        sleep(PAUSE).await;
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a try that did what the attack does.
    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
        self.tries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a try that a limit has refused.
    pub(super) fn limited(&self) {
        self.tries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn tries(&self) -> u64 {
        self.tries.load(Ordering::Relaxed)
    }

    /// Waits until it has tried that often, and no limit has refused one of the tries.
    pub(super) async fn has_begun(&self, tries: u64) {
        while self.tries() < tries || self.hits.load(Ordering::Relaxed) == 0 {
            sleep(PAUSE).await;
        }
    }
}
