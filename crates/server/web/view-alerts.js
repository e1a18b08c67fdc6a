// Reaches the user besides the screen: notifications, a sound, screen readers; and the worker that keeps the page.

import { byId, h } from "./dom.js";
import { clock } from "./dates.js";

/** Texts that wait for the screen reader; older ones are in the log. */
const LIVE_MAX = 20;
/** Time between the messages that are given to the screen reader, in milliseconds: about as long as it reads one. */
const READ_MS = 3000;
/** Most messages that are read one by one; of more, only their number and the last one are. */
const READ_MAX = 3;
/** Characters of a text in a notification. */
const SHOWN_MAX = 200;

export function makeAlerts({ state, act }) {
  const live = byId("live");

  function say(text) {
    live.append(h("p", { text }));
    while (live.children.length > LIVE_MAX) live.firstChild.remove();
  }

  /** Messages that came since `flush`, which is due if `due` is not 0. */
  let come = [];
  let due = 0;

  /** Has a message read. The first one is read at once, those that come soon after it together. */
  function announce({ message }) {
    come.push(message);
    if (due === 0) flush();
  }

  function flush() {
    due = come.length > 0 ? setTimeout(flush, READ_MS) : 0;
    const skipped = come.length > READ_MAX ? come.splice(0, come.length - 1).length : 0;
    if (skipped > 0) say(`${skipped} messages, and the last one:`);
    for (const { from, at, text } of come.splice(0)) say(`${from.name}, ${clock(Date.parse(at))}: ${text.slice(0, 400)}`);
  }

  function notify({ room, label, from, text }) {
    if (state.choices.sound) beep();
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    const title = label === from ? from : `${from} in ${label}`;
    const about = { body: text.slice(0, SHOWN_MAX), tag: room, icon: "/icon-192.png" };
    try {
      const notification = new Notification(title, about);
      notification.onclick = () => {
        window.focus();
        act({ type: "openRoom", room });
        notification.close();
      };
    } catch {
      // A telephone leaves it to the worker, which says when the user has chosen it.
      navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, about)).catch(() => {});
    }
  }
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (state.rooms.has(data?.room)) act({ type: "openRoom", room: data.room });
  });

  return {
    say,
    notify,
    announce,
    installWorker,
  };
}

/** Two short tones. */
function beep() {
  try {
    const audio = new AudioContext();
    [660, 880].forEach((frequency, index) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + index * 0.12;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    });
    setTimeout(() => audio.close(), 1000);
  } catch {
    // A browser without sound.
  }
}

/** Asks the browser to keep the page itself, so that it opens without a network. */
async function installWorker() {
  if (!navigator.serviceWorker || location.hostname === "") return;
  let url = "/worker.js";
  try {
    // The one script address of the page that is not in its markup: the policy allows this one policy and no other.
    url =
      window.trustedTypes?.createPolicy("worker", { createScriptURL: () => "/worker.js" }).createScriptURL("") ?? url;
    await navigator.serviceWorker.register(url);
  } catch {
    // Without it the page needs the network to open, as any other.
  }
}
