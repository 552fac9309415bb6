// Webhooks: which servers are told what has happened, and what they could not be told.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, get, ifMatch, post, put, useAction, useGet } from '../api.js';
import { Link, go } from '../router.js';
import { PagedTable, Table } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Facts, Field, Head, Loaded, State, Time, number, tell } from '../parts/ui.js';
import { ChangeProblem, useTagged } from '../parts/seen.js';
import { Secret } from '../parts/people.js';

const words = t.webhooks;
const KINDS = ['task.*', 'task.failed', 'task.done', 'device.*', 'device.first_contact', 'device.version',
    'device.profile_failed', 'line.registration',
  'campaign.*', 'operation.end', 'account.*', 'secret.reveal', 'sign-in.refused', 'user.*'];

export default function Webhooks({ webhook }) {
  return webhook ? html`<${Webhook} key=${webhook} id=${webhook} />` : html`<${List} />`;
}

const Kinds = ({ of }) => (of.length ? of.map(kind => html`<span key=${kind} class="tag mono">${kind}</span>`)
    : html`<span class="faint">${words.everything}</span>`);
const Enabled = ({ of }) => html`<${State} kind=${of ? 'good' : 'warn'}>${of ? words.on : words.off}<//>`;

function List() {
  const hooks = useGet('/webhooks');
  const [adding, setAdding] = useState(false);
  const columns = [
    { key: 'url', title: words.url, wide: true, cell: hook => html`<${Link} href=${`/webhooks/${encode(hook.id)}`}>
        <b>${hook.url}</b><//>` },
    { key: 'kinds', title: words.kinds, wide: true, cell: hook => html`<${Kinds} of=${hook.kinds} />` },
    { key: 'enabled', title: words.state, cell: hook => html`<${Enabled} of=${hook.enabled} />` },
    { key: 'created', title: words.made, cell: hook => html`<span class="nowrap"><${Time} at=${hook.created} /></span>` },
  ];
  const add = html`<${Button} kind="primary" onClick=${() => setAdding(true)}>${words.add}<//>`;
  return html`<${Head} title=${words.title} sub=${words.sub}>${add}<//>
    <${Card}><${Loaded} from=${hooks}>${list => html`<${Table} caption=${words.title} columns=${columns} rows=${list}
        href=${hook => `/webhooks/${encode(hook.id)}`}
      empty=${html`<${Empty} title=${words.none} text=${words.noneText}>${add}<//>`} />`}<//><//>
    <${Card} title=${words.howTold}><p>${words.howToldText}</p>
        <pre>${'Dialtone-Event: 4711\nDialtone-Signature: t=SECONDS,v1=HEX'}</pre><p class="faint">${words.signature}</p><//>
    ${adding && html`<${Edit} onClose=${() => setAdding(false)} onDone=${hooks.reload} />`}`;
}

function Webhook({ id }) {
  const path = `/webhooks/${encode(id)}`;
  const seen = useTagged(path);
  const [open, setOpen] = useState(null);
  const [turn, again] = useState(0);
  const retry = useAction(async () => { await post(`${path}/retry`); tell(words.retried); again(n => n + 1); });
  const columns = [
    { key: 'event', title: words.event, cell: one => html`<span class="mono">${number(one.event)}</span>` },
    { key: 'state', title: words.state, cell: one => html`<${State} kind=${one.due ? 'calm' : 'bad'}>${one.due ? words.waits
        : words.givenUp}<//>` },
    { key: 'attempts', title: words.attempts, number: true, cell: one => number(one.attempts) },
    { key: 'due', title: words.next, cell: one => html`<span class="nowrap"><${Time} at=${one.due} none=${words.notAgain} />
        </span>` },
    { key: 'why', title: words.why, wide: true, cell: one => one.why || '' },
  ];
  const sub = html`<${Link} href="/webhooks">${words.title}<//> / ${id}`;
  if (seen.problem && seen.problem.status === 404) {
    return html`<${Head} title=${words.noSuch} sub=${sub} /><${Card}><${Empty} title=${words.noSuch}>
        <${Link} class="button" href="/webhooks">${words.title}<//><//><//>`;
  }
  return html`<${Loaded} from=${seen}>${hook => html`<${Head} title=${hook.url} sub=${sub}>
      <${Button} onClick=${() => setOpen('edit')}>${t.ui.edit}<//><${Button} onClick=${() => setOpen('remove')}>${t.ui.remove}<//>
          <//>
    <${Card}><${Facts} of=${[[words.state, html`<${Enabled} of=${hook.enabled} />`], [words.kinds,
        html`<${Kinds} of=${hook.kinds} />`], [words.made, html`<${Time} at=${hook.created} />`]]} /><//>
    <${Card} title=${words.deliveries} actions=${html`<${Button} onClick=${() => again(n => n + 1)}>${words.look}<//>
        <${Button} busy=${retry.busy} onClick=${retry.run}>${words.retry}<//>`}>
      <p class="faint">${words.deliveriesText}</p><${ChangeProblem} action=${retry} seen=${seen} />
      <${PagedTable} load=${page => get(`${path}/deliveries`, page)} version=${turn} columns=${columns}
          caption=${words.deliveries}
        empty=${html`<${Empty} title=${words.allTold} text=${words.allToldText} />`} /><//>
    ${open === 'edit' && html`<${Edit} seen=${seen} path=${path} onClose=${() => setOpen(null)} onDone=${seen.reload} />`}
    ${open === 'remove' && html`<${Confirm} title=${words.remove} kind="danger" yes=${t.ui.remove} onClose=${() => setOpen(null)}
        onYes=${async () => {
      await del(path);
      tell(words.removed);
      go('/webhooks');
    }}><p>${say(words.removeText, hook)}</p><//>`}`}<//>`;
}

function Edit({ seen, path, onClose, onDone }) {
  const old = seen && seen.data;
  const [form, set] = useState(() => ({ url: '', enabled: true, ...old, kinds: old ? old.kinds.join(', ') : '' }));
  const [made, setMade] = useState(null);
  const change = more => set(before => ({ ...before, ...more }));
  const chosen = form.kinds.split(/[\s,]+/).filter(Boolean);
  const toggle = kind => change({ kinds: (chosen.includes(kind) ? chosen.filter(one => one !== kind) : [...chosen,
      kind]).join(', ') });
  const action = useAction(async () => {
    const body = { url: form.url.trim(), kinds: chosen, enabled: form.enabled };
    const hook = old ? await put(path, body, ifMatch(seen.tag)) : await post('/webhooks', body);
    onDone();
    if (old) { tell(words.saved); onClose(); } else setMade(hook);
  });
  if (made) {
    return html`<${Dialog} title=${words.added} onClose=${onClose}><p>${words.secretText}</p>
        <${Secret} label=${words.secret} value=${made.secret} />
      <form onSubmit=${event => { event.preventDefault(); onClose(); }}><footer>
          <button class="primary" autofocus>${words.haveIt}</button></footer></form><//>`;
  }
  return html`<${Dialog} title=${old ? words.change : words.add} onClose=${onClose}>
      <form onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <${Field} label=${words.url} hint=${words.urlHint} type="url" value=${form.url} onInput=${url => change({ url })}
        placeholder="https://hooks.example.net/dialtone" required autofocus />
    <${Field} label=${words.kinds} hint=${words.kindsHint} value=${form.kinds} onInput=${kinds => change({ kinds })} class="mono"
        spellcheck=${false} />
    <div class="kinds" role="group" aria-label=${words.usual}>${KINDS.map(kind =>
        html`<button key=${kind} type="button" class="tag mono" aria-pressed=${chosen.includes(kind)}
        onClick=${() => toggle(kind)}>${kind}</button>`)}</div>
    <${Field} as="check" label=${words.enabled} value=${form.enabled} onInput=${enabled => change({ enabled })} />
    <${ChangeProblem} action=${action} seen=${seen} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary" disabled=${action.busy}>${old ? t.ui.save
        : words.add}</button></footer></form><//>`;
}
