// The changes that were typed and not sent: always in sight, looked at before they are sent, sent as one task.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { once } from '../../api.js';
import { Button, Confirm, Field } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { queue } from './common.js';
import { useDraft } from './draft.js';
import { shortType } from './values.js';

const text = t.device.draft;

export function DraftBar({ device, base, known, choose }) {
  const { draft, clear } = useDraft(device.id);
  const [open, setOpen] = useState(null);
  if (!draft.size) return null;
  const wrong = [...draft].filter(([, change]) => change.wrong);
  return html`<div class="draft-bar" role="region" aria-label=${text.title}>
    <b>${say(draft.size === 1 ? text.one : text.many, { count: draft.size })}</b>
    ${wrong.length > 0 && html`<button type="button" class="quiet d-warned" onClick=${() => choose(wrong[0][0])}>${say(text.wrong, { count: wrong.length })}</button>`}
    <span class="grow"></span>
    <${Button} kind="quiet" onClick=${() => setOpen('discard')}>${text.discard}<//>
    <${Button} kind="primary" disabled=${wrong.length > 0} onClick=${() => setOpen('send')}>${text.review}<//></div>
    ${open === 'send' && html`<${Send} device=${device} base=${base} known=${known} onClose=${() => setOpen(null)} />`}
    ${open === 'discard' && html`<${Confirm} title=${text.discard} yes=${text.discardYes} kind="danger" onClose=${() => setOpen(null)} onYes=${clear}>
      <p>${say(text.discardText, { count: draft.size })}</p><//>`}`;
}

function Send({ device, base, known, onClose }) {
  const { draft, remove, clear } = useDraft(device.id);
  const [key] = useState(once);
  const [hours, setHours] = useState('24');
  const now = new Map(known.map(one => [one.name, one]));
  const later = [...draft.keys()].some(name => { const one = now.get(name); return one && one.constraints && one.constraints.after_reboot; });
  const cell = (value, secret) => (secret ? html`<span class="faint">${text.hidden}</span>` : value === '' ? html`<span class="faint">${text.empty}</span>` : html`<code>${value}</code>`);
  const columns = [
    { key: 'name', title: text.parameter, wide: true, cell: ([name, change]) => html`<span class="mono">${name}</span> <span class="faint">${shortType(change.type)}</span>` },
    { key: 'before', title: text.before, cell: ([name, change]) => cell((now.get(name) || change.before || {}).value ?? change.before, change.secret) },
    { key: 'after', title: text.after, cell: ([, change]) => cell(change.value, change.secret) },
    { key: 'drop', title: html`<span class="unseen">${t.ui.remove}</span>`, cell: ([name]) => html`<${Button} kind="quiet" aria-label=${say(text.drop, { name })} disabled=${draft.size === 1} onClick=${() => remove(name)}>×<//>` },
  ];
  return html`<${SendDialog} onClose=${onClose} count=${draft.size} onYes=${async () => {
    const values = [...draft].map(([name, change]) => ({ name, type: change.type, value: change.value }));
    const body = { kind: 'set_parameter_values', values };
    if (hours) body.expires_secs = Number(hours) * 3600;
    await queue(device, base, body, key);
    clear();
  }}>
    <p>${text.sendText}</p>${later && html`<p class="note">${text.later}</p>`}
    <${Table} caption=${text.title} columns=${columns} rows=${[...draft]} rowKey=${([name]) => name} />
    <${Field} as="select" label=${text.expires} value=${hours} onInput=${setHours}>${[['1', text.hour], ['24', text.day], ['168', text.week], ['', text.never]].map(([value, name]) =>
      html`<option key=${value} value=${value}>${name}</option>`)}<//><//>`;
}

const SendDialog = ({ children, count, ...rest }) => html`<div class="wide-dialog"><${Confirm} title=${text.sendTitle}
  yes=${say(count === 1 ? text.sendOne : text.sendMany, { count })} ...${rest}>${children}<//></div>`;
