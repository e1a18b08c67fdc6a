// Which entries of a log have rows in the page: those on the screen and some beyond it. The place of the others is
// empty, as high as their rows were, or as rows are on average, so that the scroll bar is right and nothing moves.
// Pure: positions of entries and heights in pixels.

import { place } from "./log.js";

/** Most entries with rows: more than three screens of the highest windows. */
export const ROWS_MAX = 200;
/** Fewest and most entries that get rows together: each time costs a layout, and so do many rows. */
const STEP_MIN = 8;
const STEP_MAX = 60;
/** Rows that are left once there are too many at the end. */
const ROWS_KEPT = 150;
/** The height of a row before one was measured, and the least height of an entry without a row. */
const ROW_PX = 32;
const ROW_MIN_PX = 1;

/**
 * The window: the entries `from` to `to` (exclusive), and the positions of the first and the last. `hidden` entries are
 * after them. `above` and `below` are the heights of those without rows.
 */
export const newWindow = () => ({
  first: null,
  last: null,
  from: 0,
  to: 0,
  hidden: 0,
  above: 0,
  below: 0,
  average: ROW_PX,
});

/** Finds the window again after the entries have changed. If the reader is at the end, so is the window. */
export function follow(window, entries, isAtEnd) {
  const count = entries.length;
  if (window.first === null) return jump(window, entries, count);
  const from = place(entries, window.first);
  const to = isAtEnd ? count : Math.min(count, place(entries, window.last) + 1);
  // Entries were loaded, or taken away, beyond the window.
  window.above += (from - window.from) * window.average;
  window.below += (count - to - window.hidden) * window.average;
  if (to - from > ROWS_MAX || from >= to) set(window, entries, Math.max(0, to - ROWS_KEPT), to);
  else set(window, entries, from, to);
}

/** Takes the entries `from` to `to`. */
function set(window, entries, from, to) {
  const first = entries[from]?.pos ?? null;
  const last = entries[to - 1]?.pos ?? null;
  Object.assign(window, { first, last, from, to, hidden: entries.length - to });
}

/**
 * Whether the window moves up next: to the side on which fewer pixels of rows are beyond the screen, unless no entry is
 * without a row there. In a short room both sides end on the screen.
 */
export const isUpNext = ({ from, hidden }, above, below) => from > 0 && (hidden === 0 || above < below);

/**
 * Moves the window towards older entries (`isUp`) or newer ones, by rows of `missing` pixels. Returns whether it has
 * moved.
 */
export function move(window, entries, isUp, missing) {
  const { from, to } = window;
  if (missing <= 0 || (isUp ? from === 0 : to === entries.length)) return false;
  const step = Math.max(STEP_MIN, Math.min(STEP_MAX, Math.ceil(missing / window.average)));
  if (isUp) {
    const now = Math.max(0, from - step);
    set(window, entries, now, Math.min(to, now + ROWS_MAX));
  } else {
    const now = Math.min(entries.length, to + step);
    set(window, entries, Math.max(from, now - ROWS_MAX), now);
  }
  return true;
}

/** Puts the window around the entry `index`, somewhere else. The heights beyond it are those of average rows. */
export function jump(window, entries, index) {
  const from = Math.max(0, Math.min(entries.length - ROWS_MAX, index - ROWS_MAX / 2));
  set(window, entries, from, Math.min(entries.length, from + ROWS_MAX));
  estimate(window);
}

export function estimate(window) {
  window.above = window.from * window.average;
  window.below = window.hidden * window.average;
}

/** The rows above and below a row that stays have changed their heights by this much: so do those beyond the window. */
export function settle(window, grownAbove, grownBelow) {
  const rest = (height, count) => (count === 0 ? 0 : Math.max(count * ROW_MIN_PX, height));
  window.above = rest(window.above - grownAbove, window.from);
  window.below = rest(window.below - grownBelow, window.hidden);
}

/** The entry at a height in the space above the window, or below it. */
export const indexAbove = ({ from, above }, y) => Math.min(from, Math.floor((from * Math.max(0, y)) / Math.max(1, above)));
export const indexBelow = ({ to, hidden, below }, y) =>
  to + Math.min(hidden, Math.floor((hidden * Math.max(0, y)) / Math.max(1, below)));
