//! The load itself: what senders may send goes out, what readers get is counted.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use super::conn::{Buffer, Conn, Found};
use super::tally::{Reader, Tally};
use super::window::{Flight, due_by_rate};
use super::{EngineError, Outcome, READ_BYTES, latencies, poll_again};
use crate::dialect::{Dialect, Template};
use crate::plan::{Lag, Pace, Plan};
use crate::process::{Process, Usage};
use crate::stamp::Stamp;

/// Where there is an end to the messages, one of so many may be a part of the warm-up.
const WARM_UP_SHARE: u32 = 8;

/// How long what is in flight, and what a laggard has missed, has to arrive once the senders are
/// silent: a million deliveries, from a server that makes 50,000 a second.
const DRAIN: Duration = Duration::from_secs(20);

/// How long nothing must come at the end, so that what comes twice is seen where it comes last; and
/// how long this is waited for at most.
const QUIET: Duration = Duration::from_millis(100);
const QUIET_AT_MOST: Duration = Duration::from_secs(2);

/// How long a step waits at most, so that time is looked at.
const STEP: Duration = Duration::from_millis(10);

/// How much a slow reader reads, and how often: some 5,000 short messages a second.
const SLOW_BYTES: usize = 8 * 1024;
const SLOW_STEP: Duration = Duration::from_millis(10);

/// Every which message its latency is taken of where there are many; a power of two.
const SAMPLE: u32 = 16;

/// Messages of one sender in flight where a rate is kept: more than there are unless the server
/// stands still for a minute.
const RATE_IN_FLIGHT: u32 = 1 << 16;

/// Users under load.
pub(super) struct Load<'a> {
    plan: &'a Plan,
    poll: Poll,
    conns: Vec<Conn>,
    readers: Vec<Reader>,
    senders: Senders,
    tally: Tally,
    /// Deliveries so far, but for the laggard's.
    delivered: u64,
    /// The laggard, until it reads like the others.
    lags: Option<usize>,
    /// When the laggard reads next.
    laggard_reads_at: Instant,
    latency: Histogram<u64>,
    buffer: Buffer,
    /// When it began; times are nanoseconds since then.
    began: Instant,
}

/// Those who speak.
struct Senders {
    users: Vec<usize>,
    templates: Vec<Template>,
    flight: Flight,
    /// When each message in flight was sent.
    times: Vec<u64>,
    /// Every which message has its latency taken.
    sample: u32,
    /// Those who may say more than when they last spoke, each once.
    free: Vec<usize>,
    is_free: Vec<bool>,
}

/// Where the load stood at one moment.
struct Moment {
    at: Instant,
    deliveries: u64,
    usage: Usage,
}

impl<'a> Load<'a> {
    /// The users of `conns`, silent so far.
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
            began: Instant::now(),
        }
    }

    /// Warms up, counts, and waits for what is still on its way.
    pub(super) fn run(mut self, server: Process) -> Result<Outcome, EngineError> {
        let bounds = self.plan.bounds;
        let mut events = Events::with_capacity(1024);
        self.began = Instant::now();
        self.go_on(&mut events, bounds.warm_up, bounds.messages / WARM_UP_SHARE)?;
        self.latency.reset();
        let first = self.moment(server)?;
        self.go_on(&mut events, bounds.counted / 2, bounds.messages)?;
        let half = server.usage()?;
        self.go_on(&mut events, bounds.counted / 2, bounds.messages)?;
        let last = self.moment(server)?;
        let behind = self.behind();
        self.end(&mut events, DRAIN)?;
        let faults = self.tally.faults();
        let count = faults.count;
        Ok(Outcome {
            deliveries: last.deliveries - first.deliveries,
            elapsed: last.at - first.at,
            cpu: last.usage.cpu.saturating_sub(first.usage.cpu),
            memory: [half.memory, last.usage.memory],
            sent: self.senders.flight.sent.iter().map(|&sent| u64::from(sent)).sum(),
            behind,
            fault: faults.first.as_ref().map(|first| format!("{first}; {count} faults in all")),
            latency: self.latency,
        })
    }

    fn moment(&self, server: Process) -> Result<Moment, EngineError> {
        let usage = server.usage()?;
        Ok(Moment { at: Instant::now(), deliveries: self.delivered, usage })
    }

    /// Goes on for a while, or until every sender has said `messages`.
    fn go_on(
        &mut self,
        events: &mut Events,
        long: Duration,
        messages: u32,
    ) -> Result<(), EngineError> {
        let until = Instant::now() + long;
        let wait = if self.plan.measures_latency() { Duration::ZERO } else { STEP };
        while Instant::now() < until && self.senders.flight.sent.iter().any(|&sent| sent < messages)
        {
            self.speak(messages)?;
            self.step(events, wait)?;
            self.lag()?;
        }
        Ok(())
    }

    /// Takes what is still on its way, for `long` at most, and notes who has not got all.
    fn end(&mut self, events: &mut Events, long: Duration) -> Result<(), EngineError> {
        self.drain(events, long)?;
        self.linger(events)?;
        self.tally.close(self.readers.iter().copied(), &self.senders.flight.sent);
        Ok(())
    }

    /// Waits until all that was sent has come, to the laggard as well, `long` at most.
    fn drain(&mut self, events: &mut Events, long: Duration) -> Result<(), EngineError> {
        let until = Instant::now() + long;
        if let Some(user) = self.lags.take() {
            // Of what has come before, nothing will tell.
            while self.hear(user, READ_BYTES)? == Found::Some {}
        }
        let is_over = |load: &Self| load.senders.flight.is_empty() && load.behind() == 0;
        while !is_over(self) && Instant::now() < until {
            self.step(events, STEP)?;
        }
        Ok(())
    }

    /// Goes on until nothing has come for a moment.
    fn linger(&mut self, events: &mut Events) -> Result<(), EngineError> {
        let at_most = Instant::now() + QUIET_AT_MOST;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET && Instant::now() < at_most {
            if self.step(events, STEP)? {
                quiet_since = Instant::now();
            }
        }
        Ok(())
    }

    /// How many messages the laggard has yet to read; none where there is no laggard.
    fn behind(&self) -> u64 {
        let laggard = self.plan.laggard().map(|user| self.readers[user]);
        laggard.map_or(0, |reader| self.tally.missing(reader, &self.senders.flight.sent))
    }

    /// Has every sender say what it may.
    fn speak(&mut self, messages: u32) -> Result<(), EngineError> {
        let now = self.now();
        let senders = &mut self.senders;
        if let Pace::Rate(_) = self.plan.pace {
            senders.free.extend(0..senders.users.len());
        }
        while let Some(sender) = senders.free.pop() {
            senders.is_free[sender] = false;
            let sent = senders.flight.sent[sender];
            let may = match self.plan.pace {
                Pace::Window(_) => senders.flight.may_send(sender),
                Pace::Rate(rate) => {
                    due_by_rate(rate, now, sent).min(senders.flight.may_send(sender))
                }
            };
            let user = senders.users[sender];
            let conn = &mut self.conns[user];
            for _ in 0..may.min(messages.saturating_sub(sent)) {
                let (number, place) = senders.flight.send(sender);
                senders.templates[sender].write(number, &mut conn.out);
                senders.times[place] = match self.plan.pace {
                    Pace::Window(_) => now,
                    // When it was due, so that a server that stands still is not spared.
                    Pace::Rate(rate) => u64::from(number) * 1_000_000_000 / u64::from(rate),
                };
            }
            conn.flush().map_err(|source| EngineError::Broken { user, source })?;
        }
        Ok(())
    }

    /// Waits for something to happen, `wait` at most, and takes what came. Returns whether something
    /// was read.
    fn step(&mut self, events: &mut Events, wait: Duration) -> Result<bool, EngineError> {
        poll_again(&mut self.poll, events, wait)?;
        let mut has_read = false;
        for event in &*events {
            let user = event.token().0;
            if event.is_readable() && self.lags != Some(user) {
                has_read = true;
                while self.hear(user, READ_BYTES)? == Found::Some {}
            }
            if event.is_writable() {
                self.conns[user].flush().map_err(|source| EngineError::Broken { user, source })?;
            }
        }
        Ok(has_read)
    }

    /// Has the laggard read a little, where it is slow and it is time.
    fn lag(&mut self) -> Result<(), EngineError> {
        let now = Instant::now();
        if let (Lag::Slow, Some(user)) = (self.plan.lag, self.lags)
            && now >= self.laggard_reads_at
        {
            self.laggard_reads_at = now + SLOW_STEP;
            self.hear(user, SLOW_BYTES)?;
        }
        Ok(())
    }

    /// Takes what has come for one user, `most` bytes at most.
    fn hear(&mut self, user: usize, most: usize) -> Result<Found, EngineError> {
        let reader = self.readers[user];
        let is_laggard = self.plan.laggard() == Some(user);
        let mut now = None;
        let Self { conns, buffer, tally, senders, latency, began, delivered, .. } = self;
        let took = |bytes: &[u8]| {
            let Some(stamp) = Stamp::parse(bytes) else { return tally.no_stamp(reader, bytes) };
            let Some(sender) = tally.take(reader, stamp) else { return };
            if is_laggard {
                return;
            }
            *delivered += 1;
            if stamp.number & (senders.sample - 1) == 0 {
                let now = *now.get_or_insert_with(|| nanos(*began));
                let sent = senders.times[senders.flight.place(sender, stamp.number)];
                latency.saturating_record(now.saturating_sub(sent));
            }
            if senders.flight.deliver(sender, stamp.number) && !senders.is_free[sender] {
                senders.is_free[sender] = true;
                senders.free.push(sender);
            }
        };
        match conns[user].read(buffer, most, took) {
            Ok(Found::End) => Err(EngineError::Cut { user }),
            Ok(found) => Ok(found),
            Err(error) => Err(EngineError::Broken { user, source: error }),
        }
    }

    fn now(&self) -> u64 {
        nanos(self.began)
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
        let flight = Flight::new(users.len(), in_flight, plan.readers());
        Self {
            templates: users.iter().map(template).collect(),
            times: vec![0; flight.places()],
            flight,
            sample: if plan.measures_latency() { 1 } else { SAMPLE },
            free: (0..users.len()).collect(),
            is_free: vec![true; users.len()],
            users,
        }
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
