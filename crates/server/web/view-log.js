// A log of messages: the rows, the scroll position, which only the reader moves, and the message with the focus.

import { dayOf } from "./dates.js";
import { keyed, set, styleOf } from "./dom.js";
import { place } from "./log.js";
import { currentRoom, labelOf, roomOf } from "./state.js";
import { actOn } from "./view-actions.js";
import { makeEdge } from "./view-edge.js";
import { makeJumps } from "./view-jumps.js";
import { makeRow, makeTools } from "./view-message.js";
import { rowsOf } from "./view-rows.js";
import * as windows from "./view-window.js";

/** So near the last row, in pixels, more rows are made. */
const NEAR = 1000;
/** So near the oldest loaded message the next page is loaded: a fast scroll gets there within a fifth of a second. */
const FAR = 8000;
/** So near its end, in pixels, the log counts as being there. */
const AT_END = 48;

export function makeLog(view, { frame, items, isThread }) {
  const { state, dispatch } = view;
  const log = {
    atEnd: true,
    drawn: "",
    room: null,
    places: new Map(),
    opened: new Set(),
    focused: null,
    /** Whether the room is still to be shown where it opens; whether it is to be shown at its end. */
    isOpening: false,
    wantsEnd: false,
    /** Where the last drawing left the scroll bar: elsewhere, the reader has moved it, and the event of that is to come. */
    top: 0,
    window: windows.newWindow(),
    /** The heights of the empty space above and below the rows. */
    pads: { above: 0, below: 0 },
    /** The row with the buttons, by its key. */
    tooled: null,
    /** What was reported last as seen. */
    reported: "",
  };
  const tools = makeTools();
  const space = styleOf(`#${items.id}`);
  const edge = makeEdge(view, frame, isThread);
  const jumps = isThread ? null : makeJumps(view);

  const source = () => (isThread ? state.thread?.log : currentRoom(state)?.log);
  const room = () => (isThread ? roomOf(state, state.thread?.room) : currentRoom(state));
  const isSame = (a, b) => a.type === b.type && a.entry === b.entry && a.about === b.about;
  const rowNamed = (key) => [...items.children].find((one) => one.itemKey === key) ?? null;

  /** The first row on the screen that is of an entry: its key, its place, and its position. Others come and go with their neighbours. */
  function anchor() {
    const top = frame.getBoundingClientRect().top;
    let child = firstBelow(top);
    while (child && !child.item.entry) child = child.nextElementSibling;
    if (!child) return null;
    return { key: child.itemKey, pos: child.item.entry.pos, offset: child.getBoundingClientRect().top - top };
  }

  /** The first row whose end is below a place of the window. */
  function firstBelow(y) {
    const { children } = items;
    let [low, high] = [0, children.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (children[middle].getBoundingClientRect().bottom <= y + 1) low = middle + 1;
      else high = middle;
    }
    return children[low] ?? null;
  }

  function restore(to) {
    const child = to && rowNamed(to.key);
    if (!child) return false;
    const shift = child.getBoundingClientRect().top - frame.getBoundingClientRect().top - to.offset;
    if (Math.abs(shift) >= 1) frame.scrollTop += shift;
    return true;
  }

  /** Makes the rows of the window. The space around them takes what they grow, so that nothing on the screen moves. */
  function render(kept) {
    const { window, pads } = log;
    const before = kept && heightsAround(rowNamed(kept.key));
    const hadFocus = items.contains(document.activeElement);
    const about = { room: room(), thread: isThread ? state.thread : null, opened: log.opened };
    const rows = rowsOf(source(), window, {
      ...about,
      name: state.name,
      drafts: state.threadDrafts,
      now: Date.now(),
    });
    keyed(items, rows, (item) => makeRow(view, item), isSame);
    if (rows.length > 0) window.average = (items.offsetHeight - pads.above - pads.below) / rows.length;
    const after = before && heightsAround(rowNamed(kept.key));
    if (after) windows.settle(window, after.above - before.above, after.below - before.below);
    else windows.estimate(window);
    Object.assign(pads, { above: window.above, below: window.below });
    space.setProperty("padding-block", `${pads.above}px ${pads.below}px`);
    if (hadFocus && !items.contains(document.activeElement)) frame.focus({ preventScroll: true });
    moveFocus();
    tools.attach(rowNamed(log.tooled));
    look();
  }

  /** The heights of the rows above a row and of those below it. */
  function heightsAround(child) {
    if (!child) return null;
    const [{ top, bottom }, around] = [child.getBoundingClientRect(), items.getBoundingClientRect()];
    return { above: top - around.top - log.pads.above, below: around.bottom - log.pads.below - bottom };
  }

  /** Says which messages the reader looks at: they stay loaded. */
  function look() {
    if (isThread) return;
    const { from, to } = log.window;
    const pos = log.atEnd ? null : (source().entries[(from + to) >> 1]?.pos ?? null);
    if (room().eye !== pos) dispatch({ type: "looked", room: room().name, pos });
  }

  function draw(isScrolled = false) {
    const from = source();
    const of = room();
    if (!from || !of) {
      if (log.room) Object.assign(log, { room: null, drawn: "" });
      return items.replaceChildren();
    }
    const name = isThread ? `${state.thread.room} ${state.thread.root}` : of.name;
    const isOther = log.room !== name;
    if (isOther) leave(name);
    else if (!log.wantsEnd && (!log.atEnd || frame.scrollTop !== log.top)) log.atEnd = isAtEnd();
    const replies = isThread ? "" : `${of.since.length} ${of.read}`;
    const now = `${name}|${from.version}|${isThread ? "" : of.line}|${state.name}|${dayOf(Date.now())}|${log.opened.size}|${replies}|${of.loading?.kind}|${state.threadDrafts.size}|${of.count <= 1}|${state.role}|${state.thread?.root}`;
    if (now !== log.drawn || isOther) {
      log.drawn = now;
      edge.draw(from, of, log.window.from === 0);
      arrive(from);
      fill();
    } else if (isScrolled) fill();
    if (!isThread) {
      set(frame, { "aria-label": `Messages in ${labelOf(of)}`, "aria-busy": String(of.loading !== null) });
      reachGoal();
      jumps.draw(of, firstBelow(frame.getBoundingClientRect().top), !log.atEnd || source().isCut);
      if (from.first !== null) load();
    }
    log.top = frame.scrollTop;
    report();
  }

  /** Goes on with another room: remembers where the reader was. */
  function leave(name) {
    if (log.room && !log.atEnd) log.places.set(log.room, anchor());
    else log.places.delete(log.room);
    Object.assign(log, { room: name, focused: null, atEnd: true, isOpening: true, window: windows.newWindow() });
    log.opened.clear();
  }

  /** Makes the rows. What is on the screen stays there, the end if that is. */
  function arrive(from) {
    const isLoaded = isThread || from.first !== null;
    if (log.wantsEnd) log.isOpening = false;
    else if (!isLoaded) log.isOpening = true;
    if (isLoaded) log.wantsEnd = false;
    if (log.isOpening) return openAt(from, isLoaded);
    const kept = anchor();
    windows.follow(log.window, from.entries, log.atEnd);
    render(kept);
    if (log.atEnd) frame.scrollTop = frame.scrollHeight;
    else restore(kept);
  }

  /** A room opens where it was left, or at the first message that is new, or at its end. */
  function openAt({ entries }, isLoaded) {
    log.isOpening = !isLoaded;
    const left = log.places.get(log.room);
    const { line } = room();
    const index = left ? place(entries, left.pos) : isThread || line === null ? entries.length : place(entries, line);
    windows.jump(log.window, entries, index);
    render(null);
    const lined = items.querySelector(":scope > .unread-line");
    if (!restore(left)) {
      frame.scrollTop = frame.scrollHeight;
      if (lined) restore({ key: lined.itemKey, offset: frame.clientHeight / 4 });
    }
    log.atEnd = !isLoaded || isAtEnd();
  }

  const isAtEnd = () =>
    log.window.hidden === 0 &&
    !source().isCut &&
    frame.scrollHeight - frame.scrollTop - frame.clientHeight < AT_END;

  /** Moves the window if the reader is near its first or its last row, or beyond it. */
  function fill() {
    const { window, pads } = log;
    const { entries } = source();
    const [screen, box] = [frame.getBoundingClientRect(), items.getBoundingClientRect()];
    const above = screen.top - box.top - pads.above;
    const below = box.bottom - pads.below - screen.bottom;
    if (above < -frame.clientHeight) return goBeyond(windows.indexAbove(window, pads.above + above));
    if (below < -frame.clientHeight) return goBeyond(windows.indexBelow(window, -below - frame.clientHeight));
    const isUp = windows.isUpNext(window, above, below);
    const kept = anchor();
    if (!windows.move(window, entries, isUp, NEAR - (isUp ? above : below))) return;
    render(kept);
    if (!log.atEnd) restore(kept);
  }

  /** The reader has dragged the scroll bar into the empty space, to an entry: makes the rows there. */
  function goBeyond(index) {
    const { window } = log;
    const { entries } = source();
    if (index >= window.from && index < window.to) return;
    windows.jump(window, entries, index);
    render(null);
    const child = [...items.children].find((one) => one.item.entry === entries[index]);
    if (child) restore({ key: child.itemKey, offset: 0 });
  }

  /** Scrolls to the message that was asked for, once it is loaded. */
  function reachGoal() {
    const { goal } = state;
    if (!goal || goal.room !== state.current || currentRoom(state).loading !== null) return;
    const { entries } = source();
    const index = place(entries, goal.seq);
    if (index < log.window.from || index >= log.window.to) {
      windows.jump(log.window, entries, index);
      render(null);
    }
    const child = [...items.querySelectorAll(":scope > article")].find((one) => Number(one.dataset.seq) >= goal.seq);
    if (!child) return;
    child.scrollIntoView({ block: "center" });
    log.isOpening = false;
    log.atEnd = isAtEnd();
    fill();
    child.classList.add("flash");
    setTimeout(() => child.classList.remove("flash"), 2000);
    focusOn(child);
    dispatch({ type: "arrived" });
  }

  /** Which messages are on the screen: they count as read. */
  function report() {
    if (!state.isVisible || items.children.length === 0) return;
    const { top, bottom } = frame.getBoundingClientRect();
    const seqs = [];
    for (
      let child = firstBelow(top);
      child && child.getBoundingClientRect().top < bottom - 8;
      child = child.nextElementSibling
    ) {
      if (child.dataset.seq) seqs.push(Number(child.dataset.seq));
    }
    if (seqs.length === 0) return;
    const of = room();
    const last = Math.max(...seqs);
    const first = Math.min(...seqs);
    // What does not count as read is reported once, or each drawing would ask for the next one.
    const seen = `${of.name} ${first} ${last} ${of.read} ${source().version}`;
    if (last <= of.read || seen === log.reported) return;
    log.reported = seen;
    dispatch({ type: "seen", room: of.name, first, last });
  }

  /** Asks for older or newer messages in time. At the end of a room that was just opened, only what fills the screen. */
  function load() {
    const { name, loading } = room();
    if (loading !== null) return;
    const toEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
    if (source().hasOlder && frame.scrollTop < (log.atEnd ? NEAR : FAR)) dispatch({ type: "older", room: name });
    else if (source().isCut && toEnd < FAR) dispatch({ type: "newer", room: name });
  }

  let isScrolling = false;
  frame.addEventListener(
    "scroll",
    () => {
      if (isScrolling) return;
      isScrolling = true;
      requestAnimationFrame(() => {
        isScrolling = false;
        if (source() && room()) draw(true);
      });
    },
    { passive: true },
  );
  new ResizeObserver(() => log.atEnd && (frame.scrollTop = frame.scrollHeight)).observe(frame);

  /** One message at a time can be reached with Tab; the arrow keys move on. */
  function moveFocus() {
    const all = items.querySelectorAll(":scope > article");
    const focused = [...all].find((one) => one.itemKey === log.focused) ?? all[all.length - 1];
    for (const one of all) if (one.tabIndex === 0 && one !== focused) one.tabIndex = -1;
    if (focused) focused.tabIndex = 0;
  }

  /** Goes to the oldest message that is loaded. */
  function goToFirst() {
    windows.jump(log.window, source().entries, 0);
    render(null);
    frame.scrollTop = 0;
    focusOn(items.querySelector(":scope > article"));
  }

  function focusOn(child) {
    if (!child) return;
    log.focused = child.itemKey;
    moveFocus();
    child.focus();
  }

  function pointAt(child) {
    if (!child || (child.itemKey === log.tooled && child.querySelector(".tools"))) return;
    log.tooled = child.itemKey;
    tools.attach(child);
  }

  frame.addEventListener("focusin", (event) => {
    const child = event.target.closest("article");
    if (!child) return;
    log.focused = child.itemKey;
    moveFocus();
    pointAt(child);
  });
  frame.addEventListener("pointerover", (event) => pointAt(event.target.closest("article")), { passive: true });
  frame.addEventListener("keydown", (event) => {
    const child = event.target.closest("article");
    const all = [...items.querySelectorAll(":scope > article")];
    const at = all.indexOf(child);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (to !== undefined && (child === event.target || child === null)) {
      event.preventDefault();
      if (event.key === "End" && !isThread) dispatch({ type: "newest", room: room().name });
      if (event.key === "Home") return goToFirst();
      focusOn(child === null ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, to))]);
    } else if (child === event.target) actOn.key(view, event, child, room(), isThread);
  });
  frame.addEventListener("click", (event) => actOn.click(view, event, room(), isThread, log));

  return {
    draw: () => draw(),
    toEnd() {
      log.wantsEnd = true;
      log.atEnd = true;
      log.drawn = "";
    },
    scroll: (pages) => frame.scrollBy({ top: pages * frame.clientHeight * 0.85 }),
    focusLast: () => focusOn([...items.querySelectorAll(":scope > article")].at(-1)),
    redraw: () => void (log.drawn = ""),
  };
}
