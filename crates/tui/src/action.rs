//! Everything that a key can do, and what else may start it: a click, a command.
//!
//! To add an action, add a row to the table, and say what it does in `update/actions.rs`.

/// Where the help lists an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Going from room to room.
    Rooms,
    /// Reading.
    Messages,
    /// Sending.
    Writing,
    /// Moving the cursor, and changing the text.
    Editing,
    /// The program itself.
    Program,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 5] =
        [Self::Rooms, Self::Messages, Self::Writing, Self::Editing, Self::Program];

    /// Its heading in the help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rooms => "Rooms",
            Self::Messages => "Messages",
            Self::Writing => "Writing",
            Self::Editing => "Editing",
            Self::Program => "Program",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct ActionHelp {
    /// Its name in the `[keys]` of the settings file.
    pub name: &'static str,
    /// Its keys if the settings file does not set them.
    pub keys: &'static [&'static str],
    /// Where the help lists it.
    pub group: Group,
    /// One line on what it does. Neighbours with the same line are one row of the help.
    pub does: &'static str,
}

macro_rules! actions {
    ($($group:ident { $($action:ident, $name:literal, [$($key:literal),*], $does:literal;)* })*) => {
        /// Something that a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $does] $action,)*)*
        }

        impl Action {
            /// Every action, in the order of the help.
            pub const ALL: &'static [Self] = &[$($(Self::$action),*),*];

            /// Its row of the table.
            #[must_use]
            pub const fn help(self) -> &'static ActionHelp {
                match self {
                    $($(Self::$action => &ActionHelp {
                        name: $name,
                        keys: &[$($key),*],
                        group: Group::$group,
                        does: $does,
                    },)*)*
                }
            }
        }
    };
}

actions! {
Rooms {
    NextRoom, "next-room", ["Ctrl-N", "Alt-Down"], "Go to the next room";
    PreviousRoom, "previous-room", ["Ctrl-P", "Alt-Up"], "Go to the previous room";
    NextUnread, "next-unread", ["Alt-A"], "Go to the next room with mentions or unread messages; back if there is none";
    GoTo, "go-to", ["Ctrl-K"], "Go to a room or a user; with text behind the cursor, cut it to the end of the line";
    Room1, "room-1", ["Alt-1"], "Go to the room with this number";
    Room2, "room-2", ["Alt-2"], "Go to the room with this number";
    Room3, "room-3", ["Alt-3"], "Go to the room with this number";
    Room4, "room-4", ["Alt-4"], "Go to the room with this number";
    Room5, "room-5", ["Alt-5"], "Go to the room with this number";
    Room6, "room-6", ["Alt-6"], "Go to the room with this number";
    Room7, "room-7", ["Alt-7"], "Go to the room with this number";
    Room8, "room-8", ["Alt-8"], "Go to the room with this number";
    Room9, "room-9", ["Alt-9"], "Go to the room with this number";
}
Messages {
    PageUp, "page-up", ["PgUp"], "Scroll to older messages";
    PageDown, "page-down", ["PgDn"], "Scroll to newer messages";
    Oldest, "oldest", ["Ctrl-Home"], "Go to the oldest message";
    Newest, "newest", ["Ctrl-End"], "Go to the newest message";
    FirstUnread, "first-unread", ["Alt-Home"], "Go to the first unread message";
    NextMention, "next-mention", ["Alt-N"], "Go to the next message that mentions you";
    PreviousMention, "previous-mention", ["Alt-P"], "Go to the previous message that mentions you";
    Search, "search", ["Ctrl-F"], "Search messages; before text, character right";
    SearchOrder, "search-order", ["Ctrl-O"], "Sort what a search found: newest or best first";
    Select, "select", ["Ctrl-S", "Shift-Up"], "Select a message, to copy, quote or open it";
    Bare, "bare", ["Alt-L"], "Show the messages alone, to select text";
    Back, "back", ["Esc"], "Go back one step, at last to the newest message";
    OtherPane, "other-pane", ["F6", "Alt-O"], "Go to the open thread, or back to the messages";
    Users, "users", ["Ctrl-G"], "Show or hide the user list";
}
Writing {
    Send, "send", ["Enter"], "Send the message (start with / for a command)";
    NewLine, "new-line", ["Alt-Enter", "Ctrl-J", "Shift-Enter"], "Start a new line";
    Complete, "complete", ["Tab"], "Complete a name, a room or a command";
    CompleteBack, "complete-back", ["Shift-Tab"], "Complete with the previous offer";
    Up, "up", ["Up"], "Line above; in an empty box, edit your last message; again, previous input";
    Down, "down", ["Down"], "Line below; on the last line, next input";
    PreviousInput, "previous-input", ["Ctrl-Up"], "Previous input";
    NextInput, "next-input", ["Ctrl-Down"], "Next input";
    SearchInput, "search-input", ["Ctrl-R"], "Search previous input; again for older input";
    Edit, "edit", ["Ctrl-X Ctrl-E"], "Edit the text in your editor ($EDITOR)";
    Clear, "clear", ["Ctrl-C"], "Clear the input; if it is empty, press twice to quit";
}
Editing {
    Left, "left", ["Left", "Ctrl-B"], "Character left";
    Right, "right", ["Right"], "Character right";
    WordLeft, "word-left", ["Ctrl-Left", "Alt-B", "Alt-Left"], "Start of the word";
    WordRight, "word-right", ["Ctrl-Right", "Alt-F", "Alt-Right"], "End of the word";
    LineStart, "line-start", ["Ctrl-A"], "Start of the line";
    LineEnd, "line-end", ["Ctrl-E"], "End of the line";
    Home, "home", ["Home"], "Start of the line; oldest message if the input is empty";
    End, "end", ["End"], "End of the line; newest message if the input is empty";
    DeleteLeft, "delete-left", ["Backspace", "Ctrl-H"], "Delete the character on the left";
    DeleteRight, "delete-right", ["Delete"], "Delete the character on the right";
    DeleteOrQuit, "delete-or-quit", ["Ctrl-D"], "Delete the character on the right; if the input is empty, press twice to quit";
    CutWord, "cut-word", ["Ctrl-W"], "Cut back to white space";
    CutWordLeft, "cut-word-left", ["Alt-Backspace", "Ctrl-Backspace"], "Cut to the start of the word";
    CutWordRight, "cut-word-right", ["Alt-D", "Ctrl-Delete"], "Cut to the end of the word";
    CutLineStart, "cut-line-start", ["Ctrl-U"], "Cut to the start of the line";
    CutLineEnd, "cut-line-end", ["Alt-K"], "Cut to the end of the line";
    Paste, "paste", ["Ctrl-Y"], "Insert what was cut";
    PasteOlder, "paste-older", ["Alt-Y"], "Replace it with what was cut before";
    SwapCharacters, "swap-characters", ["Ctrl-T"], "Swap the characters around the cursor";
    SwapWords, "swap-words", ["Alt-T"], "Swap the words around the cursor";
    Capital, "capital", ["Alt-C"], "Capitalize the word";
    Upper, "upper", ["Alt-U"], "Put the word into capitals";
    Lower, "lower", ["Ctrl-X Ctrl-L"], "Put the word into small letters";
    Undo, "undo", ["Ctrl-_"], "Undo";
    Redo, "redo", ["Alt-_"], "Redo";
}
Program {
    Help, "help", ["F1"], "Show the keys";
    Redraw, "redraw", ["Ctrl-L"], "Redraw the screen";
    Suspend, "suspend", ["Ctrl-Z"], "Return to the shell; fg comes back";
}
}

impl Action {
    /// The action with that name; `None` if no action has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.help().name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_action_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.help().name).collect();
        assert_eq!(names.len(), Action::ALL.len());
        assert_eq!(Action::named("next-room"), Some(Action::NextRoom));
        assert_eq!(Action::named("nothing"), None);
    }
}
