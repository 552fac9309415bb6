// Groups: variables that every device with a tag gets for its profiles.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, ifMatch, put, session, useAction, useGet } from '../api.js';
import { Link, go, to } from '../router.js';
import { Table } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Facts, Field, Head, Loaded, number, tell } from '../parts/ui.js';
import { ChangeProblem, useTagged } from '../parts/seen.js';
import { VariableRows, Variables, rowsOf, variablesOf } from '../parts/variables.js';

const words = t.groups;
const writes = () => session.can('operate') && session.whole();

export default function Groups({ name }) {
  return name ? html`<${Group} key=${name} name=${name} />` : html`<${List} />`;
}

function List() {
  const groups = useGet('/groups');
  const [adding, setAdding] = useState(false);
  const columns = [
    { key: 'name', title: words.name, cell: group => html`<${Link} href=${`/groups/${encode(group.name)}`}><b>${group.name}</b>
        <//>` },
    { key: 'tag', title: words.tag, cell: group => html`<span class="tag">${group.tag}</span>` },
    { key: 'precedence', title: words.precedence, number: true, cell: group => number(group.precedence) },
    { key: 'variables', title: words.variables, wide: true, cell: group => Object.keys(group.variables).map(one =>
        html`<span key=${one} class="tag mono">${one}</span>`) },
    { key: 'devices', title: words.devices, number: true, cell: group => html`<${Count} tag=${group.tag} />` },
  ];
  const add = writes() && html`<${Button} kind="primary" onClick=${() => setAdding(true)}>${words.add}<//>`;
  return html`<${Head} title=${words.title} sub=${words.sub}>${add}<//>
    <${Card}><${Loaded} from=${groups}>${list => html`<${Table} caption=${words.title} columns=${columns} rows=${list}
        rowKey=${group => group.name}
      href=${group => `/groups/${encode(group.name)}`} empty=${html`<${Empty} title=${words.none}
          text=${words.noneText}>${add}<//>`} />`}<//><//>
    ${adding && html`<${Dialog} wide title=${words.add} onClose=${() => setAdding(false)}>
      <${Form} known=${groups.data || []} onClose=${() => setAdding(false)} onDone=${groups.reload} /><//>`}`;
}

function Count({ tag }) {
  const query = `tag = "${tag}"`;
  const count = useGet('/devices/count', { q: query });
  return count.data ? html`<${Link} href=${to('/devices', { q: query })}>${number(count.data.devices)}<//>` : '…';
}

function Group({ name }) {
  const path = `/groups/${encode(name)}`;
  const seen = useTagged(path);
  const [open, setOpen] = useState(null);
  const sub = html`<${Link} href="/groups">${words.title}<//> / ${name}`;
  if (seen.problem && seen.problem.status === 404) {
    return html`<${Head} title=${name} sub=${sub} /><${Card}><${Empty} title=${words.noSuch}>
        <${Link} class="button" href="/groups">${words.title}<//><//><//>`;
  }
  return html`<${Head} title=${name} sub=${sub}>${writes() && html`<${Button} onClick=${() => setOpen('edit')}>${t.ui.edit}<//>
      <${Button} onClick=${() => setOpen('remove')}>${t.ui.remove}<//>`}<//>
    <${Loaded} from=${seen}>${group => html`<${Card}><${Facts} of=${[[words.tag, html`<span class="tag">${group.tag}</span>`],
        [words.devices, html`<${Count} tag=${group.tag} />`], [words.precedence, number(group.precedence)]]} /><//>
      <${Card} title=${words.variables}><${Variables} of=${group.variables} empty=${words.noVariables}
          reveal=${variable => ({ path: `${path}/reveal`, body: { name: variable } })} /><//>
      ${open === 'edit' && html`<${Dialog} wide title=${say(words.edit, { name })} onClose=${() => setOpen(null)}>
        <${Form} seen=${seen} onClose=${() => setOpen(null)} onDone=${seen.reload} /><//>`}
      ${open === 'remove' && html`<${Remove} group=${group} onClose=${() => setOpen(null)} />`}`}<//>`;
}

function Remove({ group, onClose }) {
  const count = useGet('/devices/count', { q: `tag = "${group.tag}"` });
  return html`<${Confirm} title=${say(words.remove, group)} kind="danger" yes=${t.ui.remove} onClose=${onClose}
      onYes=${async () => {
    await del(`/groups/${encode(group.name)}`);
    tell(say(words.removed, group));
    go('/groups');
  }}><p>${say(words.removeText, { variables: Object.keys(group.variables).length, devices: count.data ? number(count.data.devices)
      : '…' })}</p><//>`;
}

function Form({ seen, known = [], onClose, onDone }) {
  const old = seen && seen.data;
  const [form, set] = useState(() => ({ name: '', tag: '', precedence: 0, ...old, variables: rowsOf(old && old.variables) }));
  const change = more => set(before => ({ ...before, ...more }));
  const taken = !old && known.some(group => group.name === form.name.trim());
  const count = useGet(form.tag && /^[\w.-]+$/.test(form.tag) ? '/devices/count' : null, { q: `tag = "${form.tag}"` });
  const action = useAction(async () => {
    await put(`/groups/${encode(form.name.trim())}`, {
      tag: form.tag.trim(), precedence: Number(form.precedence), variables: variablesOf(form.variables),
    }, old ? ifMatch(seen.tag) : {});
    tell(say(words.saved, { name: form.name.trim() }));
    onDone();
    onClose();
  });
  return html`<form onSubmit=${event => { event.preventDefault(); action.run(); }}><div class="fields">
    ${!old && html`<${Field} label=${words.name} hint=${words.nameHint} value=${form.name}
        onInput=${name => change({ name, ...(form.tag === form.name ? { tag: name } : {}) })}
      problem=${taken ? words.taken : undefined} required autofocus />`}
    <${Field} label=${words.tag} hint=${count.data ? say(words.tagHas, { n: number(count.data.devices) }) : words.tagHint}
        value=${form.tag} onInput=${tag => change({ tag })} required />
    <${Field} label=${words.precedence} hint=${words.precedenceHint} type="number" value=${form.precedence}
        onInput=${precedence => change({ precedence })} /></div>
    <${VariableRows} legend=${words.variables} hint=${form.variables.some(row => row.kept) ? words.secretsAgain : ''}
        rows=${form.variables} onChange=${variables => change({ variables })} />
    <p class="note">${words.comparedAgain}</p><${ChangeProblem} action=${action} seen=${seen} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy || taken}>${t.ui.save}</button></footer></form>`;
}
