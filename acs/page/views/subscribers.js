// Subscribers: who they are, which lines they have, and on which device.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { download, encode, get, put, session, useAction } from '../api.js';
import { Link, go, setQuery, useRoute } from '../router.js';
import { PagedTable } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Field, Head, ProblemBox, State, Time, tell } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';
import { LineFields, lineBody, lineForm } from '../parts/lines.js';
import { Import } from '../parts/import.js';

const words = t.subscribers;

export default function Subscribers() {
  const { query } = useRoute();
  const [open, setOpen] = useState(query.open || null);
  const [turn, again] = useState(0);
  const [text, setText] = useState(query.contains || '');
  const contains = query.contains || '';
  const close = () => { setOpen(null); if (query.open) setQuery({ open: undefined }); };
  const search = event => { event.preventDefault(); setQuery({ contains: text.trim() }); };
  const writes = session.can('operate') && session.whole();
  const columns = [
    { key: 'account', title: words.account, cell: one => html`<${Link} href=${`/subscribers/${encode(one.account)}`}>
        <b>${one.account}</b><//>` },
    { key: 'name', title: words.name, cell: one => one.name, wide: true },
    { key: 'lines', title: words.lines, cell: one => (one.lines.length ? one.lines.map(line =>
        html`<div key=${line.port} class="nowrap">${line.number || line.user}
      ${!line.enabled && html` <${State} of="disabled" />`}</div>`) : html`<span class="faint">${t.ui.none}</span>`) },
    { key: 'device', title: words.device, cell: one => (one.device ? html`<${DeviceName} id=${one.device.id}
        identity=${one.device.identity} />` : html`<span class="faint">${words.onNone}</span>`) },
    { key: 'updated', title: words.changed, cell: one => html`<span class="nowrap"><${Time} at=${one.updated} /></span>` },
  ];
  const empty = contains ? html`<${Empty} title=${say(words.noneLike, { contains })}>
      <button onClick=${() => { setText(''); setQuery({ contains: '' }); }}>${words.showAll}</button><//>`
    : html`<${Empty} title=${words.none} text=${words.noneText}>${writes &&
        html`<button class="primary" onClick=${() => setOpen('import')}>${words.import}</button>
      <button onClick=${() => setOpen('add')}>${words.add}</button>`}<//>`;
  return html`<${Head} title=${words.title} sub=${words.sub}>
      ${session.whole() && html`<${Export} />`}
      ${writes && html`<${Button} onClick=${() => setOpen('import')}>${words.import}<//>
          <${Button} kind="primary" onClick=${() => setOpen('add')}>${words.add}<//>`}<//>
    <form class="filters" onSubmit=${search}><${Field} label=${t.ui.search} type="search" placeholder=${words.searchHint}
        value=${text} onInput=${value => {
      setText(value);
      if (!value) setQuery({ contains: '' });
    }} /><button>${t.ui.search}</button></form>
    <${Card}><${PagedTable} load=${page => get('/accounts', { ...page, contains })} version=${`${contains} ${turn}`}
        columns=${columns}
      rowKey=${one => one.id} href=${one => `/subscribers/${encode(one.account)}`} caption=${words.title} empty=${empty} /><//>
    ${open === 'add' && html`<${Add} onClose=${close} />`}
    ${open === 'import' && html`<${Import} onClose=${close} onDone=${() => again(n => n + 1)} />`}`;
}

function Export() {
  const [asked, ask] = useState(false);
  const [kind, setKind] = useState(null);
  const save = async (format, secrets) => {
    await download(secrets ? '/subscribers/export-with-secrets' : '/subscribers/export', { format },
        `subscribers${secrets ? '-with-passwords' : ''}.${format}`);
    tell(words.exported);
  };
  return html`<${Button} onClick=${() => { setKind('csv'); ask(true); }}>${words.export}<//>
    ${asked && html`<${Confirm} title=${words.export} yes=${words.export} onClose=${() => ask(false)}
        onYes=${() => save(kind.replace('-secrets', ''), kind.endsWith('-secrets'))}>
      <p>${words.exportText}</p>
      <${Field} as="select" label=${words.exportWhat} value=${kind} onInput=${setKind}>
        <option value="csv">${words.csv}</option><option value="json">${words.json}</option>
        ${session.can('reveal') && html`<option value="csv-secrets">${words.csvSecrets}</option>
            <option value="json-secrets">${words.jsonSecrets}</option>`}<//>
      ${kind.endsWith('-secrets') && html`<p class="note">${words.exportSecretsText}</p>`}<//>`}`;
}

function Add({ onClose }) {
  const [form, set] = useState({ account: '', name: '', notes: '', withLine: true, line: lineForm() });
  const change = more => set(before => ({ ...before, ...more }));
  const action = useAction(async () => {
    const account = form.account.trim();
    const there = await get('/accounts', { contains: account, limit: 1000 });
    if (there.items.some(one => one.account === account)) throw new Error(say(words.taken, { account }));
    const lines = form.withLine ? [{ port: Number(form.line.port), ...lineBody(form.line) }] : [];
    await put(`/accounts/${encode(account)}`, { name: form.name, notes: form.notes, lines });
    tell(say(words.added, { account }));
    go(`/subscribers/${encode(account)}`);
  });
  return html`<${Dialog} wide title=${words.add} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <div class="fields"><${Field} label=${words.account} hint=${words.accountHint} value=${form.account}
        onInput=${account => change({ account })} required autofocus />
      <${Field} label=${words.name} value=${form.name} onInput=${name => change({ name })} maxlength="128" />
      <${Field} wide label=${words.notes} value=${form.notes} onInput=${notes => change({ notes })} /></div>
    <${Field} as="check" label=${words.withLine} value=${form.withLine} onInput=${withLine => change({ withLine })} />
    ${form.withLine && html`<${LineFields} form=${form.line} change=${more => change({ line: { ...form.line, ...more } })}
        isNew />`}
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary" disabled=${action.busy}>${words.add}</button>
        </footer></form><//>`;
}
