// A device by its name where only its id is known. The names of a small fleet are read at once, so that of one that is gone
// nothing is asked; of a large one each is asked for, a few at a time, and remembered.
import { html, useEffect, useState } from '../html.js';
import { get, encode } from '../api.js';
import { Link } from '../router.js';

const AT_ONE_TIME = 4;
const SMALL = 1000;
// So often at most a small fleet is read again, for those that have come meanwhile.
const FRESH_MS = 10000;
const names = new Map();
const watchers = new Set();
const told = () => watchers.forEach(tell => tell());

let fleet = { at: 0, small: false, reading: null };
function readFleet() {
  if (fleet.reading) return fleet.reading;
  if (Date.now() - fleet.at < FRESH_MS) return Promise.resolve();
  fleet.reading = get('/devices', { limit: SMALL, fields: 'identity' }).then(page => {
    page.items.forEach(device => names.set(device.id, device.identity));
    fleet = { at: Date.now(), small: !page.next, reading: null };
  }, () => { fleet = { at: Date.now(), small: false, reading: null }; });
  return fleet.reading;
}

const waiting = [];
let open = 0;
function next() {
  while (open < AT_ONE_TIME && waiting.length) {
    const id = waiting.shift();
    open += 1;
    get(`/devices/${encode(id)}`)
      .then(device => names.set(id, device.identity), () => names.set(id, null))
      .then(() => { open -= 1; told(); next(); });
  }
}

async function find(id) {
  names.set(id, '');
  await readFleet();
  if (names.get(id)) told();
  else if (fleet.small) names.delete(id);
  else { waiting.push(id); next(); }
}

export function useDeviceName(id) {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!id || names.get(id)) return undefined;
    const tell = () => draw(n => n + 1);
    watchers.add(tell);
    if (!names.has(id)) find(id);
    return () => watchers.delete(tell);
  }, [id]);
  return names.get(id) || null;
}

// Leads to the device; `identity` if it is known already, `tab` and `item` what is shown of it.
export function DeviceName({ id, identity, tab, item }) {
  const name = useDeviceName(identity ? null : id);
  const path = ['/devices', encode(id), ...(tab ? [tab] : []), ...(item ? [encode(item)] : [])].join('/');
  return html`<${Link} href=${path} class=${`nowrap ${identity || name ? '' : 'mono'}`}>${identity || name || id}<//>`;
}
