// The keys that work everywhere on the page.

import { currentRoom, roomList, unread } from "./state.js";

export const KEYS = [
  ["Alt-Up, Alt-Down", "Go to the previous or the next room"],
  ["Alt-A", "Go to the next room with mentions or unread messages"],
  ["Ctrl-K", "Go to a room or a user"],
  ["Up in an empty box", "Edit your last message"],
  ["PgUp, PgDn", "Scroll the messages"],
  ["Shift-Tab from the box", "Go to the messages: the arrow keys move, Enter opens the menu"],
  [
    "r t + e d y q o p v",
    "On a message: reply, thread, react, edit, delete, copy, quote, open the link, pin, versions",
  ],
  ["Ctrl-Shift-F", "Search messages"],
  ["Esc", "Cancel, close, and at last go to the newest message"],
  ["F1", "Show the commands and the keys"],
];

export function makeKeys(view) {
  const { state, dispatch } = view;

  function step(by) {
    const rooms = roomList(state);
    const at = rooms.findIndex((room) => room.name === state.current);
    dispatch({ type: "openRoom", room: rooms[(at + by + rooms.length) % rooms.length].name });
  }

  function nextUnread() {
    const others = roomList(state).filter((room) => room.name !== state.current && unread(state, room).count > 0);
    const next = others.find((room) => unread(state, room).mentions > 0) ?? others[0];
    if (next) dispatch({ type: "openRoom", room: next.name });
    else dispatch({ type: "tell", text: "Nothing is unread in other rooms" });
  }

  /** Goes back one step: the thread, the reply, the pane, at last to the newest message. */
  function back() {
    if (state.compose) view.composer.cancel();
    else if (state.thread) view.closeThread();
    else if (document.body.dataset.pane !== "log") view.showPane("log");
    else {
      dispatch({ type: "newest", room: currentRoom(state).name });
      view.composer.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (state.connection.kind === "welcome" || event.defaultPrevented || event.isComposing) return;
    const { key, altKey, shiftKey } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    const run = (action) => {
      event.preventDefault();
      action();
    };
    if (key === "F1") run(() => dispatch({ type: "openPanel", panel: { kind: "help" } }));
    else if (document.getElementById("panel").open) return;
    else if (altKey && !ctrl && key === "ArrowUp") run(() => step(-1));
    else if (altKey && !ctrl && key === "ArrowDown") run(() => step(1));
    else if (altKey && !ctrl && event.code === "KeyA") run(nextUnread);
    else if (ctrl && !altKey && !shiftKey && key.toLowerCase() === "k")
      run(() => dispatch({ type: "openPanel", panel: { kind: "go" } }));
    else if (ctrl && shiftKey && key.toLowerCase() === "f")
      run(() => dispatch({ type: "openPanel", panel: { kind: "search" } }));
    else if (key === "Escape" && !view.menu.isOpen()) run(back);
  });
}
