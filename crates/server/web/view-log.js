// A log of messages: the rows, the scroll position, which only the reader moves, and the message with the focus.

import { dayOf } from "./dates.js";
import { byId, h, icon, keyed, set, setText } from "./dom.js";
import { isCounted } from "./entries.js";
import { message as loaded } from "./log.js";
import { mentions } from "./mention.js";
import { skips } from "./requests.js";
import { currentRoom, labelOf, roomOf, unread } from "./state.js";
import { makeRow, quotedOf } from "./view-message.js";
import { actOn } from "./view-actions.js";

/** Messages of one user within this time share a head. */
const GROUP_MS = 5 * 60000;
/** So near an end, in pixels, the next page is loaded; and the log counts as being at its end. */
const NEAR = 800;
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
    wantsEnd: false,
  };
  const jump = isThread ? null : byId("jump");
  const above = isThread ? null : byId("above");

  const source = () => (isThread ? state.thread?.log : currentRoom(state)?.log);
  const room = () => (isThread ? roomOf(state, state.thread?.room) : currentRoom(state));

  /** The rows of the log: messages, and what stands between them. */
  function rows() {
    const from = source();
    const of = room();
    const made = [];
    let last = null;
    let isLined = isThread || of.line === null;
    for (const entry of [...from.entries, ...from.pending]) {
      if (isThread && entry.kind !== "message") continue;
      if (entry.at && (!last || dayOf(entry.at) !== dayOf(last.at))) {
        made.push({ key: `day-${dayOf(entry.at)}-${entry.key}`, type: "day", at: entry.at, about: dayOf(Date.now()) });
        last = null;
      }
      if (!isLined && entry.seq > of.line && entry.kind === "message" && !entry.isOwn && isCounted(entry)) {
        made.push({ key: "line", type: "line" });
        isLined = true;
        last = null;
      }
      if (entry.isIgnored) {
        const before = made.at(-1);
        if (before?.type === "ignored")
          made[made.length - 1] = { ...before, count: before.count + 1, about: before.count + 1 };
        else made.push({ key: entry.key, type: "ignored", count: 1, about: 1 });
        last = null;
        continue;
      }
      const item = { key: entry.key, type: entry.kind, entry, isFirst: false };
      if (entry.kind === "message") Object.assign(item, details(from, of, entry, last));
      made.push(item);
      last = entry.kind === "message" ? entry : { at: entry.at };
    }
    return made;
  }

  function details(from, of, entry, last) {
    const isFirst =
      last?.from?.id !== entry.from.id ||
      entry.at - last.at > GROUP_MS ||
      entry.replyTo !== undefined ||
      last.delivery === "refused";
    const answers =
      isThread && entry.replyTo === state.thread.root
        ? undefined
        : (entry.replyTo ?? (isThread ? undefined : entry.thread));
    const quoted = answers === undefined ? null : quotedOf(loaded(from, answers) ?? loaded(of.log, answers), answers);
    const isMention = !entry.isOwn && mentions(entry.text, state.name).length > 0;
    const newReplies = entry.replies ? of.since.filter((one) => isReply(of, one.seq, entry.seq)).length : 0;
    const isOpen = log.opened.has(entry.key);
    return {
      isFirst,
      quoted,
      isMention,
      newReplies,
      isOpen,
      hidesAnswers: isThread && entry.seq === state.thread.root,
      about: `${isFirst}|${quoted?.name}|${quoted?.text}|${isMention}|${newReplies}|${isOpen}|${state.name}`,
    };
  }

  const isReply = (of, seq, root) => {
    const entry = loaded(of.log, seq);
    return entry?.thread === root || (entry?.thread === undefined && entry?.replyTo === root);
  };

  const isSame = (a, b) => a.type === b.type && a.entry === b.entry && a.about === b.about;

  /** The first row that is on the screen, and where it is. */
  function anchor() {
    const top = frame.getBoundingClientRect().top;
    const child = firstBelow(top);
    return child ? { key: child.itemKey, offset: child.getBoundingClientRect().top - top } : null;
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

  function restore(place) {
    const child = place && [...items.children].find((one) => one.itemKey === place.key);
    if (!child) return false;
    const shift = child.getBoundingClientRect().top - frame.getBoundingClientRect().top - place.offset;
    if (Math.abs(shift) >= 1) frame.scrollTop += shift;
    return true;
  }

  function draw() {
    const from = source();
    const of = room();
    if (!from || !of) {
      if (log.room) Object.assign(log, { room: null, drawn: "" });
      return items.replaceChildren();
    }
    const name = isThread ? `${state.thread.room} ${state.thread.root}` : of.name;
    const isOther = log.room !== name;
    if (isOther) leave(name);
    const replies = isThread ? "" : `${of.since.length} ${of.read}`;
    const now = `${name}|${from.version}|${isThread ? "" : of.line}|${state.name}|${dayOf(Date.now())}|${log.opened.size}|${replies}|${of.loading?.kind}|${state.thread?.root}`;
    if (now !== log.drawn || isOther) {
      log.drawn = now;
      const place = isOther || log.atEnd ? null : anchor();
      keyed(items, rows(), (item) => makeRow(view, item), isSame);
      drawEdges(from, of);
      arrive(isOther, place, from);
      moveFocus();
    }
    if (!isThread) {
      set(frame, { "aria-label": `Messages in ${labelOf(of)}`, "aria-busy": String(of.loading !== null) });
      reachGoal();
      drawJump(of);
    }
    report();
  }

  /** Goes on with another room: remembers where the reader was. */
  function leave(name) {
    if (log.room && !log.atEnd) log.places.set(log.room, anchor());
    else log.places.delete(log.room);
    Object.assign(log, { room: name, focused: null, atEnd: true });
    log.opened.clear();
  }

  function arrive(isOther, place, from) {
    if (log.wantsEnd || (!isOther && !place)) log.wantsEnd = false;
    else if (!isOther) return void restore(place);
    else if (restore(log.places.get(log.room))) return void (log.atEnd = isAtEnd());
    const line = items.querySelector(":scope > .unread-line");
    if (isOther && from.first === null) log.isOpening = true;
    if (line && (isOther || log.isOpening)) {
      log.isOpening = from.first === null;
      frame.scrollTop += line.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 4;
      log.atEnd = isAtEnd();
    } else if (log.atEnd || isOther) {
      if (from.first !== null) log.isOpening = false;
      frame.scrollTop = frame.scrollHeight;
      log.atEnd = true;
    }
  }

  const isAtEnd = () => frame.scrollHeight - frame.scrollTop - frame.clientHeight < AT_END;

  /** The row at the beginning of a room, and what an empty one says. */
  function drawEdges(from, of) {
    let edge = frame.querySelector(":scope > .edge");
    if (!edge) frame.prepend((edge = h("p", { class: "edge" })));
    const isBegin = from.first !== null && !from.hasOlder && of.loading === null && !isThread;
    const isEmpty = isBegin && from.entries.length === 0 && from.pending.length === 0;
    setText(
      edge,
      isEmpty
        ? "No messages yet. Write the first one"
        : isBegin
          ? `This is the beginning of ${labelOf(of)}`
          : of.loading
            ? "Loading…"
            : "",
    );
  }

  /** Scrolls to the message that was asked for, once it is loaded. */
  function reachGoal() {
    const { goal } = state;
    if (!goal || goal.room !== state.current || currentRoom(state).loading !== null) return;
    const child = [...items.querySelectorAll(":scope > article")].find((one) => Number(one.dataset.seq) >= goal.seq);
    if (!child) return;
    child.scrollIntoView({ block: "center" });
    log.atEnd = isAtEnd();
    child.classList.add("flash");
    setTimeout(() => child.classList.remove("flash"), 2000);
    focusOn(child);
    dispatch({ type: "arrived" });
  }

  /** What is unread above the screen, after the reader has gone to newer messages. */
  function drawAbove(of) {
    const first = firstBelow(frame.getBoundingClientRect().top);
    let child = first;
    while (child && !child.dataset.seq) child = child.nextElementSibling;
    const { count, more } = unread(state, of);
    const isShown = child !== null && count > 0 && of.loading === null && skips(of, Number(child.dataset.seq));
    set(above, { hidden: !isShown });
    if (isShown) setText(above, `${count}${more ? "+" : ""} unread above`);
  }

  function drawJump(of) {
    drawAbove(of);
    const isShown = !log.atEnd || source().isCut;
    set(jump, { hidden: !isShown });
    if (!isShown) return;
    const { count, more } = unread(state, of);
    const text = count > 0 ? `${count}${more ? "+" : ""} new` : "Newest";
    if (jump.dataset.text !== text) {
      jump.dataset.text = text;
      jump.replaceChildren(text, icon("down"));
      jump.setAttribute("aria-label", count > 0 ? `${text}: go to the newest message` : "Go to the newest message");
    }
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

  let isScrolling = false;
  frame.addEventListener(
    "scroll",
    () => {
      if (isScrolling) return;
      isScrolling = true;
      requestAnimationFrame(() => {
        isScrolling = false;
        log.atEnd = isAtEnd();
        if (isThread) return;
        const of = currentRoom(state);
        if (!of) return;
        if (frame.scrollTop < NEAR) dispatch({ type: "older", room: of.name });
        if (frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR)
          dispatch({ type: "newer", room: of.name });
        drawJump(of);
        report();
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

  function focusOn(child) {
    if (!child) return;
    log.focused = child.itemKey;
    moveFocus();
    child.focus();
  }

  frame.addEventListener("focusin", (event) => {
    const child = event.target.closest("article");
    if (child) {
      log.focused = child.itemKey;
      moveFocus();
    }
  });
  frame.addEventListener("keydown", (event) => {
    const child = event.target.closest("article");
    const all = [...items.querySelectorAll(":scope > article")];
    const at = all.indexOf(child);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (to !== undefined && (child === event.target || child === null)) {
      event.preventDefault();
      if (event.key === "End" && !isThread) dispatch({ type: "newest", room: room().name });
      focusOn(child === null ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, to))]);
    } else if (child === event.target) actOn.key(view, event, child, room(), isThread);
  });
  frame.addEventListener("click", (event) => actOn.click(view, event, room(), isThread, log));

  if (jump) jump.onclick = () => dispatch({ type: "newest", room: state.current });
  if (above) above.onclick = () => dispatch({ type: "goTo", room: state.current, seq: currentRoom(state).read + 1 });
  return {
    draw,
    opened: () => {},
    toEnd() {
      log.wantsEnd = true;
      log.atEnd = true;
      frame.scrollTop = frame.scrollHeight;
      log.drawn = "";
    },
    scroll: (pages) => frame.scrollBy({ top: pages * frame.clientHeight * 0.85 }),
    focusLast: () => focusOn([...items.querySelectorAll(":scope > article")].at(-1)),
    redraw: () => void (log.drawn = ""),
  };
}
