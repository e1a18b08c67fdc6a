//! Runs a load: sends as many messages as the pace allows, and counts the deliveries.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use super::conn::{Buffer, Conn, ReadOutcome};
use super::tally::{Reader, Tally};
use super::window::{InFlight, due_by_rate};
use super::{EngineError, Outcome, READ_BYTES, latencies, poll_events};
use crate::dialect::{Dialect, Template};
use crate::plan::{Extent, Lag, Pace, Plan};
use crate::process::{Process, Usage};
use crate::progress::Progress;
use crate::stamp::Stamp;

/// The warm-up sends at most one of this many messages, if their number is limited.
const WARM_UP_FRACTION: u32 = 8;

/// After the last message is sent, a load ends if no message arrives for this time, also if some are in flight, or
/// the laggard has not read some.
const DRAIN: Duration = Duration::from_secs(20);

/// A load ends after no bytes arrived for this time, so that a duplicate of the last message is noticed; and the
/// longest wait for that.
const QUIET: Duration = Duration::from_millis(100);
const QUIET_MAX: Duration = Duration::from_secs(2);

/// The longest wait for events, so that deadlines are checked.
const STEP: Duration = Duration::from_millis(10);

/// Bytes that a slow reader reads at a time, and the interval: about 5,000 short messages per second.
const SLOW_BYTES: usize = 8 * 1024;
const SLOW_STEP: Duration = Duration::from_millis(10);

/// The latency of one message in this many is recorded if throughput is measured; a power of two.
const SAMPLE: u32 = 16;

/// Messages in flight of one sender with a rate: more than there are unless the server stalls for a minute.
const RATE_IN_FLIGHT: u32 = 1 << 16;

pub(super) struct Load<'a> {
    plan: &'a Plan,
    poll: Poll,
    conns: Vec<Conn>,
    readers: Vec<Reader>,
    senders: Senders,
    tally: Tally,
    /// Deliveries so far, without the laggard's.
    delivered: u64,
    /// The laggard; `None` once it reads like the others.
    lags: Option<usize>,
    /// When the laggard reads next.
    laggard_reads_at: Instant,
    latency: Histogram<u64>,
    buffer: Buffer,
    /// The start of the load; times are nanoseconds since then.
    started_at: Instant,
}

struct Senders {
    users: Vec<usize>,
    templates: Vec<Template>,
    in_flight: InFlight,
    /// When each message in flight was sent.
    times: Vec<u64>,
    /// The latency of one message in this many is recorded; a power of two.
    sample: u32,
    /// Senders that may send more than at their last turn, each once.
    ready: Vec<usize>,
    is_ready: Vec<bool>,
}

/// The state of the load at one moment.
struct Checkpoint {
    at: Instant,
    deliveries: u64,
    usage: Usage,
}

impl<'a> Load<'a> {
    /// Creates the load for connected users who have not sent anything.
    pub(super) fn new(poll: Poll, conns: Vec<Conn>, plan: &'a Plan, dialect: &Dialect) -> Self {
        let tally = Tally::new(plan.rooms, plan.members, plan.senders);
        let readers = (0..conns.len()).map(|user| tally.reader(user, plan.members)).collect();
        Self {
            plan,
            poll,
            conns,
            readers,
            senders: Senders::new(plan, dialect),
            tally,
            delivered: 0,
            lags: plan.laggard(),
            laggard_reads_at: Instant::now(),
            latency: latencies(),
            buffer: Buffer::new(),
            started_at: Instant::now(),
        }
    }

    /// Warms up, counts, and waits for the messages in flight.
    pub(super) fn run(mut self, server: Process) -> Result<Outcome, EngineError> {
        let bounds = self.plan.bounds;
        let mut events = Events::with_capacity(1024);
        self.started_at = Instant::now();
        let warm_up = Extent::For(bounds.warm_up);
        self.run_until(&mut events, warm_up, bounds.messages / WARM_UP_FRACTION)?;
        self.latency.reset();
        let first = self.checkpoint(server)?;
        let [(first_half, to_half), (second_half, to_end)] = self.plan.halves();
        self.run_until(&mut events, first_half, to_half)?;
        let half = server.usage()?;
        self.run_until(&mut events, second_half, to_end)?;
        let last = self.checkpoint(server)?;
        let behind = self.behind();
        self.finish(&mut events, DRAIN)?;
        let faults = self.tally.faults();
        let count = faults.count;
        Ok(Outcome {
            deliveries: last.deliveries - first.deliveries,
            elapsed: last.at - first.at,
            cpu: last.usage.cpu.saturating_sub(first.usage.cpu),
            memory: [half.memory, last.usage.memory],
            sent: self.senders.in_flight.sent.iter().map(|&sent| u64::from(sent)).sum(),
            behind,
            fault: faults.first.as_ref().map(|first| format!("{first}; {count} faults in all")),
            latency: self.latency,
        })
    }

    fn checkpoint(&self, server: Process) -> Result<Checkpoint, EngineError> {
        let usage = server.usage()?;
        Ok(Checkpoint { at: Instant::now(), deliveries: self.delivered, usage })
    }

    /// Sends and receives for that time, or until every sender has sent `messages`.
    fn run_until(
        &mut self,
        events: &mut Events,
        counted: Extent,
        messages: u32,
    ) -> Result<(), EngineError> {
        let began = Instant::now();
        let planned = self.plan.messages() * self.plan.readers() as u64;
        let mut progress = Progress::new(planned, "deliveries", began);
        let wait = if self.plan.measures_latency() { Duration::ZERO } else { STEP };
        let is_complete = |load: &Self| {
            let mut sent = load.senders.in_flight.sent.iter();
            sent.all(|&sent| sent >= messages)
        };
        while !is_complete(self) {
            match counted {
                Extent::For(time) if began.elapsed() >= time => break,
                Extent::For(_) => {}
                Extent::Whole => progress.update(self.delivered, Instant::now())?,
            }
            self.send(messages)?;
            self.step(events, wait)?;
            self.read_slowly()?;
        }
        Ok(())
    }

    /// Receives the messages in flight until none has arrived for `timeout`, and records who has not received all.
    fn finish(&mut self, events: &mut Events, timeout: Duration) -> Result<(), EngineError> {
        self.drain(events, timeout)?;
        self.wait_until_quiet(events)?;
        self.tally.finish(self.readers.iter().copied(), &self.senders.in_flight.sent);
        Ok(())
    }

    /// Waits until every reader, the laggard included, has received all messages, or none has arrived for `timeout`.
    fn drain(&mut self, events: &mut Events, timeout: Duration) -> Result<(), EngineError> {
        if let Some(user) = self.lags.take() {
            // No event will report the bytes that are buffered already.
            while self.receive(user, READ_BYTES)? == ReadOutcome::More {}
        }
        let is_over = |load: &Self| load.senders.in_flight.is_empty() && load.behind() == 0;
        let (mut arrived_at, mut arrived) = (Instant::now(), (self.delivered, self.behind()));
        while !is_over(self) && arrived_at.elapsed() < timeout {
            self.step(events, STEP)?;
            let now = (self.delivered, self.behind());
            if now != arrived {
                (arrived_at, arrived) = (Instant::now(), now);
            }
        }
        Ok(())
    }

    /// Receives until no bytes arrive for [`QUIET`].
    fn wait_until_quiet(&mut self, events: &mut Events) -> Result<(), EngineError> {
        let deadline = Instant::now() + QUIET_MAX;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET && Instant::now() < deadline {
            if self.step(events, STEP)? {
                quiet_since = Instant::now();
            }
        }
        Ok(())
    }

    /// Returns the number of messages that the laggard has not read; 0 without a laggard.
    fn behind(&self) -> u64 {
        let laggard = self.plan.laggard().map(|user| self.readers[user]);
        laggard.map_or(0, |reader| self.tally.missing(reader, &self.senders.in_flight.sent))
    }

    /// Lets each sender send as many messages as its pace allows, up to `messages` in all.
    fn send(&mut self, messages: u32) -> Result<(), EngineError> {
        let now = self.now();
        let senders = &mut self.senders;
        if let Pace::Rate(_) = self.plan.pace {
            senders.ready.extend(0..senders.users.len());
        }
        while let Some(sender) = senders.ready.pop() {
            senders.is_ready[sender] = false;
            let sent = senders.in_flight.sent[sender];
            let allowed = match self.plan.pace {
                Pace::Window(_) => senders.in_flight.may_send(sender),
                Pace::Rate(rate) => {
                    due_by_rate(rate, now, sent).min(senders.in_flight.may_send(sender))
                }
            };
            let user = senders.users[sender];
            let conn = &mut self.conns[user];
            for _ in 0..allowed.min(messages.saturating_sub(sent)) {
                let (number, slot) = senders.in_flight.send(sender);
                senders.templates[sender].write(number, &mut conn.out);
                senders.times[slot] = match self.plan.pace {
                    Pace::Window(_) => now,
                    // Latency counts from when the message was due, so that a stall of the server shows in it.
                    Pace::Rate(rate) => u64::from(number) * 1_000_000_000 / u64::from(rate),
                };
            }
            conn.flush().map_err(|source| EngineError::Broken { user, source })?;
        }
        Ok(())
    }

    /// Handles events, after a wait of at most `wait`. Returns whether bytes were received.
    fn step(&mut self, events: &mut Events, wait: Duration) -> Result<bool, EngineError> {
        poll_events(&mut self.poll, events, wait)?;
        let mut has_received = false;
        for event in &*events {
            let user = event.token().0;
            if event.is_readable() && self.lags != Some(user) {
                has_received = true;
                while self.receive(user, READ_BYTES)? == ReadOutcome::More {}
            }
            if event.is_writable() {
                self.conns[user].flush().map_err(|source| EngineError::Broken { user, source })?;
            }
        }
        Ok(has_received)
    }

    /// Reads a little for a slow laggard once per [`SLOW_STEP`].
    fn read_slowly(&mut self) -> Result<(), EngineError> {
        let now = Instant::now();
        if let (Lag::Slow, Some(user)) = (self.plan.lag, self.lags)
            && now >= self.laggard_reads_at
        {
            self.laggard_reads_at = now + SLOW_STEP;
            self.receive(user, SLOW_BYTES)?;
        }
        Ok(())
    }

    /// Reads once for `user`, `bytes_max` bytes at most, and counts the deliveries.
    fn receive(&mut self, user: usize, bytes_max: usize) -> Result<ReadOutcome, EngineError> {
        let reader = self.readers[user];
        let is_laggard = self.plan.laggard() == Some(user);
        let mut now = None;
        let Self { conns, buffer, tally, senders, latency, started_at, delivered, .. } = self;
        let on_stamp = |bytes: &[u8]| {
            let Some(stamp) = Stamp::parse(bytes) else { return tally.no_stamp(reader, bytes) };
            let Some(sender) = tally.record(reader, stamp) else { return };
            if is_laggard {
                return;
            }
            *delivered += 1;
            if stamp.number & (senders.sample - 1) == 0 {
                let now = *now.get_or_insert_with(|| nanos(*started_at));
                let sent = senders.times[senders.in_flight.slot(sender, stamp.number)];
                latency.saturating_record(now.saturating_sub(sent));
            }
            if senders.in_flight.deliver(sender, stamp.number) && !senders.is_ready[sender] {
                senders.is_ready[sender] = true;
                senders.ready.push(sender);
            }
        };
        match conns[user].read(buffer, bytes_max, on_stamp) {
            Ok(ReadOutcome::Closed) => Err(EngineError::ClosedUnderLoad { user }),
            Ok(found) => Ok(found),
            Err(error) => Err(EngineError::Broken { user, source: error }),
        }
    }

    fn now(&self) -> u64 {
        nanos(self.started_at)
    }
}

impl Senders {
    fn new(plan: &Plan, dialect: &Dialect) -> Self {
        let users: Vec<usize> = (0..plan.rooms)
            .flat_map(|room| (0..plan.senders).map(move |sender| room * plan.members + sender))
            .collect();
        let template = |&user: &usize| dialect.message(plan.member(user), plan.text_bytes);
        let in_flight = match plan.pace {
            Pace::Window(size) => size,
            Pace::Rate(_) => RATE_IN_FLIGHT,
        };
        let in_flight = InFlight::new(users.len(), in_flight, plan.readers());
        Self {
            templates: users.iter().map(template).collect(),
            times: vec![0; in_flight.slots()],
            in_flight,
            sample: if plan.measures_latency() { 1 } else { SAMPLE },
            ready: (0..users.len()).collect(),
            is_ready: vec![true; users.len()],
            users,
        }
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
