// The vendor's own provisioning: requests for profiles across the fleet, bindings, and activation codes.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, get, post, session, useAction } from '../api.js';
import { Link, setQuery, to, useRoute } from '../router.js';
import { PagedTable } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Field, Head, ProblemBox, State, Tabs, Time, tell } from '../parts/ui.js';
import { AccountField, DeviceField } from '../parts/found_field.js';
import { BindingForm } from '../parts/bindings.js';
import { DeviceName } from '../parts/device_name.js';
import { Code } from './subscriber.js';

const words = t.provisioning;

export default function Provisioning() {
  const { query } = useRoute();
  const tab = ['bindings', 'codes'].includes(query.tab) ? query.tab : 'requests';
  return html`<${Head} title=${words.title} sub=${words.sub} />
    <${Tabs} tabs=${[['requests', words.requests], ['bindings', words.bindings], ['codes', words.codes]]} current=${tab}
      href=${key => to('/provisioning', { tab: key === 'requests' ? '' : key })} />
    ${tab === 'requests' ? html`<${Requests} device=${query.device || ''} />` : tab === 'bindings' ? html`<${Bindings} />`
        : html`<${Codes} />`}`;
}

const kindOf = outcome => (/^(sent|took|not modified|given)/.test(outcome) ? 'good'
    : /refus|no |not |fail|unknown|too /.test(outcome) ? 'bad' : 'calm');

// `refused: why` in two parts: the word, and the reason below it.
function Outcome({ of }) {
  const at = of.indexOf(': ');
  return html`<${State} kind=${kindOf(of)}>${at < 0 ? of : of.slice(0, at)}<//>${at >= 0 &&
      html`<div class="faint small">${of.slice(at + 2)}</div>`}`;
}

function Requests({ device }) {
  const [text, setText] = useState(device);
  const [turn, again] = useState(0);
  const columns = [
    { key: 'at', title: words.when, cell: one => html`<span class="nowrap"><${Time} at=${one.at} /></span>` },
    { key: 'device', title: words.device, cell: one => html`<${DeviceName} id=${one.device} identity=${one.identity} />
      ${one.agent && html`<div class="faint small">${[one.agent.product, one.agent.version].filter(Boolean).join(' ')}</div>`}` },
    { key: 'outcome', title: words.outcome, wide: true, cell: one => html`<${Outcome} of=${one.outcome} />` },
    { key: 'path', title: words.path, wide: true, cell: one => html`<span class="mono">${one.path}</span>` },
    { key: 'from', title: words.from, cell: one => html`<span class="nowrap">${one.address}</span>
        <div class="faint small">${one.transport.toUpperCase()}</div>` },
  ];
  const clear = () => { setText(''); setQuery({ device: '' }); };
  const empty = device ? html`<${Empty} title=${words.noneOf}><button onClick=${clear}>${words.showAll}</button><//>`
    : html`<${Empty} title=${words.noRequests} text=${words.noRequestsText} />`;
  return html`<form class="filters" onSubmit=${event => { event.preventDefault(); setQuery({ device: text.trim() }); }}>
      <${DeviceField} label=${words.device} placeholder=${words.deviceHint} value=${text} onInput=${setText} />
          <button>${words.filter}</button>
      ${device && html`<${Button} kind="quiet" onClick=${clear}>${words.showAll}<//>`}<span class="grow"></span>
          <${Button} onClick=${() => again(n => n + 1)}>${words.newer}<//></form>
    <${Card}><${PagedTable} load=${page => get('/contacts', { ...page, device })} version=${`${device} ${turn}`}
        columns=${columns} caption=${words.requests} empty=${empty} /><//>`;
}

function Bindings() {
  const [turn, again] = useState(0);
  const [open, setOpen] = useState(null);
  const writes = session.can('operate');
  const path = one => `/bindings/${encode(one.by)}/${encode(one.value)}`;
  const reload = () => again(n => n + 1);
  const close = () => setOpen(null);
  const columns = [
    { key: 'value', title: words.by, cell: one => html`<b class="mono">${one.by === 'code' ? '***' : one.value}</b>
        <div class="faint small">${words.bys[one.by]}</div>` },
    { key: 'account', title: words.account, cell: one => html`<${Link}
        href=${`/subscribers/${encode(one.account)}`}>${one.account}<//>` },
    { key: 'told', title: words.told, wide: true, cell: one => (one.told
        ? html`<${State} kind="good">${words.toldIt}<//> <${Time} at=${one.told.at} />
      <div class="small">${one.told.device ? html`<${DeviceName} id=${one.told.device} />`
          : html`<span class="mono">${one.told.serial_number || one.told.mac}</span>`}</div>`
      : html`<${State}>${words.toldNobody}<//>`) },
    { key: 'more', title: words.gives, wide: true, cell: one => html`${one.window_minutes
        ? html`<div>${say(words.windowOf, { n: one.window_minutes })}</div>` : ''}
      ${one.rule && html`<div class="mono">${one.rule}</div>`}${Object.keys(one.variables).map(name =>
          html`<span key=${name} class="tag mono">${name}</span>`)}
      ${one.expires && html`<div class="faint small">${words.until} <${Time} at=${one.expires} /></div>`}` },
    ...(writes ? [{ key: 'actions', title: html`<span class="unseen">${words.actions}</span>`, cell: one =>
        html`<span class="actions row-actions">
      ${one.told && one.by !== 'code' && html`<${Button} onClick=${() => setOpen({ what: 'reopen', one })}>${words.reopen}<//>`}
      ${one.by !== 'code' && html`<${Button} onClick=${() => setOpen({ what: 'edit', one })}>${t.ui.edit}<//>`}
      <${Button} onClick=${() => setOpen({ what: 'remove', one })}>${t.ui.remove}<//></span>` }] : []),
  ];
  const add = writes && html`<${Button} kind="primary" onClick=${() => setOpen({ what: 'edit' })}>${words.addBinding}<//>`;
  return html`<${Card} title=${words.bindings} actions=${add}><${PagedTable} load=${page => get('/bindings', page)}
      version=${turn} columns=${columns} rowKey=${path} caption=${words.bindings}
      empty=${html`<${Empty} title=${words.noBindings} text=${words.noBindingsText} />`} /><//>
    ${open && open.what === 'edit' && html`<${Dialog} title=${open.one ? words.changeBinding : words.addBinding} onClose=${close}>
      <${BindingForm} binding=${open.one} onClose=${close} onDone=${reload} /><//>`}
    ${open && open.what === 'remove' && html`<${Confirm} title=${words.removeBinding} kind="danger" yes=${t.ui.remove}
        onClose=${close} onYes=${async () => {
      await del(path(open.one));
      tell(words.bindingRemoved);
      reload();
    }}><p>${words.removeBindingText}</p><//>`}
    ${open && open.what === 'reopen' && html`<${Confirm} title=${words.reopen} yes=${words.reopen} onClose=${close}
        onYes=${async () => {
      await post(`${path(open.one)}/reopen`);
      tell(words.reopened);
      reload();
    }}><p>${words.reopenText}</p><//>`}`;
}

function Codes() {
  const [account, setAccount] = useState('');
  const [making, setMaking] = useState(null);
  const [form, set] = useState({ code: '', device: '' });
  const [used, setUsed] = useState(null);
  const action = useAction(async () => {
    const code = form.code.trim();
    setUsed(await post('/activation-codes/use', { code, device: form.device.trim() }));
    set({ code: '', device: '' });
    tell(words.codeUsed);
  });
  if (!session.can('operate')) return html`<${Empty} title=${words.codesNotYou} />`;
  return html`<div class="grid"><${Card} title=${words.makeCode}><p>${words.makeCodeText}</p>
      <form onSubmit=${event => { event.preventDefault(); setMaking(account.trim()); }}>
        <${AccountField} label=${words.account} value=${account} onInput=${setAccount} required />
        <footer><button class="primary">${words.makeCode}</button></footer></form><//>
    <${Card} title=${words.useCode}><p>${words.useCodeText}</p><form
        onSubmit=${event => { event.preventDefault(); action.run(); }}>
      <${Field} label=${words.code} placeholder="0147-2583-6904" inputmode="numeric" value=${form.code}
          onInput=${code => set({ ...form, code })} required />
      <${DeviceField} label=${words.device} hint=${words.deviceHint} value=${form.device}
          onInput=${device => set({ ...form, device })} required />
      <${ProblemBox} problem=${action.problem} />
      ${used && html`<p class="note" role="status">${words.isOn} <${Link}
          href=${`/subscribers/${encode(used.account)}`}>${used.account} ${used.name}<//></p>`}
      <footer><button class="primary" disabled=${action.busy}>${words.useCode}</button></footer></form><//></div>
    ${making && html`<${Code} path=${`/accounts/${encode(making)}`} onClose=${() => setMaking(null)} />`}`;
}
