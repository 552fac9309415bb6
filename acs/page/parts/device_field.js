// A field for a device: what is typed is looked for, and what is found is offered.
import { html, useEffect, useRef, useState } from '../html.js';
import { get } from '../api.js';
import { Field } from './ui.js';

let fieldNumber = 0;

export function DeviceField({ value, onInput, ...rest }) {
  const id = useRef(null);
  if (!id.current) id.current = `found-${++fieldNumber}`;
  const [found, setFound] = useState([]);
  useEffect(() => {
    const wanted = value.trim();
    if (wanted.length < 2) { setFound([]); return undefined; }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get('/devices', { contains: wanted, limit: 8 }, { signal: stop.signal }).then(page => setFound(page.items), () => {});
    }, 200);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [value]);
  return html`<${Field} value=${value} onInput=${onInput} list=${id.current} spellcheck=${false} ...${rest} />
    <datalist id=${id.current}>${found.map(device => html`<option key=${device.id} value=${device.identity}>
        </option>`)}</datalist>`;
}
