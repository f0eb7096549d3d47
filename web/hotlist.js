/* Hotlist's tracker and form helper. No dependencies, no cookies.
 *
 *   <script src="hotlist.js" data-api="https://YOUR-API" data-consent="#consent" defer></script>
 *
 * Until the visitor says yes (a button with data-answer="yes" in the element that data-consent
 * names) nothing is stored and nothing is sent but the forms. A no is remembered; an element with
 * data-hotlist-consent opens the question again. Forms marked data-hotlist="name" are posted by
 * this script; without it they post as plain forms. A form that has no answer is sent again, with
 * its key, or kept until there is a network. docs/tracking.md tells what is sent and stored when.
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
  const PAUSES = [1, 3]; // seconds before a form is sent again, unless the API names a time
  const LONGEST_WAIT = 30; // seconds that somebody is asked to wait for it
  const KEEPALIVE = 20_000; // characters, which are surely less than the browsers' 64 KB
  const DAY = 24 * 60 * 60 * SECOND; // how long a submission is kept that was made offline
  const MOST_KEPT = 50;
  const LONGEST_KEPT = 65_536; // characters: the API takes no more
  const RETRY_KEPT = 30; // seconds, beside the browser's word that it is online
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
    set(key, value) { // whether it outlives the page
      memory.delete(key);
      try { localStorage.setItem("hotlist." + key, value); return true; } catch {
        memory.set(key, value);
        return false;
      }
    },
    remove(key) {
      memory.delete(key);
      try { localStorage.removeItem("hotlist." + key); } catch { memory.set(key, null); }
    },
    names() {
      const names = new Set(memory.keys());
      try {
        for (const name of Object.keys(localStorage)) {
          if (name.startsWith("hotlist.")) names.add(name.slice(8));
        }
      } catch { /* only what is in memory */ }
      return [...names];
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
    forgetVisits();
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

  // --- forms: what is said -------------------------------------------------------------------

  // In the language of the form or its page. Any of them may stand on the
  // form as data-thanks, data-not-sent …, or on the tag of this script for all forms.
  const WORDS = {
    __proto__: null,
    en: {
      thanks: "Thank you. We have received it.",
      check: "Please check the marked fields.",
      again: "This takes longer than usual. We are trying again.",
      "not-sent": "This was not sent. Please try again in a moment.",
      kept: "You are offline. This browser keeps what you wrote and sends it when you are " +
        "online again. Please leave this page open, or come back within a day.",
      "kept-here": "You are offline. Please leave this page open: what you wrote is sent when " +
        "you are online again.",
      sent: "What you wrote before has now been sent.",
      refused: "What you wrote before was not accepted.",
    },
    pl: {
      thanks: "Dziękujemy. Zgłoszenie do nas dotarło.",
      check: "Prosimy sprawdzić zaznaczone pola.",
      again: "To trwa dłużej niż zwykle. Próbujemy jeszcze raz.",
      "not-sent": "Nie udało się wysłać. Prosimy spróbować ponownie za chwilę.",
      kept: "Brak połączenia z internetem. Przeglądarka przechowa zgłoszenie i wyśle je, " +
        "gdy połączenie wróci. Prosimy zostawić tę stronę otwartą albo wrócić w ciągu doby.",
      "kept-here": "Brak połączenia z internetem. Prosimy zostawić tę stronę otwartą: " +
        "zgłoszenie zostanie wysłane, gdy połączenie wróci.",
      sent: "Wcześniejsze zgłoszenie zostało wysłane.",
      refused: "Wcześniejsze zgłoszenie nie zostało przyjęte.",
    },
    de: {
      thanks: "Vielen Dank. Ihre Angaben sind angekommen.",
      check: "Bitte prüfen Sie die markierten Felder.",
      again: "Das dauert länger als üblich. Wir versuchen es noch einmal.",
      "not-sent": "Das wurde nicht gesendet. Bitte versuchen Sie es gleich noch einmal.",
      kept: "Sie sind offline. Dieser Browser bewahrt Ihre Angaben auf und sendet sie, sobald " +
        "Sie wieder online sind. Bitte lassen Sie diese Seite offen, oder kommen Sie innerhalb " +
        "eines Tages zurück.",
      "kept-here": "Sie sind offline. Bitte lassen Sie diese Seite offen: Ihre Angaben werden " +
        "gesendet, sobald Sie wieder online sind.",
      sent: "Ihre Angaben von vorhin wurden jetzt gesendet.",
      refused: "Ihre Angaben von vorhin wurden nicht angenommen.",
    },
  };

  // A field may be called `submit`, `name` or `append`, and then hides what the form has there.
  const on = (form, method, ...given) => Element.prototype[method].apply(form, given);
  const controlsIn = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
  const controlsOf = (form) => [...controlsIn.call(form)]; // also those outside, with `form=`
  const nameOf = (form) => on(form, "getAttribute", "data-hotlist");

  const words = (form, which) => {
    const language = on(form, "closest", "[lang]")?.getAttribute("lang") || "";
    const own = WORDS[language.toLowerCase().split(/[-_]/)[0]] || WORDS.en;
    const attribute = "data-" + which;
    return on(form, "getAttribute", attribute) || script.getAttribute(attribute) || own[which];
  };

  // A status that was there before its text is read out by screen readers.
  const statusOf = (form) => {
    let status = on(form, "querySelector", "[role=status]");
    if (!status) {
      status = document.createElement("p");
      status.setAttribute("role", "status");
      on(form, "append", status);
    }
    return status;
  };
  const say = (form, text) => { statusOf(form).textContent = text; };

  // --- forms: what is wrong ------------------------------------------------------------------

  const NO_ANSWERS =
    "button,fieldset,output,object,[type=hidden],[type=submit],[type=button],[type=reset]";

  const faults = new Map(); // by control: { form, controls, note, isOfPage }

  // The controls that an error is about: `email`, `topics[]`, `contact[email]`, or as one of the
  // names that the form takes besides. Files that no field asks for have one error, `files`.
  const controlsFor = (form, { field, names = [] }) => {
    const controls = controlsOf(form)
      .filter((control) => !control.matches(NO_ANSWERS) && !faults.has(control));
    const called = controls.filter((control) => {
      const sent = control.getAttribute("name") || "";
      const name = sent.replace(/\[\d*\]$/, "");
      return [name, control.dataset.field].includes(field) || name.endsWith(`[${field}]`)
        || names.includes(name) || names.includes(sent);
    });
    const isOfFiles = field === "files" && !called.length;
    return isOfFiles ? controls.filter(({ files }) => files?.length) : called;
  };

  let notes = 0;

  const describe = (control, id, isWrong) => {
    const before = (control.getAttribute("aria-describedby") || "").split(/\s+/);
    const ids = before.filter((one) => one && one !== id).concat(isWrong ? id : []).join(" ");
    if (ids) control.setAttribute("aria-describedby", ids);
    else control.removeAttribute("aria-describedby");
    if (isWrong) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };

  const clearFault = ({ controls, note, isOfPage }) => {
    for (const control of controls) {
      faults.delete(control);
      describe(control, note.id, false);
    }
    if (isOfPage) note.textContent = ""; else note.remove();
  };
  const faultsOf = (form) => [...faults.values()].filter((fault) => fault.form === form);
  const clearFaults = (form) => faultsOf(form).forEach(clearFault);
  const clear = (form) => { clearFaults(form); say(form, ""); };

  // The reason stands after the last control of its field, or where the page has a place for it.
  // Whether it is seen: the page may hide that place.
  const showFault = (form, { field, reason }, controls) => {
    const place = on(form, "querySelector", `[data-error="${CSS.escape(field)}"]`);
    const note = place || document.createElement("div");
    note.id = note.id || `hotlist-error-${++notes}`;
    note.textContent = reason;
    if (!place) {
      const last = controls[controls.length - 1];
      note.className = "hotlist-error";
      (last.closest("label") || last).after(note); // within the label it would be part of the name
    }
    const fault = { form, controls, note, isOfPage: Boolean(place) };
    for (const control of controls) {
      faults.set(control, fault);
      describe(control, note.id, true);
    }
    return note.getClientRects().length > 0;
  };

  const isElsewhere = (form) => {
    const at = document.activeElement;
    return at && at !== document.body && at.form !== form && !on(form, "contains", at);
  };

  const showErrors = (form, errors) => {
    const rest = [];
    for (const error of errors) {
      const controls = controlsFor(form, error);
      const isSeen = controls.length > 0 && showFault(form, error, controls);
      if (!isSeen) rest.push(`${error.field}: ${error.reason}`);
    }
    const wrong = controlsOf(form).filter((control) => faults.has(control));
    say(form, [...(wrong.length ? [words(form, "check")] : []), rest.join("; ")].join(" ").trim());
    if (isElsewhere(form)) return; // who writes in another form by now is not torn away
    for (const control of wrong) {
      control.focus();
      if (document.activeElement === control) return; // a control that is not seen takes no focus
    }
  };

  const corrected = ({ target }) => {
    const fault = faults.get(target);
    if (!fault) return;
    clearFault(fault);
    if (!faultsOf(fault.form).length) say(fault.form, "");
  };
  document.addEventListener("input", corrected);
  document.addEventListener("change", corrected);
  document.addEventListener("reset", ({ target }) => {
    if (faultsOf(target).length) clear(target);
  });

  // Names of fields alone, and only after a yes.
  const reportErrors = (form, fields) => {
    if (!consented() || !fields.length) return;
    const names = [...new Set(fields)].join(" ");
    post([event("form_error", { form_name: nameOf(form), fields: names })]);
  };

  // What the browser itself refuses, once an attempt. A page may check its fields at each key: the
  // same fields are not told again before something was sent.
  const refusing = new Map(); // by form: the fields of this attempt
  const refusedBefore = new WeakMap();
  document.addEventListener("invalid", ({ target }) => {
    const form = target.form;
    if (!form || !nameOf(form)) return;
    if (!refusing.size) {
      setTimeout(() => {
        for (const [one, fields] of refusing) {
          const told = [...new Set(fields)].join(" ");
          if (refusedBefore.get(one) !== told) reportErrors(one, fields);
          refusedBefore.set(one, told);
        }
        refusing.clear();
      });
    }
    refusing.set(form, [...(refusing.get(form) || []), target.name]);
  }, true);

  // --- forms: what is sent -------------------------------------------------------------------

  // The same answers as the plain form gives: a list where a name stands more than once. A file is
  // { file: name }; where none was chosen there is nothing.
  const answersOf = (data) => {
    const fields = Object.create(null);
    for (const [name, entry] of data) {
      const isText = typeof entry === "string";
      const value = isText ? entry : { file: entry.webkitRelativePath || entry.name };
      if (isText || value.file) {
        fields[name] = name in fields ? [].concat(fields[name], value) : value;
      }
    }
    return fields;
  };
  const pairsOf = (fields) => Object.entries(fields).flatMap(
    ([name, values]) => [].concat(values).map((value) => [name, value]));
  const hasFiles = (fields) => pairsOf(fields).some(([, value]) => value?.file);

  // Only multipart data tell a file from a text. Nobody keeps what is in it, so it goes empty.
  const fill = (data, fields) => {
    for (const [name, value] of pairsOf(fields)) {
      data.append(name, value.file ? new File([], value.file) : value);
    }
    return data;
  };

  // What the browser filled into a field that nobody sees (a honeypot) was written by nobody.
  const emptyTraps = (form, data) => {
    for (const control of controlsOf(form)) {
      if (control.getAttribute("aria-hidden") !== "true" || !data.has(control.name)) continue;
      try { if (control.matches(":autofill")) data.set(control.name, ""); } catch { /* unknown */ }
    }
    return data;
  };

  // The same answers sent twice have the same key, so a retry is one submission.
  const keys = new WeakMap();
  const keyOf = (form, name, fields) => {
    const answers = JSON.stringify([name, fields]);
    const before = keys.get(form);
    if (before && before.answers === answers) return before.key;
    const key = uuid7();
    keys.set(form, { answers, key });
    return key;
  };

  // What the form itself says of such a name stands.
  const unsaid = (fields, beside) =>
    Object.fromEntries(Object.entries(beside).filter(([name]) => !fields[name]));

  // Without consent nothing of the visitor or the visit goes with the answers: a key against
  // double submissions, the sender's clock, and the page's language to answer in.
  const always = (form, name, fields) => {
    const language = document.documentElement.lang;
    return unsaid(fields, {
      ...(language ? { language } : {}),
      event_id: keyOf(form, name, fields),
      sent_at: new Date().toISOString(),
    });
  };
  const afterYes = (fields) => consented()
    ? unsaid(fields, { ...context(), ...touchOfVisit(), visitor_id: visitorId() })
    : {};

  const timely = async (url, options, milliseconds) => {
    const stopped = new AbortController();
    const timeout = setTimeout(() => stopped.abort(), milliseconds);
    try {
      const reply = await fetch(url, { ...options, signal: stopped.signal });
      return { reply, text: await reply.text() };
    } finally {
      clearTimeout(timeout);
    }
  };

  // Seconds from now, whether the header has seconds or a date.
  const secondsOf = (header) => {
    if (!header) return undefined;
    const isNumber = /^\d+$/.test(header.trim());
    const seconds = isNumber ? Number(header) : (Date.parse(header) - Date.now()) / SECOND;
    return seconds >= 0 ? seconds : undefined;
  };

  // A colleague tries a live form from a page whose address says so.
  const TRIED = new URLSearchParams(location.search).get("hotlist_test") === "1";
  const formUrl = (name, isTried) =>
    `${api}/forms/${encodeURIComponent(name)}${isTried ? "?hotlist_test=1" : ""}`;
  const asTried = (action) => {
    const url = new URL(action || location.href, document.baseURI);
    url.searchParams.set("hotlist_test", "1");
    return url.href;
  };

  // { status, body, wait }; status 0 is no answer; no body is one that is no JSON.
  const submit = async (name, fields, isTried = TRIED) => {
    let body = JSON.stringify(fields);
    let size = body.length;
    const headers = { accept: "application/json" };
    if (hasFiles(fields)) {
      body = fill(new FormData(), fields);
      size *= 3; // with the headers of each part
    } else headers["content-type"] = "application/json";
    try {
      const { reply, text } = await timely(formUrl(name, isTried), {
        method: "POST",
        headers,
        body,
        keepalive: size < KEEPALIVE, // it arrives if the visitor has left meanwhile
      }, FORM_TIMEOUT);
      const wait = secondsOf(reply.headers.get("retry-after"));
      try { return { status: reply.status, wait, body: JSON.parse(text) }; } catch {
        return { status: reply.status, wait };
      }
    } catch (error) {
      return { status: 0, isSlow: error.name === "AbortError" };
    }
  };

  const isBusy = ({ status }) => status === 429 || status === 503;
  const mayPass = (reply) => isBusy(reply) || (reply.status >= 500 && reply.body !== undefined);

  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * SECOND));

  // The answer to a form. It is sent again, with its key, while that may help.
  const answerTo = async (form, name, fields) => {
    for (let tries = 1; ; tries++) {
      const reply = await submit(name, fields);
      const isLost = reply.status === 0 && !reply.isSlow && !isBlocked && navigator.onLine;
      const wait = reply.wait ?? PAUSES[tries - 1];
      if (tries > (isLost ? 1 : PAUSES.length) || !(isLost || mayPass(reply))) return reply;
      if (wait > LONGEST_WAIT) return reply;
      say(form, words(form, "again"));
      await pause(wait);
    }
  };

  // A page's own policy may forbid to send by script. The plain way is another.
  let isBlocked = false;
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
    if (effectiveDirective === "connect-src") isBlocked = true;
  });

  // A browser that says it is online may have no network: then not even this page can be had.
  const isOffline = async () => {
    if (!navigator.onLine) return true;
    if (isBlocked || !location.protocol.startsWith("http")) return false;
    try {
      await timely(pageUrl(), { method: "HEAD", cache: "no-store" }, 2 * TICK);
      return false;
    } catch {
      return true;
    }
  };

  // The plain way works where fetch does not. It may be that the form was stored and only the
  // answer was lost: with the same answers, key and visitor the server knows the submission again.
  const submitPlainly = (form, submitter, fields, beside) => {
    const fillIn = ({ formData }) => {
      for (const name of Object.keys(fields)) formData.delete(name);
      fill(formData, fields); // with the button's
      for (const [name, value] of Object.entries(beside)) formData.set(name, value);
    };
    EventTarget.prototype.addEventListener.call(form, "formdata", fillIn, { once: true });
    const before = {};
    for (const name of ["action", "enctype", "target"]) {
      const ofForm = on(form, "getAttribute", name);
      let wanted = submitter?.getAttribute("form" + name);
      if (TRIED && name === "action") wanted = asTried(wanted || ofForm);
      if (name === "enctype" && hasFiles(fields)) wanted = "multipart/form-data";
      if (!wanted) continue;
      before[name] = ofForm;
      on(form, "setAttribute", name, wanted);
    }
    HTMLFormElement.prototype.submit.call(form);
    for (const [name, value] of Object.entries(before)) {
      if (value === null) on(form, "removeAttribute", name);
      else on(form, "setAttribute", name, value);
    }
  };

  // --- forms: kept until they can be sent ----------------------------------------------------

  // One item of the store for each submission, so that two tabs do not overwrite each other's.
  // An item: { form, at, said, visit, isTried, isTold }.
  const KEPT = "kept.";
  const origins = new Map(); // by item: { form, name, written } where it was written on this page

  const keptOnes = () => {
    const found = [];
    for (const item of store.names().filter((name) => name.startsWith(KEPT))) {
      let one = null;
      try { one = JSON.parse(store.get(item)); } catch { /* not ours */ }
      if (one?.form && one.said && Math.abs(Date.now() - one.at) < DAY) found.push([item, one]);
      else store.remove(item);
    }
    return found.sort(([, one], [, other]) => one.at - other.at);
  };
  const write = (item, one) => store.set(item, JSON.stringify(one));
  const itemOf = ({ event_id }) => KEPT + event_id;

  // Those that are kept were promised: where there are too many, the newest is not kept.
  const keep = ({ name, said, visit }) => {
    const item = itemOf(said);
    const others = keptOnes().filter(([other]) => other !== item);
    if (others.length >= MOST_KEPT || JSON.stringify(said).length > LONGEST_KEPT) return null;
    const { sent_at: occurred_at, ...rest } = said;
    const one = { form: name, at: Date.now(), said: { occurred_at, ...rest }, visit };
    return write(item, { ...one, isTried: TRIED }) ? "kept" : "kept-here";
  };

  // A no holds for what is kept too: it goes without the visitor.
  const forgetVisits = () => {
    for (const [item, one] of keptOnes()) write(item, { ...one, visit: {} });
  };

  const written = (form) => JSON.stringify(answersOf(new FormData(form)));

  // The form in which it was written, or one of its name on this page, if it is not being sent.
  const formOf = (item, name) => {
    const form = origins.get(item)?.form
      || [...document.querySelectorAll("form[data-hotlist]")].find((one) => nameOf(one) === name);
    return sending.has(form) ? null : form;
  };
  const isUntouched = (item) =>
    origins.has(item) && written(origins.get(item).form) === origins.get(item).written;

  const tellSent = (item, name) => {
    const form = formOf(item, name);
    if (form) {
      clearFaults(form);
      if (isUntouched(item)) HTMLFormElement.prototype.reset.call(form);
      say(form, words(form, "sent"));
    }
    origins.delete(item);
  };

  // Who has it before them corrects it there. All else is told once, and tried on the next page.
  const refusedHere = new Set();
  const tellRefused = (item, one, reply) => {
    const form = formOf(item, one.form);
    if (form && isUntouched(item)) {
      store.remove(item);
      return show(form, reply);
    }
    refusedHere.add(item);
    if (!form || one.isTold) return;
    const reasons = (reply.body?.errors || []).map(({ field, reason }) => `${field}: ${reason}`);
    say(form, `${words(form, "refused")} ${reasons.join("; ")}`.trim());
    write(item, { ...one, isTold: true });
  };

  const sendAllKept = async () => {
    for (const [item, one] of keptOnes()) {
      if (refusedHere.has(item)) continue;
      const { form, said, visit, isTried } = one;
      const sent_at = new Date().toISOString();
      const fields = { ...said, ...(consented() ? visit : {}), sent_at };
      const reply = await submit(form, fields, isTried);
      if (reply.status === 0 || reply.status >= 500 || isBusy(reply)) {
        return sendLater(Math.max(reply.wait || 0, RETRY_KEPT));
      }
      if (reply.status >= 300) {
        tellRefused(item, one, reply);
        continue;
      }
      store.remove(item);
      tellSent(item, form);
    }
  };

  // One tab at a time where browsers know locks; elsewhere the key makes two sendings one.
  let isSendingKept = false;
  const sendKept = async () => {
    if (isSendingKept || !keptOnes().length) return;
    isSendingKept = true;
    const whoHasIt = (lock) => lock && sendAllKept();
    try {
      if (!navigator.locks) await sendAllKept();
      else await navigator.locks.request("hotlist.kept", { ifAvailable: true }, whoHasIt);
    } finally {
      isSendingKept = false;
    }
  };

  let later;
  const sendLater = (seconds) => {
    clearTimeout(later);
    later = setTimeout(sendKept, Math.min(seconds * SECOND, SESSION_GAP));
  };
  addEventListener("online", sendKept);

  // Who leaves before there is an answer is not waited for: the next page sends it, with its key.
  const unanswered = new Map(); // by form: { name, said, visit }
  addEventListener("pagehide", () => unanswered.forEach(keep));

  // --- forms: sending ------------------------------------------------------------------------

  const show = (form, { status, body }) => {
    clearFaults(form);
    if (status === 201) {
      HTMLFormElement.prototype.reset.call(form);
      refusedBefore.delete(form);
      say(form, words(form, "thanks"));
      return;
    }
    // API Gateway's own answers, 429 and 503, have neither errors nor a title.
    const errors = Array.isArray(body?.errors) ? body.errors : [];
    if (!errors.length) return say(form, body?.title || words(form, "not-sent"));
    showErrors(form, errors);
    reportErrors(form, errors.map(({ field }) => field));
  };

  const sending = new WeakSet();
  const setBusy = (form, submitter, isOn) => {
    if (isOn) sending.add(form); else sending.delete(form);
    for (const [element, name] of [[form, "aria-busy"], [submitter, "aria-disabled"]]) {
      if (!element) continue;
      if (isOn) on(element, "setAttribute", name, "true"); // for the page's styles
      else on(element, "removeAttribute", name);
    }
  };

  const sendForm = async (form, name, submitter) => {
    if (sending.has(form)) return; // a double click
    setBusy(form, submitter, true);
    clear(form);
    let fields = {};
    let own = {};
    let visit = {};
    let reply = { status: 0 };
    let kept = "";
    try {
      fields = answersOf(emptyTraps(form, new FormData(form, submitter)));
      own = always(form, name, fields);
      visit = afterYes(fields);
      const submission = { name, said: { ...fields, ...own }, visit };
      unanswered.set(form, submission);
      reply = await answerTo(form, name, { ...submission.said, ...visit });
      if (reply.status === 0 && await isOffline()) kept = keep(submission) || "not-sent";
      else store.remove(itemOf(own)); // if it was kept when the page was left
    } catch { /* it goes the plain way */ }
    unanswered.delete(form);
    setBusy(form, submitter, false);
    if (kept) {
      if (kept !== "not-sent") origins.set(itemOf(own), { form, name, written: written(form) });
      say(form, words(form, kept));
      sendLater(RETRY_KEPT);
    } else if (reply.body === undefined && !isBusy(reply)) {
      submitPlainly(form, submitter, fields, { ...visit, ...own });
    } else show(form, reply);
  };

  // By which name a button sends its form; null if it is for the browser.
  const targetOf = (form, submitter) => {
    const method = submitter?.getAttribute("formmethod") || "";
    if (["get", "dialog"].includes(method.toLowerCase())) return null;
    const action = submitter?.getAttribute("formaction");
    if (!action) return nameOf(form);
    try {
      const forms = new URL(api + "/forms/", document.baseURI).href;
      const url = new URL(action, document.baseURI);
      if (!url.href.startsWith(forms)) return null;
      return decodeURIComponent((url.origin + url.pathname).slice(forms.length));
    } catch {
      return null;
    }
  };

  // The listener is the document's: a form that the page adds later is sent too, and one that
  // the page has stopped with preventDefault is not.
  document.addEventListener("submit", (submitted) => {
    const form = submitted.target;
    if (submitted.defaultPrevented || !on(form, "matches", "form[data-hotlist]")) return;
    const name = targetOf(form, submitted.submitter);
    if (name === null) return;
    submitted.preventDefault();
    sendForm(form, name, submitted.submitter);
  });

  // --- the page comes and goes ---------------------------------------------------------------

  // Phones end a page without pagehide; all browsers say when it is hidden.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return reportReading();
    countReading();
    sendKept();
  });
  addEventListener("pagehide", () => { reportReading(); last = null; });
  // A page that comes back as it was is seen anew. Meanwhile another tab may have been answered.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    stop();
    again = true;
    begin();
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (key === null || key.startsWith("hotlist.consent")) applyAnswer();
    // Another tab has sent what was written here.
    const item = key?.startsWith("hotlist." + KEPT) && newValue === null ? key.slice(8) : "";
    if (origins.has(item)) tellSent(item, origins.get(item).name);
  });

  const begin = () => { applyAnswer(); sendKept(); };
  const ready = (event) => document.addEventListener(event, begin, { once: true });
  if (document.prerendering) ready("prerenderingchange");
  else if (document.readyState === "loading") ready("DOMContentLoaded");
  else begin();
})();
