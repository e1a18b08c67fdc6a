// The back button of the browser: it goes from a pane to the messages, and from a room to the one before. A page that
// is loaded again shows the room that it has shown.

import { LOBBY } from "./state.js";

/** What is shown, as an entry of the history of the tab has it; `from` is that of the entry before. */
const entryOf = (state, from) => ({ room: state.current, pane: document.body.dataset.pane, from });
const isSame = (a, b) => a?.room === b?.room && a?.pane === b?.pane;

export function makeHistory(view) {
  const { state, dispatch } = view;
  let isRestored = false;
  /** The browser is going back, and says so later. */
  let isLeaving = false;

  function show({ room, pane }) {
    if (room !== state.current) dispatch({ type: "openRoom", room });
    if (view.isNarrow()) view.showPane(pane);
  }

  /** Shows the room of the entry that the page was loaded with. */
  function restore() {
    isRestored = true;
    const last = history.state;
    const isThere = last && state.current === LOBBY && state.rooms.has(last.room);
    const shown = isThere ? { ...last, pane: "log" } : entryOf(state, last?.from);
    history.replaceState(shown, "");
    if (isThere) show(shown);
  }

  // A reader who types before the rooms are there stays where that is typed.
  addEventListener("input", () => (isRestored = true), { once: true });
  addEventListener("popstate", ({ state: to }) => {
    // What is shown already.
    if (isLeaving) return void (isLeaving = false);
    if (to === null) return;
    if (state.rooms.has(to.room)) show(to);
    // The user has left that room. An entry after this one would lead back to it each time.
    else history.replaceState(entryOf(state, to.from), "");
    view.draw();
  });

  return {
    /** Adds what is shown to the history, unless that is the entry before: then goes back to it. */
    draw() {
      if (!state.isComplete || isLeaving) return;
      if (!isRestored) return restore();
      const { state: last } = history;
      const now = entryOf(state, last && { room: last.room, pane: last.pane });
      if (last === null) history.replaceState(now, "");
      else if (isSame(now, last.from)) {
        isLeaving = true;
        history.back();
      } else if (!isSame(now, last)) history.pushState(now, "");
    },
  };
}
