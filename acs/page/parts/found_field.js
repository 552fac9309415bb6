// Fields for a device or a subscriber: what is typed is looked for, and what is found is offered.
import { html, useEffect, useRef, useState } from '../html.js';
import { get } from '../api.js';
import { Field } from './ui.js';

let fieldNumber = 0;

// Looks at `path` for at least so many characters; `offer(one)` gives the key, the value and what it is called.
function FoundField({ path, least, offer, value, onInput, ...rest }) {
  const id = useRef(null);
  if (!id.current) id.current = `found-${++fieldNumber}`;
  const [found, setFound] = useState([]);
  useEffect(() => {
    const wanted = value.trim();
    if (wanted.length < least) { setFound([]); return undefined; }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get(path, { contains: wanted, limit: 8 }, { signal: stop.signal }).then(page => setFound(page.items), () => {});
    }, 200);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [value]);
  return html`<${Field} value=${value} onInput=${onInput} list=${id.current} spellcheck=${false} ...${rest} />
    <datalist id=${id.current}>${found.map(one => {
      const [key, known, name] = offer(one);
      return html`<option key=${key} value=${known}>${name}</option>`;
    })}</datalist>`;
}

const account = one => [one.id, one.account, one.name];
export function AccountField(given) {
  return html`<${FoundField} path="/accounts" least=${1} offer=${account} ...${given} />`;
}

const device = one => [one.id, one.identity, null];
export function DeviceField(given) {
  return html`<${FoundField} path="/devices" least=${2} offer=${device} ...${given} />`;
}
