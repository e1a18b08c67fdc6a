// One row of a log: a message with its bubble, or a line between messages.

import { avatar, colourOf } from "./avatar.js";
import { clock, dayName, exact, moment } from "./dates.js";
import { h, icon, iconButton } from "./dom.js";
import { firstLine, isLong, isOnlyEmoji, textNodes } from "./text.js";
import * as words from "./words.js";

/** Makes the row of an item of `view-rows.js`. `view` has the state and the handlers. */
export function makeRow(view, item) {
  switch (item.type) {
    case "day":
      return h("h2", { class: "day", text: dayName(item.at, Date.now()) });
    case "line":
      return h(
        "p",
        { class: "unread-line", role: "separator", "aria-label": "New messages" },
        h("span", { text: "new" }),
      );
    case "presence":
      return h("p", { class: "notice-line presence", dir: "auto", text: words.presence(item.entry.changes) });
    case "notice":
      return h("p", { class: "notice-line", dir: "auto", text: item.entry.text });
    case "topic":
      return h("p", {
        class: "notice-line",
        dir: "auto",
        text: `${words.quoted(item.entry.from.name)} ${item.entry.text}`,
      });
    case "ignored":
      return h("p", {
        class: "notice-line",
        dataset: { seq: item.seq },
        text: item.count === 1 ? "1 message from an ignored user" : `${item.count} messages from ignored users`,
      });
    default:
      return message(view, item);
  }
}

function message(view, item) {
  const { entry, isFirst, isOpen } = item;
  const { state } = view;
  const bubble = h(
    "div",
    { class: "bubble" },
    isFirst ? head(entry) : null,
    quote(item),
    ...body(state, item),
    meta(item),
    reactions(entry),
    answers(item),
    refusal(entry),
  );
  const isEmoji = !entry.deleted && isOnlyEmoji(entry.text);
  const classes = [
    "row",
    entry.isOwn ? "own" : "other",
    isFirst ? "first" : "",
    entry.isAction ? "action" : "",
    isEmoji ? "only-emoji" : "",
    entry.deleted ? "is-deleted" : "",
    item.isMention ? "names-me" : "",
  ];
  return h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      tabindex: "-1",
      "aria-label": nameOf(item),
      dataset: {
        seq: entry.seq ?? null,
        key: entry.key,
        delivery: entry.delivery,
        own: entry.isOwn ? "" : null,
        open: isOpen ? "" : null,
      },
    },
    isFirst ? h("span", { class: "side" }, avatar(entry.from)) : h("span", { class: "side" }),
    bubble,
  );
}

/** What a screen reader says of a message: `ana, 17:13: text`. */
function nameOf({ entry, quoted, isMention }) {
  const text = entry.deleted ? words.DELETED : entry.text;
  const state = { pending: ", not sent yet", refused: ", not sent" }[entry.delivery] ?? "";
  const answer = quoted ? `, replying to ${quoted.name}` : "";
  const notes = [isMention && "mentions you", entry.edited && "edited", entry.pinned && "pinned"]
    .filter(Boolean)
    .map((note) => `, ${note}`);
  const short = text.length > 600 ? `${text.slice(0, 600)}…` : text;
  return `${entry.isOwn ? "you" : entry.from.name}, ${clock(entry.at)}${answer}${notes.join("")}${state}: ${entry.isAction ? `${entry.from.name} ` : ""}${short}`;
}

function head({ from, at, isOwn }) {
  return h(
    "p",
    { class: "head", "aria-hidden": "true" },
    h("span", { class: `name colour-${colourOf(from.id ?? 0)}`, dir: "auto", text: from.name }),
    isOwn ? h("span", { class: "you", text: "you" }) : null,
    h("span", { class: "number", text: from.id ?? "" }),
    h("time", { datetime: new Date(at).toISOString(), text: clock(at) }),
  );
}

/** What a reply answers. */
function quote({ quoted }) {
  if (!quoted) return null;
  return h(
    "button",
    {
      type: "button",
      class: "quote",
      tabindex: "-1",
      dataset: { do: "goTo", seq: quoted.seq, part: "quote" },
      title: "Go to that message",
    },
    icon("reply"),
    h("span", { class: "quoted-name", dir: "auto", text: quoted.name }),
    h("span", { class: "quoted-text", dir: "auto", text: quoted.text }),
  );
}

function body(state, { entry, isOpen }) {
  if (entry.deleted) return [h("p", { class: "text deleted", text: words.DELETED })];
  const folds = isLong(entry.text);
  const text = h("div", { class: `text ${folds && !isOpen ? "folded" : ""} ${entry.isDamaged ? "damaged" : ""}` });
  if (entry.isAction) text.append(h("span", { class: "actor", dir: "auto", text: `${entry.from.name} ` }));
  text.append(...textNodes(entry.text, state.name, entry.isOwn));
  if (!folds) return [text];
  const label = isOpen ? "Fold" : "Show all";
  return [
    text,
    h("button", {
      type: "button",
      class: "text-button fold",
      tabindex: "-1",
      text: label,
      dataset: { do: "fold", part: "fold" },
    }),
  ];
}

/** Times and marks below a text. */
function meta({ entry, isFirst }) {
  const marks = [];
  if (!isFirst)
    marks.push(
      h("time", {
        class: "later",
        datetime: new Date(entry.at).toISOString(),
        text: clock(entry.at),
        "aria-hidden": "true",
      }),
    );
  if (entry.pinned) marks.push(h("span", { class: "mark" }, icon("pin"), "pinned"));
  if (entry.edited)
    marks.push(
      h("button", {
        type: "button",
        class: "mark link-like",
        tabindex: "-1",
        text: "edited",
        title: `${exact(Date.parse(entry.edited.at) || entry.edited.at)}. Show what it said before`,
        dataset: { do: "versions", part: "versions" },
      }),
    );
  // As in the terminal client, the mark says that the message survives the end of the tab.
  if ((entry.delivery === "pending" && entry.isStored) || entry.changing)
    marks.push(
      h("span", {
        class: "mark waiting",
        title: "Not stored by the server yet",
        text: "…",
        "aria-label": "not sent yet",
      }),
    );
  const isOnlyTime = marks.length === 1 && !isFirst;
  return marks.length > 0 ? h("p", { class: isOnlyTime ? "meta only-time" : "meta" }, marks) : null;
}

function reactions(entry) {
  if (entry.reactions.length === 0) return null;
  const buttons = entry.reactions.map((one) => {
    const names = one.users.map((user) => user.name);
    const others = one.count - names.length;
    const who = `${names.join(", ")}${others > 0 ? ` and ${words.counted(others, "other")}` : ""}`;
    return h(
      "button",
      {
        type: "button",
        class: "reaction",
        tabindex: "-1",
        "aria-pressed": String(one.own),
        title: who,
        "aria-label": `${one.emoji}, ${one.count}: ${who}`,
        dataset: { do: "react", emoji: one.emoji, part: `react-${one.emoji}` },
      },
      h("span", { text: one.emoji }),
      h("span", { text: one.count }),
    );
  });
  return h("p", { class: "reactions" }, buttons);
}

/** `3 replies · 1 new · last 14:02`. */
function answers({ entry, newReplies, hidesAnswers, hasDraft }) {
  const count = entry.replies?.count ?? 0;
  if ((count === 0 && !hasDraft) || hidesAnswers) return null;
  const parts = count > 0 ? [words.counted(count, "reply", "replies")] : [];
  if (hasDraft) parts.unshift("draft");
  if (newReplies > 0) parts.push(`${newReplies} new`);
  const at = entry.replies?.last_at;
  const last = typeof at === "string" ? Date.parse(at) : at;
  if (last) parts.push(`last ${moment(last, Date.now())}`);
  return h(
    "button",
    { type: "button", class: "answers", tabindex: "-1", dataset: { do: "thread", part: "answers" } },
    icon("thread"),
    h("span", { text: parts.join(" · ") }),
  );
}

/** Why a message was not sent, and what to do. */
function refusal(entry) {
  if (entry.delivery !== "refused") return null;
  return h(
    "p",
    { class: "refusal" },
    h("span", { text: `Not sent: ${entry.why}` }),
    h("button", { type: "button", class: "text-button", text: "Send again", dataset: { do: "again", part: "again" } }),
    h("button", { type: "button", class: "text-button", text: "Remove", dataset: { do: "remove", part: "remove" } }),
  );
}

/**
 * Makes the buttons beside a message: those of the one under the pointer, or with the focus, are enough. Keys reach
 * them by the menu, so Tab passes them over. `attach` moves them to a row; to none if that has nothing to do.
 */
export function makeTools() {
  const button = (name, label, what) => iconButton(name, label, { tabindex: "-1", dataset: { do: what, part: what } });
  const tools = h(
    "div",
    { class: "tools" },
    button("smile", "React", "emoji"),
    button("reply", "Reply", "reply"),
    button("more", "More", "menu"),
  );
  return {
    attach(row) {
      const entry = row?.item?.entry;
      const bubble = row?.querySelector(":scope > .bubble");
      if (!bubble || entry.delivery !== "accepted" || entry.deleted) return tools.remove();
      if (tools.parentElement === bubble) return;
      bubble.append(tools);
      for (const time of row.querySelectorAll("time")) time.title = exact(entry.at);
    },
  };
}

/** The beginning of a message, to name it beside another one. */
export function quotedOf(entry, seq) {
  if (!entry) return { seq, name: "an earlier message", text: "" };
  return { seq, name: entry.from.name, text: entry.deleted ? words.DELETED : firstLine(entry.text).slice(0, 160) };
}
