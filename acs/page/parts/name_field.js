// A field that completes names as one types: of parameters, of tables.
import { html, useRef, useState } from '../html.js';
import { t } from '../texts.js';

let number = 0;
const MOST = 12;

// Those that contain every word typed, those that begin like it first.
export function matching(names, typed, most = MOST) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const one of names) {
    const name = one.name.toLowerCase();
    if (one.name !== typed && words.every(word => name.includes(word))) found.push(one);
    if (found.length > 400) break;
  }
  const first = typed.toLowerCase();
  const begins = one => (one.name.toLowerCase().startsWith(first) ? 1 : 0);
  return found.sort((a, b) => begins(b) - begins(a)).slice(0, most);
}

// `names`: [{ name, note }, ...]. `label` is for screen readers where `shown` is false.
export function NameField({ label, shown = true, value, onInput, names, placeholder, problem }) {
  const id = useRef(null);
  if (!id.current) id.current = `name-${++number}`;
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = open ? matching(names, value) : [];
  const choose = one => { onInput(one.name); setOpen(false); setAt(-1); };
  const key = event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const next = at + (event.key === 'ArrowDown' ? 1 : -1);
      setAt(list.length ? (next + list.length) % list.length : -1);
    } else if (event.key === 'Enter' && at >= 0 && list[at]) {
      event.preventDefault();
      choose(list[at]);
    } else if (event.key === 'Escape' && open && list.length) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  const expanded = open && list.length > 0;
  return html`<div class="field named">
    <label for=${id.current} class=${shown ? '' : 'unseen'}>${label}</label>
    <input id=${id.current} class="mono" role="combobox" aria-expanded=${expanded} aria-controls=${`${id.current}-list`}
        aria-autocomplete="list"
      aria-activedescendant=${at >= 0 && list[at] ? `${id.current}-${at}` : undefined}
          aria-invalid=${problem ? 'true' : undefined} autocomplete="off" spellcheck=${false}
      value=${value} placeholder=${placeholder} onInput=${event => { onInput(event.target.value); setOpen(true); setAt(-1); }}
      onKeyDown=${key} onBlur=${() => setOpen(false)} />
    ${problem && html`<small class="wrong">${problem}</small>`}
    <ul id=${`${id.current}-list`} role="listbox" aria-label=${t.profiles.suggestions}
        hidden=${!expanded}>${list.map((one, index) => html`<li key=${one.name} id=${`${id.current}-${index}`} role="option"
      aria-selected=${index === at} class=${index === at ? 'at' : ''}
          onMouseDown=${event => { event.preventDefault(); choose(one); }}>
      <span class="mono">${one.name}</span>${one.note && html` <span class="faint">${one.note}</span>`}</li>`)}</ul></div>`;
}
