//! A short torture: every accepted message is stored once, in order, although the daemon is killed
//! repeatedly.

use e2e::torture::{Plan, torture};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_if_the_daemon_is_killed() {
    run(Plan { seed: 1, kills: 4, users: 8, rooms: 3, groups: 1, tls: false, web: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_within_tls_if_the_daemon_is_killed() {
    run(Plan { seed: 2, kills: 3, users: 8, rooms: 3, groups: 1, tls: true, web: false }).await;
}

async fn run(plan: Plan) {
    let findings = torture(plan).await;
    assert!(findings.is_clean(), "{plan:?}\n{findings}");
    assert!(findings.accepted > 0 && findings.read > findings.accepted, "{findings}");
    assert!(findings.web_sockets > 0, "{findings}");
    assert!(findings.rights.done > 0 && findings.rights.accepted > 0, "{findings}");
}
