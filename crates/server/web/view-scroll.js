// The rows of a log that are in the page, and the scroll position, which only the reader moves.

import { keyed } from "./dom.js";
import { place } from "./log.js";
import { makeFocus } from "./view-focus.js";
import { makeRow } from "./view-message.js";
import { makeReading } from "./view-reading.js";
import { rowsOf } from "./view-rows.js";
import * as windows from "./view-window.js";

/** Rows are made up to this distance from the screen, in pixels. */
const NEAR = 1000;
/** Distance from the end of the log, in pixels, within which the reader counts as being at the end. */
const AT_END = 48;

const isSame = (a, b) => a.type === b.type && a.entry === b.entry && a.about === b.about;

/**
 * Makes the rows of the window of a log, and moves the window with the reader. `log`, `source`, `room` and `geometry`
 * are those of `view-log.js`.
 */
export function makeScroll(view, elements, about) {
  const { state } = view;
  const { frame, items, isThread } = elements;
  const { log, source, room, geometry } = about;
  const { pads } = log;
  const reading = makeReading(view, elements, about);
  const focus = makeFocus(view, elements, { room, goToFirst });

  const isAtEnd = () =>
    log.window.hidden === 0 &&
    !source().isCut &&
    frame.scrollHeight - frame.scrollTop - frame.clientHeight < AT_END;

  /** Makes the rows of the window. The space around them takes what they grow, so that nothing on the screen moves. */
  function render(kept) {
    const { window } = log;
    const before = geometry.heightsAround(kept);
    const hadFocus = items.contains(document.activeElement);
    const made = rowsOf(source(), window, {
      room: room(),
      thread: isThread ? state.thread : null,
      opened: log.opened,
      name: state.name,
      drafts: state.threadDrafts,
      now: Date.now(),
    });
    keyed(items, made, (item) => makeRow(view, item), isSame);
    if (made.length > 0) window.average = (items.offsetHeight - pads.above - pads.below) / made.length;
    const after = before && geometry.heightsAround(kept);
    if (after) windows.settle(window, after.above - before.above, after.below - before.below);
    else windows.estimate(window);
    Object.assign(pads, { above: window.above, below: window.below });
    items.style.setProperty("padding-block", `${pads.above}px ${pads.below}px`);
    if (hadFocus && !items.contains(document.activeElement)) frame.focus({ preventScroll: true });
    focus.update();
    reading.look();
  }

  /** Makes the rows. What is on the screen stays there, the end if that is. */
  function arrive(from) {
    const isLoaded = isThread || from.first !== null;
    if (log.wantsEnd) log.isOpening = false;
    else if (!isLoaded) log.isOpening = true;
    if (isLoaded) log.wantsEnd = false;
    if (log.isOpening) return openAt(from, isLoaded);
    const kept = geometry.anchor();
    const beyond = geometry.beyond();
    windows.follow(log.window, from.entries, log.atEnd);
    // A page that has come is rendered together with the rows that the reader needs of it.
    if (!log.atEnd) extend(from.entries, beyond);
    render(kept);
    if (log.atEnd) frame.scrollTop = frame.scrollHeight;
    else geometry.restore(kept);
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
    if (!geometry.restore(left)) {
      frame.scrollTop = frame.scrollHeight;
      if (lined) geometry.restore({ key: lined.itemKey, offset: frame.clientHeight / 4 });
    }
    log.atEnd = !isLoaded || isAtEnd();
  }

  /** Moves the window if the reader is near its first or its last row. Returns whether it has moved. */
  function extend(entries, { above, below }) {
    const isUp = windows.isUpNext(log.window, above, below);
    return windows.move(log.window, entries, isUp, NEAR - (isUp ? above : below));
  }

  /** Makes the rows that the reader needs, near the first or the last one, or beyond them. */
  function fill() {
    const { window } = log;
    const beyond = geometry.beyond();
    if (beyond.above < -frame.clientHeight) return jumpTo(windows.indexAbove(window, pads.above + beyond.above));
    if (beyond.below < -frame.clientHeight)
      return jumpTo(windows.indexBelow(window, -beyond.below - frame.clientHeight));
    const kept = geometry.anchor();
    if (!extend(source().entries, beyond)) return;
    render(kept);
    if (!log.atEnd) geometry.restore(kept);
  }

  /** The reader has dragged the scroll bar into the empty space, to an entry: makes the rows there. */
  function jumpTo(index) {
    const { entries } = source();
    if (!reach(index)) return;
    const row = [...items.children].find((one) => one.item.entry === entries[index]);
    if (row) geometry.restore({ key: row.itemKey, offset: 0 });
  }

  /** Makes the rows around an entry, unless it has one. Returns whether they were made. */
  function reach(index) {
    const { window } = log;
    if (index >= window.from && index < window.to) return false;
    windows.jump(window, source().entries, index);
    render(null);
    return true;
  }

  /** Scrolls to message `seq`, or to the first one after it. Returns its row. */
  function goTo(seq) {
    reach(place(source().entries, seq));
    const row = [...items.querySelectorAll(":scope > article")].find((one) => Number(one.dataset.seq) >= seq);
    if (!row) return null;
    row.scrollIntoView({ block: "center" });
    log.atEnd = isAtEnd();
    fill();
    return row;
  }

  function goToFirst() {
    reach(0);
    frame.scrollTop = 0;
  }

  return { arrive, fill, goTo, isAtEnd, focus, reading };
}
