//! The effects of the commands, for the program.

/// The effect of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Lists the commands.
    Help,
    /// Shows the keys.
    Keys,
    /// Joins a room, or opens a direct message.
    Join,
    /// Leaves a room.
    Leave,
    /// Sends a direct message.
    Msg,
    /// Lists the places to go to.
    GoTo,
    /// Lists the rooms of the server.
    Rooms,
    /// Lists the users of the room.
    Who,
    /// Shows the presence, the roles and the rooms of a user.
    Whois,
    /// Opens or closes the user list.
    Users,
    /// Shows or sets the topic.
    Topic,
    /// Sends an action.
    Me,
    /// Shows or changes the user's name.
    Name,
    /// Shows or changes a setting.
    Set,
    /// Shows the messages alone.
    Bare,
    /// Shows or sets which messages of the room notify the user.
    Notify,
    /// Makes a room quiet.
    Quiet,
    /// Lets a quiet room notify again.
    Unquiet,
    /// Hides the messages of a user, or lists the ignored users.
    Ignore,
    /// Shows the messages of an ignored user again.
    Unignore,
    /// Empties the log on the screen.
    Clear,
    /// Goes to the first unread message.
    Unread,
    /// Marks the room as read.
    Read,
    /// Lists the pinned messages of the room.
    Pins,
    /// Lists the messages that the user remembers.
    Saved,
    /// Lists the messages that mention the user.
    Mentions,
    /// Searches the messages of all rooms.
    Search,
    /// Goes to the first message of a day.
    Date,
    /// Writes the messages of the room to a file.
    Export,
    /// Makes an invite.
    Invite,
    /// Lists the invites.
    Invites,
    /// Ends an invite.
    Revoke,
    /// Makes a hook.
    Hook,
    /// Lists the hooks.
    Hooks,
    /// Ends a hook.
    RevokeHook,
    /// Sets the user's password.
    Password,
    /// Shows a code for another device.
    Link,
    /// Lists devices and sessions.
    Devices,
    /// Drops a device.
    Drop,
    /// Ends a session.
    End,
    /// Frees a name.
    Free,
    /// Logs in by a code or a password.
    Login,
    /// Shows or gives a role.
    Role,
    /// Makes the room private.
    Private,
    /// Makes the room public.
    Public,
    /// Makes the room one for announcements.
    Announce,
    /// Shows or sets the pause of the room.
    Slow,
    /// Sets who sets the topic.
    TopicBy,
    /// Asks a user into the room.
    AskIn,
    /// Mutes a user.
    Mute,
    /// Ends a mute.
    Unmute,
    /// Kicks a user.
    Kick,
    /// Bans a user.
    Ban,
    /// Ends a ban.
    Unban,
    /// Lists mutes and bans.
    Sanctions,
    /// Lists records of the audit log.
    Audit,
    /// Says that the user is away.
    Away,
    /// Says that the user is not away any more.
    Back,
    /// Says which server this is, and who the user is there.
    Status,
    /// Connects again.
    Reconnect,
    /// Goes on with another server.
    Connect,
    /// Forgets the token that the server refuses.
    Forget,
    /// Ends the program.
    Quit,
    /// Shows that a panic gives the terminal back; not in a release.
    #[cfg(debug_assertions)]
    Panic,
}
