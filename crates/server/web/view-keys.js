// The keys that work everywhere on the page.

import { run } from "./commands.js";
import { currentRoom, roomList, unread } from "./state.js";
import { namesUser } from "./view-rows.js";

export const KEYS = [
  ["Alt-Up, Alt-Down", "Go to the previous or the next room"],
  ["Alt-A", "Go to the next room with mentions or unread messages"],
  ["Alt-1 … Alt-9", "Go to the room at this place of the list"],
  ["Alt-N, Alt-P", "Go to the next or the previous message that mentions you"],
  ["Alt-Home", "Go to the first unread message"],
  ["Ctrl-K", "Go to a room or a user"],
  ["Up in an empty box", "Edit your last message"],
  ["PgUp, PgDn", "Scroll the messages"],
  ["Shift-Tab from the box", "Go to the messages: the arrow keys move, Enter opens the menu"],
  [
    "r t + e d y q o l p v m u",
    "On a message: reply, thread, react, edit, delete, copy, quote, open or copy the link, pin, versions, remember, unread",
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

  /** Goes to the next message with a mention after, or before, the one with the focus or at the end. */
  function mention(by) {
    const { entries } = currentRoom(state).log;
    const focused = document.activeElement.item?.entry;
    let at = focused ? entries.indexOf(focused) + by : by < 0 ? entries.length - 1 : 0;
    while (entries[at] && !(entries[at].seq && !entries[at].isOwn && namesUser(entries[at], state.name))) at += by;
    if (entries[at]) dispatch({ type: "goTo", room: state.current, seq: entries[at].seq });
    else dispatch({ type: "tell", text: "No more mentions are loaded here. /mentions lists all" });
  }

  /** Carries out a command as if it was typed. */
  const command = (line) => {
    const inputs = run(state, line);
    if (typeof inputs === "string") dispatch({ type: "tell", text: inputs });
    else inputs.forEach(view.act);
  };

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
    const take = (action) => {
      event.preventDefault();
      action();
    };
    const isAlt = altKey && !ctrl;
    const [, digit] = /^Digit([1-9])$/.exec(event.code) ?? [];
    if (key === "F1") take(() => dispatch({ type: "openPanel", panel: { kind: "help" } }));
    else if (document.getElementById("panel").open) return;
    else if (isAlt && key === "ArrowUp") take(() => step(-1));
    else if (isAlt && key === "ArrowDown") take(() => step(1));
    else if (isAlt && event.code === "KeyA") take(nextUnread);
    else if (isAlt && event.code === "KeyN") take(() => mention(1));
    else if (isAlt && event.code === "KeyP") take(() => mention(-1));
    else if (isAlt && key === "Home") take(() => command("/unread"));
    else if (isAlt && digit && roomList(state)[digit - 1])
      take(() => dispatch({ type: "openRoom", room: roomList(state)[digit - 1].name }));
    else if (ctrl && !altKey && !shiftKey && key.toLowerCase() === "k")
      take(() => dispatch({ type: "openPanel", panel: { kind: "go" } }));
    else if (ctrl && shiftKey && key.toLowerCase() === "f")
      take(() => dispatch({ type: "openPanel", panel: { kind: "search" } }));
    else if (key === "Escape" && !view.menu.isOpen()) take(back);
  });
}
