// A field of several short texts: each a chip that can be taken away, more by typing, with what is known to choose from.
import { html, useState, useRef } from '../html.js';
import { t, say } from '../texts.js';

let number = 0;

// value: a list of texts. `suggestions`: [[text, note], ...].
export function Chips({ label, hint, value = [], onChange, suggestions = [], placeholder, wide, disabled }) {
  const id = useRef(null);
  if (!id.current) id.current = `chips-${++number}`;
  const [text, setText] = useState('');
  const box = useRef(null);
  const add = given => {
    const wanted = given.trim();
    setText('');
    if (wanted && !value.includes(wanted)) onChange([...value, wanted]);
  };
  const key = event => {
    if (event.key === 'Enter' && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === ',') {
      event.preventDefault();
      add(text);
    } else if (event.key === 'Backspace' && !text && value.length) {
      onChange(value.slice(0, -1));
    }
  };
  // What is chosen from the list of the browser comes as one piece, with no key pressed.
  const type = event => {
    const typed = event.target.value;
    if (event.inputType === undefined || event.inputType === 'insertReplacementText') {
      if (suggestions.some(([known]) => known === typed)) { add(typed); return; }
    }
    setText(typed);
  };
  const remove = one => {
    onChange(value.filter(other => other !== one));
    if (box.current) box.current.focus();
  };
  return html`<div class=${`field ${wide ? 'wide' : ''}`}>
    <label for=${id.current}>${label}</label>
    <div class="pick-chips">${value.map(one => html`<span key=${one} class="pick-chip">${one}
        <button type="button" class="quiet" disabled=${disabled} aria-label=${say(t.campaigns.selector.takeAway, { what: one })}
          onClick=${() => remove(one)}>×</button></span>`)}
      <input id=${id.current} ref=${box} list=${`${id.current}-list`} value=${text} placeholder=${value.length ? '' : placeholder}
        disabled=${disabled} autocomplete="off" aria-describedby=${hint ? `${id.current}-hint` : undefined}
        onInput=${type} onKeyDown=${key} onBlur=${() => add(text)} /></div>
    <datalist id=${`${id.current}-list`}>${suggestions.filter(([known]) => !value.includes(known)).map(([known, note]) =>
      html`<option key=${known} value=${known} label=${note ? `${known}: ${note}` : known}></option>`)}</datalist>
    ${hint && html`<small id=${`${id.current}-hint`}>${hint}</small>`}</div>`;
}
