// Completes the typed word: commands after `/`, users after `@`, rooms after `#`, emoji after `:`.

import { fill, h } from "./dom.js";
import { findEmoji } from "./emoji.js";
import { key } from "./mention.js";
import { byName, currentRoom, isDirect, roomList } from "./state.js";

/** Most offers at a time. */
const OFFERS_MAX = 8;

export function makeCompletion(view, { text, options }) {
  const { state, commands } = view;
  let offers = [];
  let chosen = -1;
  let range = null;

  /** The word before the cursor, and what completes it: `{insert, label, about}`. */
  function find() {
    const before = text.value.slice(0, text.selectionStart);
    const [, command, argument] = /^\/(\S*)(?:\s+(\S*))?$/.exec(before) ?? [];
    if (command !== undefined && argument === undefined) {
      const found = commands.filter(
        (one) => one.name.startsWith(command) || one.others.some((other) => other === command),
      );
      return [
        [0, before.length],
        found.map((one) => ({ insert: `/${one.name} `, label: `/${one.name} ${one.takes}`, about: one.about })),
      ];
    }
    if (argument !== undefined) {
      const { offers: kind } = commands.find((one) => one.name === command || one.others.includes(command)) ?? {};
      const start = before.length - argument.length;
      if (kind === "users")
        return [
          [start, before.length],
          users(argument.replace(/^@/, "")).map((user) => offer(user.name, `${user.name} `, user.id)),
        ];
      if (kind === "rooms" || kind === "own") return [[start, before.length], rooms(argument)];
    }
    const [word] = /(^|(?<=[\s(]))[@#:][^\s@#:]*$/u.exec(before) ?? [""];
    const at = [before.length - word.length, before.length];
    if (word.startsWith("@"))
      return [
        at,
        users(word.slice(1)).map((user) => offer(`@${user.name}`, `@${user.name.replaceAll(" ", "_")} `, user.id)),
      ];
    if (word.startsWith("#") && word.length > 1) return [at, rooms(word)];
    if (word.startsWith(":") && word.length > 2)
      return [at, findEmoji(word.slice(1)).map(({ emoji, names }) => offer(`${emoji} ${names[0]}`, emoji, ""))];
    return [at, []];
  }

  const offer = (label, insert, about) => ({ label, insert, about });

  function users(part) {
    const wanted = key(part);
    const all = (currentRoom(state)?.users ?? []).filter(
      (user) => user.id !== state.me && key(user.name).includes(wanted),
    );
    return all.sort(
      (a, b) => key(b.name).startsWith(wanted) - key(a.name).startsWith(wanted) || byName(a.name, b.name),
    );
  }

  function rooms(part) {
    const wanted = part.replace(/^#/, "").toLowerCase();
    const found = roomList(state).filter((room) => !isDirect(room.name) && room.name.toLowerCase().includes(wanted));
    return found.map((room) => offer(room.name, `${room.name} `, room.topic));
  }

  function update() {
    const [at, found] = find();
    // With most keys: the page is not touched.
    if (found.length === 0 && offers.length === 0) return;
    range = at;
    offers = found.slice(0, OFFERS_MAX);
    chosen = offers.length > 0 ? 0 : -1;
    // A word that is complete needs no offer.
    if (offers.length === 1 && offers[0].insert.trim() === text.value.slice(...range)) offers = [];
    draw();
  }

  function draw() {
    const isOpen = offers.length > 0;
    options.hidden = !isOpen;
    fill(
      options,
      offers.map((one, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${options.id}-${index}`,
            "aria-selected": String(index === chosen),
            on: { pointerdown: (event) => event.preventDefault(), click: () => take(index) },
          },
          h("span", { class: "label", dir: "auto", text: one.label }),
          h("span", { class: "quiet small", dir: "auto", text: one.about }),
        ),
      ),
    );
    if (isOpen) text.setAttribute("aria-activedescendant", `${options.id}-${chosen}`);
    else text.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    text.setRangeText(offers[index].insert, range[0], range[1], "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }

  function close() {
    if (offers.length === 0) return;
    offers = [];
    draw();
  }

  /** Returns whether a key was for the offers. */
  function handle(event) {
    if (offers.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) chosen = (chosen + step + offers.length) % offers.length;
    else if (event.key === "Tab" || (event.key === "Enter" && !text.value.startsWith("/"))) take(chosen);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (step) draw();
    return true;
  }

  return { update, close, key: handle };
}
