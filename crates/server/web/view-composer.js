// The box to write in, for a room or for the open thread: drafts, replies, edits, completion.

import { fill, h, icon, iconButton, set, setText } from "./dom.js";
import { message as loaded } from "./log.js";
import { excess } from "./requests.js";
import { currentRoom, isDirect, isOtherOnline, labelOf, myRole, placeOf, rank, roomOf } from "./state.js";
import { editLast } from "./view-actions.js";
import { makeCompletion } from "./view-completion.js";
import { quotedOf } from "./view-message.js";
import * as words from "./words.js";

/** Rows that the box grows to, where the browser does not size it. */
const ROWS_MAX = 8;
/** Whether the browser sizes it. */
const IS_SIZED = CSS.supports("field-sizing", "content");

export function makeComposer(view, { form, id, isThread }) {
  const { state, dispatch, submit } = view;
  const text = h("textarea", {
    id: `${id}text`,
    rows: "1",
    dir: "auto",
    enterkeyhint: "send",
    autocapitalize: "sentences",
    "aria-autocomplete": "list",
    "aria-controls": `${id}complete`,
  });
  const bar = h("p", { id: `${id}compose-bar`, class: "compose-bar", hidden: true });
  const note = h("p", { id: `${id}write-note`, class: "write-note", hidden: true });
  const options = h("ul", { id: `${id}complete`, role: "listbox", "aria-label": "Completions", hidden: true });
  const emoji = iconButton("smile", "Insert an emoji", { class: "icon-button emoji-button" });
  const send = h(
    "button",
    { type: "submit", id: `${id}send`, class: "send", "aria-label": "Send", title: "Send" },
    icon("send"),
  );
  form.append(options, bar, note, h("div", { class: "box" }, emoji, text, send));
  const completion = makeCompletion(view, { text, options });
  /** The text that an edit has taken the place of. */
  let before = null;
  let shown = null;

  const roomName = () => (isThread ? state.thread?.room : state.current);
  /** The name under which the draft is stored. */
  const place = () => (isThread ? state.thread && placeOf(state.thread.room, state.thread.root) : state.current);
  const compose = () => (isThread ? null : state.compose);

  /** Puts the focus in the box. On a telephone another pane may be shown. */
  function focus() {
    if (view.isNarrow()) view.showPane(isThread ? "thread" : "log");
    text.focus();
  }

  function changed() {
    if (compose()?.kind !== "edit" && (!isThread || state.thread)) {
      if (isThread) dispatch({ type: "threadDraft", place: place(), text: text.value });
      else dispatch({ type: "draft", room: state.current, text: text.value });
    }
    grow();
    completion.update();
  }

  function grow() {
    if (IS_SIZED) return;
    text.rows = Math.min(ROWS_MAX, text.value.split("\n").length);
  }

  function setValue(value) {
    if (text.value !== value) text.value = value;
    grow();
  }

  function finish() {
    const value = text.value.trim() === "" ? "" : text.value.replace(/\s+$/u, "");
    const edited = compose()?.kind === "edit" ? compose() : null;
    const room = roomOf(state, roomName());
    if (value === "" || !room) return;
    const over = excess(state, value);
    if (over > 0)
      return dispatch({ type: "tell", text: `Too long by ${over} bytes. Shorten it and send it again`, isError: true });
    if (edited) {
      const entry = loaded(room.log, edited.seq);
      if (entry?.text !== value)
        dispatch({ type: "change", room: room.name, body: { kind: "edit", target: edited.seq, text: value } });
      return endCompose();
    }
    const about = { room: room.name };
    if (isThread) about.thread = state.thread.root;
    else if (state.compose) {
      about.replyTo = state.compose.seq;
      if (state.compose.thread !== undefined) about.thread = state.compose.thread;
    }
    setValue("");
    if (isThread) dispatch({ type: "threadDraft", place: place(), text: "" });
    else dispatch({ type: "draft", room: room.name, text: "" });
    dispatch({ type: "compose", compose: null });
    completion.close();
    submit(value, about);
  }

  /** Ends a reply or an edit; what was typed before an edit comes back. */
  function endCompose() {
    const wasEdit = state.compose?.kind === "edit";
    dispatch({ type: "compose", compose: null });
    if (wasEdit) setValue(before ?? "");
    before = null;
    changed();
    focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
    text.focus();
  });
  text.addEventListener("input", changed);
  text.addEventListener("blur", () => setTimeout(completion.close, 150));
  emoji.addEventListener("click", () => view.menu.openEmoji(emoji, insert));
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || completion.key(event)) return;
    const isEmpty = text.value === "";
    if (event.key === "Enter" && !event.altKey) {
      const wantsSend =
        state.choices.enter === "send" ? !event.shiftKey && !event.ctrlKey : event.ctrlKey || event.metaKey;
      if (!wantsSend) return;
      event.preventDefault();
      finish();
    } else if (event.key === "Escape" && compose()) {
      event.preventDefault();
      event.stopPropagation();
      endCompose();
    } else if (event.key === "ArrowUp" && isEmpty && !isThread && !event.altKey) {
      if (editLast(view, currentRoom(state))) event.preventDefault();
    } else if ((event.key === "PageUp" || event.key === "PageDown") && !isThread) {
      event.preventDefault();
      view.log.scroll(event.key === "PageUp" ? -1 : 1);
    }
  });

  function insert(addition) {
    const { selectionStart: start, selectionEnd: end, value } = text;
    focus();
    text.setRangeText(addition, start, end, "end");
    if (addition.startsWith(">") && start > 0 && value[start - 1] !== "\n")
      text.setRangeText("\n", start, start, "preserve");
    changed();
  }

  function draw() {
    const room = roomOf(state, roomName());
    if (!room) return;
    if (shown !== place()) {
      shown = place();
      before = null;
      setValue(isThread ? (state.threadDrafts.get(place()) ?? "") : room.draft);
    } else if (
      !isThread &&
      room.draft !== text.value &&
      document.activeElement !== text &&
      compose()?.kind !== "edit"
    ) {
      setValue(room.draft);
    }
    const isEdit = compose()?.kind === "edit";
    const label = isThread ? "Reply in the thread" : isEdit ? "Edit the message" : `Message to ${labelOf(room)}`;
    set(text, { "aria-label": label, placeholder: label });
    set(send, { "aria-label": isEdit ? "Save" : "Send", title: isEdit ? "Save" : "Send" });
    drawBar(room);
    const reason = words.cannotWrite(room, rank(myRole(state, room)) >= 2, Date.now());
    const offline =
      isDirect(room.name) && room.isJoined && !isOtherOnline(state, room)
        ? `${labelOf(room)} is offline and sees your messages when back`
        : null;
    set(note, { hidden: !(reason ?? offline) });
    setText(note, reason ?? offline ?? "");
  }

  function drawBar(room) {
    const now = compose();
    const key = now ? `${now.kind} ${now.seq}` : "";
    set(bar, { hidden: now === null });
    if (bar.dataset.of === key) return;
    bar.dataset.of = key;
    if (!now) return bar.replaceChildren();
    const { name, text: beginning } = quotedOf(loaded(room.log, now.seq), now.seq);
    const what = now.kind === "edit" ? "Editing your message" : `Replying to ${name}`;
    fill(
      bar,
      h("span", { class: "what", text: what }),
      h("span", { class: "quoted-text", dir: "auto", text: beginning }),
      iconButton("close", now.kind === "edit" ? "Cancel the edit" : "Cancel the reply", { on: { click: endCompose } }),
    );
  }

  return {
    draw,
    insert,
    focus,
    opened: () => completion.close(),
    beginEdit(entry, room) {
      if (state.compose?.kind !== "edit") before = text.value;
      dispatch({ type: "compose", compose: { kind: "edit", room: room.name, seq: entry.seq } });
      setValue(entry.text);
      focus();
      text.setSelectionRange(entry.text.length, entry.text.length);
    },
    /** Brings back a text that was not sent. */
    restore({ place: of, text: lost }) {
      if (isThread) dispatch({ type: "threadDraft", place: of, text: lost });
      else dispatch({ type: "draft", room: of, text: lost });
      if (of !== place()) return;
      if (compose()?.kind === "edit") before = lost;
      else setValue(lost);
    },
    cancel: () => compose() && endCompose(),
  };
}
