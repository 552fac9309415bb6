// Tags and variables of a device, edited over what was seen: who was slower is told, and loses nothing.
import { html, useEffect, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { ifMatch, put, session, tagged, useAction, useGet } from '../../api.js';
import { useGuard } from '../../router.js';
import { Button, Dialog, Field, Loaded, tell } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { Refusal, Reveal, useDeviceEvents } from './common.js';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

export function Tags({ device, reload }) {
  const [editing, setEditing] = useState(false);
  return html`<div class="line-up"><div class="grow">${device.tags.length ? device.tags.map(tag => html`<span key=${tag} class="tag">${tag}</span>`)
      : html`<span class="faint">${t.device.tags.none}</span>`}</div>
    ${session.can('operate') && html`<${Button} onClick=${() => setEditing(true)}>${t.ui.edit}<//>`}</div>
    ${editing && html`<${EditTags} device=${device} reload=${reload} onClose=${() => setEditing(false)} />`}`;
}

function EditTags({ device, reload, onClose }) {
  const [list, setList] = useState(device.tags);
  const [typed, setTyped] = useState('');
  const [seen, setSeen] = useState({ tag: null, tags: device.tags });
  const look = useAction(async () => {
    const { data, tag } = await tagged(`/devices/${device.id}/tags`);
    setSeen({ tag, tags: data });
    save.clear();
    return data;
  });
  useEffect(() => { look.run().then(data => data && setList(data)); }, []);
  // What others have added since stays, what was taken away here goes.
  const again = async () => {
    const before = seen.tags;
    const data = await look.run();
    if (data) setList([...new Set([...data.filter(tag => list.includes(tag) || !before.includes(tag)), ...list.filter(tag => data.includes(tag) || !before.includes(tag))])]);
  };
  const words = typed.split(/[\s,]+/).filter(Boolean);
  const wrong = words.find(word => !NAME.test(word));
  const wanted = [...new Set([...list, ...words])].sort();
  const save = useAction(async () => {
    await put(`/devices/${device.id}/tags`, wanted, ifMatch(seen.tag));
    tell(t.device.tags.saved);
    reload();
    onClose();
  });
  useGuard(wanted.join() !== seen.tags.join() ? t.device.tags.guard : null);
  return html`<${Dialog} title=${t.device.tags.title} onClose=${onClose}><form onSubmit=${event => { event.preventDefault(); save.run(); }}>
    <p>${t.device.tags.text}</p>
    <div class="d-chips">${list.map(tag => html`<span key=${tag} class="tag">${tag}
      <button type="button" class="quiet close" aria-label=${say(t.device.tags.drop, { tag })} onClick=${() => setList(list.filter(one => one !== tag))}>×</button></span>`)}</div>
    <${Field} label=${t.device.tags.add} value=${typed} onInput=${setTyped} hint=${t.device.tags.hint} problem=${wrong && say(t.device.tags.wrong, { tag: wrong })} autofocus />
    <${Refusal} problem=${save.problem || look.problem} onAgain=${again} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button type="submit" class="primary" disabled=${Boolean(wrong) || save.busy || look.busy}>${t.ui.save}</button></footer></form><//>`;
}

// The variables of the device itself; those of its account and groups are shown where they are used.
export function Variables({ device }) {
  const from = useGet(`/devices/${device.id}/variables`);
  const [editing, setEditing] = useState(false);
  useDeviceEvents(device.id, ['device.variables', 'device.swap', 'device.merge'], from.reload);
  const text = t.device.variables;
  const columns = [
    { key: 'name', title: text.name, cell: ([name]) => html`<span class="mono">${name}</span>` },
    { key: 'value', title: text.value, wide: true, cell: ([name, value]) => (value === '***'
      ? html`<span class="faint">${text.hidden}</span> <${Reveal} path=${`/devices/${device.id}/reveal`} ask=${{ what: 'variable', name }} />` : value) },
  ];
  return html`<${Loaded} from=${from}>${variables => html`<${Table} caption=${text.title} columns=${columns} rows=${Object.entries(variables).sort()} rowKey=${([name]) => name}
      empty=${html`<p class="faint">${text.none}</p>`} />
    ${session.can('operate') && html`<div class="actions later"><${Button} onClick=${() => setEditing(true)}>${text.edit}<//></div>`}
    ${editing && html`<${EditVariables} device=${device} onClose=${() => setEditing(false)} onSaved=${from.reload} />`}`}<//>`;
}

function EditVariables({ device, onClose, onSaved }) {
  const text = t.device.variables;
  const [rows, setRows] = useState(null);
  const [first, setFirst] = useState([]);
  const [tag, setTag] = useState(null);
  const look = useAction(async () => {
    const { data, tag: seen } = await tagged(`/devices/${device.id}/variables`);
    setTag(seen);
    save.clear();
    const there = Object.entries(data).sort().map(([name, value]) => ({ name, value: value === '***' ? '' : value, hidden: value === '***' }));
    if (!rows) { setRows(there); setFirst(there); return; }
    // What others have added or changed since comes in; what was typed or taken away here stands.
    const known = first.map(row => row.name);
    const kept = rows.filter(row => row.changed || row.name in data).map(row => (row.changed ? row : there.find(one => one.name === row.name)));
    setRows([...kept, ...there.filter(one => !known.includes(one.name) && !kept.some(row => row.name === one.name))]);
    setFirst(there);
  });
  useEffect(() => { look.run(); }, []);
  const list = rows || [];
  const change = (index, changes) => setRows(list.map((row, at) => (at === index ? { ...row, ...changes } : row)));
  const problem = row => (!row.name ? undefined : !NAME.test(row.name) ? text.wrongName : list.filter(one => one.name === row.name).length > 1 ? text.twice
    : row.hidden && !row.value ? text.secretAgain : undefined);
  const wrong = list.some(row => problem(row) || (!row.name && row.value));
  const save = useAction(async () => {
    await put(`/devices/${device.id}/variables`, Object.fromEntries(list.filter(row => row.name).map(row => [row.name, row.value])), ifMatch(tag));
    tell(text.saved);
    onSaved();
    onClose();
  });
  useGuard(list.some(row => row.changed) ? text.guard : null);
  return html`<${Dialog} wide title=${text.title} onClose=${onClose}><form onSubmit=${event => { event.preventDefault(); save.run(); }}>
    <p>${text.text}</p>${list.some(row => row.hidden) && html`<p class="note">${text.secretText}</p>`}
    ${list.map((row, index) => html`<div class="pair" key=${index}>
      <${Field} label=${text.name} value=${row.name} onInput=${name => change(index, { name, changed: true })} problem=${problem(row)} autocapitalize="none" />
      <${Field} label=${text.value} type=${row.hidden ? 'password' : 'text'} autocomplete=${row.hidden ? 'new-password' : 'off'} value=${row.value} onInput=${value => change(index, { value, changed: true })} />
      <${Button} kind="quiet" aria-label=${say(text.drop, { name: row.name })} onClick=${() => setRows(list.filter((one, at) => at !== index))}>${t.ui.remove}<//></div>`)}
    <div class="actions"><${Button} onClick=${() => setRows([...list, { name: '', value: '' }])}>${text.add}<//></div>
    <${Refusal} problem=${save.problem || look.problem} onAgain=${() => look.run()} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button type="submit" class="primary" disabled=${wrong || save.busy || !rows}>${t.ui.save}</button></footer></form><//>`;
}
