//! A session: one connected client, from hello to goodbye. The only place that knows both a door
//! and the hub.

mod end;
mod greet;
mod strikes;

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::{Nonce, Say};
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode, RoomName, UserName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{Span, debug, info};

use self::end::{End, farewell, turn_away};
use self::greet::greet;
use self::strikes::Strikes;
use crate::config::Config;
use crate::door::detect::{Caller, DetectError, detect};
use crate::door::{
    ClassicReader, ClassicWriter, Door, DoorReader, DoorWriter, Heard, NativeReader, NativeWriter,
    Turn,
};
use crate::hub::{Hub, IfTaken, Member};
use crate::published::Published;
use crate::room::Live;

/// What all sessions of a daemon share.
#[derive(Debug)]
pub struct Shared {
    /// The settings.
    pub config: Config,
    /// Who is where.
    pub hub: Arc<Hub>,
    /// Cancelled when the daemon goes away, for those who have not said who they are. The others
    /// see the end of their room.
    pub closing: CancellationToken,
}

impl Shared {
    /// A daemon with nobody in it.
    #[must_use]
    pub fn new(config: Config) -> Arc<Self> {
        let hub = Hub::new(config.users_listed);
        Arc::new(Self { config, hub, closing: CancellationToken::new() })
    }
}

/// Serves one connection to its end. `unidentified` is dropped once the peer has said who it is.
///
/// Records `door` and `user` in the current span; trouble with the connection is logged here, once.
pub async fn serve<S, U>(mut stream: S, shared: Arc<Shared>, unidentified: U)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = &shared.config;
    let deadline = Instant::now() + config.identify_timeout;
    let knock = detect(&mut stream, config.detect_silence, || shared.hub.next_id());
    let caller = tokio::select! {
        caller = timeout_at(deadline, knock) => caller,
        () = shared.closing.cancelled() => return,
    };
    let caller = match caller {
        Ok(Ok(caller)) => caller,
        Ok(Err(DetectError::Left)) => return debug!("left without a word"),
        Ok(Err(DetectError::Io(error))) => return debug!(%error, "lost before it said a word"),
        Ok(Err(error @ DetectError::Stranger)) => {
            info!(%error, "turned away");
            return turn_away(&mut stream, config).await;
        }
        Err(_late) => {
            info!("turned away: it did not say who it is in time");
            return turn_away(&mut stream, config).await;
        }
    };
    let (mut reader, mut writer, id) = open_door(stream, caller, config);

    let entry = tokio::select! {
        entry = timeout_at(deadline, greet(&mut reader, &mut writer, id, &shared)) => {
            entry.unwrap_or(Err(End::Code(EndCode::HelloTimeout)))
        }
        () = shared.closing.cancelled() => Err(End::Code(EndCode::Shutdown)),
    };
    drop(unidentified);
    let (reader, writer, end) = match entry {
        Ok((member, live)) => {
            Session::new(reader, writer, member, live, &shared.config).run(&shared).await
        }
        Err(end) => {
            info!(reason = %end, "ended before it was in");
            (reader, writer, end)
        }
    };
    farewell(reader, writer, end, config).await;
}

/// Puts the halves of the door the caller is for in front of its connection.
fn open_door<S: AsyncRead + AsyncWrite>(
    stream: S,
    caller: Caller,
    config: &Config,
) -> (DoorReader<impl AsyncRead + Unpin>, DoorWriter<impl AsyncWrite + Unpin>, u64) {
    let Caller { door, id, first } = caller;
    let (incoming, outgoing) = tokio::io::split(stream);
    let (reader, writer) = match door {
        Door::Native => (
            DoorReader::Native(NativeReader::new(incoming, first)),
            DoorWriter::Native(NativeWriter::new(outgoing, config.write_timeout)),
        ),
        Door::Classic => (
            DoorReader::Classic(ClassicReader::new(incoming, first, id, config)),
            DoorWriter::Classic(ClassicWriter::new(outgoing, config)),
        ),
    };
    Span::current().record("door", tracing::field::display(door));
    (reader, writer, id)
}

/// One client that is in.
struct Session<R, W> {
    reader: DoorReader<R>,
    writer: DoorWriter<W>,
    member: Member,
    live: Live,
    strikes: Strikes,
    /// When the client has been silent for too long.
    idle_at: Instant,
    /// Whether it has been pinged for its silence.
    pinged: bool,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    fn new(
        reader: DoorReader<R>,
        writer: DoorWriter<W>,
        member: Member,
        live: Live,
        config: &Config,
    ) -> Self {
        let idle_at = Instant::now() + config.idle_timeout;
        let strikes = Strikes::default();
        Self { reader, writer, member, live, strikes, idle_at, pinged: false }
    }

    /// Serves the client until it is over; returns the door to say goodbye through, and why.
    async fn run(mut self, shared: &Shared) -> (DoorReader<R>, DoorWriter<W>, End) {
        let end = loop {
            if let ControlFlow::Break(end) = self.turn(&shared.config).await {
                break end;
            }
        };
        info!(reason = %end, "left");
        self.member.leave(end.leave_reason(self.reader.door()));
        (self.reader, self.writer, end)
    }

    /// Waits for the next thing to happen, and does what it asks for.
    ///
    /// A client that does not take what it is sent is neither listened to nor sent more, so that no
    /// more than [`crate::config::OUT_BYTES_MAX`] and what one event adds wait for it.
    async fn turn(&mut self, config: &Config) -> ControlFlow<End> {
        let full = self.writer.is_full();
        let is_native = self.reader.door() == Door::Native;
        tokio::select! {
            heard = self.reader.next(), if !full => self.hear(heard, config),
            event = self.live.recv(), if !full => self.pass_on(event),
            turn = self.writer.write(), if self.writer.wants_write() => self.wrote(turn),
            () = sleep_until(self.idle_at), if is_native => self.silence(config),
        }
    }

    fn hear(&mut self, heard: io::Result<Option<Heard>>, config: &Config) -> ControlFlow<End> {
        self.idle_at = Instant::now() + config.idle_timeout;
        self.pinged = false;
        match heard {
            Ok(Some(Heard::Command(command))) => self.obey(command),
            Ok(Some(Heard::Unreadable(refusal))) => self.refuse(*refusal),
            Ok(None) => ControlFlow::Break(End::Left),
            Err(error) => ControlFlow::Break(End::Failed(error)),
        }
    }

    fn obey(&mut self, command: Command) -> ControlFlow<End> {
        match command {
            Command::Say(say) => self.say(say),
            Command::Rename { name } => self.rename(&name),
            Command::Ping { nonce } => {
                self.writer.tell(&Event::Pong { nonce });
                ControlFlow::Continue(())
            }
            Command::Pong { .. } => ControlFlow::Continue(()),
            Command::Bye => ControlFlow::Break(End::Code(EndCode::Bye)),
            Command::Hello(_) => self.refuse(Refusal::new(
                RefusalCode::HelloAgain,
                "you have said hello already; use rename for another name",
            )),
            Command::Join { room, .. }
            | Command::Leave { room }
            | Command::History { room, .. }
            | Command::Who { room, .. } => self.refuse(not_yet(room)),
        }
    }

    fn say(&mut self, say: Say) -> ControlFlow<End> {
        let Say { room, kind, n, text } = say;
        let said = match room == RoomName::lobby() {
            true => self.member.say(kind, text, n).map_err(Refusal::from),
            false => Err(not_yet(room.clone())),
        };
        match said {
            Ok(accepted) => {
                self.writer.tell(&Event::Accepted(accepted));
                ControlFlow::Continue(())
            }
            Err(refusal) => self.refuse(Refusal { n, room: Some(room), ..refusal }),
        }
    }

    /// Where it goes well, the room tells everybody, this client as well.
    fn rename(&mut self, wants: &UserName) -> ControlFlow<End> {
        let if_taken = match self.reader.door() {
            Door::Native => IfTaken::Refuse,
            Door::Classic => IfTaken::Number,
        };
        match self.member.rename(wants, if_taken) {
            Ok(()) => {
                info!(user = %self.member.user().name, "renamed");
                ControlFlow::Continue(())
            }
            Err(error) => self.refuse(error.into()),
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

    /// Passes on what the room tells, and all that it tells besides, up to what the door holds.
    fn pass_on(&mut self, event: Result<Arc<Published>, RecvError>) -> ControlFlow<End> {
        let mut event = event.map_err(|error| match error {
            RecvError::Closed => TryRecvError::Closed,
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
        });
        loop {
            match event {
                Ok(published) => self.relay(&published),
                Err(TryRecvError::Empty) => return ControlFlow::Continue(()),
                Err(TryRecvError::Closed) => {
                    return ControlFlow::Break(End::Code(EndCode::Shutdown));
                }
                Err(TryRecvError::Lagged(missed)) => self.missed(missed)?,
            }
            if self.writer.is_full() {
                return ControlFlow::Continue(());
            }
            event = self.live.try_recv();
        }
    }

    fn relay(&mut self, published: &Arc<Published>) {
        if published.answered != Some(self.member.user().id) {
            self.writer.relay(published);
        }
    }

    fn missed(&mut self, missed: u64) -> ControlFlow<End> {
        match &mut self.writer {
            DoorWriter::Native(_) => ControlFlow::Break(End::Code(EndCode::TooSlow)),
            DoorWriter::Classic(writer) => {
                writer.skip(missed);
                ControlFlow::Continue(())
            }
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

    fn silence(&mut self, config: &Config) -> ControlFlow<End> {
        if self.pinged {
            return ControlFlow::Break(End::Code(EndCode::Idle));
        }
        self.pinged = true;
        self.idle_at = Instant::now() + config.idle_timeout;
        self.writer.tell(&Event::Ping { nonce: Nonce::default() });
        ControlFlow::Continue(())
    }
}

fn not_yet(room: RoomName) -> Refusal {
    let text = "this server knows one room, #lobby, and no history yet";
    Refusal { room: Some(room), ..Refusal::new(RefusalCode::NotYet, text) }
}
