// The actions on a message: by its buttons, by its menu, and by the keys of the terminal client.

import { ask } from "./commands.js";
import { message as loaded } from "./log.js";
import { isSaved } from "./saved.js";
import { isDirect, isModerator } from "./state.js";
import { firstLink } from "./text.js";
import * as words from "./words.js";

/** The entry of an article. */
const entryOf = (child) => child.item?.entry;

/** What a button of a message does, by its `data-do`. */
const DO = {
  menu: (view, entry, room, { button, isThread }) => view.menu.openMessage(button, entry, room, isThread),
  emoji: (view, entry, room, { button }) => pickEmoji(view, entry, room, button),
  reply: (view, entry, room, { isThread }) => reply(view, entry, room, isThread),
  thread: (view, entry, room) => openThread(view, entry, room),
  versions: (view, entry, room) =>
    view.dispatch({ type: "openPanel", panel: { kind: "versions", room: room.name, seq: entry.seq } }),
  goTo: (view, entry, room, { button }) =>
    view.dispatch({ type: "goTo", room: room.name, seq: Number(button.dataset.seq) }),
  react: (view, entry, room, { button }) => react(view, entry, room, button.dataset.emoji),
  again: (view, entry, room) => view.dispatch({ type: "sayAgain", room: room.name, id: entry.id }),
  remove: (view, entry, room) => view.dispatch({ type: "removeRefused", room: room.name, id: entry.id }),
  fold(view, entry, room, { log }) {
    if (!log.opened.delete(entry.key)) log.opened.add(entry.key);
    view.log.redraw();
    view.thread.redraw();
    view.draw();
  },
};

export const actOn = {
  click(view, event, room, isThread, log) {
    const button = event.target.closest("[data-do]");
    const child = event.target.closest("article");
    if (button && child) DO[button.dataset.do](view, entryOf(child), room, { button, isThread, log });
  },
  /** The keys of the terminal client, on the message with the focus. */
  key(view, event, child, room, isThread) {
    const entry = entryOf(child);
    if (event.key === "Enter" || event.key === " " || event.key === "ContextMenu") {
      event.preventDefault();
      return view.menu.openMessage(child, entry, room, isThread);
    }
    const action = messageActions(view, entry, room, isThread).find((one) => one.key === event.key);
    if (action) {
      event.preventDefault();
      action.run(child);
    } else if (event.key.length === 1) view.composerOf(isThread).focus();
  },
};

/** The actions that apply to a message: `{label, key, run}`. */
export function messageActions(view, entry, room, isThread) {
  const { state, dispatch } = view;
  const isStored = entry.delivery === "accepted";
  const can = isStored && !entry.deleted;
  const isMod = isModerator(state, room) && !isDirect(room.name);
  const actions = [
    can && { label: "Reply", key: "r", icon: "reply", run: () => reply(view, entry, room, isThread) },
    can && { label: "React…", key: "+", icon: "smile", run: (at) => pickEmoji(view, entry, room, at) },
    isStored &&
      !isThread && {
        label: entry.replies || entry.thread ? "Show the thread" : "Start a thread",
        key: "t",
        icon: "thread",
        run: () => openThread(view, entry, room),
      },
    can && entry.isOwn && { label: "Edit", key: "e", run: () => edit(view, entry, room) },
    can && { label: "Copy the text", key: "y", run: () => copy(view, entry.text) },
    can && { label: "Quote", key: "q", run: () => view.composerOf(isThread).insert(quoteOf(entry.text)) },
    can &&
      firstLink(entry.text) && {
        label: "Open the link",
        key: "o",
        run: () => window.open(firstLink(entry.text), "_blank", "noopener,noreferrer"),
      },
    can &&
      firstLink(entry.text) && { label: "Copy the link", key: "l", run: () => copy(view, firstLink(entry.text)) },
    can && {
      label: isSaved(state, room.name, entry.seq) ? "Remember it no more" : "Remember it",
      key: "m",
      run: () => dispatch({ type: "save", room: room.name, seq: entry.seq }),
    },
    isStored &&
      !isThread && {
        label: "Mark as unread from here",
        key: "u",
        run: () => dispatch({ type: "markUnread", room: room.name, seq: entry.seq }),
      },
    can && {
      label: entry.pinned ? "Unpin" : "Pin in the room",
      key: "p",
      icon: "pin",
      run: () =>
        dispatch({ type: "change", room: room.name, body: { kind: "pin", target: entry.seq, on: !entry.pinned } }),
    },
    can && entry.edited && { label: "Show what it said before", key: "v", run: () => DO.versions(view, entry, room) },
    can && (entry.isOwn || isMod) && { label: "Delete…", key: "d", isBad: true, run: () => remove(view, entry, room) },
    !entry.isOwn &&
      entry.from.id > 0 && { label: `${entry.from.name}…`, run: (at) => view.menu.openUser(at, entry.from) },
  ];
  return actions.filter(Boolean);
}

function reply(view, entry, room, isThread) {
  if (isThread) return view.threadComposer.focus();
  view.dispatch({ type: "compose", compose: { kind: "reply", room: room.name, seq: entry.seq, thread: entry.thread } });
  view.composer.focus();
}

/** Begins to edit a message of the user. */
export function edit(view, entry, room) {
  view.composer.beginEdit(entry, room);
}

/**
 * Edits the last message of the user that is loaded. If a newer one is not stored yet, says that instead. Returns
 * whether the user has a message.
 */
export function editLast(view, room) {
  if (room.log.pending.some((entry) => entry.delivery === "pending")) {
    view.dispatch({ type: "tell", text: words.NOT_STORED_YET });
    return true;
  }
  const own = room.log.entries.findLast((entry) => entry.isOwn && entry.kind === "message" && !entry.deleted);
  if (own) edit(view, own, room);
  return own !== undefined;
}

function openThread(view, entry, room) {
  view.dispatch({ type: "openThread", room: room.name, root: entry.thread ?? entry.replyTo ?? entry.seq });
  requestAnimationFrame(() => view.threadComposer.focus());
}

const quoteOf = (text) =>
  `${text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n")}\n`;

async function copy(view, text) {
  try {
    await navigator.clipboard.writeText(text);
    view.dispatch({ type: "tell", text: "Copied" });
  } catch {
    view.dispatch({
      type: "tell",
      text: "The browser does not let this page copy. Select the text instead",
      isError: true,
    });
  }
}

/** Reacts with an emoji, or takes that back. */
function react(view, entry, room, emoji) {
  const now = loaded(room.log, entry.seq) ?? entry;
  const isOn = now.reactions.some((one) => one.emoji === emoji && one.own);
  view.dispatch({ type: "change", room: room.name, body: { kind: "reaction", target: entry.seq, emoji, on: !isOn } });
}

function pickEmoji(view, entry, room, button) {
  view.menu.openEmoji(button, (emoji) => react(view, entry, room, emoji));
}

function remove(view, entry, room) {
  const inputs = [{ type: "change", room: room.name, body: { kind: "delete", target: entry.seq } }];
  const whose = entry.isOwn ? "this message" : `this message of ${entry.from.name}`;
  ask(`Delete ${whose}? Its text is gone then, for everybody`, "Delete", inputs).forEach(view.dispatch);
}
