// Joins textual-serve's terminal (textual.js) with the page: where its socket is, the focus, the
// keys that a browser keeps, the clipboard, files, and what is said when the console ends.
"use strict";

(() => {
  const terminal = document.getElementById("terminal");
  const told = document.getElementById("told");
  const at = new URL(".", location.href); // whatever name, port and folder the page is asked by
  let socket = null;
  let busy = false;
  let ended = false;

  // the address is copied and kept: without the token, which is a cookie by now
  history.replaceState(null, "", at.pathname);

  // a page that is loaded again keeps its name, and with it its session; a copy of it gets another
  const known = sessionStorage.getItem("tab");
  let tab = "";

  async function name() {
    tab = known && (await isFree(known)) ? known : fresh();
    if (tab !== known) await isFree(tab);
    sessionStorage.setItem("tab", tab);
  }

  function fresh() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  }

  // whether no other page has this name; it is ours then for as long as we are there
  function isFree(name) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((done) => {
      navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        done(lock !== null);
        return lock ? new Promise(() => {}) : undefined;
      });
    });
  }

  function say(words, button) {
    document.getElementById("words").textContent = words;
    document.getElementById("again").textContent = button;
    told.hidden = false;
    document.getElementById("again").focus();
  }

  function end(words, button) {
    ended = true;
    busy = false;
    say(words, button);
  }

  document.getElementById("again").addEventListener("click", () => location.reload());

  function focus() {
    document.querySelector(".xterm-helper-textarea")?.focus();
  }

  function send(kind, value) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify([kind, value]));
  }

  async function copy({ number, text }) {
    let why = "";
    try {
      if (!navigator.clipboard) throw new Error("insecure");
      await navigator.clipboard.writeText(text);
    } catch (error) {
      if (!copyOldWay(text)) why = error.message || error.name;
    }
    send("copied", { number, why });
    focus();
  }

  // works without https too, shortly after a key or a click
  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    area.remove();
    return done;
  }

  function download(key) {
    const link = document.createElement("a");
    link.href = new URL("download/" + encodeURIComponent(key), at).href;
    link.download = "";
    link.click();
  }

  const ours = {
    page(value) {
      if (typeof value.busy === "boolean") busy = value.busy;
      if (value.title) document.title = value.title;
    },
    copy,
    deliver_file_start: download,
    ended(value) {
      if (value.words) end(value.words, value.full ? "Try again" : "Start again");
      else end("The console has ended.", "Start a new one");
    },
  };

  // textual.js makes the socket: of ours, which takes its own frames before textual.js sees them
  class Socket extends WebSocket {
    constructor(address) {
      super(`${address}&tab=${tab}`);
      socket = this;
      this.addEventListener("open", () => setTimeout(focus));
      this.addEventListener("close", () => {
        if (!ended) end("The connection to the server is lost.", "Connect again");
      });
      this.addEventListener("message", (event) => {
        if (typeof event.data !== "string") return;
        const [kind, value] = JSON.parse(event.data);
        if (!Object.hasOwn(ours, kind)) return;
        event.stopImmediatePropagation();
        ours[kind](value);
      });
    }
  }
  window.WebSocket = Socket;

  window.addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
  window.addEventListener("focus", focus);
  window.addEventListener(
    "keydown",
    (event) => {
      if (!told.hidden) return;
      const plain = event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
      if (plain && event.key === "v") {
        event.stopImmediatePropagation(); // the browser pastes its clipboard, as one paste
      } else if (event.key === "Enter" && event.shiftKey && !event.isComposing) {
        event.stopImmediatePropagation();
        event.preventDefault();
        send("stdin", "\n"); // ctrl+j: a terminal's shift+enter cannot be told from enter
      } else if (plain && event.key === "Backspace") {
        event.stopImmediatePropagation();
        event.preventDefault();
        send("stdin", "\x17"); // ctrl+w, which closes a tab
      }
    },
    true,
  );

  // cells are measured once: the font has to be there
  const start = window.onload;
  window.onload = async (event) => {
    const font = document.fonts.load("16px 'Roboto Mono'");
    await Promise.race([font, new Promise((late) => setTimeout(late, 2000))]);
    await name();
    const url = new URL("ws", at);
    url.protocol = at.protocol === "https:" ? "wss:" : "ws:";
    terminal.dataset.sessionWebsocketUrl = url.href;
    const full = document.body.dataset.full;
    if (full && !known) {
      end(full, "Try again");
      return;
    }
    start?.call(window, event);
  };
})();
