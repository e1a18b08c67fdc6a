//! Work that waits for the disk or for another program, one piece after the other, while the loop goes on.

use std::collections::VecDeque;
use std::future::pending;
use std::pin::Pin;
use std::time::Duration;

use chat_client::store::Writer;
use tokio::time::timeout;

type Work<T> = Box<dyn FnOnce() -> T + Send>;
type JobFuture<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// Jobs in their order, each with what it is about.
pub(super) struct Jobs<A, T> {
    writer: Writer,
    waiting: VecDeque<(A, Work<T>)>,
    running: Option<(A, JobFuture<T>)>,
}

impl<A, T: Send + 'static> Jobs<A, T> {
    pub(super) const fn new(writer: Writer) -> Self {
        Self { writer, waiting: VecDeque::new(), running: None }
    }

    pub(super) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The number of jobs that wait for the running one.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Removes the first of the jobs that wait.
    pub(super) fn drop_oldest(&mut self) {
        self.waiting.pop_front();
    }

    /// Removes the jobs that wait and are about something else.
    pub(super) fn retain(&mut self, stays: impl Fn(&A) -> bool) {
        self.waiting.retain(|(about, _)| stays(about));
    }

    /// Takes a job. [`Self::done`] returns its result.
    pub(super) fn give(&mut self, about: A, work: impl FnOnce() -> T + Send + 'static) {
        self.waiting.push_back((about, Box::new(work)));
        self.start();
    }

    /// Waits until a job is done; `None` instead of its result if it has panicked. Safe to cancel.
    pub(super) async fn done(&mut self) -> (A, Option<T>) {
        let result = match &mut self.running {
            Some((_, work)) => work.await,
            None => return pending().await,
        };
        let done = self.running.take().expect("it was running");
        self.start();
        (done.0, result)
    }

    /// Does what waits before the program ends, for this long. Returns whether it was long enough.
    pub(super) async fn close(mut self, limit: Duration, note: impl Fn(Option<T>)) -> bool {
        let all = async {
            while self.is_running() {
                note(self.done().await.1);
            }
        };
        timeout(limit, all).await.is_ok()
    }

    fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        let next = self.waiting.pop_front();
        self.running =
            next.map(|(about, work)| (about, Box::pin(self.writer.run(work)) as JobFuture<T>));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn jobs_are_done_in_order_whatever_becomes_of_one_or_of_who_waits() {
        let mut jobs = Jobs::new(Writer::Thread);
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        jobs.give("first", move || receiver.recv().unwrap());
        for about in ["replaced", "panics", "last"] {
            jobs.give(about, move || if about == "panics" { panic!("a test") } else { 3 });
        }
        jobs.retain(|about| *about != "replaced");
        assert_eq!((jobs.is_running(), jobs.waiting()), (true, 2));
        assert!(jobs.done().now_or_never().is_none(), "the first one takes its time");
        sender.send(1).unwrap();
        for expected in [("first", Some(1)), ("panics", None), ("last", Some(3))] {
            assert_eq!(jobs.done().await, expected);
        }
        assert!(!jobs.is_running());
    }
}
