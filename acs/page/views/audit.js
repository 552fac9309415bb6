// The audit trail: who did what to whom and when, what was there before and after, and whether every line is what was written.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { get, encode, useAction } from '../api.js';
import { Link, setQuery, useRoute } from '../router.js';
import { PagedTable } from '../parts/table.js';
import { Button, Card, Copy, Empty, Field, Head, ProblemBox, State, ago, fullTime, number } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';

const words = t.audit;
const ACTIONS = ['account.*', 'account.bind', 'account.delete', 'account.put', 'account.unbind', 'binding.*', 'campaign.*',
    'campaign.abort',
  'campaign.create', 'campaign.pause', 'campaign.resume', 'campaign.start', 'credentials.*', 'device.*', 'device.admit',
      'device.delete', 'device.note', 'device.note-delete',
  'device.quarantine', 'device.register', 'device.swap', 'device.tags', 'device.variables', 'device_file.*', 'devices.import',
      'diagnostic_run.*',
  'file.*', 'freezes.put', 'group.*', 'operation.*', 'profile.*', 'profile.publish', 'profile.put', 'provisioning.*', 'query.*',
      'secret.reveal',
  'sign-in', 'sign-in.refused', 'sign-out', 'subscribers.*', 'task.*', 'task.cancel', 'task.create', 'task.retry', 'token.*',
      'trace.*', 'user.*',
  'webhook.*'];
const FILTERS = ['actor', 'action', 'subject', 'since', 'until'];
// What the browser has in its field, in milliseconds.
const moment = text => (text ? new Date(text).getTime() : '');

export default function Audit() {
  const { query } = useRoute();
  const [turn, again] = useState(0);
  const [form, set] = useState(() => Object.fromEntries(FILTERS.map(name => [name, query[name] || ''])));
  const change = more => set(before => ({ ...before, ...more }));
  const choose = more => { change(more); setQuery(more); };
  const clear = () => choose(Object.fromEntries(FILTERS.map(name => [name, ''])));
  const filter = { ...Object.fromEntries(FILTERS.map(name => [name, query[name] || ''])), since: moment(query.since),
      until: moment(query.until) };
  const chosen = FILTERS.some(name => query[name]);
  const columns = [
    { key: 'at', title: words.when, cell: line => html`<time class="nowrap" datetime=${new Date(line.at).toISOString()}
        title=${ago(line.at)}>${fullTime(line.at)}</time>
      <div class="faint small">${say(words.line, { number: number(line.number) })}</div>` },
    { key: 'actor', title: words.who, cell: line => html`<button type="button" class="cell-link" title=${words.onlyThis}
        onClick=${() => choose({ actor: line.actor })}>${line.actor}</button>` },
    { key: 'action', title: words.what, cell: line => html`<button type="button" class="cell-link" title=${words.onlyThis}
        onClick=${() => choose({ action: line.action })}>
      <${State} kind=${kindOf(line.action)}>${line.action}<//></button>` },
    { key: 'subject', title: words.subject, wide: true, cell: line => html`<${Subject} of=${line} />
        <${Diff} before=${line.before} after=${line.after} />` },
  ];
  const field = (name, label, more) => html`<${Field} label=${label} value=${form[name]}
      onInput=${value => change({ [name]: value })} spellcheck=${false} ...${more} />`;
  return html`<${Head} title=${words.title} sub=${words.sub}><${Button} onClick=${() => again(n => n + 1)}>${words.newer}<//><//>
    <${Verify} />
    <form class="filters narrow-set" onSubmit=${event => { event.preventDefault(); setQuery(form); }}>
      ${field('actor', words.who, { placeholder: 'user:ann' })}${field('action', words.what, { list: 'audit-actions',
          placeholder: 'task.*' })}
      <datalist id="audit-actions">${ACTIONS.map(action => html`<option key=${action} value=${action}></option>`)}</datalist>
      ${field('subject', words.subject, { placeholder: words.subjectHint })}
      ${field('since', words.since, { type: 'datetime-local' })}${field('until', words.until, { type: 'datetime-local' })}
      <button>${words.filter}</button>${chosen && html`<${Button} kind="quiet" onClick=${clear}>${words.clear}<//>`}</form>
    <${Card}><${PagedTable} load=${page => get('/audit', { ...page, ...filter })} version=${`${JSON.stringify(filter)} ${turn}`}
        columns=${columns}
      rowKey=${line => line.number} caption=${words.title} empty=${html`<${Empty} title=${words.noneLike}
          text=${words.noneLikeText}><button onClick=${clear}>${words.clear}</button><//>`} /><//>`;
}

const kindOf = action => (/delete|abort|refused|quarantine/.test(action) ? 'bad' : /reveal|export-with|unbind|cancel/.test(action)
    ? 'warn' : 'calm');

// What was done to: a device by its name, everything else as it stands.
function Subject({ of }) {
  const [first, ...rest] = of.subject.split(' ');
  if (/^[0-9a-f]{16}$/.test(first) && /^(device|task|credentials|trace|provisioning)\./.test(of.action) &&
      of.action !== 'device.delete') {
    return html`<${DeviceName} id=${first} /> ${rest.join(' ')}`;
  }
  if (/^account\.(put|bind|unbind)$/.test(of.action)) {
    return html`<${Link} href=${`/subscribers/${encode(first)}`}>${first}<//>${rest.map(word => (/^[0-9a-f]{16}$/.test(word)
      ? html` <${DeviceName} key=${word} id=${word} />` : ` ${word}`))}`;
  }
  return of.subject;
}

const pieces = text => (text ? text.split(/,\s*/) : []);
// Lists are compared piece by piece; what stays stands between what went and what came.
export function Diff({ before, after }) {
  if (!before && !after) return null;
  const [was, is] = [pieces(before), pieces(after)];
  const gone = was.filter(piece => !is.includes(piece));
  const came = is.filter(piece => !was.includes(piece));
  const same = is.filter(piece => was.includes(piece));
  return html`<div class="diff">${gone.map(piece => html`<del key=${`-${piece}`}>
      <span aria-hidden="true">− </span>${piece}</del>`)}
    ${came.map(piece => html`<ins key=${`+${piece}`}><span aria-hidden="true">+ </span>${piece}</ins>`)}
    ${same.map(piece => html`<span key=${piece} class="faint">${piece}</span>`)}</div>`;
}

function Verify() {
  const [expect, setExpect] = useState('');
  const [result, setResult] = useState(null);
  const action = useAction(async () => setResult(await get('/audit/verify', { expect: expect.trim() })));
  return html`<${Card} title=${words.check} actions=${html`<${Button} busy=${action.busy}
      onClick=${action.run}>${words.checkIt}<//>`}>
    <p class="faint">${words.checkText}</p>
    <details><summary>${words.withHead}</summary><${Field} label=${words.expect} hint=${words.expectHint} value=${expect}
        onInput=${setExpect} class="mono" spellcheck=${false} /></details>
    <${ProblemBox} problem=${action.problem} />
    <div role="status">${result && (result.intact ? html`<p><${State} kind="good">${words.intact}<//> ${say(words.intactText,
        { lines: number(result.lines), first: number(result.first) })}</p>`
      : html`<div class="problem"><strong>${say(words.broken, { number: result.trouble ? number(result.trouble.number)
          : '?' })}</strong><p>${result.trouble && result.trouble.why}</p>
        <p>${t.ui.toDo} ${words.brokenFix}</p></div>`)}
      ${result && html`<p class="faint small">${words.head} <code>${result.head}</code> <${Copy} text=${result.head} />
          </p>`}</div><//>`;
}
