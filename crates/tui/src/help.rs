//! The keys, in words.

/// Every key and what it does; an empty key continues the one above.
pub const KEYS: &[(&str, &str)] = &[
    ("Enter", "says it; a / in front makes it a command"),
    ("Alt-Enter", "begins a new line (Ctrl-J, too)"),
    ("Tab", "completes a name, a room or a command"),
    ("Up Down", "what you said before"),
    ("PgUp PgDn", "scroll; the mouse wheel does, too"),
    ("Ctrl-Home/End", "oldest and newest message"),
    ("Alt-1 … Alt-9", "goes to a room by its number in the list"),
    ("Alt-Up Alt-Down", "the room above, the room below"),
    ("Alt-A", "the next room with something new"),
    ("Ctrl-G", "opens or closes the user list"),
    ("Home End", "the same on an empty line"),
    ("", "else start and end of the line"),
    ("Ctrl-Left/Right", "word by word"),
    ("Ctrl-U Ctrl-K", "delete to start, to end of line"),
    ("Ctrl-W", "deletes a word"),
    ("Ctrl-_ Ctrl-Y", "undo, redo"),
    ("Ctrl-C", "clears the line; quits on an empty one"),
    ("F1 Ctrl-L", "this help; draws the screen again"),
    ("Ctrl-Z", "back to the shell; fg returns here"),
    ("Shift-mouse", "selects text, as the wheel is taken"),
    ("Marks", "… on its way  ✗ not sent  ▌ names you"),
    ("", "▌ this room  @2 two that name you"),
];
