//! A session: one connected client, from hello to goodbye. The only place that knows both a door
//! and the hub.

mod answers;
mod end;
mod greet;
mod lists;
mod obey;
mod rooms;
mod seats;
mod strikes;

use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;

use chat_proto::command::{Nonce, Word};
use chat_proto::event::Accepted;
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{Span, debug, info};

use self::answers::Answers;
use self::end::{End, farewell, turn_away};
use self::greet::{Greeted, greet};
use self::rooms::Rooms;
use self::strikes::Strikes;
use crate::config::Config;
use crate::door::detect::{Caller, DetectError, detect};
use crate::door::{
    ClassicReader, ClassicWriter, Door, DoorReader, DoorWriter, Heard, NativeReader, NativeWriter,
    Turn,
};
use crate::hub::{Hub, Member};
use crate::journal::{Answer, Durability, Journal, JournalError, Outcome, Place};

/// What all sessions of a daemon share.
#[derive(Debug)]
pub struct Shared {
    /// The settings.
    pub config: Config,
    /// Who is who, and who is where.
    pub hub: Arc<Hub>,
    /// Cancelled when the daemon goes away, for those who have not said who they are. The others
    /// see the end of their rooms.
    pub closing: CancellationToken,
}

impl Shared {
    /// A daemon that keeps nothing but in memory.
    ///
    /// # Panics
    /// Outside a runtime.
    #[must_use]
    pub fn new(config: Config) -> Arc<Self> {
        Self::open(config, &Place::Memory, Durability::Os).expect("there is memory for a journal")
    }

    /// A daemon that goes on where its journal ends.
    ///
    /// # Errors
    /// Where the journal cannot be used.
    pub fn open(
        config: Config,
        place: &Place,
        durability: Durability,
    ) -> Result<Arc<Self>, JournalError> {
        let (journal, restored) = Journal::open(place, durability, config.clock)?;
        let hub = Hub::new(journal, restored, config.clone());
        Ok(Arc::new(Self { config, hub, closing: CancellationToken::new() }))
    }
}

/// Serves one connection to its end. `unidentified` is dropped once the peer has said who it is.
///
/// Records `door` and `user` in the current span; trouble with the connection is logged here, once.
///
/// Each stage but the longest has a box of its own, so that one who is in takes no memory for the
/// others.
pub async fn serve<S, U>(stream: S, shared: Arc<Shared>, unidentified: U)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let admitted = Box::pin(admit(stream, &shared, unidentified)).await;
    let Some((reader, writer, entry)) = admitted else { return };
    let (reader, writer, end) = match entry {
        Ok(greeted) => Session::new(reader, writer, greeted, Arc::clone(&shared)).run().await,
        Err(end) => {
            info!(reason = %end, "ended before it was in");
            (reader, writer, end)
        }
    };
    Box::pin(farewell(reader, writer, end, &shared.config)).await;
}

/// Opens a door to the peer and lets it in, or says why not. `None` where there is no door for it.
async fn admit<S, U>(
    mut stream: S,
    shared: &Shared,
    unidentified: U,
) -> Option<(
    DoorReader<impl AsyncRead + Unpin + use<S, U>>,
    DoorWriter<impl AsyncWrite + Unpin + use<S, U>>,
    Result<Greeted, End>,
)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = &shared.config;
    let deadline = Instant::now() + config.identify_timeout;
    let caller = tokio::select! {
        biased;
        () = shared.closing.cancelled() => return None,
        caller = find_door(&mut stream, shared, deadline) => caller?,
    };
    let id = caller.id;
    let (mut reader, mut writer) = open_door(stream, caller, config);
    let entry = tokio::select! {
        biased;
        () = shared.closing.cancelled() => Err(End::Code(EndCode::Shutdown)),
        entry = timeout_at(deadline, greet(&mut reader, &mut writer, id, shared)) => {
            entry.unwrap_or(Err(End::Code(EndCode::HelloTimeout)))
        }
    };
    drop(unidentified);
    Some((reader, writer, entry))
}

/// Finds out who is calling; turns away one for whom there is no door.
async fn find_door<S>(stream: &mut S, shared: &Shared, deadline: Instant) -> Option<Caller>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = &shared.config;
    let knock = detect(stream, config.detect_silence, || shared.hub.next_user());
    match timeout_at(deadline, knock).await {
        Ok(Ok(caller)) => return Some(caller),
        Ok(Err(DetectError::Left)) => debug!("left without a word"),
        Ok(Err(DetectError::Io(error))) => debug!(%error, "lost before it said a word"),
        Ok(Err(error @ DetectError::Stranger)) => {
            info!(%error, "turned away");
            turn_away(stream, config).await;
        }
        Err(_late) => {
            info!("turned away: it did not say who it is in time");
            turn_away(stream, config).await;
        }
    }
    None
}

/// Puts the halves of the door the caller is for in front of its connection.
fn open_door<S: AsyncRead + AsyncWrite>(
    stream: S,
    caller: Caller,
    config: &Config,
) -> (DoorReader<ReadHalf<S>>, DoorWriter<WriteHalf<S>>) {
    let Caller { door, id, first } = caller;
    let (incoming, outgoing) = tokio::io::split(stream);
    Span::current().record("door", tracing::field::display(door));
    match door {
        Door::Native => (
            DoorReader::Native(NativeReader::new(incoming, first)),
            DoorWriter::Native(NativeWriter::new(outgoing, config.write_timeout)),
        ),
        Door::Classic => {
            let reader = ClassicReader::new(incoming, first, id.unwrap_or(0), config);
            let writer = ClassicWriter::new(outgoing, config);
            (DoorReader::Classic(Box::new(reader)), DoorWriter::Classic(Box::new(writer)))
        }
    }
}

/// One client that is in.
struct Session<R, W> {
    shared: Arc<Shared>,
    reader: DoorReader<R>,
    writer: DoorWriter<W>,
    rooms: Rooms,
    member: Member,
    device: Word,
    answers: Answers,
    strikes: Strikes,
    /// When the client was last heard.
    heard_at: Instant,
    /// Whether it has been pinged since.
    pinged: bool,
    /// When to look whether it was silent for too long.
    silence: Pin<Box<Sleep>>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    fn new(
        reader: DoorReader<R>,
        writer: DoorWriter<W>,
        greeted: Greeted,
        shared: Arc<Shared>,
    ) -> Self {
        let Greeted { member, device } = greeted;
        let heard_at = Instant::now();
        Self {
            silence: Box::pin(sleep_until(heard_at + shared.config.idle_timeout)),
            shared,
            reader,
            writer,
            rooms: Rooms::default(),
            member,
            device,
            answers: Answers::default(),
            strikes: Strikes::default(),
            heard_at,
            pinged: false,
        }
    }

    /// Serves the client until it is over; returns the door to say goodbye through, and why.
    async fn run(mut self) -> (DoorReader<R>, DoorWriter<W>, End) {
        let mut flow = self.follow();
        let end = loop {
            match flow {
                ControlFlow::Continue(()) => flow = self.turn().await,
                ControlFlow::Break(end) => break end,
            }
        };
        Box::pin(self.tell_last_answers()).await;
        info!(reason = %end, "left");
        drop(self.rooms);
        self.member.leave(end.leave_reason(self.reader.door()));
        (self.reader, self.writer, end)
    }

    /// Waits for the next thing to happen, and does what it asks for.
    ///
    /// Writing is last, so that one write takes all that has happened. What comes before it ends by
    /// itself, in a full door or with too much in flight: a client that does not take what it is
    /// sent is neither listened to nor sent more, so that no more than
    /// [`crate::config::OUT_BYTES_MAX`] and what one step adds wait for it.
    async fn turn(&mut self) -> ControlFlow<End> {
        let takes = !self.writer.is_full();
        let listens = takes && !self.answers.is_full();
        let is_native = self.is_native();
        tokio::select! {
            biased;
            () = &mut self.silence, if is_native => self.look_for_silence(),
            heard = self.reader.next(), if listens => self.hear(heard).await,
            answer = self.answers.next(), if takes => self.tell_answers(&answer),
            () = self.member.news(), if takes => self.follow(),
            brought = self.rooms.next(), if takes => self.pass_on(brought),
            turn = self.writer.write(), if self.writer.wants_write() => self.wrote(turn),
        }
    }

    /// Does what the client asks, as far as that has come in.
    async fn hear(&mut self, heard: io::Result<Option<Heard>>) -> ControlFlow<End> {
        self.heard_at = Instant::now();
        self.pinged = false;
        let mut heard = heard;
        loop {
            match heard {
                Ok(Some(Heard::Command(Command::Say(say)))) => self.say(say).await?,
                // In a box: what most do not wait for takes no memory of theirs.
                Ok(Some(Heard::Command(command))) => Box::pin(self.obey(command)).await?,
                Ok(Some(Heard::Unreadable(refusal))) => self.refuse(*refusal)?,
                Ok(None) => return ControlFlow::Break(End::Left),
                Err(error) => return ControlFlow::Break(End::Failed(error)),
            }
            if self.writer.is_full() || self.answers.is_full() {
                return ControlFlow::Continue(());
            }
            match self.reader.ready() {
                Ok(None) => return ControlFlow::Continue(()),
                more => heard = more,
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> ControlFlow<End> {
        info!(code = %refusal.code, "refused");
        let is_broken_line = refusal.code.is_broken_line();
        self.writer.tell(&Event::Refused(refusal));
        if is_broken_line && self.strikes.is_one_too_many(Instant::now()) {
            return ControlFlow::Break(End::Code(EndCode::TooManyErrors));
        }
        ControlFlow::Continue(())
    }

    /// Tells the client what became of what it said, and of all else that is answered by now.
    fn tell_answers(&mut self, answer: &Answer) -> ControlFlow<End> {
        self.tell_answer(answer);
        while let Some(answer) = self.answers.ready() {
            self.tell_answer(&answer);
        }
        ControlFlow::Continue(())
    }

    fn tell_answer(&mut self, answer: &Answer) {
        let Answer { room, n, outcome } = answer;
        let room = room.name(self.member.id());
        let accepted = match outcome {
            Outcome::Kept { seq, at } => Accepted::Kept { n: *n, room, seq: *seq, at: *at },
            Outcome::Repeat => Accepted::Repeat { n: n.unwrap_or(0), repeat: true },
            Outcome::NotKept(reason) => {
                let text = format!("not kept: {reason}; say it again in a moment");
                let refusal = Refusal::new(RefusalCode::NotKept, text);
                // Not logged for each: the journal has said it once.
                self.writer.tell(&Event::Refused(Refusal { n: *n, room: Some(room), ..refusal }));
                return;
            }
        };
        self.writer.tell(&Event::Accepted(accepted));
    }

    /// Waits for what is still on its way into the journal, so that the user leaves after its last
    /// words, and the client knows what is kept.
    async fn tell_last_answers(&mut self) {
        let deadline = Instant::now() + self.shared.config.goodbye_timeout;
        while !self.answers.is_empty()
            && let Ok(answer) = timeout_at(deadline, self.answers.next()).await
        {
            self.tell_answer(&answer);
        }
    }

    fn wrote(&mut self, turn: io::Result<Turn>) -> ControlFlow<End> {
        match turn {
            Ok(Turn::Wrote) => ControlFlow::Continue(()),
            Ok(Turn::ListDue) => {
                if let DoorWriter::Classic(writer) = &mut self.writer
                    && let Some(list) = self.member.classic_users()
                {
                    writer.give_list(&list);
                }
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(End::of_write(error)),
        }
    }

    /// Pings a client that was silent for too long, and gives up one that was pinged.
    fn look_for_silence(&mut self) -> ControlFlow<End> {
        let now = Instant::now();
        let mut look_at = self.heard_at + self.shared.config.idle_timeout;
        if look_at <= now {
            if self.pinged {
                return ControlFlow::Break(End::Code(EndCode::Idle));
            }
            self.pinged = true;
            look_at = now + self.shared.config.idle_timeout;
            self.answers.rest();
            self.writer.tell(&Event::Ping { nonce: Nonce::default() });
        }
        self.silence.as_mut().reset(look_at);
        ControlFlow::Continue(())
    }

    const fn is_native(&self) -> bool {
        matches!(self.reader.door(), Door::Native)
    }
}
