// Addresses of the page: which view is shown, and its arguments in the address so that it can be sent to somebody.
import { html, useState, useEffect, useLayoutEffect } from './html.js';

const watchers = new Set();
// Asked before an address is left; a text is why one should not leave yet.
const guards = new Set();

export function here() {
  return { path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

export function to(path, query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query || {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, value);
  }
  const text = params.toString();
  return path + (text ? `?${text}` : '');
}

function mayLeave(path) {
  for (const guard of guards) {
    const why = guard(path);
    // The browser's own question: it holds up everything, which is what it is for.
    if (why && !window.confirm(why)) return false;
  }
  return true;
}

export function go(path, query, { replace = false } = {}) {
  const target = to(path, query);
  if (path !== location.pathname && !mayLeave(path)) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', target);
  current = target;
  watchers.forEach(tell => tell());
}

// Changes arguments of this address; nothing is left, nothing is scrolled.
export function setQuery(changes) {
  go(location.pathname, { ...here().query, ...changes }, { replace: true });
}

// Where one is, for going back to it: the browser has left it already when it says so.
let current = location.pathname + location.search;
window.addEventListener('popstate', () => {
  if (location.pathname !== current.split('?')[0] && !mayLeave(location.pathname)) {
    history.pushState(null, '', current);
    return;
  }
  current = location.pathname + location.search;
  watchers.forEach(tell => tell());
});
window.addEventListener('beforeunload', event => {
  for (const guard of guards) {
    if (guard()) event.preventDefault();
  }
});

export function useRoute() {
  const [route, set] = useState(here);
  useEffect(() => {
    const tell = () => set(here());
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, []);
  return route;
}

// `why` is a text while there is something that would be lost; it is not where `below` begins the address one goes to.
export function useGuard(why, below) {
  // At once, not after the next paint: whoever has just saved goes on without being asked.
  useLayoutEffect(() => {
    if (!why) return undefined;
    const guard = path => (below && path && (path === below || path.startsWith(`${below}/`)) ? null : why);
    guards.add(guard);
    return () => guards.delete(guard);
  }, [why, below]);
}

// A link within the page. Everything else a link can do (another tab, copying) is the browser's.
export function Link({ href, query, children, ...rest }) {
  const target = to(href, query);
  const follow = event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(href, query);
  };
  return html`<a href=${target} onClick=${follow} ...${rest}>${children}</a>`;
}

// The arguments of `/devices/:device/:tab?` in a path, or null.
export function match(pattern, path) {
  const want = pattern.split('/').filter(Boolean);
  const have = path.split('/').filter(Boolean);
  if (have.length > want.length) return null;
  const found = {};
  for (const [index, part] of want.entries()) {
    const optional = part.endsWith('?');
    const given = have[index];
    if (given === undefined) {
      if (!optional) return null;
    } else if (part.startsWith(':')) {
      found[part.slice(1).replace('?', '')] = decoded(given);
    } else if (part !== given) {
      return null;
    }
  }
  return found;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
