//! `chat-server admin`: sends commands to the daemon that runs here, as its operator. The commands are those of the
//! protocol, and so are the answers.

mod args;
mod control;
mod lists;
mod secret;
mod target;
mod user;
mod words;

use std::path::Path;
use std::process::ExitCode;

use chat_proto::SanctionKind;

pub(crate) use self::args::AdminArgs;
use self::args::Order;
use self::control::Control;
use self::user::UserOrder;

/// Carries out what the arguments say, with the daemon whose data is in `data`.
///
/// # Errors
/// Returns an error if the daemon does not run or refuses it: the text says why, and what to do.
pub(crate) fn perform(args: &AdminArgs, data: &Path) -> anyhow::Result<ExitCode> {
    let mut control = Control::connect(data, args.json)?;
    match &args.order {
        Order::User { order: UserOrder::List } => lists::users(&mut control)?,
        Order::User { order } => order.carry_out(&mut control)?,
        Order::Sessions => lists::sessions(&mut control)?,
        Order::Rooms => lists::rooms(&mut control)?,
        Order::Sanctions { room } => lists::sanctions(&mut control, room.as_ref())?,
        Order::Audit { limit } => lists::audit(&mut control, *limit)?,
        Order::Unmute(terms) => lists::pardon(&mut control, SanctionKind::Mute, terms)?,
        Order::Unban(terms) => lists::pardon(&mut control, SanctionKind::Ban, terms)?,
        order => {
            if let Order::Kick(terms) = order {
                terms.check(&mut control)?;
            }
            let Some(command) = order.command() else { return Ok(ExitCode::SUCCESS) };
            let event = control.ask(&command)?;
            match order.done() {
                Some(done) => control.say(&done)?,
                None => control.print(&event)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
