// Talking to /api/v1: requests with the session's cookie, problems as the server says them, signing in again in between.
import { early } from './early.js';
import { useState, useEffect, useLayoutEffect, useRef } from './html.js';

const BASE = '/api/v1';

// What the server refuses, in its own words: what, why, and what to do.
export class Problem extends Error {
  constructor(status, body) {
    super(body.error || `status ${status}`);
    this.status = status;
    this.why = body.why || '';
    this.fix = body.fix || '';
  }
}

// Who has signed in: `who` is what GET /session says, or null.
export const session = {
  who: null,
  watchers: new Set(),
  set(who) {
    session.who = who;
    session.watchers.forEach(tell => tell(who));
  },
  can: permission => Boolean(session.who && session.who.permissions.includes(permission)),
  // Everything, not a part of the fleet.
  whole: () => Boolean(session.who && session.who.scope.length === 0),
};

// Requests wait here while the session has ended and somebody signs in again; nothing that was typed is lost.
let again = null;
function signedInAgain() {
  if (!again) {
    again = {};
    again.promise = new Promise(resolve => { again.resolve = resolve; });
    session.watchers.forEach(tell => tell(session.who, 'ended'));
  }
  return again.promise;
}
export function goOn() {
  const waiting = again;
  again = null;
  if (waiting) waiting.resolve();
}

export function address(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params || {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return BASE + path + (text ? `?${text}` : '');
}

async function problem(response) {
  try {
    return new Problem(response.status, await response.json());
  } catch {
    return new Problem(response.status, { error: `the server answered ${response.status}` });
  }
}

// One request. `options`: params, body (made JSON), raw (a Blob or File with its type), headers, signal, whole (the Response).
export async function ask(method, path, options = {}) {
  for (;;) {
    const headers = { Accept: 'application/json', ...(options.headers || {}) };
    let body;
    if (options.raw !== undefined) {
      body = options.raw;
      headers['Content-Type'] = options.type || 'application/octet-stream';
    } else if (options.body !== undefined) {
      body = JSON.stringify(options.body);
      headers['Content-Type'] = 'application/json';
    }
    if (method !== 'GET' && session.who && session.who.csrf) headers['X-CSRF-Token'] = session.who.csrf;
    let response;
    try {
      const target = address(path, options.params);
      response = await ((method === 'GET' && early(target))
        || fetch(target, { method, headers, body, signal: options.signal, credentials: 'same-origin' }));
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Problem(0, {
        error: 'the server cannot be reached',
        why: 'the connection failed',
        fix: 'look whether you are connected and the server runs, then try again',
      });
    }
    if (!response.ok) {
      const refused = await problem(response);
      // A wrong password is refused in the same way, and is no session that has ended.
      const ended = response.status === 401 && refused.message !== 'sign-in refused';
      if (!ended || !session.who || path === '/session') throw refused;
      await signedInAgain();
      continue;
    }
    if (options.whole) return response;
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  }
}

export const get = (path, params, options) => ask('GET', path, { params, ...options });
export const post = (path, body, options) => ask('POST', path, { body, ...options });
export const put = (path, body, options) => ask('PUT', path, { body, ...options });
export const del = (path, options) => ask('DELETE', path, options);

// Sends a file and says how far it is, from 0 to 1: what `fetch` cannot say. `params` describe the file.
export async function upload(path, file, params, onProgress) {
  for (;;) {
    const { status, text } = await sent(address(path, params), file, onProgress);
    if (status === 401 && session.who) {
      await signedInAgain();
      continue;
    }
    let answer = null;
    try {
      answer = text ? JSON.parse(text) : null;
    } catch {
      answer = null;
    }
    if (status >= 200 && status < 300) return answer;
    throw new Problem(status, answer || (status ? { error: `the server answered ${status}` } : {
      error: 'the file has not come to the server',
      why: 'the connection failed',
      fix: 'look whether you are connected and the server runs, then try again',
    }));
  }
}

function sent(url, file, onProgress) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    if (session.who && session.who.csrf) request.setRequestHeader('X-CSRF-Token', session.who.csrf);
    request.upload.onprogress = event => onProgress && onProgress(event.total ? event.loaded / event.total : 0);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => resolve({ status: 0, text: '' });
    request.send(file);
  });
}

// What is read together with its ETag, for a PUT with `If-Match`.
export async function tagged(path, params) {
  const response = await ask('GET', path, { params, whole: true });
  return { data: await response.json(), tag: response.headers.get('ETag') };
}
export const ifMatch = tag => (tag ? { headers: { 'If-Match': tag } } : {});

// A key that makes a POST safe to send again.
export const once = () => ({ headers: { 'Idempotency-Key': crypto.randomUUID ? crypto.randomUUID() : fallbackKey() } });
function fallbackKey() {
  // randomUUID exists over HTTPS and on this machine only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

// All pages of a list, up to `most` elements.
export async function all(path, params, most = 5000) {
  const items = [];
  let after;
  while (items.length < most) {
    const page = await get(path, { limit: 1000, ...params, after });
    items.push(...page.items);
    if (!page.next) break;
    after = page.next;
  }
  return items;
}

export const encode = encodeURIComponent;

// Reads `path` and reads it again when it or the parameters change, or `reload` is called. No path: nothing is read.
// Gives { data, problem, loading, reload }; the data before stays until there is other data of the same path.
export function useGet(path, params) {
  const key = path ? address(path, params) : null;
  const [state, set] = useState({ key: null, data: null, problem: null, loading: true });
  const [turn, next] = useState(0);
  const alive = useRef(true);
  useEffect(() => () => { alive.current = false; }, []);
  // At once: what is asked for need not wait for the picture of what is missing.
  useLayoutEffect(() => {
    if (!path) return undefined;
    const stop = new AbortController();
    set(before => ({ ...before, data: before.key === key ? before.data : null, key, loading: true }));
    get(path, params, { signal: stop.signal })
      .then(data => alive.current && set({ key, data, problem: null, loading: false }))
      .catch(problem => {
        if (problem.name !== 'AbortError' && alive.current) set({ key, data: null, problem, loading: false });
      });
    return () => stop.abort();
  }, [key, turn]);
  const current = state.key === key ? state : { data: null, problem: null, loading: true };
  return { data: current.data, problem: current.problem, loading: current.loading, reload: () => next(n => n + 1) };
}

// Runs something that changes, and says how it stands: { run, busy, problem, clear }.
export function useAction(work) {
  const [state, set] = useState({ busy: false, problem: null });
  const run = async (...given) => {
    set({ busy: true, problem: null });
    try {
      const result = await work(...given);
      set({ busy: false, problem: null });
      return result === undefined ? true : result;
    } catch (problem) {
      set({ busy: false, problem });
      return undefined;
    }
  };
  return { run, ...state, clear: () => set({ busy: false, problem: null }) };
}

// Saves what an address gives as a file, through the browser.
export async function download(path, params, name, method = 'GET') {
  const response = await ask(method, path, { params, whole: true });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
