// A device by its name where only its id is known: asked for once, a few at a time, and remembered.
import { html, useEffect, useState } from '../html.js';
import { get, encode } from '../api.js';
import { Link } from '../router.js';

const AT_ONE_TIME = 4;
const names = new Map();
const waiting = [];
const watchers = new Set();
let open = 0;

function next() {
  while (open < AT_ONE_TIME && waiting.length) {
    const id = waiting.shift();
    open += 1;
    get(`/devices/${encode(id)}`)
      .then(device => names.set(id, device.identity), () => names.set(id, null))
      .then(() => { open -= 1; watchers.forEach(tell => tell(id)); next(); });
  }
}

export function knowDevice(id, identity) {
  if (identity) names.set(id, identity);
}

export function useDeviceName(id) {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!id || names.get(id)) return undefined;
    const tell = found => found === id && draw(n => n + 1);
    watchers.add(tell);
    if (!names.has(id)) { names.set(id, ''); waiting.push(id); next(); }
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
