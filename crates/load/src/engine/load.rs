//! The load itself: what senders may send goes out, what readers get is counted.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use super::conn::{Buffer, Conn, Found};
use super::crowd::poll_again;
use super::tally::{Reader, Tally};
use super::window::{Flight, due_by_rate};
use super::{EngineError, Outcome, latencies};
use crate::dialect::{Dialect, Place, Template};
use crate::plan::{Pace, Plan};
use crate::process::{Process, Usage};
use crate::stamp::Stamp;

/// How long what is in flight has to arrive once the senders are silent.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a step waits at most, so that time is looked at.
const STEP: Duration = Duration::from_millis(20);

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
struct Mark {
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
            latency: latencies(),
            buffer: Buffer::new(),
            began: Instant::now(),
        }
    }

    /// Warms up, counts, and waits for what is still in flight. `before` is the server before the users
    /// came.
    pub(super) fn run(mut self, server: Process, before: Usage) -> Result<Outcome, EngineError> {
        let bounds = self.plan.bounds;
        let mut events = Events::with_capacity(1024);
        self.began = Instant::now();
        self.go_on(&mut events, bounds.warm_up, bounds.messages)?;
        self.latency.reset();
        let first = self.mark(server)?;
        self.go_on(&mut events, bounds.counted, bounds.messages)?;
        let last = self.mark(server)?;
        self.drain(&mut events)?;
        self.tally.close(self.readers.iter().copied(), &self.senders.flight.sent);
        let faults = self.tally.faults();
        let count = faults.count;
        Ok(Outcome {
            deliveries: last.deliveries - first.deliveries,
            elapsed: last.at - first.at,
            cpu: last.usage.cpu.saturating_sub(first.usage.cpu),
            memory: (before.memory, last.usage.memory),
            fault: faults.first.as_ref().map(|first| format!("{first}; {count} faults in all")),
            latency: self.latency,
        })
    }

    fn mark(&self, server: Process) -> Result<Mark, EngineError> {
        let usage = server.usage()?;
        Ok(Mark { at: Instant::now(), deliveries: self.tally.total(), usage })
    }

    /// Goes on for a while, or until every sender has said `messages`.
    fn go_on(
        &mut self,
        events: &mut Events,
        long: Duration,
        messages: u32,
    ) -> Result<(), EngineError> {
        let until = Instant::now() + long;
        let wait = if self.plan.is_about_latency() { Duration::ZERO } else { STEP };
        while Instant::now() < until && self.senders.flight.sent.iter().any(|&sent| sent < messages)
        {
            self.speak(messages)?;
            self.step(events, wait)?;
        }
        Ok(())
    }

    /// Waits until all that was sent has come.
    fn drain(&mut self, events: &mut Events) -> Result<(), EngineError> {
        let until = Instant::now() + DRAIN;
        while !self.senders.flight.is_empty() && Instant::now() < until {
            self.step(events, STEP)?;
        }
        Ok(())
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
                Pace::Window(_) => senders.flight.room(sender),
                Pace::Rate(rate) => due_by_rate(rate, now, sent).min(senders.flight.room(sender)),
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
            conn.flush().map_err(|error| EngineError::Broken { user, error })?;
        }
        Ok(())
    }

    /// Waits for something to happen, `wait` at most, and takes what came.
    fn step(&mut self, events: &mut Events, wait: Duration) -> Result<(), EngineError> {
        poll_again(&mut self.poll, events, wait)?;
        for event in &*events {
            let user = event.token().0;
            if event.is_readable() {
                self.hear(user)?;
            }
            if event.is_writable() {
                self.conns[user].flush().map_err(|error| EngineError::Broken { user, error })?;
            }
        }
        Ok(())
    }

    /// Takes all that has come for one user.
    fn hear(&mut self, user: usize) -> Result<(), EngineError> {
        let reader = self.readers[user];
        loop {
            let mut now = None;
            let Self { conns, buffer, tally, senders, latency, began, .. } = self;
            let took = |bytes: &[u8]| {
                let Some(stamp) = Stamp::read(bytes) else { return tally.no_stamp(reader, bytes) };
                let Some(sender) = tally.take(reader, stamp) else { return };
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
            match conns[user].read(buffer, took) {
                Ok(Found::All) => return Ok(()),
                Ok(Found::Some) => {}
                Ok(Found::End) => return Err(EngineError::Closed { user }),
                Err(error) => return Err(EngineError::Broken { user, error }),
            }
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
        let is_only_room = plan.rooms == 1;
        let template = |&user: &usize| {
            let place = Place { user, room: user / plan.members, is_only_room };
            dialect.message(place, plan.text_bytes)
        };
        let in_flight = match plan.pace {
            Pace::Window(size) => size,
            Pace::Rate(_) => RATE_IN_FLIGHT,
        };
        let flight = Flight::new(users.len(), in_flight, plan.readers());
        Self {
            templates: users.iter().map(template).collect(),
            times: vec![0; flight.places()],
            flight,
            sample: if plan.is_about_latency() { 1 } else { SAMPLE },
            free: (0..users.len()).collect(),
            is_free: vec![true; users.len()],
            users,
        }
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
