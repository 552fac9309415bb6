// The event stream of the server: one connection for the whole page, told in batches so that a storm blocks nobody.
import { useEffect, useRef, useState } from './html.js';
import { address, session } from './api.js';

// At most four times a second, however much happens.
const BATCH_MS = 250;
// Longer than this nobody looks at: the newest are told.
const BATCH_EVENTS = 1000;
// How often those look who are not told.
const UNTOLD_MS = 15000;

const followers = new Set();
const stateWatchers = new Set();
let source = null;
let state = 'off';
let batch = [];
let timer = null;
let last = null;

function become(next) {
  state = next;
  stateWatchers.forEach(tell => tell(next));
}

function deliver() {
  timer = null;
  const events = batch;
  batch = [];
  for (const { kinds, device, tell } of followers) {
    const mine = events.filter(event =>
      (!device || event.device === device) &&
      (!kinds || kinds.some(kind => kind.endsWith('*') ? event.kind.startsWith(kind.slice(0, -1)) : event.kind === kind)));
    if (mine.length) tell(mine);
  }
}

function take(message) {
  last = message.lastEventId || last;
  let event;
  try {
    event = JSON.parse(message.data);
  } catch {
    return;
  }
  batch.push(event);
  if (batch.length > BATCH_EVENTS) batch.shift();
  if (!timer) timer = setTimeout(deliver, BATCH_MS);
}

// Every kind has a name of its own in the stream, and a listener takes one name.
const KINDS = [
  'device.first_contact', 'device.bootstrap', 'device.boot', 'device.version', 'device.profile_failed', 'line.registration',
  'task.running', 'task.queued', 'task.waiting_for_transfer', 'task.done', 'task.failed', 'task.expired', 'task.cancelled',
  'campaign.device', 'campaign.create', 'campaign.pause', 'campaign.resume', 'campaign.abort', 'campaign.start',
  'campaign.stage', 'campaign.done', 'campaign.edit', 'profile.draft', 'profile.next-stage', 'profile.abort-stage', 'profile.delete',
  'file.put', 'file.delete', 'freezes.put',
  'operation.end', 'operation.create', 'operation.pause', 'operation.resume', 'operation.cancel', 'profile.put', 'profile.publish',
  'device.health', 'device.register', 'device.delete', 'device.tags', 'device.variables', 'device.swap', 'device.merge',
  'device.note', 'device.note-delete',
  'device.quarantine', 'device.admit', 'device.retry-refused', 'account.bind', 'account.unbind', 'account.put', 'trace.on',
  'trace.off', 'provisioning.window', 'provisioning.key', 'device_file.put', 'task.create', 'task.cancel', 'task.retry',
  'credentials.rotate', 'credentials.confirm', 'account.delete', 'binding.told', 'diagnostic_run.create', 'diagnostic_run.cancel',
  'missed',
];

function open() {
  // Events are of the whole fleet: who has a part of it is not told them.
  if (source || !session.who || !session.whole()) return;
  become('connecting');
  source = new EventSource(address('/events/stream', last ? { after: last } : {}));
  source.onopen = () => become('live');
  source.onerror = () => {
    become('connecting');
    // A browser gives up on an answer that is no stream: it is tried again while somebody looks.
    if (source && source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => followers.size && open(), 5000);
    }
  };
  KINDS.forEach(kind => source.addEventListener(kind, take));
  source.onmessage = take;
}

function close() {
  if (source) source.close();
  source = null;
  become('off');
}

// Calls `tell` with batches of events of these kinds (`task.*` is one too), of one device if it is given.
export function useEvents(kinds, device, tell) {
  const current = useRef(tell);
  current.current = tell;
  useEffect(() => {
    const follower = { kinds, device, tell: events => current.current(events) };
    followers.add(follower);
    open();
    return () => {
      followers.delete(follower);
      if (!followers.size) setTimeout(() => followers.size || close(), 2000);
    };
  }, [kinds && kinds.join(), device]);
}

// Calls `reload` when one of these happens, but no oftener than every `ms`; once more at the end of that time.
export function useReloadOn(kinds, device, reload, ms = 1500) {
  const waiting = useRef(null);
  const current = useRef(reload);
  current.current = reload;
  useEvents(kinds, device, () => {
    if (!waiting.current) {
      waiting.current = setTimeout(() => { waiting.current = null; current.current(); }, ms);
    }
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
  // Without events it is looked now and then.
  useEvery(session.whole() ? 0 : UNTOLD_MS, reload);
}

// Calls `act` every `ms` (0 for never) while the window is in sight: for what is no event, such as Informs.
export function useEvery(ms, act) {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    if (!ms) return undefined;
    const timer = setInterval(() => { if (!document.hidden) current.current(); }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

// off, connecting or live.
export function useLiveState() {
  const [now, set] = useState(state);
  useEffect(() => {
    stateWatchers.add(set);
    return () => stateWatchers.delete(set);
  }, []);
  return now;
}
