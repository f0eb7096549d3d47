/* Hotlist's tracker and form helper. No dependencies, no cookies.
 *
 *   <script src="hotlist.js" data-api="https://YOUR-API" data-consent="#consent" defer></script>
 *
 * Until the visitor says yes (a button with data-answer="yes" in the element that data-consent
 * names) nothing is stored and nothing is sent but the forms. A no is remembered; an element with
 * data-hotlist-consent opens the question again. Forms marked data-hotlist="name" are posted by
 * this script; without it they post as plain forms. docs/tracking.md tells what is sent when.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const logError = (why) => console.error("hotlist.js: " + why);
  const OFF = " Nothing is tracked, and forms post as plain forms.";
  if (!script) return logError("load it as <script … defer>, not as a module." + OFF);
  if (!script.dataset.api) return logError("its tag has no data-api, the API's address." + OFF);
  // A tag manager and the page itself may both load this file: forms would be sent twice.
  if (window["hotlist.js"]) return;
  window["hotlist.js"] = true;

  const api = script.dataset.api.replace(/\/+$/, "");
  const CONSENT_VERSION = script.dataset.consentVersion || "1";
  const SECOND = 1000;
  const SESSION_GAP = 30 * 60 * SECOND;
  const TICK = 5 * SECOND; // also the least reading time that is worth an event
  const ASLEEP = 3 * TICK; // timers of a visible page stand still so long only while it sleeps
  const PER_CALL = 20; // events that the API takes in one call
  const RETRIES = 3;
  const FIRST_PAUSE = 2 * SECOND;
  const FORM_TIMEOUT = 30 * SECOND;
  const CAMPAIGN = ["source", "medium", "campaign", "term", "content"];
  const CLICK_IDS = ["gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id"];

  // --- storage -------------------------------------------------------------------------------

  // Storage may be refused or full (private windows, policies): then the visit is one page long.
  const memory = new Map();
  const store = {
    get(key) {
      if (memory.has(key)) return memory.get(key);
      try { return localStorage.getItem("hotlist." + key); } catch { return null; }
    },
    set(key, value) {
      memory.delete(key);
      try { localStorage.setItem("hotlist." + key, value); } catch { memory.set(key, value); }
    },
    remove(key) {
      memory.delete(key);
      try { localStorage.removeItem("hotlist." + key); } catch { memory.set(key, null); }
    },
  };
  const OF_THE_VISITOR = ["visitor", "session", "seen", "campaign", "touch"];

  const uuid7 = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let now = Date.now();
    for (let i = 5; i >= 0; i--) { bytes[i] = now % 256; now = Math.floor(now / 256); }
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // An answer to another version of the question is no answer to this one.
  const answer = () => {
    const version = store.get("consent_version");
    return version === null || version === CONSENT_VERSION ? store.get("consent") : null;
  };
  const consented = () => answer() === "yes";
  const visitorId = () => {
    if (!store.get("visitor")) store.set("visitor", uuid7());
    return store.get("visitor");
  };

  // --- what is sent --------------------------------------------------------------------------

  const pageUrl = () => location.href.split("#")[0];
  const context = () => ({
    page_url: pageUrl(),
    page_title: document.title,
    language: document.documentElement.lang || navigator.language,
    session_id: store.get("session") || "",
  });

  const event = (type, properties = {}) => ({
    type,
    event_id: uuid7(),
    occurred_at: new Date().toISOString(),
    properties: { ...context(), ...properties },
  });

  const post = (events) => {
    const beside = {
      visitor_id: visitorId(),
      consent: { purpose: "tracking", version: store.get("consent_version") ?? CONSENT_VERSION },
    };
    for (let i = 0; i < events.length; i += PER_CALL) call(beside, events.slice(i, i + PER_CALL));
  };

  const call = async (beside, events, again = 0) => {
    const body = JSON.stringify({ ...beside, sent_at: new Date().toISOString(), events });
    // A beacon outlives the page, but may be missing, blocked or over its quota, and nobody reads
    // its answer. So it is for pages that end.
    if (document.hidden) {
      try { if (navigator.sendBeacon(api + "/events", body)) return; } catch { /* not sent */ }
    }
    const left = await fetch(api + "/events", { method: "POST", body, keepalive: true })
      .then((reply) => unstored(reply, events), () => events);
    if (!left.length || again === RETRIES) return;
    await new Promise((done) => setTimeout(done, FIRST_PAUSE * 2 ** again));
    // Whoever has withdrawn since is not followed any more; the withdrawal itself is.
    const open = left.filter(({ type }) => consented() || type === "consent_withdrawn");
    if (open.length) call(beside, open, again + 1);
  };

  // The events that may be stored later, by an answer of the API. Those it refuses it always will.
  const unstored = async (reply, events) => {
    if (reply.status >= 500 || reply.status === 429) return events;
    const { results } = await reply.json().catch(() => ({}));
    return events.filter((_, i) => results?.[i]?.status === "not_stored");
  };

  // --- visits --------------------------------------------------------------------------------

  const hostOf = (url) => { try { return new URL(url).host; } catch { return ""; } };

  // What the address and the referrer say of how the visitor came; empty within the site.
  const touch = () => {
    const query = new URLSearchParams(location.search);
    const said = {};
    const read = (parameter, name) => {
      const value = (query.get(parameter) || "").trim();
      if (value) said[name] = value;
    };
    for (const name of CAMPAIGN) read("utm_" + name, name);
    for (const name of CLICK_IDS) read(name, name);
    const host = hostOf(document.referrer);
    if (host && host !== location.host) said.referrer = document.referrer;
    if (Object.keys(said).length) said.landing_page = pageUrl();
    return said;
  };

  // By which campaign (without one: from which site) a touch came; "" for none.
  const campaignOf = ({ referrer, landing_page, ...said }) =>
    Object.keys(said).length ? JSON.stringify(said) : hostOf(referrer);

  // A reloaded page, or one that the visitor went back to, still has the campaign in its address.
  const navigation = performance.getEntriesByType?.("navigation")[0];
  let again = ["reload", "back_forward"].includes(navigation?.type);

  // The events that tell of this page being seen, after those of a new visit if one begins.
  const view = () => {
    const now = Date.now();
    const first = !store.get("session");
    // Consent may be given after a reload: then nobody has taken the campaign yet.
    const came = again && !first ? {} : touch();
    const campaign = campaignOf(came);
    const expired = now - Number(store.get("seen") || 0) > SESSION_GAP;
    const events = [];
    visitorId();
    if (first || expired || (campaign && campaign !== store.get("campaign"))) {
      store.set("session", uuid7());
      store.set("campaign", campaign);
      store.set("touch", JSON.stringify(came));
      events.push(event("session_started", came));
    }
    store.set("seen", String(now));
    events.push(event("page_viewed"));
    return events;
  };

  // How the visitor came to this visit, wherever in it a form is sent.
  const touchOfVisit = () => {
    try { return JSON.parse(store.get("touch")) || {}; } catch { return {}; }
  };

  // --- reading -------------------------------------------------------------------------------

  let running = false;
  let ticking;
  let last = null; // when reading time was last counted, null while the page is hidden
  let read = 0; // milliseconds that this view of the page has been visible
  let reported = 0; // how many of them the last page_engaged had

  const stop = () => {
    clearInterval(ticking);
    running = false;
    last = null;
    read = reported = 0;
  };

  const countReading = () => {
    if (!running) return;
    if (!consented()) { stop(); return; }
    // No wall clock: it may be set while the page is read.
    const now = performance.now();
    const gap = last === null ? 0 : now - last;
    last = document.hidden ? null : now;
    if (!gap || gap > ASLEEP) return;
    read += gap;
    // Reading keeps a visit going, but brings none back that has ended.
    const wall = Date.now();
    if (wall - Number(store.get("seen") || 0) <= SESSION_GAP) store.set("seen", String(wall));
  };

  // `seconds` add up over the view of a page: a rule such as >= 60 also sees a long reading that
  // was split by a glance at another tab.
  const reportReading = () => {
    countReading();
    if (read - reported < TICK) return; // without consent nothing is counted
    reported = read;
    post([event("page_engaged", { seconds: Math.round(read / SECOND) })]);
  };

  const start = (events) => {
    stop();
    running = true;
    countReading();
    ticking = setInterval(countReading, TICK);
    post(events);
  };

  // --- consent -------------------------------------------------------------------------------

  const question = () => {
    const selector = script.dataset.consent;
    try { return selector ? document.querySelector(selector) : null; } catch {
      logError(`data-consent="${selector}" is no selector.`);
      return null;
    }
  };

  // Other tabs begin when they see the yes, so the visitor and the visit are stored before it.
  const agree = () => {
    if (consented()) return;
    const events = view();
    store.set("consent_version", CONSENT_VERSION);
    store.set("consent", "yes");
    start(events);
  };

  const refuse = () => {
    stop();
    // Only a visitor who has said yes has an id. The withdrawal is the last that is sent of them.
    if (store.get("visitor")) post([event("consent_withdrawn", { purpose: "tracking" })]);
    store.set("consent", "no");
    store.set("consent_version", CONSENT_VERSION);
    OF_THE_VISITOR.forEach(store.remove);
  };

  // The answer may have been given in any tab.
  const applyAnswer = () => {
    const box = question();
    if (box) box.hidden = answer() !== null;
    if (!consented()) stop(); else if (!running) start(view());
  };

  let opener = null;
  document.addEventListener("click", (click) => {
    const at = click.target instanceof Element ? click.target : null;
    const opens = at && at.closest("[data-hotlist-consent]");
    const box = question();
    if (opens) {
      click.preventDefault();
      if (!box) return logError("data-consent names no element of this page to open.");
      opener = opens;
      box.hidden = false;
      box.querySelector("[data-answer]")?.focus();
      return;
    }
    const button = at && at.closest("[data-answer]");
    if (!button || !box || !box.contains(button)) return;
    if (button.dataset.answer === "yes") agree(); else refuse();
    box.hidden = true;
    opener?.focus();
    opener = null;
  });

  // --- forms ---------------------------------------------------------------------------------

  // The same answers as the plain form gives: a list where a name stands more than once, and of
  // a file its name.
  const answersOf = (data) => {
    const fields = Object.create(null);
    for (const [name, entry] of data) {
      const value = typeof entry === "string" ? entry : entry.name;
      fields[name] = name in fields ? [].concat(fields[name], value) : value;
    }
    return fields;
  };

  // The same answers sent twice have the same key, so a retry is one submission.
  const keys = new WeakMap();
  const keyOf = (form, fields) => {
    const answers = JSON.stringify(fields);
    const before = keys.get(form);
    if (before && before.answers === answers) return before.key;
    const key = uuid7();
    keys.set(form, { answers, key });
    return key;
  };

  // What goes with the answers. Without consent it is nothing of the visitor or the visit: a key
  // against double submissions, the sender's clock, and the page's language to answer in.
  const besides = (form, fields) => {
    const own = { event_id: keyOf(form, fields), sent_at: new Date().toISOString() };
    const language = document.documentElement.lang;
    const beside = consented()
      ? { ...context(), ...touchOfVisit(), ...own, visitor_id: visitorId() }
      : { ...(language ? { language } : {}), ...own };
    // What the form itself says of such a name stands.
    return Object.fromEntries(Object.entries(beside).filter(([name]) => !fields[name]));
  };

  // A page that was opened with ?hotlist_test=1 sends its forms as tests.
  const TRIED = new URLSearchParams(location.search).get("hotlist_test") === "1";
  const asTried = (url) => TRIED ? `${url}${url.includes("?") ? "&" : "?"}hotlist_test=1` : url;

  const submit = async (form, fields) => {
    const stopped = new AbortController();
    const timeout = setTimeout(() => stopped.abort(), FORM_TIMEOUT);
    try {
      const reply = await fetch(asTried(`${api}/forms/${encodeURIComponent(form.dataset.hotlist)}`), {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(fields),
        signal: stopped.signal,
      });
      return { status: reply.status, body: await reply.json() };
    } finally {
      clearTimeout(timeout);
    }
  };

  // The plain way works where fetch does not. It may be that the form was stored and only the
  // answer was lost: with the same answers, key and visitor the server knows the submission again.
  const submitPlainly = (form, data, beside) => {
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name] of data) formData.delete(name);
      for (const [name, value] of data) formData.append(name, value); // with the button's
      for (const [name, value] of Object.entries(beside)) formData.set(name, value);
    }, { once: true });
    if (TRIED) form.setAttribute("action", asTried(form.getAttribute("action") || location.href));
    HTMLFormElement.prototype.submit.call(form); // a button may be called `submit`
  };

  const say = (form, text) => {
    let status = form.querySelector("[role=status]");
    if (!status) {
      status = document.createElement("p");
      status.setAttribute("role", "status");
      form.append(status);
    }
    status.textContent = text;
  };

  const NOT_SENT = "This was not sent. Please try again in a moment.";
  const mark = (field, wrong) => field?.setAttribute?.("aria-invalid", wrong);

  const show = (form, { status, body }) => {
    for (const field of form.querySelectorAll("[aria-invalid]")) mark(field, false);
    if (status === 201) {
      HTMLFormElement.prototype.reset.call(form); // a button may be called `reset`
      say(form, form.dataset.thanks || "Thank you. We have received it.");
      return;
    }
    // API Gateway's own answers, 429 and 503, have neither errors nor a title.
    const errors = body?.errors || [];
    for (const { field } of errors) mark(form.elements.namedItem(field), true);
    const reasons = errors.map(({ field, reason }) => `${field}: ${reason}`);
    say(form, reasons.join("; ") || body?.title || NOT_SENT);
  };

  const sending = new WeakSet();
  const sendForm = async (form, submitter) => {
    if (sending.has(form)) return; // a double click
    sending.add(form);
    form.setAttribute("aria-busy", "true"); // for the page's styles
    let data = [];
    let beside = {};
    let reply = null;
    try {
      data = new FormData(form, submitter);
      const fields = answersOf(data);
      beside = besides(form, fields);
      reply = await submit(form, { ...fields, ...beside });
    } catch { /* not sent, or its answer is lost */ }
    sending.delete(form);
    form.removeAttribute("aria-busy");
    if (reply) show(form, reply); else submitPlainly(form, data, beside);
  };

  // The listener is the document's: a form that the page adds later is sent too, and one that
  // the page has stopped with preventDefault is not.
  document.addEventListener("submit", (submitted) => {
    const form = submitted.target;
    if (submitted.defaultPrevented || !form.matches("form[data-hotlist]")) return;
    submitted.preventDefault();
    sendForm(form, submitted.submitter);
  });

  // --- the page comes and goes ---------------------------------------------------------------

  // Phones end a page without pagehide; all browsers say when it is hidden.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) reportReading(); else countReading();
  });
  addEventListener("pagehide", () => { reportReading(); last = null; });
  // A page that comes back as it was is seen anew. Meanwhile another tab may have been answered.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    stop();
    again = true;
    applyAnswer();
  });
  addEventListener("storage", ({ key }) => {
    if (key === null || key.startsWith("hotlist.consent")) applyAnswer();
  });

  const ready = (event) => document.addEventListener(event, applyAnswer, { once: true });
  if (document.prerendering) ready("prerenderingchange");
  else if (document.readyState === "loading") ready("DOMContentLoaded");
  else applyAnswer();
})();
