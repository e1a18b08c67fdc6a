//! The operator, who makes the hooks of programs, revokes them, and makes them again.

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

use super::poster::Poster;

/// Makes and revokes the hooks of `posters` on a connection of the operator, until it is lost. Returns at once if there
/// are no posters.
///
/// # Errors
/// Returns why it is lost.
pub(crate) async fn operate<S>(operator: &mut S, posters: &[Poster]) -> io::Result<()>
where
    S: AsyncBufRead + AsyncWrite + Unpin,
{
    let eras: Vec<_> = posters.iter().map(|poster| poster.state().era()).collect();
    for (poster, era) in posters.iter().zip(&eras).cycle() {
        let list = ask(operator, &json!({"type": "hooks"})).await?;
        let order = poster.state().next_order(*era, &list);
        if let Some(order) = order {
            let answer = ask(operator, &order.command).await?;
            poster.state().ordered(*era, &order, &answer);
        }
        let pause = poster.state().pause();
        sleep(pause).await;
    }
    Ok(())
}

/// Sends a command. Returns the answer.
async fn ask<S>(operator: &mut S, command: &Value) -> io::Result<Value>
where
    S: AsyncBufRead + AsyncWrite + Unpin,
{
    operator.write_all(format!("{command}\n").as_bytes()).await?;
    operator.flush().await?;
    let mut line = String::new();
    operator.read_line(&mut line).await?;
    let answer: Value = serde_json::from_str(&line)?;
    match answer["type"].as_str() {
        Some("goodbye") => Err(io::ErrorKind::ConnectionAborted.into()),
        _ => Ok(answer),
    }
}
