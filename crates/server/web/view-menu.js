// The menu of a message, a user or a room, and the grid of emoji: one at a time, beside what opened it.

import { ask, askLink, free, sanctionOf } from "./commands.js";
import { byId, fill, h } from "./dom.js";
import { EMOJI, findEmoji } from "./emoji.js";
import {
  LOBBY,
  currentRoom,
  isDirect,
  isIgnored,
  isModerator,
  isOwner,
  isQuiet,
  labelOf,
  rank,
  roleIn,
} from "./state.js";
import { messageActions } from "./view-actions.js";

/** Space in pixels between the menu and the edge of the window. */
const MARGIN = 8;

export function makeMenu(view) {
  const { state, act, dispatch } = view;
  const element = byId("menu");
  const frame = byId("menu-frame");
  let opener = null;

  /** Shows `content` beside `at`. */
  function show(at, role, label, ...content) {
    close(false);
    opener = at;
    element.setAttribute("role", role);
    element.setAttribute("aria-label", label);
    fill(element, ...content);
    frame.hidden = false;
    element.hidden = false;
    const from = at.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const isRtl = getComputedStyle(document.body).direction === "rtl";
    const left = isRtl ? from.left : from.right - width;
    const below = from.bottom + height + MARGIN < innerHeight;
    const top = below ? from.bottom + 4 : Math.max(MARGIN, Math.min(from.top, innerHeight) - height - 4);
    element.style.setProperty("left", `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`);
    element.style.setProperty("top", `${Math.max(MARGIN, Math.min(top, innerHeight - height - MARGIN))}px`);
    (element.querySelector("[role=menuitem], input") ?? element).focus();
  }

  function close(focuses = true) {
    if (element.hidden) return;
    frame.hidden = true;
    element.hidden = true;
    element.replaceChildren();
    const back = opener;
    opener = null;
    if (focuses) (back?.isConnected ? back : byId("text"))?.focus();
  }

  function showActions(at, label, actions) {
    const items = actions.filter(Boolean).map((action) =>
      action === "-"
        ? h("hr", { role: "separator" })
        : h(
            "button",
            {
              type: "button",
              role: "menuitem",
              tabindex: "-1",
              class: action.isBad ? "bad" : null,
              on: { click: () => choose(action) },
            },
            h("span", { class: "label", dir: "auto", text: action.label }),
            action.key ? h("kbd", { text: action.key, "aria-hidden": "true" }) : null,
          ),
    );
    show(at, "menu", label, ...items);
  }

  function choose(action) {
    const at = opener;
    close();
    action.run(at);
  }

  const doing = (label, inputs, isBad = false) => ({
    label,
    isBad,
    run: () =>
      typeof inputs === "string"
        ? dispatch({ type: "tell", text: inputs, isError: true })
        : inputs.forEach((input) => act(input)),
  });

  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    const items = [...element.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const grid = element.querySelector(".emoji-grid");
    const columns = grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
    const steps = {
      ArrowDown: columns,
      ArrowUp: -columns,
      ArrowRight: columns > 1 ? 1 : 0,
      ArrowLeft: columns > 1 ? -1 : 0,
      Home: -at,
      End: items.length - 1 - at,
    };
    if (event.target.tagName === "INPUT" && event.key !== "ArrowDown") return;
    if (steps[event.key]) {
      event.preventDefault();
      const to = at === -1 ? 0 : at + steps[event.key];
      items[columns > 1 ? Math.max(0, Math.min(items.length - 1, to)) : (to + items.length) % items.length]?.focus();
    } else if (event.key.length === 1 && event.target.tagName !== "INPUT") {
      items.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  });
  document.addEventListener("pointerdown", (event) => !element.contains(event.target) && close(false), true);
  addEventListener("resize", () => close(false));

  return {
    close,
    isOpen: () => !element.hidden,
    openMessage: (at, entry, room, isThread) =>
      showActions(at, `Message of ${entry.from.name}`, messageActions(view, entry, room, isThread)),
    openUser: (at, user) => showActions(at, user.name, userActions(user)),
    openRoom: (at) => showActions(at, labelOf(currentRoom(state)), roomActions(currentRoom(state))),
    openEmoji,
  };

  function userActions(user) {
    const room = currentRoom(state);
    if (user.id === state.me)
      return [
        doing("Change your name…", [{ type: "openPanel", panel: { kind: "name" } }]),
        doing("Your devices…", [{ type: "openPanel", panel: { kind: "account" } }]),
      ];
    const place = room.name === LOBBY || isDirect(room.name) ? undefined : room.name;
    const mine = isOwner(state, room) ? 4 : isModerator(state, room) ? 3 : 1;
    const outranks = isDirect(room.name) ? rank(state.role) >= 3 : mine >= 3 && mine > rank(roleIn(room, user.id));
    const ofUser = { user: user.name };
    const ban = (time, label) => doing(label, sanctionOf(state, "ban", ofUser, { room: place, time }), true);
    return [
      doing("Write to", [{ type: "openUser", id: user.id, name: user.name }]),
      { label: "Mention", run: () => view.composer.insert(`@${user.name.replaceAll(" ", "_")} `) },
      doing("About…", [{ type: "openPanel", panel: { kind: "user", user } }]),
      doing(isIgnored(state, user.id) ? "Show messages again" : "Hide messages", [
        { type: "ignore", user, on: !isIgnored(state, user.id) },
      ]),
      outranks && "-",
      outranks && doing("Mute for 10 minutes", sanctionOf(state, "mute", ofUser, { room: place, time: 600 }), true),
      outranks &&
        doing(
          place ? "Kick from the room…" : "End the sessions…",
          sanctionOf(state, "kick", ofUser, { room: place }),
          true,
        ),
      outranks && ban(86400, "Ban for a day…"),
      outranks && ban(null, "Ban without an end…"),
      outranks &&
        doing(
          "Ban, and remove the last 10 minutes…",
          sanctionOf(state, "ban", ofUser, { room: place, time: 86400, removes: 600 }),
          true,
        ),
      rank(state.role) >= 4 && "-",
      rank(state.role) >= 4 && doing("Devices…", [{ type: "openPanel", panel: { kind: "account", user: user.name } }]),
      rank(state.role) >= 4 && doing("Code for a new device…", askLink(user.name)),
      rank(state.role) >= 4 && doing("Free the name…", free(user.name), true),
      isOwner(state, room) &&
        !isDirect(room.name) &&
        doing("Give a role…", [{ type: "openPanel", panel: { kind: "role", user, room: place } }]),
    ];
  }

  function roomActions(room) {
    const isRoom = !isDirect(room.name);
    const panel = (label, about) => doing(label, [{ type: "openPanel", panel: about }]);
    const quiet = isQuiet(state, room.name);
    const others = state.choices.quiet.filter((name) => name !== room.name);
    return [
      doing("Mark all as read", [{ type: "readAll", room: room.name }]),
      panel("Pinned messages", { kind: "pins", room: room.name }),
      panel("Mentions of you", { kind: "mentions" }),
      panel("Messages you remember", { kind: "saved" }),
      doing(quiet ? "Let it notify again" : "Make it quiet", [
        { type: "choose", choices: { quiet: quiet ? others : [...others, room.name] } },
      ]),
      panel("Notifications…", { kind: "notify", room: room.name }),
      panel("Export…", { kind: "exports", room: room.name }),
      isRoom && panel("Set the topic…", { kind: "topic", room: room.name }),
      isRoom && room.rules?.privacy === "private" && panel("Ask somebody in…", { kind: "askIn", room: room.name }),
      isRoom && isOwner(state, room) && panel("Rules…", { kind: "rules", room: room.name }),
      isModerator(state, room) &&
        panel("Mutes and bans", { kind: "sanctions", room: room.name === LOBBY || !isRoom ? undefined : room.name }),
      rank(state.role) >= 3 && panel("Audit log", { kind: "audit" }),
      room.name !== LOBBY && "-",
      room.name !== LOBBY &&
        doing(
          isRoom ? "Leave the room" : "Close",
          isRoom && room.rules?.privacy === "private"
            ? ask(`Leave ${room.name}? It is private: somebody in it has to ask you in again`, "Leave", [
                { type: "leave", room: room.name },
              ])
            : [{ type: "leave", room: room.name }],
          isRoom,
        ),
    ];
  }

  /** A grid of emoji, with a field that finds others by name, or takes any. */
  function openEmoji(at, then) {
    const grid = h("div", { class: "emoji-grid", role: "menu", "aria-label": "Emoji" });
    const drawGrid = (list) =>
      fill(
        grid,
        list.map(({ emoji, names }) =>
          h("button", {
            type: "button",
            role: "menuitem",
            tabindex: "-1",
            "aria-label": names[0].replaceAll("_", " "),
            title: names[0],
            text: emoji,
            on: { click: () => choose({ run: () => then(emoji) }) },
          }),
        ),
      );
    const input = h("input", {
      type: "text",
      "aria-label": "Find an emoji by name, or type one",
      placeholder: "Find, or type one",
      autocomplete: "off",
    });
    input.addEventListener("input", () => drawGrid(input.value ? findEmoji(input.value.trim()) : EMOJI));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const typed = input.value.trim();
      const chosen = /^[^\0-\x7F]/u.test(typed) ? typed : findEmoji(typed)[0]?.emoji;
      if (chosen) choose({ run: () => then(chosen) });
    });
    drawGrid(EMOJI);
    show(at, "dialog", "Emoji", h("div", { class: "emoji-find" }, input), grid);
    element.querySelector("[role=menuitem]").focus();
  }
}
