// Windows in time, such as `Mon-Fri 01:00-05:00`: typed, or put together.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { Button, Field } from './ui.js';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

// Days as the server writes them: ranges where three or more follow each other.
export function daysText(chosen) {
  if (!chosen.length || chosen.length === 7) return '';
  const parts = [];
  for (let index = 0; index < 7; index += 1) {
    if (!chosen.includes(index)) continue;
    let end = index;
    while (end + 1 < 7 && chosen.includes(end + 1)) end += 1;
    if (end - index >= 2) {
      parts.push(`${DAYS[index]}-${DAYS[end]}`);
      index = end;
    } else {
      parts.push(DAYS[index]);
    }
  }
  return `${parts.join(',')} `;
}

export function WindowsField({ label, hint, value, onChange }) {
  const texts = t.campaigns.windows;
  const [open, setOpen] = useState(false);
  const [days, setDays] = useState([0, 1, 2, 3, 4]);
  const [from, setFrom] = useState('01:00');
  const [until, setUntil] = useState('05:00');
  const add = () => {
    const one = `${daysText(days)}${from}-${until}`;
    onChange(value.trim() ? `${value.trim().replace(/;$/, '')}; ${one}` : one);
    setOpen(false);
  };
  const toggle = day => setDays(days.includes(day) ? days.filter(other => other !== day) : [...days, day].sort());
  return html`<div class="wide"><${Field} label=${label} hint=${hint || texts.hint} value=${value} onInput=${onChange}
      class="mono"
      placeholder=${texts.none} spellcheck=${false} />
    ${open ? html`<fieldset class="window-box"><legend>${texts.add}</legend>
      <div class="day-choice">${DAYS.map((day, index) => html`<button key=${day} type="button"
          aria-pressed=${days.includes(index)}
        onClick=${() => toggle(index)}>${day}</button>`)}</div>
      <div class="filters"><${Field} label=${texts.from} type="time" value=${from} onInput=${setFrom} />
        <${Field} label=${texts.until} type="time" value=${until} onInput=${setUntil} />
        <${Button} kind="primary" onClick=${add} disabled=${!from || !until}>${say(texts.addThis,
            { what: `${daysText(days)}${from}-${until}` })}<//>
        <${Button} onClick=${() => setOpen(false)}>${t.ui.cancel}<//></div></fieldset>`
      : html`<${Button} onClick=${() => setOpen(true)}>${texts.add}<//>`}</div>`;
}
