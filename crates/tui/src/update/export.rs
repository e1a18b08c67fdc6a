//! Exports the room on the screen to a file: asks the server for one page after the other, each once the one before is
//! written.

use std::path::PathBuf;

use chat_client::{NoticeKind, Request};
use chat_proto::export::ExportFormat;
use chat_proto::{Message, RoomName, Seq, Timestamp};

use super::{Effect, notify, request};
use crate::state::{Export, ExportStep, Stage, State};
use crate::wording::OFFLINE;

/// The time before all messages.
fn begin_of_time() -> Timestamp {
    Timestamp::from_millis(0)
}

/// What ends an export.
const STOP: &str = "stop";

/// Carries out `/export`.
///
/// # Errors
/// Returns the reason in words for the user, if nothing can be exported.
pub(super) fn command(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if argument == STOP {
        let Some(export) = &state.export else {
            return Err("Nothing is being exported".to_owned());
        };
        let why = format!("{} is not exported: you stopped it", export.label);
        return Ok(stop(state, &why, at));
    }
    if let Some(export) = &state.export {
        return Err(format!("{} is being exported. /export {STOP} ends that", export.label));
    }
    let room = state.client.room();
    let (name, label, last) = (room.name().clone(), room.label(), room.last_seq());
    if state.client.session().is_none() {
        return Err(OFFLINE.to_owned());
    }
    if !state.client.can_search() {
        return Err(
            "This server is too old to export a room. Ask who runs it to update it".to_owned()
        );
    }
    if last == Seq::NONE {
        return Err(format!("{label} has no messages"));
    }
    let (format, path) = format_and_path(argument, &label);
    state.exports += 1;
    state.export = Some(Export {
        run: state.exports,
        room: name,
        label,
        format,
        stage: Stage::Create,
        asked_in: None,
        epoch: state.client.epoch().cloned(),
        first: Seq::NONE,
        done: Seq::NONE,
        last,
        count: 0,
    });
    Ok(step(state, Stage::Create, ExportStep::Create(path)).into_iter().collect())
}

/// The format, and the file: that of the room's name if none is typed. The end of a file name can say the format, too.
fn format_and_path(argument: &str, label: &RoomName) -> (ExportFormat, PathBuf) {
    let (first, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let (named, file) = match ExportFormat::named(first) {
        Some(format) => (Some(format), rest.trim()),
        None => (None, argument),
    };
    let by_end = ExportFormat::ALL.into_iter().find(|format| file.ends_with(end(*format)));
    let format = named.or(by_end).unwrap_or(ExportFormat::Text);
    if !file.is_empty() {
        return (format, PathBuf::from(file));
    }
    let is_safe = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let name = label.as_str().chars().skip(1).map(|c| if is_safe(c) { c } else { '_' });
    (format, PathBuf::from(name.collect::<String>() + end(format)))
}

/// The end of the name of a file.
const fn end(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Text => ".txt",
        ExportFormat::Jsonl => ".jsonl",
        ExportFormat::Html => ".html",
    }
}

fn step(state: &mut State, stage: Stage, step: ExportStep) -> Option<Effect> {
    let export = state.export.as_mut()?;
    export.stage = stage;
    Some(Effect::Export { run: export.run, step })
}

/// Ends the export, and removes its file.
fn stop(state: &mut State, why: &str, at: Timestamp) -> Vec<Effect> {
    let removed = state
        .export
        .take()
        .map(|export| Effect::Export { run: export.run, step: ExportStep::Remove });
    let mut effects: Vec<Effect> = removed.into_iter().collect();
    effects.extend(notify(state, NoticeKind::Trouble, why, at));
    effects
}

/// A step of the file is done.
pub(super) fn next_step(
    state: &mut State,
    run: u64,
    result: Result<PathBuf, String>,
    at: Timestamp,
) -> Vec<Effect> {
    let Some(export) = state.export.as_ref().filter(|export| export.run == run) else {
        return Vec::new();
    };
    let (label, stage, count) = (export.label.clone(), export.stage, export.count);
    match (result, stage) {
        (Err(why), _) => stop(state, &format!("{label} is not exported: {why}"), at),
        (Ok(_), Stage::Create) => ask(state, Stage::First, at),
        (Ok(path), Stage::Finish) => {
            state.export = None;
            let messages = if count == 1 { "1 message" } else { &format!("{count} messages") };
            let text = format!("Exported {messages} of {label} to {}", path.display());
            notify(state, NoticeKind::Info, text, at)
        }
        (Ok(_), _) if is_complete(state) => {
            step(state, Stage::Finish, ExportStep::Finish).into_iter().collect()
        }
        (Ok(_), _) => ask(state, Stage::Fetch, at),
    }
}

fn is_complete(state: &State) -> bool {
    state.export.as_ref().is_some_and(|export| export.done >= export.last)
}

/// Asks the server for what comes next.
fn ask(state: &mut State, stage: Stage, at: Timestamp) -> Vec<Effect> {
    let session = state.client.session();
    let Some(export) = &mut state.export else {
        return Vec::new();
    };
    (export.stage, export.asked_in) = (stage, session);
    let (room, after, to) = (export.room.clone(), export.done, export.last);
    let asked = match stage {
        Stage::First => Request::FindDate { room, date: begin_of_time() },
        _ => Request::Fetch { room, after, to },
    };
    let effects = request(state, asked, at);
    effects.unwrap_or_else(|_| {
        // It is asked again before a frame, once the server can be asked.
        if let Some(export) = &mut state.export {
            export.asked_in = None;
        }
        Vec::new()
    })
}

/// Whether a date that was found is the beginning of the export.
pub(super) fn awaits_first(state: &State, room: &RoomName, date: Timestamp) -> bool {
    let is_it = |export: &Export| export.room == *room && export.stage == Stage::First;
    date == begin_of_time() && state.export.as_ref().is_some_and(is_it)
}

/// The first message of the room is known.
pub(super) fn first_found(state: &mut State, seq: Option<Seq>) -> Option<Effect> {
    let export = state.export.as_mut()?;
    export.first = seq.unwrap_or(export.last).minus(1);
    export.done = export.first;
    let head = export.format.head(&export.label);
    step(state, Stage::Write, ExportStep::Write(head))
}

/// Messages have come: they are written.
pub(super) fn write_fetched(
    state: &mut State,
    room: &RoomName,
    to: Seq,
    messages: Option<Vec<Message>>,
) -> Option<Effect> {
    let export = state.export.as_mut().filter(|it| it.room == *room && it.stage == Stage::Fetch)?;
    let Some(messages) = messages else {
        let run = export.run;
        let why = format!("{} is not exported: the server couldn't read it", export.label);
        state.export = None;
        state.done = Some(Err(why));
        return Some(Effect::Export { run, step: ExportStep::Remove });
    };
    let mut text = String::new();
    for message in messages {
        let written = export.format.message(&message);
        export.count += u64::from(!written.is_empty());
        text += &written;
    }
    export.done = to;
    if to >= export.last {
        text += export.format.tail();
    }
    step(state, Stage::Write, ExportStep::Write(text))
}

/// Before a frame: in another session, the server is asked again. If the messages are not the same any more, the export
/// ends.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(export) = &state.export else {
        return Vec::new();
    };
    let label = &export.label;
    let why = if state.client.rooms().get(&export.room).is_none() {
        format!("{label} is not exported: you're not there any more")
    } else if state.client.epoch() != export.epoch.as_ref() {
        format!("{label} is not exported: the server was restored meanwhile")
    } else {
        let waits = matches!(export.stage, Stage::First | Stage::Fetch);
        let is_due = state.client.session().is_some() && state.client.session() != export.asked_in;
        let stage = export.stage;
        return if waits && is_due { ask(state, stage, at) } else { Vec::new() };
    };
    stop(state, &why, at)
}
