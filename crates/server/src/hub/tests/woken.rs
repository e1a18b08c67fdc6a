//! Whatever changes for a user wakes its sessions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};

use chat_proto::{Reason, SanctionKind};

use super::*;
use crate::hub::{Asker, NotificationFilter, SanctionOrder, SanctionTarget};
use crate::token::PasswordHash;

/// Whether a session was woken.
#[derive(Default)]
struct WakeFlag(AtomicBool);

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl WakeFlag {
    fn of(member: &Member) -> Arc<Self> {
        let woken = Arc::new(Self::default());
        member.register_waker(&Waker::from(Arc::clone(&woken)));
        woken
    }

    /// Returns true once after the session was woken.
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Two sessions of ana, and one of bob, who is in the lobby only.
struct Rig {
    hub: Arc<Hub>,
    anas: [Member; 2],
    bob: Member,
    woken: [Arc<WakeFlag>; 3],
}

impl Rig {
    async fn new() -> Self {
        let hub = hub();
        let (ana, token) = enter(&hub, "ana").await.unwrap();
        let anas = [ana, back(&hub, &token, "ana").await.unwrap()];
        let bob = enter(&hub, "bob").await.unwrap().0;
        let woken = [&anas[0], &anas[1], &bob].map(WakeFlag::of);
        Self { hub, anas, bob, woken }
    }

    /// Whether the sessions were woken.
    fn woken(&self) -> [bool; 3] {
        std::array::from_fn(|nth| self.woken[nth].take())
    }

    /// Takes what has changed for each session of ana; returns whether something has.
    fn changes(&mut self, filter: NotificationFilter) -> [bool; 2] {
        self.anas.each_mut().map(|ana| match ana.changed(filter) {
            Some(counts) => {
                ana.take_changes(counts);
                true
            }
            None => false,
        })
    }

    async fn sanction(&self, kind: SanctionKind) {
        let (target, reason) = (SanctionTarget::User(name("ana")), Reason::default());
        let order = SanctionOrder { kind, target, room: None, for_s: None, reason };
        self.hub.sanction(None, order).await.unwrap();
    }
}

/// The sessions of ana, and not that of bob.
const ANAS: [bool; 3] = [true, true, false];

#[tokio::test]
async fn a_change_of_a_user_wakes_all_its_sessions_and_no_others() {
    let mut rig = Rig::new().await;
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::All)), ([false; 3], [false; 2]));
    let ana = rig.anas[0].actor().clone();
    ana.join(&room("#rust")).await.unwrap();
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::All)), (ANAS, [true; 2]));
    say(&rig.bob, "#lobby", "hi").await.unwrap();
    ana.read(&RoomName::lobby(), Seq::FIRST).await.unwrap();
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::All)), (ANAS, [true; 2]));
    ana.leave_room(&room("#rust")).await.unwrap();
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::Typing)), (ANAS, [false; 2]));
    rig.bob.type_in(&RoomName::lobby()).unwrap();
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::Typing)), (ANAS, [true; 2]));
    rig.sanction(SanctionKind::Mute).await;
    assert_eq!((rig.woken(), rig.changes(NotificationFilter::All)), (ANAS, [true; 2]));
    let hash = PasswordHash::new("one");
    rig.hub.hand_back(Asker::OPERATOR, name("ana"), hash, false).await.unwrap();
    assert_eq!(
        (rig.woken(), rig.changes(NotificationFilter::All)),
        (ANAS, [true; 2]),
        "its account"
    );
}

#[tokio::test]
async fn a_session_that_is_to_end_is_woken() {
    let rig = Rig::new().await;
    let session = rig.anas[0].session().get();
    rig.hub.end_session(Asker::OPERATOR, session).await.unwrap();
    assert!(rig.woken()[0] && rig.anas[0].is_expelled() && !rig.anas[1].is_expelled());
    for kind in [SanctionKind::Kick, SanctionKind::Ban] {
        let rig = Rig::new().await;
        rig.sanction(kind).await;
        assert_eq!(rig.woken(), ANAS);
        assert!(rig.anas.iter().all(Member::is_expelled) && !rig.bob.is_expelled());
    }
}
