//! Connections that take places: those of nobody, of nobody yet, and of classic clients.

use std::iter::repeat;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::enemy::{AT_ONCE, Enemy};

/// Connections at once: as many as the open files of a test allow.
const CROWD: usize = 400;

/// Time after which the daemon takes a silent client for a classic one, and a little more.
const SILENCE: Duration = Duration::from_millis(400);

/// Time between two bytes of a slow line.
const BYTE_EVERY: Duration = Duration::from_millis(100);

/// Strangers connect and go.
pub(super) async fn strangers(enemy: Enemy) {
    let connect = |enemy: Enemy, _| async move {
        if enemy.connect().await.is_ok() {
            enemy.hit();
        }
    };
    enemy.try_again(AT_ONCE, connect).await;
}

/// A crowd of connections that send nothing, and that come again.
pub(super) async fn half_open(enemy: Enemy) {
    let mut crowd = std::collections::VecDeque::new();
    loop {
        enemy.next().await;
        if let Ok(stream) = enemy.connect().await {
            crowd.push_back(stream);
            enemy.hit();
        }
        if crowd.len() > CROWD {
            crowd.pop_front();
        }
    }
}

/// A crowd of silent clients that give a name as a classic one does.
pub(super) async fn classic_crowd(enemy: Enemy) {
    crowd(enemy, |enemy, mut stream| async move {
        let number = enemy.next().await;
        sleep(SILENCE).await;
        if stream.write_all(format!("NAME:crowd{number}").as_bytes()).await.is_err() {
            return;
        }
        enemy.hit();
        std::future::pending::<()>().await;
    })
    .await;
}

/// A crowd of clients that send `begin` a byte at a time, and then more of the last byte of it.
pub(super) async fn slow(enemy: Enemy, begin: &'static [u8]) {
    crowd(enemy, move |enemy, mut stream| async move {
        for byte in begin.iter().chain(repeat(begin.last().expect("a byte"))) {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            enemy.hit();
            sleep(BYTE_EVERY).await;
        }
    })
    .await;
}

/// Keeps a crowd of connections, each of which goes on with `each`.
pub(super) async fn crowd<F>(enemy: Enemy, each: impl Fn(Enemy, TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    loop {
        if let Ok(stream) = enemy.connect().await {
            tasks.spawn(each(enemy.clone(), stream));
        }
        while let Some(ended) = tasks.try_join_next() {
            ended.expect("a client does not panic");
        }
        if tasks.len() >= CROWD {
            tasks.join_next().await.expect("there are some").expect("a client does not panic");
        }
        sleep(Duration::from_millis(1)).await;
    }
}
