// A subscriber: lines, the device they are on, binding and unbinding, an activation code, and secrets on demand.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, ifMatch, post, put, session, useAction, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, go } from '../router.js';
import { Table } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Facts, Field, Head, Loaded, ProblemBox, State, Time, fullTime,
    tell } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';
import { DeviceField } from '../parts/found_field.js';
import { ChangeProblem, useTagged } from '../parts/seen.js';
import { LineDialog, Registration } from '../parts/lines.js';
import { BindingForm } from '../parts/bindings.js';
import { Masked, VariableRows, Variables, rowsOf, variablesOf } from '../parts/variables.js';
import { Secret } from '../parts/people.js';

const words = t.subscribers;

export default function Subscriber({ account }) {
  const path = `/accounts/${encode(account)}`;
  const from = useGet(path);
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  useReloadOn(['account.*', 'line.registration', 'binding.told'], null, from.reload, 2000);
  if (from.problem && from.problem.status === 404) {
    return html`<${Head} title=${account} /><${Card}><${Empty} title=${words.noSuch} text=${words.noSuchText}>
        <${Link} class="button" href="/subscribers">${words.toAll}<//><//><//>`;
  }
  return html`<${Loaded} from=${from}>${one => {
    const writes = session.can('operate');
    const binds = writes && session.whole();
    return html`<${Head} title=${one.name || one.account} sub=${html`<${Link}
        href="/subscribers">${words.title}<//> / ${one.account}`}>
        ${writes && html`<${Button} onClick=${() => setOpen({ what: 'edit' })}>${t.ui.edit}<//>`}
        ${binds && html`<${Button} onClick=${() => setOpen({ what: 'remove' })}>${t.ui.remove}<//>`}<//>
      <div class="grid">
        <${Card} title=${words.subscriber}><${Facts} of=${[[words.account, one.account], [words.name, one.name], [words.notes,
            one.notes],
          [words.made, html`<${Time} at=${one.created} />`], [words.changed, html`<${Time} at=${one.updated} />`]]} />
          <h3 class="gap">${words.variables}</h3><${Variables} of=${one.variables}
              reveal=${name => ({ path: `${path}/reveal`, body: { what: 'variable', name } })} /><//>
        <${Device} one=${one} binds=${binds} open=${setOpen} />
      </div>
      <${Lines} one=${one} writes=${writes} path=${path} open=${setOpen} />
      ${open && html`<${Dialogs} open=${open} one=${one} path=${path} close=${close} reload=${from.reload} />`}`;
  }}<//>`;
}

function Device({ one, binds, open }) {
  const actions = binds && (one.device ? html`<${Button} onClick=${() => open({ what: 'unbind' })}>${words.unbind}<//>`
    : html`<${Button} kind="primary" onClick=${() => open({ what: 'bind' })}>${words.bind}<//>`);
  return html`<${Card} title=${words.device} actions=${actions}>
    ${one.device ? html`<${Facts} of=${[[words.on, html`<${DeviceName} id=${one.device.id} identity=${one.device.identity} />`],
      [words.since, html`<${Time} at=${one.device.since} />`]]} /><p class="faint">${words.onText}</p>`
      : html`<${Empty} title=${words.onNoDevice} text=${words.onNoDeviceText}>
        ${binds && html`<button onClick=${() => open({ what: 'code' })}>${words.code}</button>
          <button onClick=${() => open({ what: 'binding' })}>${words.toCome}</button>`}<//>`}<//>`;
}

function Lines({ one, writes, path, open }) {
  const columns = [
    { key: 'port', title: words.port, number: true, cell: line => line.port },
    { key: 'number', title: words.number, cell: line => html`<b class="nowrap">${line.number}</b>${line.display_name &&
        html`<div class="faint small">${line.display_name}</div>`}` },
    { key: 'user', title: words.user, cell: line => line.user },
    { key: 'password', title: words.password, cell: line => html`<${Masked}
        what=${say(words.passwordOf, { line: line.number || line.user })}
      path=${`${path}/reveal`} body=${{ what: 'line_password', port: line.port }} />` },
    { key: 'proxy', title: words.proxy, cell: line => line.proxy },
    { key: 'options', title: words.options, cell: line => Object.entries(line.options).map(([name, value]) =>
        html`<div key=${name} class="mono nowrap">${name}=${value === '***'
      ? html`<${Masked} what=${name} path=${`${path}/reveal`} body=${{ what: 'line_option', port: line.port, name }} />`
          : value}</div>`) },
    { key: 'state', title: words.registration, cell: line => (line.enabled ? html`<${Registration} of=${line.registration} />`
        : html`<${State} kind="warn">${words.outOfService}<//>`) },
    ...(writes ? [{ key: 'actions', title: html`<span class="unseen">${words.actions}</span>`, cell: line =>
        html`<span class="actions row-actions">
      <${Button} aria-label=${say(words.editLine, line)} onClick=${() => open({ what: 'line', line })}>${t.ui.edit}<//>
      <${Button} aria-label=${say(words.removeLine, line)} onClick=${() => open({ what: 'without', line })}>${t.ui.remove}<//>
          </span>` }] : []),
  ];
  const add = writes && html`<${Button} onClick=${() => open({ what: 'line' })}>${words.addLine}<//>`;
  return html`<${Card} title=${words.lines} actions=${add}><${Table} caption=${words.lines} columns=${columns} rows=${one.lines}
      rowKey=${line => line.port}
    empty=${html`<${Empty} title=${words.noLines} text=${words.noLinesText} />`} /><//>`;
}

function Dialogs({ open, one, path, close, reload }) {
  const { what, line } = open;
  const after = text => { tell(text); reload(); };
  if (what === 'line') return html`<${LineDialog} account=${one.account} line=${line} taken=${one.lines.map(each => each.port)}
      onClose=${close} onDone=${reload} />`;
  if (what === 'edit') return html`<${Edit} path=${path} onClose=${close} onDone=${reload} />`;
  if (what === 'bind') return html`<${Bind} path=${path} onClose=${close} onDone=${reload} />`;
  if (what === 'code') return html`<${Code} path=${path} onClose=${close} />`;
  if (what === 'binding') {
    return html`<${Dialog} title=${words.toCome} onClose=${close}><${BindingForm} account=${one.account} onClose=${close}
        onDone=${reload} /><//>`;
  }
  if (what === 'without') {
    return html`<${Confirm} title=${say(words.removeLine, line)} kind="danger" yes=${t.ui.remove} onClose=${close}
        onYes=${async () => {
      await del(`${path}/lines/${line.port}`);
      after(words.lineRemoved);
    }}><p>${say(words.removeLineText, { number: line.number || line.user })}</p><//>`;
  }
  if (what === 'unbind') {
    return html`<${Confirm} title=${words.unbind} kind="danger" yes=${words.unbind} onClose=${close} onYes=${async () => {
      await del(`${path}/device`);
      after(words.unbound);
    }}><p>${say(words.unbindText, { identity: one.device.identity, lines: one.lines.length })}</p><//>`;
  }
  return html`<${Confirm} title=${say(words.removeAccount, one)} kind="danger" yes=${t.ui.remove} typed=${one.account}
      onClose=${close} onYes=${async () => {
    await del(path);
    tell(say(words.removed, one));
    go('/subscribers');
  }}><p>${say(one.device ? words.removeOnText : words.removeText, { lines: one.lines.length, identity: one.device &&
      one.device.identity })}</p><//>`;
}

function Edit({ path, onClose, onDone }) {
  const seen = useTagged(path);
  const title = words.editAccount;
  if (!seen.data) return html`<${Dialog} title=${title} onClose=${onClose}><${Loaded} from=${seen} /><//>`;
  return html`<${Dialog} wide title=${title} onClose=${onClose}><${EditForm} path=${path} seen=${seen} onClose=${onClose}
      onDone=${onDone} /><//>`;
}

function EditForm({ path, seen, onClose, onDone }) {
  const [form, set] = useState(() => ({ name: seen.data.name, notes: seen.data.notes, variables: rowsOf(seen.data.variables) }));
  const change = more => set(before => ({ ...before, ...more }));
  const action = useAction(async () => {
    // Lines go back as they were read: their secrets, which are masked, stay.
    const lines = seen.data.lines.map(({ registration, ...line }) => line);
    await put(path, { name: form.name, notes: form.notes, variables: variablesOf(form.variables), lines }, ifMatch(seen.tag));
    tell(words.saved);
    onDone();
    onClose();
  });
  return html`<form onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <${Field} label=${words.name} value=${form.name} onInput=${name => change({ name })} maxlength="128" autofocus />
    <${Field} as="textarea" label=${words.notes} value=${form.notes} onInput=${notes => change({ notes })} maxlength="4000" />
    <${VariableRows} legend=${words.variables} hint=${words.variablesHint} rows=${form.variables}
        onChange=${variables => change({ variables })} keeps />
    <${ChangeProblem} action=${action} seen=${seen} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary" disabled=${action.busy}>${t.ui.save}</button>
        </footer></form>`;
}

function Bind({ path, onClose, onDone }) {
  const [device, setDevice] = useState('');
  const action = useAction(async () => {
    await put(`${path}/device`, { device: device.trim() });
    tell(words.bound);
    onDone();
    onClose();
  });
  return html`<${Dialog} title=${words.bind} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}><p>${words.bindText}</p>
    <${DeviceField} label=${words.device} hint=${words.deviceHint} value=${device} onInput=${setDevice} required autofocus />
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary" disabled=${action.busy}>${words.bind}</button>
        </footer></form><//>`;
}

export function Code({ path, onClose }) {
  const [minutes, setMinutes] = useState('4320');
  const [made, setMade] = useState(null);
  const action = useAction(async () => setMade(await post(`${path}/activation-code`, undefined, { params: { minutes } })));
  if (made) {
    return html`<${Dialog} title=${words.code} onClose=${onClose}><p>${words.codeText}</p>
        <${Secret} label=${words.codeLabel} value=${made.code} />
      <p class="faint">${say(words.codeEnds, { at: fullTime(made.expires) })} ${words.once}</p>
      <form onSubmit=${event => { event.preventDefault(); onClose(); }}><footer>
          <button class="primary" autofocus>${t.ui.close}</button></footer></form><//>`;
  }
  return html`<${Dialog} title=${words.code} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}><p>${words.codeWhat}</p>
    <${Field} as="select" label=${words.goodFor} value=${minutes}
        onInput=${setMinutes}>${Object.entries(words.goodForOf).map(([key, text]) =>
      html`<option key=${key} value=${key}>${text}</option>`)}<//>
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy}>${words.makeCode}</button></footer></form><//>`;
}
