//! The orders of the operator about users, and the text after each.

use anyhow::{bail, ensure};
use chat_proto::{Command, Event, Role, RoomName, UserName};
use clap::Subcommand;

use super::args::role;
use super::control::Control;
use super::secret;

/// An order about users.
#[derive(Debug, Subcommand)]
pub(super) enum UserOrder {
    /// List all users who have an account, connected or not.
    List,
    /// Print a user's devices and sessions.
    Show {
        /// The user.
        name: UserName,
    },
    /// Give a user another role, on the server or in a room.
    Role {
        /// The user.
        name: UserName,
        /// member, moderator or owner; in a room also voice.
        #[arg(value_parser = role)]
        role: Role,
        /// The room; without it, the role is one on the server.
        #[arg(long, value_name = "ROOM")]
        room: Option<RoomName>,
    },
    /// Give a user another password, which is asked for on the terminal.
    Password {
        /// The user.
        name: UserName,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        /// Drop all devices of the user in the same step: each of them needs the new password.
        #[arg(long)]
        drop_devices: bool,
    },
    /// Make a code with which a user who has lost all devices logs in on another one.
    Link {
        /// The user.
        name: UserName,
    },
    /// Drop a device of a user: its token ends, and so do its sessions.
    Drop {
        /// The user.
        name: UserName,
        /// The number of the device, as `show` lists it.
        id: u64,
    },
    /// Free the name of a user who is not connected. The user gets a name with a number.
    Free {
        /// The user.
        name: UserName,
    },
}

impl UserOrder {
    /// Carries it out, and prints the new state.
    ///
    /// # Errors
    /// Returns an error if the daemon refuses it or does not answer, or there is no password.
    pub(super) fn carry_out(&self, control: &mut Control) -> anyhow::Result<()> {
        let user = |name: &UserName| Some(name.clone());
        let (command, said): (_, Option<String>) = match self {
            Self::List => (Command::Accounts { after: None, limit: None }, None),
            Self::Show { name } => (Command::Account { user: user(name) }, None),
            Self::Role { name, role, room } => {
                let (user, room, role) = (name.clone(), room.clone(), *role);
                (Command::Grant { user, room, role }, None)
            }
            Self::Link { name } => (Command::Link { user: user(name) }, None),
            Self::Password { name, password_stdin, drop_devices } => {
                // The password is asked for only if there is such a user.
                control.account(name)?;
                let password = match password_stdin {
                    true => secret::from_stdin()?,
                    false => secret::ask(name.as_str())?,
                };
                let (user, drop_devices) = (user(name), *drop_devices);
                let command = Command::SetPassword { password, old: None, user, drop_devices };
                let devices = if drop_devices { " Its devices are dropped." } else { "" };
                (command, Some(format!("{name} has the new password.{devices}\n")))
            }
            Self::Drop { name, id } => {
                let devices = control.account(name)?.devices;
                ensure!(
                    devices.iter().any(|device| device.id == *id),
                    "{name} has no device with the number {id}; chat-server admin user show {} lists them",
                    quoted(name)
                );
                let said =
                    format!("The device {id} of {name} is dropped, and its sessions have ended.\n");
                (Command::Drop { id: *id, user: user(name) }, Some(said))
            }
            Self::Free { name } => (Command::Free { user: name.clone() }, None),
        };
        let event = control.ask(&command)?;
        match (said, self, &event) {
            (Some(said), ..) => control.say(&said),
            (None, Self::Free { name }, Event::Account(account)) => control
                .say(&format!("The name {name} is free; its user is {} now.\n", account.name)),
            (None, Self::Free { .. }, _) => {
                bail!("the daemon answers with something else than an account")
            }
            _ => control.print(&event),
        }
    }
}

/// A name as a word of a shell.
pub(super) fn quoted(name: &UserName) -> String {
    let name = name.as_str();
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+'));
    if is_plain { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_a_shell() {
        for (name, word) in
            [("bob", "bob"), ("Ana María", "'Ana María'"), ("o'neil", r"'o'\''neil'")]
        {
            assert_eq!(quoted(&UserName::new(name).unwrap()), word);
        }
    }
}
