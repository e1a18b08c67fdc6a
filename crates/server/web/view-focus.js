// The message of a log that has the focus, and the one that has the buttons. One message at a time can be reached with
// Tab; the arrow keys move on.

import { actOn } from "./view-actions.js";
import { makeTools } from "./view-message.js";

/** `room` is a function that returns the room, `goToFirst` makes the row of the oldest message that is loaded. */
export function makeFocus(view, { frame, items, isThread }, { room, goToFirst }) {
  const tools = makeTools();
  /** The rows with the focus and with the buttons, by their keys. */
  let focused = null;
  let tooled = null;
  // A selector would look at all that is in the rows.
  const articles = () => [...items.children].filter((one) => one.localName === "article");

  /** The rows have changed. */
  function update() {
    const all = articles();
    const now = all.find((one) => one.itemKey === focused) ?? all.at(-1);
    for (const one of all) if (one.tabIndex === 0 && one !== now) one.tabIndex = -1;
    if (now) now.tabIndex = 0;
    tools.attach(all.find((one) => one.itemKey === tooled));
  }

  function focusOn(row) {
    if (!row) return;
    focused = row.itemKey;
    update();
    row.focus();
  }

  function pointAt(row) {
    if (!row || (row.itemKey === tooled && row.querySelector(".tools"))) return;
    tooled = row.itemKey;
    tools.attach(row);
  }

  frame.addEventListener("focusin", (event) => {
    const row = event.target.closest("article");
    if (!row) return;
    focused = row.itemKey;
    tooled = row.itemKey;
    update();
  });
  frame.addEventListener("pointerover", (event) => pointAt(event.target.closest("article")), { passive: true });
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = event.target.closest("article");
    const all = articles();
    const at = all.indexOf(row);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined && (row === event.target || row === null)) {
      event.preventDefault();
      if (event.key === "End" && !isThread) view.dispatch({ type: "newest", room: room().name });
      if (event.key !== "Home") return focusOn(row === null ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, to))]);
      goToFirst();
      focusOn(articles()[0]);
    } else if (row === event.target) actOn.key(view, event, row, room(), isThread);
  });

  return { update, focusOn, forget: () => void (focused = null) };
}
