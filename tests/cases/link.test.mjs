// Tests of the link of the page to the server, with a socket and a clock of their own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeLink } from "../../crates/server/web/link.js";

/** A browser: its timers run when `after` says so, and it calls those of an interval once in `every` milliseconds. */
function browser({ every }) {
  let now = 10_000_000;
  const intervals = new Map();
  const sockets = [];
  class Socket {
    static OPEN = 1;
    readyState = 0;
    sent = [];
    constructor() {
      sockets.push(this);
    }
    send(line) {
      this.sent.push(JSON.parse(line).type);
    }
    close() {
      this.readyState = 3;
    }
    opens() {
      this.readyState = 1;
      this.onopen();
    }
    receives(event) {
      this.onmessage({ data: `${JSON.stringify(event)}\n` });
    }
  }
  Object.assign(globalThis, {
    WebSocket: Socket,
    location: { protocol: "http:", host: "127.0.0.1:12345" },
    setInterval: (call) => {
      intervals.set(call, call);
      return call;
    },
    clearInterval: (call) => intervals.delete(call),
    setTimeout: () => 0,
    clearTimeout: () => {},
  });
  Date.now = () => now;
  const after = (ms) => {
    for (const end = now + ms; now < end; ) {
      now = Math.min(end, now + every);
      for (const call of [...intervals.values()]) call();
    }
  };
  const states = [];
  const link = makeLink((input) => input.type === "link" && states.push(input.state));
  link.connect();
  sockets[0].opens();
  return { link, sockets, states, after, setBack: (ms) => (now -= ms) };
}

const pings = (socket) => socket.sent.filter((type) => type === "ping").length;

test("a connection that says nothing is pinged, and given up if that is not answered", () => {
  const { sockets, states, after } = browser({ every: 1000 });
  after(20_000);
  assert.equal(pings(sockets[0]), 0);
  after(1000);
  assert.equal(pings(sockets[0]), 1);
  sockets[0].receives({ type: "pong", nonce: "alive" });
  after(25_000);
  assert.equal(pings(sockets[0]), 2);
  after(5000);
  assert.ok(!states.includes("lost"));
  after(5000);
  assert.equal(states.at(-1), "lost");
});

test("a page that is not looked at, whose timers run once a minute, gives no connection up that answers", () => {
  const { sockets, states, after } = browser({ every: 60_000 });
  for (let minute = 1; minute <= 10; minute += 1) {
    after(60_000);
    assert.equal(pings(sockets[0]), minute);
    sockets[0].receives({ type: "pong", nonce: "alive" });
  }
  assert.ok(!states.includes("lost"));
  after(120_000);
  assert.equal(states.at(-1), "lost");
});

test("a page that is looked at again asks at once, and often does not put the end off", () => {
  const { link, sockets, states, after } = browser({ every: 1000 });
  after(10_000);
  for (let second = 0; second < 11; second += 1) {
    link.hurry();
    after(1000);
  }
  assert.equal(pings(sockets[0]), 1);
  assert.equal(states.at(-1), "lost");
});

test("a clock that is set back does not keep a dead connection", () => {
  const { sockets, states, after, setBack } = browser({ every: 1000 });
  setBack(3_600_000);
  after(1000);
  assert.equal(pings(sockets[0]), 1);
  after(11_000);
  assert.equal(states.at(-1), "lost");
});
