//! The users who give and take rights from each other, on one host for each group; and the operator, who makes one of
//! them an owner of the server.

use std::io;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::time::sleep;

use super::network::{self, connect};
use crate::rights::{Connect, Group};

/// Pause before a user reconnects, and between two of its messages, in milliseconds.
pub(super) const PAUSES_MS: std::ops::Range<u64> = 100..1_000;

/// Pause before the operator tries again.
const OPERATOR_PAUSE: Duration = Duration::from_millis(500);

struct Connector;

impl Connect for Connector {
    type Stream = network::Stream;

    async fn connect(&self) -> io::Result<network::Stream> {
        connect().await
    }
}

/// Runs the clients of a group until it is stopped, and all is compared.
pub(super) async fn chat(group: Group) -> turmoil::Result {
    group.run(&Connector).await;
    Ok(())
}

/// Makes the first user of each group an owner of the server, as the operator, until the group has begun.
pub(super) async fn appoint(operator: &mut BufReader<DuplexStream>, groups: &[Group]) {
    while let Some(group) = groups.iter().find(|group| !group.has_begun()) {
        let grant = json!({"type": "grant", "user": group.owner(), "role": "owner"});
        let mut answer = String::new();
        // An error is the end of the daemon. Without a user of that name, it is tried again.
        if operator.write_all(format!("{grant}\n").as_bytes()).await.is_err()
            || operator.read_line(&mut answer).await.is_ok_and(|bytes| bytes == 0)
        {
            return;
        }
        sleep(OPERATOR_PAUSE).await;
    }
}
