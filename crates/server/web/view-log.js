// A log of messages: the open room, or the open thread.

import { dayOf } from "./dates.js";
import { set } from "./dom.js";
import { currentRoom, labelOf, roomOf } from "./state.js";
import { actOn } from "./view-actions.js";
import { makeEdge } from "./view-edge.js";
import { makeGeometry } from "./view-geometry.js";
import { makeJumps } from "./view-jumps.js";
import { newRepliesOf } from "./view-rows.js";
import { makeScroll } from "./view-scroll.js";
import * as windows from "./view-window.js";

/** Time for which the message is marked that the reader has gone to. */
const FLASH_MS = 2000;

const sizeOf = ({ clientWidth, clientHeight }) => `${clientWidth} ${clientHeight}`;

/** Makes the log of the open room, or of the open thread. `items` has its rows, and `frame` scrolls them. */
export function makeLog(view, elements) {
  const { state } = view;
  const { frame, items, isThread } = elements;
  const log = {
    atEnd: true,
    drawn: "",
    room: null,
    /** Where the reader has left other rooms. */
    places: new Map(),
    opened: new Set(),
    /** Whether the room is still to be shown where it opens; whether it is to be shown at its end. */
    isOpening: false,
    wantsEnd: false,
    /**
     * Where the last drawing left the scroll bar: elsewhere, the reader has moved it, and the event of that is to come.
     * Unless the frame has another size: then the row that it left on the screen, or the end, is to be there again.
     */
    top: 0,
    size: "",
    kept: null,
    window: windows.newWindow(),
    /** The heights of the empty space above and below the rows. */
    pads: { above: 0, below: 0 },
  };
  const source = () => (isThread ? state.thread?.log : currentRoom(state)?.log);
  const room = () => (isThread ? roomOf(state, state.thread?.room) : currentRoom(state));
  const geometry = makeGeometry(frame, items, log.pads);
  const rows = makeScroll(view, elements, { log, source, room, geometry });
  const edge = makeEdge(view, frame, isThread);
  const jumps = isThread ? null : makeJumps(view);

  function draw(isScrolled = false) {
    const from = source();
    const of = room();
    if (!from || !of) {
      if (log.room) Object.assign(log, { room: null, drawn: "" });
      return items.replaceChildren();
    }
    if (frame.clientHeight === 0) return hidden();
    const name = isThread ? `${state.thread.room} ${state.thread.root}` : of.name;
    const isOther = log.room !== name;
    if (isOther) leave(name);
    else if (log.size !== sizeOf(frame)) resized();
    else if (!log.wantsEnd && (!log.atEnd || frame.scrollTop !== log.top)) log.atEnd = rows.isAtEnd();
    edge.draw(from, of, log.window.from === 0);
    const now = signature(name, from, of);
    if (now !== log.drawn || isOther) {
      log.drawn = now;
      rows.arrive(from);
      rows.fill();
    } else if (isScrolled) rows.fill();
    if (!isThread) {
      set(frame, { "aria-label": `Messages in ${labelOf(of)}`, "aria-busy": String(of.loading !== null) });
      reachGoal();
      jumps.draw(of, geometry.first(), !log.atEnd || source().isCut);
    }
    rows.reading.load();
    Object.assign(log, {
      top: frame.scrollTop,
      size: sizeOf(frame),
      kept: log.atEnd ? null : geometry.anchor(),
    });
    rows.reading.report();
  }

  /** In another pane of a phone: nothing can be measured or seen, and all is drawn when it is shown. */
  function hidden() {
    Object.assign(log, { drawn: "", size: "" });
    rows.reading.hidden();
  }

  /** The lines have other lengths, so all rows have moved. */
  function resized() {
    if (log.atEnd) frame.scrollTop = frame.scrollHeight;
    else geometry.restore(log.kept);
  }

  /** All that the rows depend on: if it is as before, they are not made again. */
  function signature(name, from, of) {
    const pages = [of.loading?.kind, of.retry?.until];
    const look = [dayOf(Date.now()), log.opened.size];
    const about = [name, from.version, from.first, state.name, state.role, ...look, ...pages];
    const replies = isThread ? [] : newRepliesOf(of).map(({ seq }) => seq);
    const ofRoom = isThread ? [] : [of.line, replies, of.count <= 1, state.thread?.root];
    return [...about, ...ofRoom, state.threadDrafts.size].join("|");
  }

  /** Goes on with another room: remembers where the reader was. */
  function leave(name) {
    if (log.room && !log.atEnd) log.places.set(log.room, geometry.anchor());
    else log.places.delete(log.room);
    Object.assign(log, { room: name, atEnd: true, isOpening: true, window: windows.newWindow() });
    rows.focus.forget();
    log.opened.clear();
  }

  /** Scrolls to the message that was asked for, once it is loaded. */
  function reachGoal() {
    const { goal } = state;
    if (!goal || goal.room !== state.current || currentRoom(state).loading !== null) return;
    const row = rows.goTo(goal.seq);
    if (!row) return;
    log.isOpening = false;
    row.classList.add("flash");
    setTimeout(() => row.classList.remove("flash"), FLASH_MS);
    rows.focus.focusOn(row);
    view.dispatch({ type: "arrived" });
  }

  let isScrolling = false;
  const scrolled = () => {
    // Where the drawing itself has scrolled to, at the end, all rows are there.
    if (isScrolling || (log.atEnd && frame.scrollTop === log.top)) return;
    isScrolling = true;
    requestAnimationFrame(() => {
      isScrolling = false;
      if (source() && room()) draw(true);
    });
  };
  frame.addEventListener("scroll", scrolled, { passive: true });
  frame.addEventListener("click", (event) => actOn.click(view, event, room(), isThread, log));
  new ResizeObserver(() => {
    resized();
    if (log.drawn === "" && source() && room()) draw();
  }).observe(frame);
  log.redraw = () => void (log.drawn = "");

  return {
    draw: () => draw(),
    toEnd() {
      Object.assign(log, { wantsEnd: true, atEnd: true, drawn: "" });
      // The next Tab into the log goes to its newest message, unless the focus is there.
      if (!items.contains(document.activeElement)) rows.focus.forget();
    },
    scroll: (pages) => frame.scrollBy({ top: pages * frame.clientHeight * 0.85 }),
    redraw: log.redraw,
  };
}
