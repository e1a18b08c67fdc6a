//! Attacks, each for a moment: honest users are served meanwhile, and the memory of the daemon is bounded.

use e2e::attack::{ATTACKS, attack};

/// Messages of the honest user, without and with each attack.
const MESSAGES: u32 = 15;

/// Memory of the daemon at most, in bytes: the queue of the hub may have 64 MiB, and the rest is small.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_users_are_served_during_each_attack() {
    for one in ATTACKS {
        let report = attack(one, MESSAGES, false).await;
        assert_eq!(report.lost, 0, "{report}");
        assert!(report.newcomer.is_some(), "{report}");
        assert!(report.memory[1] <= MEMORY_MAX, "{report}");
        assert!(report.tries > 0, "{report}");
    }
}
