use std::time::Duration;

use chat_proto::{Secret, UserName};
use futures_util::future::join_all;
use futures_util::poll;

use super::*;

fn password(written: &str) -> Password {
    Password::new(&Secret::new(written), &UserName::new("ana").unwrap()).unwrap()
}

/// A hash that is quick to make, as an earlier version might have stored it.
fn old_hash(written: &str) -> PasswordHash {
    let quick = argon2id(Params::new(64, 1, 1, Some(HASH_BYTES)).unwrap());
    let phc = quick.hash_password_with_salt(password(written).as_bytes(), &[7; SALT_BYTES]);
    PasswordHash::new(phc.unwrap().to_string())
}

#[tokio::test]
async fn a_password_is_verified_by_its_hash_alone() {
    let hasher = Hasher::default();
    let hash = hasher.hash(password("correct horse")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert_ne!(hasher.hash(password("correct horse")).await.unwrap(), hash, "another salt");
    let stored = || Some(PasswordHash::new(hash.as_str()));
    for (written, verdict) in
        [("correct horse", Verdict::Right(None)), ("correct house", Verdict::Wrong)]
    {
        assert_eq!(hasher.verify(password(written), stored()).await.unwrap(), verdict);
    }
    assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
}

#[tokio::test]
async fn an_old_hash_is_replaced_when_its_password_is_right() {
    let hasher = Hasher::default();
    let verify = async |written: &str, stored: &PasswordHash| {
        hasher.verify(password(written), Some(stored.clone())).await.unwrap()
    };
    let old = old_hash("correct horse");
    assert_eq!(verify("correct house", &old).await, Verdict::Wrong);
    let Verdict::Right(Some(new)) = verify("correct horse", &old).await else {
        panic!("it is right, and has other parameters");
    };
    assert_eq!(verify("correct horse", &new).await, Verdict::Right(None));
}

#[tokio::test]
async fn without_a_readable_hash_every_password_is_wrong() {
    let hasher = Hasher::default();
    let huge = old_hash("correct horse").as_str().replace("m=64", "m=4000000000");
    for stored in [None, Some(""), Some("$argon2id$junk"), Some(huge.as_str())] {
        let stored = stored.map(PasswordHash::new);
        assert_eq!(hasher.verify(password("correct horse"), stored).await.unwrap(), Verdict::Wrong);
    }
}

#[test]
fn a_user_that_does_not_exist_costs_as_much_as_one_that_does() {
    let phc = stand_in().unwrap();
    assert!(is_same_cost(&Params::try_from(&phc).unwrap(), &params()));
    let made = Phc::new(hash(&password("correct horse")).unwrap().as_str()).unwrap();
    assert_eq!(
        (phc.algorithm, phc.version, &phc.params),
        (made.algorithm, made.version, &made.params)
    );
    let sizes = |phc: &Phc| (phc.salt.map(|salt| salt.len()), phc.hash.map(|hash| hash.len()));
    assert_eq!(sizes(&phc), sizes(&made));
}

#[tokio::test(start_paused = true)]
async fn no_hash_is_made_on_a_thread_of_the_runtime() {
    let hasher = Hasher::default();
    let mut hash = Box::pin(hasher.hash(password("correct horse")));
    assert!(poll!(&mut hash).is_pending(), "the only thread goes on");
    let verify = hasher.verify(password("correct horse"), None);
    let mut verify = Box::pin(verify);
    assert!(poll!(&mut verify).is_pending());
    tokio::time::timeout(Duration::from_secs(60), async { (hash.await, verify.await) })
        .await
        .map(|(hash, verdict)| (hash.unwrap(), verdict.unwrap()))
        .unwrap();
}

#[tokio::test]
async fn two_are_at_work_and_32_wait_and_others_are_refused() {
    let hasher = Hasher::default();
    let (entered, mut begun) = tokio::sync::mpsc::channel(HASHES_AT_ONCE + HASHES_WAITING);
    let (end, ended) = std::sync::mpsc::sync_channel(0);
    let ended = Arc::new(std::sync::Mutex::new(ended));
    let work = || {
        let (entered, ended) = (entered.clone(), Arc::clone(&ended));
        hasher.work(move || {
            entered.try_send(()).unwrap();
            ended.lock().unwrap().recv().unwrap();
            Ok(())
        })
    };
    let mut works: Vec<_> =
        (0..HASHES_AT_ONCE + HASHES_WAITING).map(|_| Box::pin(work())).collect();
    for work in &mut works {
        assert!(poll!(work).is_pending());
    }
    begun.recv().await.unwrap();
    begun.recv().await.unwrap();
    assert!(matches!(work().await, Err(HashError::Busy)));
    assert!(begun.try_recv().is_err(), "the others wait");
    let gone = works.pop();
    drop(gone);
    let mut another = Box::pin(work());
    assert!(poll!(&mut another).is_pending(), "the other place is free again");
    works.push(another);
    let release = spawn_blocking(move || {
        (0..HASHES_AT_ONCE + HASHES_WAITING).for_each(|_| end.send(()).unwrap());
    });
    assert!(join_all(works).await.iter().all(Result::is_ok));
    release.await.unwrap();
}

#[tokio::test]
async fn changes_of_passwords_are_made_one_at_a_time_and_logins_go_on() {
    let hasher = Hasher::default();
    let order = std::sync::Mutex::new(Vec::new());
    let change = async || {
        let _turn = hasher.begin_change().await?;
        hasher.hash(password("correct horse")).await?;
        order.lock().unwrap().push("change");
        Ok::<_, HashError>(())
    };
    let mut changes: Vec<_> = (0..=CHANGES_WAITING).map(|_| Box::pin(change())).collect();
    for change in &mut changes {
        assert!(poll!(change).is_pending());
    }
    assert!(matches!(change().await, Err(HashError::Busy)), "another one would wait for too long");
    let login = async {
        assert_eq!(hasher.verify(password("correct horse"), None).await.unwrap(), Verdict::Wrong);
        order.lock().unwrap().push("login");
    };
    // Of those that wait a few seconds, the first two are ahead of a login at most.
    tokio::join!(login, async {
        assert!(join_all(changes).await.iter().all(Result::is_ok));
    });
    let place = order.lock().unwrap().iter().position(|one| *one == "login").unwrap();
    assert!(place < CHANGES_WAITING / 2, "{place} changes were made before the login");
}
