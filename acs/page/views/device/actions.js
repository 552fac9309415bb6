// What can be done with a device as a whole: calling, restarting, resetting, its account, its place, its keys.
import { html, useEffect, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, encode, get, once, post, put, session, useAction } from '../../api.js';
import { go } from '../../router.js';
import { Button, Confirm, Dialog, Field, State, duration, tell, words } from '../../parts/ui.js';
import { Menu, mayTask, queue } from './common.js';

const text = t.device.actions;

export function Actions({ device, reload, base }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const items = [
    session.can('operate') && session.whole() && ['bind', text.bind],
    session.can('operate') && session.whole() && ['unbind', text.unbind],
    session.can('operate') && ['swap', text.swap],
    session.can('operate') && ['rotate', text.rotate],
    mayTask('factory_reset') && ['reset', text.reset, 'danger'],
    session.can('operate') && ['quarantine', text.quarantine, 'danger'],
    session.can('administer') && ['merge', text.merge],
    session.can('administer') && ['forget', text.forget, 'danger'],
  ].filter(Boolean).map(([key, label, kind]) => ({ text: label, kind: kind === 'danger' ? 'quiet d-warned' : 'quiet', act: () => setOpen(key) }));
  const parts = { device, reload, base, onClose: close };
  return html`${session.can('help') && html`<${Button} kind="primary" onClick=${() => setOpen('call')}>${text.call}<//>
    <${Button} onClick=${() => setOpen('reboot')}>${text.reboot}<//>`}
    <${Menu} label=${text.more} items=${items} />
    ${open === 'call' && html`<${Call} ...${parts} />`}
    ${open === 'reboot' && html`<${Task} ...${parts} kind="reboot" title=${text.reboot} body=${text.rebootText} yes=${text.rebootYes} />`}
    ${open === 'reset' && html`<${Task} ...${parts} kind="factory_reset" title=${text.reset} body=${text.resetText} yes=${text.resetYes} danger />`}
    ${open === 'bind' && html`<${Bind} ...${parts} />`}
    ${open === 'unbind' && html`<${Unbind} ...${parts} />`}
    ${open === 'swap' && html`<${Swap} ...${parts} />`}
    ${open === 'rotate' && html`<${Confirm} title=${text.rotate} yes=${text.rotateYes} onClose=${close} onYes=${async () => {
      await post(`/devices/${device.id}/credentials/rotate`, undefined, once());
      tell(text.rotateDone);
    }}><p>${text.rotateText}</p><//>`}
    ${open === 'quarantine' && html`<${Quarantine} ...${parts} />`}
    ${open === 'merge' && html`<${Merge} ...${parts} />`}
    ${open === 'forget' && html`<${Confirm} title=${text.forget} yes=${text.forgetYes} kind="danger" typed=${device.serial_number || device.identity} onClose=${close}
      onYes=${async () => { await del(`/devices/${device.id}`); tell(say(text.forgetDone, { device: device.identity })); go('/devices'); }}>
      <p>${text.forgetText}</p><//>`}`;
}

// A connection request, and what came of it on each way that was tried.
function Call({ device, onClose }) {
  const [result, setResult] = useState(null);
  const call = useAction(async () => {
    setResult(null);
    const begun = performance.now();
    const answer = await post(`/devices/${device.id}/call`);
    setResult({ ...answer, took: performance.now() - begun });
  });
  useEffect(() => { call.run(); }, []);
  return html`<${Dialog} title=${text.call} onClose=${onClose}>
    ${call.busy && html`<p class="busy" role="status"><span class="spinner" aria-hidden="true"></span>${text.calling}</p>`}
    ${call.problem && html`<div class="problem" role="alert"><strong>${call.problem.message}</strong><p>${call.problem.why}</p></div>`}
    ${result && html`<p role="status"><${Outcome} of=${result.outcome} /> ${text.outcomes[result.outcome] || ''} <span class="faint">${duration(result.took)}</span></p>
      ${result.why && html`<p>${result.why}</p>`}
      ${(result.attempts || []).length > 0 && html`<ol class="attempts">${result.attempts.map((one, index) =>
        html`<li key=${index}><b>${t.device.ways[one.way] || one.way}</b> <${Outcome} of=${one.outcome} /> ${one.why || ''}</li>`)}</ol>`}`}
    <footer class="actions d-end-actions"><${Button} onClick=${() => call.run()} busy=${call.busy}>${text.callAgain}<//>
      <${Button} kind="primary" onClick=${onClose}>${t.ui.close}<//></footer><//>`;
}

const OUTCOMES = { accepted: 'good', too_soon: 'warn', busy: 'warn', impossible: 'bad', failed: 'bad' };
export const Outcome = ({ of }) => html`<${State} of=${of} kind=${OUTCOMES[of]}>${words(of)}<//>`;

function Task({ device, base, kind, title, body, yes, danger, onClose }) {
  const [key] = useState(once);
  return html`<${Confirm} title=${title} yes=${yes} kind=${danger ? 'danger' : 'primary'} typed=${danger ? device.serial_number || device.identity : undefined}
    onClose=${onClose} onYes=${() => queue(device, base, { kind }, key)}><p>${body}</p><//>`;
}

function Bind({ device, reload, onClose }) {
  const [account, setAccount] = useState('');
  const [found, setFound] = useState([]);
  const look = async value => {
    setAccount(value);
    if (value.trim().length < 2) { setFound([]); return; }
    try {
      setFound((await get('/accounts', { contains: value.trim(), limit: 8 })).items);
    } catch { setFound([]); }
  };
  return html`<${Confirm} title=${text.bind} yes=${text.bindYes} onClose=${onClose} onYes=${async () => {
    await put(`/accounts/${encode(account.trim())}/device`, { device: device.id });
    tell(say(text.bindDone, { account: account.trim() }));
    reload();
  }}><p>${text.bindText}</p>
    <${Field} label=${text.account} value=${account} onInput=${look} list="accounts-found" required autofocus />
    <datalist id="accounts-found">${found.map(one => html`<option key=${one.id} value=${one.account}>${one.name}</option>`)}</datalist><//>`;
}

function Unbind({ device, reload, onClose }) {
  return html`<${Confirm} title=${text.unbind} yes=${text.unbindYes} kind="danger" onClose=${onClose} onYes=${async () => {
    const page = await get('/accounts', { device: device.id, limit: 1 });
    if (!page.items.length) throw Object.assign(new Error(text.noAccount), { why: text.noAccountWhy });
    await del(`/accounts/${encode(page.items[0].account)}/device`);
    tell(say(text.unbindDone, { account: page.items[0].account }));
    reload();
  }}><p>${text.unbindText}</p><//>`;
}

function Swap({ device, onClose }) {
  const [form, setForm] = useState({ serial_number: '', product_class: '', oui: '', password: '' });
  const [key] = useState(once);
  const field = (name, more) => html`<${Field} label=${text.swapFields[name]} value=${form[name]} onInput=${value => setForm({ ...form, [name]: value })} ...${more} />`;
  return html`<${Confirm} title=${text.swap} yes=${text.swapYes} kind="danger" onClose=${onClose} onYes=${async () => {
    const body = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
    const next = await post(`/devices/${device.id}/swap`, body, key);
    tell(say(text.swapDone, { device: next.identity }));
    go(`/devices/${next.id}`);
  }}><p>${text.swapText}</p>
    ${field('serial_number', { required: true, autofocus: true })}
    <details><summary>${text.swapMore}</summary>
      ${field('product_class', { placeholder: device.product_class })}${field('oui', { placeholder: device.oui })}
      ${field('password', { type: 'password', hint: text.swapPassword, autocomplete: 'new-password' })}</details><//>`;
}

function Quarantine({ device, reload, onClose }) {
  const [why, setWhy] = useState('');
  return html`<${Confirm} title=${text.quarantine} yes=${text.quarantineYes} kind="danger" onClose=${onClose} onYes=${async () => {
    await post(`/devices/${device.id}/quarantine`, { why: why.trim() }, once());
    tell(text.quarantineDone, 'good', session.whole() ? { href: '/quarantine', text: text.quarantineSee } : undefined);
    reload();
  }}><p>${text.quarantineText}</p><${Field} label=${text.why} value=${why} onInput=${setWhy} required autofocus /><//>`;
}

function Merge({ device, reload, onClose }) {
  const [from, setFrom] = useState('');
  return html`<${Confirm} title=${text.merge} yes=${text.mergeYes} kind="danger" onClose=${onClose} onYes=${async () => {
    await post(`/devices/${device.id}/merge`, { from: from.trim() }, once());
    tell(say(text.mergeDone, { from: from.trim() }));
    reload();
  }}><p>${text.mergeText}</p><${Field} label=${text.mergeFrom} value=${from} onInput=${setFrom} required autofocus /><//>`;
}
