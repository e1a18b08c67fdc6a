// The reports of a log while it is read: which messages are on the screen, which ones stay loaded, and which are to be
// loaded.

import { canLoad } from "./history.js";

/** Pixels to the oldest loaded message at which older ones are loaded while the reader is at the end: a full screen. */
const NEAR = 1000;
/** The same elsewhere, also for newer messages: a fast scroll gets there within a fifth of a second. */
const FAR = 8000;

/**
 * `source` returns the log that is shown, `room` its room; `log` has its window, and whether its end is on the screen.
 */
export function makeReading({ state, dispatch }, { frame, isThread }, { log, source, room, geometry }) {
  /** What was reported last. */
  let reported = "";
  /** The end of a room that the user looked at in the last drawing: what comes after it scrolls by. */
  let watched = null;

  /** Says which messages the reader looks at: they stay loaded. */
  function look() {
    if (isThread) return;
    const { from, to } = log.window;
    const pos = log.atEnd ? null : (source().entries[(from + to) >> 1]?.pos ?? null);
    if (room().eye !== pos) dispatch({ type: "looked", room: room().name, pos });
  }

  /** The end of the room, if the user looks at it. Messages that were missed are not live. */
  function end() {
    const { name, isJoined, lastSeq } = room();
    const { last } = source();
    const isThere = state.isVisible && log.atEnd && isJoined && last !== null && last >= lastSeq;
    return isThere && !isThread ? { room: name, last } : null;
  }

  /** Says which messages are on the screen, or have scrolled by: they count as read. */
  function report() {
    const before = watched;
    watched = end();
    if (!state.isVisible) return;
    const of = room();
    const seqs = geometry.shown().flatMap(({ dataset }) => (dataset.seq ? [Number(dataset.seq)] : []));
    if (seqs.length === 0) return;
    const last = Math.max(...seqs);
    const isWatched = watched !== null && before?.room === watched.room;
    const first = Math.min(...seqs, isWatched ? before.last + 1 : Infinity);
    // What does not count as read is reported once, or each drawing would ask for the next one.
    const seen = `${of.name} ${first} ${last} ${of.read} ${source().version}`;
    if (last <= of.read || seen === reported) return;
    reported = seen;
    dispatch({ type: "seen", room: of.name, first, last });
  }

  /** Asks for older or newer messages before the reader gets to them; at the end of a room only to fill the screen. */
  function load() {
    const { hasOlder, isCut, first } = source();
    // What cannot be asked for is not, or each drawing would ask for the next one.
    if (isThread || first === null || !canLoad(state, room())) return;
    const { name } = room();
    const toEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
    if (hasOlder && frame.scrollTop < (log.atEnd ? NEAR : FAR)) dispatch({ type: "older", room: name });
    else if (isCut && toEnd < FAR) dispatch({ type: "newer", room: name });
  }

  /** The log is not on the screen. */
  const hidden = () => void (watched = null);

  return { look, report, load, hidden };
}
