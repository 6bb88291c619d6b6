/** The style of the page. It names no other file. */
export const STYLE = `
:root{color-scheme:light dark;--text:#1b1f24;--soft:#57606a;--page:#f6f8fa;--card:#fff;--line:#d0d7de;--good:#116329;--bad:#b3261e;--warn:#7a4d00;--bar:#0969da}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9aa5b1;--page:#0d1117;--card:#161b22;--line:#30363d;--good:#56d364;--bad:#ff8a80;--warn:#e3b341;--bar:#58a6ff}}
*{box-sizing:border-box}
body{margin:0;padding:1rem;font:15px/1.45 system-ui,sans-serif;color:var(--text);background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:0}h2{font-size:1.05rem;margin:0}h3{font-size:.85rem;margin:.6rem 0 0}
p,ul,dl,figure{margin:.4rem 0;padding:0}ul{list-style:none}
.cards{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr))}
article,.waiting{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem}
article{border-left:5px solid var(--good)}article.out{border-left-color:var(--bad)}article.limited,article.drained{border-left-color:var(--warn)}
.waiting{margin-bottom:.8rem}
.head{display:flex;justify-content:space-between;gap:.5rem;align-items:baseline}
.state{font-weight:600;color:var(--good);white-space:nowrap}.out .state{color:var(--bad)}.limited .state,.drained .state{color:var(--warn)}
.note,figcaption,dt{color:var(--soft);font-size:.85rem}
.gates li{color:var(--bad)}
dl{display:flex;gap:1.2rem}dd{margin:0;font-variant-numeric:tabular-nums;font-weight:600}
time{font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:2rem}rect{fill:var(--bar)}path{stroke:var(--line);fill:none;vector-effect:non-scaling-stroke}
meter{width:6rem;vertical-align:middle}
.deployments>li{border-top:1px solid var(--line);padding:.4rem 0}
.failures li{font-size:.85rem}
.actions{display:flex;gap:.5rem;margin-top:.6rem}
button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--soft);border-radius:6px;padding:.35rem .9rem;min-height:2.2rem;cursor:pointer}
button:focus-visible{outline:3px solid var(--bar);outline-offset:2px}
`;

/**
 * Counts down, and takes the page anew whenever an event says that something has changed: how it looks is said once, by the server. What
 * has the focus keeps it.
 */
export const SCRIPT = `
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  let started = Date.now() - Number(document.body.dataset.at);
  const count = () => {
    for (const time of document.querySelectorAll('[data-until]')) {
      const ms = Number(time.dataset.until) - (Date.now() - started);
      time.textContent = Math.max(0, Math.ceil(ms / 1000)) + ' s';
    }
  };
  let isLoading = false;
  let isStale = false;
  const load = async () => {
    if (isLoading || find('button:active')) return void (isStale = true);
    isLoading = true;
    isStale = false;
    try {
      const response = await fetch(location.href.split('#')[0], { headers: { accept: 'text/html' } });
      if (!response.ok) return;
      const text = await response.text();
      // Without its head: the style there has a nonce of its own, of which the browser would complain.
      const next = new DOMParser().parseFromString(text.slice(text.indexOf('<body')), 'text/html');
      // What a proxy sends when a login has run out is another page.
      if (next.body.dataset.at === undefined) return;
      const focused = document.activeElement && document.activeElement.id;
      find('main').replaceWith(find('main', next));
      const summary = find('#summary', next).textContent;
      if (find('#summary').textContent !== summary) find('#summary').textContent = summary;
      started = Date.now() - Number(next.body.dataset.at);
      count();
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    } catch {
      // The next event tries again.
    } finally {
      isLoading = false;
    }
  };
  let source;
  let failures = 0;
  const listen = () => {
    source?.close();
    // Browsers have six connections to a server at the most, for all their tabs together. The first event comes at once.
    if (document.hidden) return;
    source = new EventSource(location.href.split('#')[0]);
    source.onmessage = () => {
      failures = 0;
      load();
    };
    source.onerror = () => {
      failures += 1;
      // Proxies cut streams, and browsers open them again.
      if (failures > 1) find('#summary').textContent = 'No connection: these figures are old.';
      // Browsers do not after an answer that is no stream, such as a 502.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    };
  };
  setInterval(() => (isStale ? load() : count()), 1000);
  document.addEventListener('visibilitychange', listen);
  listen();
})();
`;
