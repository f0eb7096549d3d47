/* Hotlist's tracker and form helper. No dependencies, no cookies.
 *
 *   <script src="hotlist.js" data-api="https://YOUR-API" data-consent="#consent" defer></script>
 *
 * Until the visitor says yes (a button with data-answer="yes" in the element that data-consent
 * names) nothing is stored and nothing is sent but the forms. Forms marked data-hotlist="name"
 * are posted with the context of the visit; without this script they post as plain forms.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const api = script.dataset.api.replace(/\/$/, "");
  const CONSENT_VERSION = script.dataset.consentVersion || "1";
  const SESSION_GAP = 30 * 60 * 1000;
  const CAMPAIGN = ["source", "medium", "campaign", "term", "content"];
  const CLICK_IDS = ["gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id"];

  // Storage may be refused or full (private windows, policies): then the visit is one page long.
  const memory = {};
  const store = {
    get(key) {
      if (key in memory) return memory[key];
      try { return localStorage.getItem("hotlist." + key); } catch { return null; }
    },
    set(key, value) {
      try { localStorage.setItem("hotlist." + key, value); } catch { memory[key] = value; }
    },
  };

  const uuid7 = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let now = Date.now();
    for (let i = 5; i >= 0; i--) { bytes[i] = now % 256; now = Math.floor(now / 256); }
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const consented = () => store.get("consent") === "yes";
  const visitorId = () => {
    if (!store.get("visitor")) store.set("visitor", uuid7());
    return store.get("visitor");
  };

  const touch = () => {
    const query = new URLSearchParams(location.search);
    const said = {};
    for (const name of CAMPAIGN) if (query.get("utm_" + name)) said[name] = query.get("utm_" + name);
    for (const name of CLICK_IDS) if (query.get(name)) said[name] = query.get(name);
    if (document.referrer && new URL(document.referrer).host !== location.host) {
      said.referrer = document.referrer;
    }
    if (Object.keys(said).length) said.landing_page = location.href.split("#")[0];
    return said;
  };

  const context = () => ({
    page_url: location.href.split("#")[0],
    page_title: document.title,
    language: document.documentElement.lang || navigator.language,
    ...(consented() ? { session_id: store.get("session") || "" } : {}),
  });

  const send = (events) => {
    if (!consented()) return;
    const body = JSON.stringify({
      visitor_id: visitorId(),
      sent_at: new Date().toISOString(),
      consent: { purpose: "tracking", version: CONSENT_VERSION },
      events,
    });
    if (!navigator.sendBeacon || !navigator.sendBeacon(api + "/events", body)) {
      fetch(api + "/events", { method: "POST", body, keepalive: true }).catch(() => {});
    }
  };

  const event = (type, properties = {}) => ({
    type,
    event_id: uuid7(),
    occurred_at: new Date().toISOString(),
    properties: { ...context(), ...properties },
  });

  const begin = () => {
    const now = Date.now();
    const seen = Number(store.get("seen") || 0);
    const came = touch();
    const events = [];
    if (now - seen > SESSION_GAP || Object.keys(came).length) {
      store.set("session", uuid7());
      events.push(event("session_started", came));
    }
    store.set("seen", String(now));
    events.push(event("page_viewed"));
    send(events);
    engage();
  };

  const engage = () => {
    let visibleSince = document.hidden ? null : Date.now();
    let seconds = 0;
    const settle = () => {
      if (visibleSince !== null) seconds += (Date.now() - visibleSince) / 1000;
      visibleSince = document.hidden ? null : Date.now();
    };
    let told = false;
    document.addEventListener("visibilitychange", settle);
    addEventListener("pagehide", () => {
      settle();
      if (!told && seconds >= 5) send([event("page_engaged", { seconds: Math.round(seconds) })]);
      told = true;
    });
  };

  const ask = () => {
    const box = script.dataset.consent && document.querySelector(script.dataset.consent);
    if (!box || store.get("consent")) return;
    box.hidden = false;
    box.addEventListener("click", (click) => {
      const answer = click.target.dataset.answer;
      if (!answer) return;
      box.hidden = true;
      if (answer === "yes") { store.set("consent", "yes"); begin(); }
    });
  };

  const answersOf = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) if (typeof value === "string") fields[name] = value;
    return fields;
  };

  const besides = (form, fields) => {
    // The same answers sent twice have the same key, so a double click is one submission.
    const answers = JSON.stringify(fields);
    if (form.hotlistAnswers !== answers) { form.hotlistAnswers = answers; form.hotlistKey = uuid7(); }
    return {
      ...context(),
      ...touch(),
      event_id: form.hotlistKey,
      sent_at: new Date().toISOString(),
      ...(consented() ? { visitor_id: visitorId() } : {}),
    };
  };

  const submit = async (form, fields) => {
    const answer = await fetch(`${api}/forms/${form.dataset.hotlist}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(fields),
    });
    return { status: answer.status, body: await answer.json() };
  };

  // The plain way works where fetch does not. It may be that the form was stored and only the
  // answer was lost: with the same key and visitor the server knows the submission again.
  const submitPlainly = (form, beside) => {
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of Object.entries(beside)) formData.set(name, value);
    }, { once: true });
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

  const onSubmit = async (submitted) => {
    const form = submitted.target;
    submitted.preventDefault();
    let beside = {};
    try {
      const fields = answersOf(form);
      beside = besides(form, fields);
      const { status, body } = await submit(form, { ...fields, ...beside });
      if (status === 201) {
        form.reset();
        say(form, form.dataset.thanks || "Thank you. We have received it.");
      } else {
        // API Gateway's own answers, 429 and 503, have neither errors nor a title.
        const reasons = (body.errors || []).map((error) => `${error.field}: ${error.reason}`);
        say(form, reasons.join("; ") || body.title || "This was not sent. Please try again in a moment.");
      }
    } catch {
      submitPlainly(form, beside);
    }
  };

  for (const form of document.querySelectorAll("form[data-hotlist]")) {
    form.addEventListener("submit", onSubmit);
  }
  if (consented()) begin(); else ask();
})();
