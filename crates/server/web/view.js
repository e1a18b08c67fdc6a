// Draws the state: one file for each pane, and only what has changed. Tests and assistive programs find:
//
// #first              the first screen: a form with the fields "Your name", "Password", "Code", the invite, and
//                     "Come in"
// #first-note         (alert) why one is not in
// #rooms              (navigation "Rooms") #room-list: a button for each room, [data-room], with aria-current on the
//                     open one; its name says what is unread: "rust, 3 unread, 1 mention"
// #me-name #me-number the user's name and number
// #title #topic       the open room
// #log                (log "Messages in #rust") with an article for each message, [data-seq], named "ana, 17:13: text";
//                     [data-delivery] is accepted, pending or refused; [data-own] is set on one's own.
//                     Buttons within: "React", "Reply", "More", one for each reaction, "3 replies"
// #above #jump        to the first unread message above the screen, and to the newest message
// #status #typing     (status) the connection, what waits, answers; who is typing
// #say #text #send    the box "Message to #rust" and its button "Send"; #compose-bar: the reply or the edit
// #complete           (listbox) what completes the word
// #thread #thread-log #thread-text   the open thread
// #users #user-list   the users of the room, a button for each, [data-user], named "ana number 5"
// #panel              the dialog that is open, [data-kind]; #menu (menu) with menuitems
// #live               (log) new messages, for screen readers

import { avatar } from "./avatar.js";
import { byId, fill, h, icon, set, setText } from "./dom.js";
import { LOBBY, currentRoom, isDirect, isOtherOnline, isOwner, labelOf, otherOf, roomList, unread } from "./state.js";
import { isFull, waiting } from "./outbox.js";
import { makeAlerts } from "./view-alerts.js";
import { makeComposer } from "./view-composer.js";
import { makeFirst } from "./view-first.js";
import { makeHistory } from "./view-history.js";
import { makeKeys } from "./view-keys.js";
import { makeLog } from "./view-log.js";
import { makeMenu } from "./view-menu.js";
import { makePanel } from "./view-panel.js";
import { makeRooms } from "./view-rooms.js";
import { makeUsers } from "./view-users.js";
import * as words from "./words.js";

/** Longest time until the browser has begun to store a file. */
const DOWNLOAD_MS = 60000;
/** The widest window that shows one pane at a time, in sizes of the text. */
const NARROW_MAX = 45;
/** The narrowest window that shows the rooms beside an open thread. */
const ROOMS_MIN = 60;
/** The narrowest window that shows the users beside the messages from the start. */
const WIDE_MIN = 70;

/**
 * Whether the panes are those of a `narrow`, `small`, `middle` or `wide` window: a large text has those of a narrower
 * one.
 */
function widthNow() {
  const width = innerWidth / parseFloat(getComputedStyle(document.documentElement).fontSize);
  if (width <= NARROW_MAX) return "narrow";
  if (width < ROOMS_MIN) return "small";
  return width < WIDE_MIN ? "middle" : "wide";
}

export function makeView(state, actions) {
  const view = { state, ...actions, isNarrow: () => document.body.dataset.width === "narrow", usersAreShown: false };
  const { dispatch } = actions;

  for (const [id, name] of Object.entries({
    "open-settings": "gear",
    "close-rooms": "back",
    "show-rooms": "menu",
    "open-search": "search",
    "open-room-menu": "more",
    "show-users": "users",
    "close-thread": "close",
    "close-users": "close",
  })) {
    byId(id).append(icon(name));
  }
  view.menu = makeMenu(view);
  view.log = makeLog(view, { frame: byId("log"), items: byId("log-items"), isThread: false });
  view.thread = makeLog(view, { frame: byId("thread-log"), items: byId("thread-items"), isThread: true });
  view.composer = makeComposer(view, { form: byId("say"), id: "", isThread: false });
  view.threadComposer = makeComposer(view, { form: byId("thread-say"), id: "thread-", isThread: true });
  view.composerOf = (isThread) => (isThread ? view.threadComposer : view.composer);
  const parts = [
    makeFirst(view),
    // Before the log: if the page was loaded again, the lobby would count as read although another room is shown.
    makeHistory(view),
    view.log,
    view.thread,
    // After the log, in which messages are read as they come: else each would be unread for a moment.
    makeRooms(view),
    makeUsers(view),
    view.composer,
    view.threadComposer,
    makePanel(view),
  ];
  const alerts = makeAlerts(view);
  makeKeys(view);
  fitKeyboard();

  /** Shows one pane on a narrow screen: `rooms`, `log`, `users` or `thread`. */
  view.showPane = (pane) => {
    document.body.dataset.pane = pane;
    if (pane === "rooms") byId("close-rooms").focus();
    if (pane === "users") byId("close-users").focus();
  };
  view.toggleUsers = (isShown) => {
    view.usersAreShown = isShown;
    if (view.isNarrow()) view.showPane(isShown ? "users" : "log");
    else if (isShown) byId("close-users").focus();
    if (!isShown) byId("show-users").focus();
    view.draw();
  };
  view.closeThread = () => {
    dispatch({ type: "closeThread" });
    view.draw();
    view.composer.focus();
  };

  /** Takes the panes that fit the window and the text. Returns whether they are others. */
  function fitPanes() {
    const { width: before } = document.body.dataset;
    const now = widthNow();
    if (now === before) return false;
    document.body.dataset.width = now;
    if ([before, now].includes("wide")) view.usersAreShown = now === "wide";
    return true;
  }
  addEventListener("resize", () => fitPanes() && view.draw());

  const open = (panel) => () => dispatch({ type: "openPanel", panel });
  byId("open-settings").onclick = open({ kind: "settings" });
  byId("open-search").onclick = open({ kind: "search" });
  byId("open-rooms").onclick = open({ kind: "rooms" });
  byId("open-invite").onclick = open({ kind: "invite", order: null });
  byId("show-rooms").onclick = () => view.showPane("rooms");
  byId("close-rooms").onclick = () => view.showPane("log");
  byId("show-users").onclick = () => view.toggleUsers(!view.usersAreShown || view.isNarrow());
  byId("close-users").onclick = () => view.toggleUsers(false);
  byId("close-thread").onclick = view.closeThread;
  byId("open-room-menu").onclick = (event) => view.menu.openRoom(event.currentTarget);
  byId("status").onclick = () =>
    state.connection.kind === "expelled" ? dispatch({ type: "reconnect" }) : actions.hurry();

  view.draw = () => {
    const isIn = state.me !== null || (state.journal !== null && state.connection.kind !== "welcome");
    const showsFirst = state.connection.kind === "welcome";
    byId("splash").hidden = state.connection.kind !== "starting";
    set(byId("first"), { hidden: !showsFirst });
    set(byId("chat"), { hidden: showsFirst || (!isIn && state.connection.kind === "starting") });
    if (drawLook(state)) fitPanes();
    if (view.wasFirst && !showsFirst) requestAnimationFrame(view.composer.focus);
    view.wasFirst = showsFirst;
    if (!showsFirst) {
      drawHeader(view);
      drawStatus(view);
    }
    for (const part of parts) part.draw();
    drawTitle(state);
  };
  view.opened = () => {
    view.showPane("log");
    view.composer.opened();
    if (!matchMedia("(pointer: coarse)").matches) view.composer.focus();
    alerts.say(`${labelOf(currentRoom(state))}${describeUnread(unread(state, currentRoom(state)))}`);
  };
  view.download = (blob, name) => {
    const link = h("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
  };
  view.toEnd = () => view.log.toEnd();
  view.restoreText = (effect) => view.composerOf(effect.place.includes(" ")).restore(effect);
  return Object.assign(view, { notify: alerts.notify, announce: alerts.announce, installWorker: alerts.installWorker });
}

/** Safari covers the page with the keyboard of a phone, and moves it up; it gets the height that is left instead. */
function fitKeyboard() {
  const { visualViewport: visible } = window;
  visible?.addEventListener("resize", () => {
    // Smaller for another reason: the reader has zoomed in.
    if (visible.scale !== 1) return;
    const isCovered = visible.height < innerHeight - 1;
    document.documentElement.style.setProperty("--height", isCovered ? `${visible.height}px` : "");
    if (isCovered) scrollTo(0, 0);
  });
}

/** `, 3 unread, 1 mention`. */
export function describeUnread({ count, mentions, more }) {
  const parts = [];
  if (count > 0) parts.push(`${count}${more ? "+" : ""} unread`);
  if (mentions > 0) parts.push(words.counted(mentions, "mention"));
  return parts.map((part) => `, ${part}`).join("");
}

/** The choices that style sheets read. Returns whether the text has another size, or is drawn for the first time. */
function drawLook(state) {
  const { theme, size } = state.choices;
  const { dataset } = document.documentElement;
  if (dataset.theme !== theme) dataset.theme = theme;
  if (dataset.size === size) return false;
  dataset.size = size;
  return true;
}

function drawHeader(view) {
  const { state } = view;
  const room = currentRoom(state);
  if (!room) return;
  setText(byId("title"), labelOf(room));
  setText(byId("topic"), subtitle(state, room));
  const isShown = view.isNarrow() ? document.body.dataset.pane === "users" : view.usersAreShown;
  set(byId("show-users"), { "aria-expanded": String(isShown), "aria-label": `Users, ${room.count} connected` });
  set(byId("users"), { hidden: !isShown && !view.isNarrow() });
  set(byId("thread"), { hidden: state.thread === null });
  if (state.thread === null && document.body.dataset.pane === "thread") view.showPane("log");
  set(document.body, { dataset: { thread: state.thread ? "open" : "closed" } });
  const elsewhere = roomList(state).reduce((sum, one) => sum + (one === room ? 0 : unread(state, one).mentions), 0);
  set(byId("show-rooms"), {
    dataset: { count: elsewhere > 0 ? elsewhere : null },
    "aria-label": elsewhere > 0 ? `Rooms, ${words.counted(elsewhere, "mention")}` : "Rooms",
  });
  if (state.me !== null && byId("me-avatar").dataset.of !== `${state.me} ${state.name}`) {
    byId("me-avatar").dataset.of = `${state.me} ${state.name}`;
    fill(byId("me-avatar"), avatar({ id: state.me, name: state.name }));
  }
  setText(byId("me-name"), state.name);
  setText(byId("me-number"), state.me === null ? "" : `${state.me}`);
  set(byId("me-number"), { title: "Your number" });
}

/** The topic and the rules of a room; of a direct message, whether the other user is there. */
function subtitle(state, room) {
  if (isDirect(room.name)) {
    if (isOtherOnline(state, room)) {
      const away = state.away.get(otherOf(state, room.name));
      return away === undefined ? "online" : away ? `away: ${away}` : "away";
    }
    return room.seenAt ? `last here ${words.ago(Date.now() - Date.parse(room.seenAt))}` : "offline";
  }
  const rules = [];
  if (room.rules?.privacy === "private") rules.push("private");
  if (room.rules?.privacy === "announce") rules.push("announcements");
  if (room.rules?.slow_s) rules.push(`a message each ${words.duration(room.rules.slow_s)}`);
  if (state.choices.quiet.includes(room.name)) rules.push("quiet");
  const topic = room.topic || (isOwner(state, room) && room.name !== LOBBY ? "No topic yet: /topic TEXT sets one" : "");
  return [...rules, topic].filter(Boolean).join(" · ");
}

function drawStatus(view) {
  const { state } = view;
  const room = currentRoom(state);
  const { connection, notStored } = state;
  const normal = words.status({ connection, waiting: waiting(state.outbox), notStored });
  const own =
    state.me !== null && state.away.has(state.me)
      ? `You're away${state.away.get(state.me) ? `: ${state.away.get(state.me)}` : ""}. /back ends that`
      : "";
  const parts = [state.said?.text, isFull(state.outbox) ? words.OUTBOX_FULL : "", own, normal];
  const text = parts.filter(Boolean).join(" · ");
  setText(byId("status-text"), text);
  // Hidden from screen readers, which would read it each second.
  setText(byId("status-retry"), connection.kind === "waiting" ? words.retrying(connection, Date.now()) : "");
  const tone =
    state.said?.isError || connection.kind === "expelled"
      ? "bad"
      : connection.kind === "connected"
        ? "good"
        : "warn";
  set(byId("status"), { dataset: { tone }, hidden: text === "" });
  const typing = state.typing.filter((one) => one.room === room?.name).map((one) => one.user.name);
  setText(byId("typing"), words.typing(typing));
}

/** The title of the window: what is unread for the user, and the room. */
function drawTitle(state) {
  const room = currentRoom(state);
  const count = roomList(state).reduce(
    (sum, one) => sum + (state.choices.quiet.includes(one.name) ? 0 : unread(state, one).mentions),
    0,
  );
  const name = state.connection.kind === "welcome" || !room ? "chat" : `${labelOf(room)} · chat`;
  const title = count > 0 ? `(${count}) ${name}` : name;
  if (document.title !== title) document.title = title;
  if (drawTitle.badge !== count) {
    drawTitle.badge = count;
    if (count > 0) navigator.setAppBadge?.(count)?.catch?.(() => {});
    else navigator.clearAppBadge?.()?.catch?.(() => {});
  }
}
