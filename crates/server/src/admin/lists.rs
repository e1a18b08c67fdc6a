//! Orders that ask for lists, page by page.

use anyhow::{bail, ensure};
use chat_proto::event::SanctionInfo;
use chat_proto::{Command, Event, RoomName, SanctionKind};

use super::control::Control;
use super::target::{PardonTerms, Target};
use super::words::in_scope;

/// Prints the sessions of all users.
pub(super) fn sessions(control: &mut Control) -> anyhow::Result<()> {
    let (mut after, mut count) = (None, 0);
    loop {
        let event = control.ask(&Command::Sessions { after, limit: None })?;
        control.print(&event)?;
        let Event::Sessions { sessions, more } = event else {
            bail!("the daemon answers with something else than sessions");
        };
        count += sessions.len();
        after = sessions.iter().map(|session| session.id).max();
        if !more || after.is_none() {
            break;
        }
    }
    if count == 0 { control.say("Nobody is connected.\n") } else { Ok(()) }
}

/// Prints all users who have an account.
pub(super) fn users(control: &mut Control) -> anyhow::Result<()> {
    let (mut after, mut count) = (None, 0);
    loop {
        let event = control.ask(&Command::Accounts { after, limit: None })?;
        control.print(&event)?;
        let Event::Accounts { accounts, next } = event else {
            bail!("the daemon answers with something else than accounts");
        };
        count += accounts.len();
        // Otherwise a daemon that sends the same page again would be asked without end.
        if next <= after {
            break;
        }
        after = next;
    }
    if count == 0 { control.say("There are no users.\n") } else { Ok(()) }
}

/// Prints the rooms.
pub(super) fn rooms(control: &mut Control) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let event = control.ask(&Command::Rooms { after, limit: None })?;
        control.print(&event)?;
        let Event::Rooms { rooms, more } = event else {
            bail!("the daemon answers with something else than rooms");
        };
        after = rooms.into_iter().next_back().map(|info| info.room);
        if !more || after.is_none() {
            return Ok(());
        }
    }
}

/// Prints the mutes and bans of a room, or of the server.
pub(super) fn sanctions(control: &mut Control, room: Option<&RoomName>) -> anyhow::Result<()> {
    let mut count = 0;
    each_sanction(control, room, |control, page| {
        count += page.len();
        control.print(&Event::Sanctions { room: None, sanctions: page, more: false })
    })?;
    if count == 0 {
        control.say(&format!("There are no mutes and bans {}.\n", in_scope(room)))?;
    }
    Ok(())
}

/// Ends the mutes or bans of a user or a network in a room, or on the server.
pub(super) fn pardon(
    control: &mut Control,
    kind: SanctionKind,
    terms: &PardonTerms,
) -> anyhow::Result<()> {
    let PardonTerms { target, room } = terms;
    let mut found = Vec::new();
    each_sanction(control, room.as_ref(), |_, page| {
        let ids = page.iter().filter(|one| one.kind == kind && is_of(one, target));
        found.extend(ids.filter_map(|one| one.id));
        Ok(())
    })?;
    ensure!(
        !found.is_empty(),
        "there is no such {kind} {}; chat-server admin sanctions lists them",
        in_scope(room.as_ref())
    );
    for id in found {
        let event = control.ask(&Command::Pardon { id })?;
        control.print(&event)?;
    }
    Ok(())
}

fn is_of(sanction: &SanctionInfo, target: &Target) -> bool {
    match target {
        Target::User(name) => {
            sanction.user.as_ref().is_some_and(|user| user.name.key() == name.key())
        }
        Target::Network(network) => sanction.user.is_none() && sanction.network == Some(*network),
    }
}

/// Asks for all sanctions of a room, or of the server, and calls `take` with each page.
fn each_sanction(
    control: &mut Control,
    room: Option<&RoomName>,
    mut take: impl FnMut(&mut Control, Vec<SanctionInfo>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let command = Command::Sanctions { room: room.cloned(), after, limit: None };
        let Event::Sanctions { sanctions, more, .. } = control.ask(&command)? else {
            bail!("the daemon answers with something else than sanctions");
        };
        after = sanctions.iter().filter_map(|one| one.id).max();
        take(control, sanctions)?;
        if !more || after.is_none() {
            return Ok(());
        }
    }
}

/// Prints the newest `limit` records of the audit log.
pub(super) fn audit(control: &mut Control, limit: u32) -> anyhow::Result<()> {
    let (mut before, mut left) = (None, limit);
    while left > 0 {
        let event = control.ask(&Command::Audit { before, limit: Some(left) })?;
        let Event::Audit { records, more } = &event else {
            bail!("the daemon answers with something else than the audit log");
        };
        control.print(&event)?;
        left = left.saturating_sub(u32::try_from(records.len()).unwrap_or(u32::MAX));
        before = records.iter().map(|record| record.id).min();
        if !more || before.is_none() {
            break;
        }
    }
    Ok(())
}
