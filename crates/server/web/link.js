// The connection to the server: a WebSocket, its pings, and the pauses between attempts.

import * as clean from "./clean.js";

/** The first and the longest pause before another attempt, in milliseconds. */
const PAUSE_MIN_MS = 1000;
const PAUSE_MAX_MS = 30000;

/** A session that lasted this long starts the pauses over. */
const LASTING_MS = 10000;

/** A connection on which nothing arrives for this long is sent a ping; this much later it is given up. */
const SILENCE_MS = 20000;
const PONG_MS = 10000;

/** A connection on which something arrived within this time lives. */
const FRESH_MS = 5000;

/** Longest time until the server has answered the first line. */
const OPEN_MS = 15000;

/**
 * Makes a link, which does nothing before `connect`. `emit` receives `{type: "link", …}` with `state`:
 * `connecting`, `open`, `waiting` (with `until`, in milliseconds of the clock) or `lost`, and `{type: "event", event}`,
 * sanitized.
 */
export function makeLink(emit) {
  const link = { socket: null, pause: PAUSE_MIN_MS, timer: 0, watch: 0, heard: 0, pinged: 0, opened: 0, isEnabled: false };

  const connect = () => {
    stop();
    link.isEnabled = true;
    emit({ type: "link", state: "connecting" });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`, "chat.1");
    link.socket = socket;
    heard();
    link.opened = 0;
    socket.onopen = () => {
      link.opened = Date.now();
      emit({ type: "link", state: "open" });
    };
    socket.onmessage = (message) => {
      heard();
      if (typeof message.data !== "string") return;
      // An event may end the session; what follows it is of no session then.
      for (const line of message.data.split("\n")) if (socket === link.socket) receive(line);
    };
    socket.onclose = () => socket === link.socket && lost();
    link.watch = setInterval(watch, 1000);
  };

  const receive = (line) => {
    if (line.trim() === "") return;
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      return;
    }
    if (event === null || typeof event !== "object" || typeof event.type !== "string") return;
    if (event.type === "ping") send({ type: "pong", nonce: event.nonce });
    else emit({ type: "event", event: clean.event(event) });
  };

  const heard = () => Object.assign(link, { heard: Date.now(), pinged: 0 });

  const ping = () => {
    link.pinged = Date.now();
    send({ type: "ping", nonce: "alive" });
  };

  /**
   * A browser may call it once a minute only, if the page is not looked at: silence alone says nothing then, so a
   * connection is given up only if it was asked. The clock may have been set back, too.
   */
  const watch = () => {
    const since = (time) => Math.abs(Date.now() - time);
    if (link.opened === 0) return since(link.heard) > OPEN_MS && drop();
    if (link.pinged > 0) return since(link.pinged) > PONG_MS && drop();
    if (since(link.heard) > SILENCE_MS) ping();
  };

  /** Gives the connection up without waiting for the other side. */
  const drop = () => {
    const socket = link.socket;
    lost();
    socket?.close();
  };

  const lost = () => {
    clearInterval(link.watch);
    if (link.opened > 0 && Date.now() - link.opened > LASTING_MS) link.pause = PAUSE_MIN_MS;
    link.socket = null;
    emit({ type: "link", state: "lost" });
  };

  /**
   * Connects after a pause, which doubles each time. Its second half is random, so that not all clients come at once.
   */
  const retry = (atLeastMs = 0) => {
    clearTimeout(link.timer);
    const pause = Math.max(atLeastMs, link.pause * (0.5 + Math.random() / 2));
    link.pause = Math.min(link.pause * 2, PAUSE_MAX_MS);
    emit({ type: "link", state: "waiting", until: Date.now() + pause });
    link.timer = setTimeout(connect, pause);
  };

  const stop = () => {
    clearTimeout(link.timer);
    clearInterval(link.watch);
    link.isEnabled = false;
    const socket = link.socket;
    link.socket = null;
    socket?.close();
  };

  const send = (command) => {
    if (link.socket?.readyState === WebSocket.OPEN) link.socket.send(JSON.stringify(command) + "\n");
  };

  /** Connects at once if there is no connection; asks at once whether the one there is still lives. */
  const hurry = () => {
    if (!link.isEnabled) return;
    if (link.socket === null) connect();
    else if (link.opened > 0 && link.pinged === 0 && Date.now() - link.heard > FRESH_MS) ping();
  };

  return { connect, retry, stop, send, hurry };
}
