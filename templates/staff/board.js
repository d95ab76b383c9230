// The board while it is open: the countdown by the server's time, and what changes, from the stream or by asking.
// Without this script the page is right as of its loading, and loads itself anew.
"use strict";
(() => {
  const board = document.getElementById("board");
  const note = document.getElementById("stream-note");
  if (!board) return;

  // The server's time, by this machine's stopwatch and never by its clock. A word that was long on its way tells an earlier time
  // than it is, so the latest of the last few is the best.
  const offsets = [];
  const heard = (now) => {
    offsets.push(Number(now) - performance.now());
    if (offsets.length > 8) offsets.shift();
  };
  const now = () => Math.max(...offsets) + performance.now();
  heard(board.dataset.now);

  const spelled = (ms) => {
    const s = Math.ceil(ms / 1000);
    const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
    const two = (n) => String(n).padStart(2, "0");
    // Number and unit stay together (no-break space).
    if (d) return `${d}\u00a0d ${h}\u00a0h ${two(m)}\u00a0m`;
    if (h) return `${h}\u00a0h ${two(m)}\u00a0m ${two(s % 60)}\u00a0s`;
    return m ? `${m}\u00a0m ${two(s % 60)}\u00a0s` : `${s}\u00a0s`;
  };
  const tick = () => {
    for (const each of board.querySelectorAll("[data-lift]")) {
      const left = Number(each.dataset.lift) - now();
      // Held, it does not leave at its lift.
      const [ahead, over] = each.dataset.held ? ["the lift is in", "the lift is over"] : ["leaves in", "leaving now"];
      each.textContent = left > 0 ? `${ahead} ${spelled(left)}` : over;
    }
  };

  const show = (html) => {
    const open = [...board.querySelectorAll("details[open]")].map((each) => each.id);
    const focused = document.activeElement;
    const place = focused && board.contains(focused) ? [...board.querySelectorAll("a, summary, [tabindex]")].indexOf(focused) : -1;
    board.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (place >= 0) board.querySelectorAll("a, summary, [tabindex]")[place]?.focus({ preventScroll: true });
    tick();
    const state = board.querySelector("[data-state]")?.dataset.state;
    for (const each of document.querySelectorAll("[data-when]")) each.hidden = !each.dataset.when.split(" ").includes(state);
  };
  const say = (text) => {
    if (note.textContent !== text) note.textContent = text;
    note.hidden = !text;
  };

  // Asking, for when there is no stream.
  let asking = 0;
  const ask = async () => {
    try {
      const answer = await fetch(board.dataset.poll, { headers: { "HX-Request": "true" }, redirect: "manual" });
      if (answer.ok) {
        heard(answer.headers.get("X-Board-Time"));
        show(await answer.text());
        say("");
        return;
      }
      say(answer.status === 503 ? LOST : ENDED);
    } catch {
      say(LOST);
    }
  };
  const askFromNowOn = (every) => {
    clearInterval(asking);
    asking = every ? setInterval(ask, every) : 0;
  };
  const LOST = "The service does not answer. What is below was right when it last did; it tries again by itself.";
  const ENDED = "You are signed out, or may not see this any more. Load the page again to sign in.";

  let silence = 0;
  const live = new EventSource(board.dataset.live);
  const alive = () => {
    askFromNowOn(0);
    clearTimeout(silence);
    silence = setTimeout(() => askFromNowOn(3000), 15000);
  };
  const end = (text) => {
    live.close();
    clearTimeout(silence);
    say(text);
  };
  live.addEventListener("board", (event) => { alive(); show(event.data); });
  live.addEventListener("time", (event) => { alive(); heard(event.data); say(""); });
  live.addEventListener("lost", () => { alive(); say(LOST); });
  live.addEventListener("full", () => { end(""); askFromNowOn(3000); });
  live.addEventListener("over", () => end(""));
  live.addEventListener("signed-out", () => end(ENDED));
  live.addEventListener("error", () => askFromNowOn(3000));
  addEventListener("pagehide", () => live.close());

  setInterval(tick, 250);
  tick();
})();
