// Tests of the worker that stores the page, in a scope with a cache and a network of its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = readFileSync(new URL("../../crates/server/web/worker.js", import.meta.url), "utf8");

/** Starts the worker. `answers` is what the server answers to a request for the page. */
function worker({ stored, answers, pages = [] }) {
  const handlers = {};
  const opened = [];
  const cache = { match: async () => undefined, addAll: async () => {}, put: async () => {}, keys: async () => [] };
  const self = {
    location: { origin: "http://127.0.0.1:12345" },
    addEventListener: (type, handler) => (handlers[type] = handler),
    clients: { matchAll: async () => pages, openWindow: async (path) => opened.push(path) },
  };
  const caches = { open: async () => cache, match: async () => stored };
  vm.runInNewContext(source, { self, caches, fetch: answers, URL, Response, Error, Set });
  return { handlers, opened };
}

async function page(about) {
  let answer;
  const request = { url: "http://127.0.0.1:12345/", method: "GET", mode: "navigate" };
  const { handlers } = worker(about);
  handlers.fetch({ request, respondWith: (it) => (answer = it), waitUntil: () => {} });
  return (await answer).status;
}

const stored = new Response("the stored page", { status: 203 });

test("the stored page is shown if the server does not answer, or what is in front of it answers for it", async () => {
  const lost = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.equal(await page({ stored, answers: lost }), 203);
  assert.equal(await page({ stored, answers: async () => new Response("", { status: 502 }) }), 203);
  assert.equal(await page({ stored: undefined, answers: async () => new Response("", { status: 502 }) }), 502);
  assert.equal(await page({ stored, answers: async () => new Response("", { status: 421 }) }), 421);
  assert.equal(await page({ stored, answers: async () => new Response("", { status: 200 }) }), 200);
});

test("a notification that is chosen leads to its room in an open page, or opens one", async () => {
  const done = [];
  const choose = async ({ handlers }) => {
    let opening;
    const notification = { tag: "#rust", close: () => done.push("closed") };
    handlers.notificationclick({ notification, waitUntil: (it) => (opening = it) });
    await opening;
  };
  const one = { postMessage: (message) => done.push(message.room), focus: () => done.push("focus") };
  await choose(worker({ pages: [one] }));
  assert.deepEqual(done, ["closed", "#rust", "focus"]);
  const alone = worker({ pages: [] });
  await choose(alone);
  assert.deepEqual(alone.opened, ["/"]);
});
