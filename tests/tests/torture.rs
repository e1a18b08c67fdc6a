//! A short torture: every accepted message is stored once, in order, although the daemon is killed
//! repeatedly.

use e2e::torture::{Plan, torture};

const PLAN: Plan =
    Plan { seed: 1, kills: 4, users: 8, rooms: 3, groups: 1, posters: 2, tls: false, web: false };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_if_the_daemon_is_killed() {
    run(PLAN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_within_tls_if_the_daemon_is_killed() {
    run(Plan { seed: 2, kills: 3, tls: true, ..PLAN }).await;
}

async fn run(plan: Plan) {
    let findings = torture(plan).await;
    assert!(findings.is_clean(), "{plan:?}\n{findings}");
    assert!(findings.accepted > 0 && findings.read > findings.accepted, "{findings}");
    assert!(findings.web_sockets > 0, "{findings}");
    assert!(findings.hooks.made > 0 && findings.hooks.revoked > 0, "{findings}");
    assert!(findings.rights.done > 0 && findings.rights.accepted > 0, "{findings}");
}
