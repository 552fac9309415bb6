// Devices that are kept apart: let in, with a subscriber or without, refused, or put here by hand.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, get, post, put, session, useAction } from '../api.js';
import { useReloadOn } from '../live.js';
import { PagedTable } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Field, Head, ProblemBox, State, Time, number, tell } from '../parts/ui.js';
import { AccountField, DeviceField } from '../parts/found_field.js';
import { DeviceName } from '../parts/device_name.js';

const words = t.quarantine;
const KIND = { unknown: 'calm', replaced: 'warn', operator: 'bad' };

export default function Quarantine() {
  const [turn, again] = useState(0);
  const [open, setOpen] = useState(null);
  const reload = () => again(n => n + 1);
  const close = () => setOpen(null);
  useReloadOn(['device.first_contact', 'device.admit', 'device.quarantine', 'device.delete', 'device.swap'], null, reload, 2000);
  const writes = session.can('operate');
  const columns = [
    { key: 'device', title: words.device, cell: one => html`<${DeviceName} id=${one.device} identity=${one.identity} />
        <div class="faint small">${say(words.from, { address: one.address || '?' })}</div>` },
    { key: 'reason', title: words.reason, cell: one => html`<${State}
        kind=${KIND[one.reason]}>${words.reasons[one.reason]}<//>` },
    { key: 'why', title: words.why, wide: true, cell: one => html`${one.why}${one.replaced_by &&
        html`<div class="small">${words.replacedBy} <${DeviceName} id=${one.replaced_by} /></div>`}` },
    { key: 'since', title: words.since, cell: one => html`<span class="nowrap"><${Time} at=${one.since} /></span>` },
    { key: 'last', title: words.last, cell: one => html`<span class="nowrap"><${Time} at=${one.last_inform} /></span>
        <div class="faint small">${say(words.times, { n: number(one.informs) })}</div>` },
    ...(writes ? [{ key: 'actions', title: html`<span class="unseen">${words.actions}</span>`, cell: one =>
        html`<span class="actions row-actions">
      <${Button} kind="primary" aria-label=${say(words.admitOne, one)} onClick=${() => setOpen({ what: 'admit',
          one })}>${words.admit}<//>
      ${session.can('administer') && html`<${Button} aria-label=${say(words.refuseOne, one)}
          onClick=${() => setOpen({ what: 'refuse', one })}>${words.refuse}<//>`}</span>` }] : []),
  ];
  return html`<${Head} title=${words.title} sub=${words.sub}>${writes &&
      html`<${Button} onClick=${() => setOpen({ what: 'apart' })}>${words.keepApart}<//>`}<//>
    <${Card}><${PagedTable} load=${page => get('/quarantine', page)} version=${turn} columns=${columns}
        rowKey=${one => one.device} caption=${words.title}
      empty=${html`<${Empty} title=${words.none} text=${words.noneText} />`} /><//>
    ${open && open.what === 'admit' && html`<${Admit} one=${open.one} onClose=${close} onDone=${reload} />`}
    ${open && open.what === 'apart' && html`<${Apart} onClose=${close} onDone=${reload} />`}
    ${open && open.what === 'refuse' && html`<${Confirm} title=${say(words.refuseOne, open.one)} kind="danger" yes=${words.refuse}
        onClose=${close} onYes=${async () => {
      await del(`/devices/${encode(open.one.device)}`);
      tell(say(words.refused, open.one));
      reload();
    }}><p>${words.refuseText}</p><p class="note">${words.refuseNote}</p><//>`}`;
}

function Admit({ one, onClose, onDone }) {
  const [bind, setBind] = useState(false);
  const [account, setAccount] = useState('');
  const [admitted, setAdmitted] = useState(false);
  const action = useAction(async () => {
    // What was done stays done when the second step is refused; it is not done twice.
    if (!admitted) {
      await post(`/devices/${encode(one.device)}/admit`);
      setAdmitted(true);
      onDone();
    }
    if (bind) await put(`/accounts/${encode(account.trim())}/device`, { device: one.device });
    tell(say(bind ? words.admittedWith : words.admitted, { identity: one.identity, account: account.trim() }));
    onClose();
  });
  return html`<${Dialog} title=${say(words.admitOne, one)} onClose=${onClose}>
      <form onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <p>${words.admitText}</p>${one.reason === 'replaced' && html`<p class="note">${words.admitReplaced}</p>`}
    <fieldset class="option-box"><legend>${words.subscriber}</legend>
      <label><input type="radio" name="bind" checked=${!bind} onChange=${() => setBind(false)} /> ${words.without}</label>
      <label><input type="radio" name="bind" checked=${bind} onChange=${() => setBind(true)} /> ${words.withOne}</label>
      ${bind && html`<${AccountField} label=${words.account} hint=${words.accountHint} value=${account} onInput=${setAccount}
          required autofocus />`}</fieldset>
    ${admitted && action.problem && html`<p class="note">${words.halfDone}</p>`}<${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy}>${words.admit}</button></footer></form><//>`;
}

function Apart({ onClose, onDone }) {
  const [form, set] = useState({ device: '', why: '' });
  const action = useAction(async () => {
    await post(`/devices/${encode(form.device.trim())}/quarantine`, { why: form.why.trim() });
    tell(say(words.apart, form));
    onDone();
    onClose();
  });
  return html`<${Dialog} title=${words.keepApart} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}><p>${words.apartText}</p>
    <${DeviceField} label=${words.device} hint=${words.deviceHint} value=${form.device}
        onInput=${device => set({ ...form, device })} required autofocus />
    <${Field} label=${words.why} placeholder=${words.whyHint} value=${form.why} onInput=${why => set({ ...form, why })}
        required />
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="danger"
        disabled=${action.busy}>${words.keepApart}</button></footer></form><//>`;
}
