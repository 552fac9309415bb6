// What a revision or a draft of a profile would change: on one device as a diff, and counted over all its devices.
import { html, useEffect, useRef, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, post, useAction } from '../api.js';
import { Link } from '../router.js';
import { Busy, Button, Field, Parts, ProblemBox, fullTime, number } from './ui.js';
import { Table } from './table.js';

let fields = 0;
// A field that finds a device by a part of its identity; `q` are those that are offered first.
export function DeviceField({ label, hint, value, onInput, q }) {
  const [found, setFound] = useState([]);
  const id = useRef(null);
  if (!id.current) id.current = `devices-${++fields}`;
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get('/devices', { contains: value, q: value ? undefined : q, fields: 'identity', limit: 20 }, { signal: stop.signal })
        .then(page => setFound(page.items.map(item => item.identity))).catch(() => {});
    }, 250);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [value, q]);
  return html`<div class="device-field"><${Field} label=${label} hint=${hint} value=${value} onInput=${onInput} list=${id.current}
      spellcheck=${false} />
    <datalist id=${id.current}>${found.map(identity => html`<option key=${identity}
        value=${identity}></option>`)}</datalist></div>`;
}

// `what` is { revision } or { draft }; `q` finds devices of the profile.
export function PreviewOnDevice({ name, what, q }) {
  const texts = t.profiles.preview;
  const [device, setDevice] = useState('');
  const [shown, setShown] = useState(null);
  const look = useAction(async () => {
    let wanted = device.trim();
    if (!wanted) {
      const page = await get('/devices', { q, fields: 'identity', limit: 1 });
      if (page.items.length) wanted = page.items[0].identity;
      setDevice(wanted);
    }
    setShown({ device: wanted, preview: await post(`/profiles/${encode(name)}/preview`, { ...what, device: wanted }) });
  });
  const submit = event => { event.preventDefault(); event.stopPropagation(); look.run(); };
  return html`<div class="filters"><${DeviceField} label=${texts.device} value=${device} onInput=${setDevice} q=${q} />
      <${Button} busy=${look.busy} onClick=${submit}>${texts.look}<//></div>
    <${ProblemBox} problem=${look.problem} />
    ${shown && html`<${PreviewShown} of=${shown.preview} device=${shown.device} name=${name} />`}`;
}

function PreviewShown({ of, device, name }) {
  const texts = t.profiles.preview;
  const link = html`<${Link} href=${`/devices/${encode(device)}/profile`}>${device}<//>`;
  const nothing = !of.changes.length && !of.creates.length && !of.deletes.length && !of.problems.length && !of.not_seen.length;
  const list = (title, items) => (items.length ? html`<h3>${title}</h3><ul class="mono">${items.map(item => html`<li
      key=${item}>${item}</li>`)}</ul>` : null);
  return html`<section class="previewed" aria-live="polite">
    <p>${link} ${of.applies ? texts.applies : html`<b>${texts.appliesNot}</b>`} ${of.waits_until ? say(texts.waits,
        { time: fullTime(of.waits_until) }) : ''}</p>
    ${of.problems.length > 0 && html`<div class="problem"><strong>${texts.problems}</strong><ul>${of.problems.map(one => html`<li
        key=${one.name}>
      <code>${one.name}</code>: ${one.why}</li>`)}</ul></div>`}
    ${of.changes.length > 0 && html`<${Table} caption=${texts.changes} rows=${of.changes} rowKey=${row => row.name} columns=${[
      { key: 'name', title: t.profiles.parameter, wide: true, cell: row => html`<code>${row.name}</code>${row.profile !== name
          ? html` <span class="tag">${row.profile}</span>` : ''}` },
      { key: 'from', title: texts.from, cell: row => (row.from === null || row.from === undefined ? html`<span
          class="faint">${texts.unseen}</span>` : html`<del class="mono">${row.from === '' ? texts.blank : row.from}</del>`) },
      { key: 'to', title: texts.to, cell: row => html`<ins class="mono">${row.to === '' ? texts.blank : row.to}</ins>` },
    ]} />`}
    ${list(texts.creates, of.creates)}${list(texts.deletes, of.deletes)}${list(texts.notSeen, of.not_seen)}${list(texts.refused, of.refused)}
    ${of.conflicts.length > 0 && html`<h3>${texts.conflicts}</h3><ul>${of.conflicts.map(one => html`<li key=${one.name}>
        <code>${one.name}</code>: ${say(texts.conflict, one)}</li>`)}</ul>`}
    ${nothing && html`<p class="note">${texts.nothing}</p>`}</section>`;
}

// Counted over the devices of the profile. `now`: at once, else when asked for.
export function PreviewCounts({ name, what, now, onCounts }) {
  const texts = t.profiles.counts;
  const [counts, setCounts] = useState(null);
  const count = useAction(async () => {
    const found = await post(`/profiles/${encode(name)}/preview/counts`, what);
    setCounts(found);
    if (onCounts) onCounts(found);
  });
  const key = JSON.stringify(what);
  useEffect(() => { setCounts(null); if (now) count.run(); }, [key]);
  return html`${!now && html`<${Button} busy=${count.busy} onClick=${() => count.run()}>${texts.count}<//>`}
    ${now && count.busy && html`<${Busy} what=${texts.counting} />`}
    <${ProblemBox} problem=${count.problem} onRetry=${() => count.run()} />
    ${counts && html`<section class="previewed" aria-live="polite">
      <p>${say(texts.of, { n: number(counts.devices) })} ${!counts.complete && html`<b>${say(texts.notAll,
          { n: number(counts.looked_at) })}</b>`}</p>
      <${Parts} of=${[[texts.change, counts.would_change, 'main'], [texts.unchanged, counts.unchanged, 'good'],
          [texts.notSeen, counts.not_seen, 'warn'], [texts.error, counts.in_error, 'bad']]} />
      ${counts.parameters.length > 0 && html`<${Table} caption=${texts.parameters} rows=${counts.parameters}
          rowKey=${row => row.name} columns=${[
        { key: 'name', title: t.profiles.parameter, wide: true, cell: row => html`<code>${row.name}</code>` },
        { key: 'n', title: texts.changesOn, number: true, cell: row => number(row.devices) }]} />`}
      ${counts.examples.length > 0 && html`<p
          class="small">${texts.examples} ${counts.examples.map((device, index) => html`${index ? ', ' : ''}<${Link} key=${device}
          href=${`/devices/${encode(device)}`}>${device}<//>`)}</p>`}
      ${counts.errors.length > 0 && html`<div class="problem"><strong>${texts.errors}</strong>
          <ul>${counts.errors.map(one => html`<li key=${one.device}><${Link}
          href=${`/devices/${encode(one.device)}`}>${one.device}<//>${': '}
        ${one.problems.map(problem => `${problem.name}: ${problem.why}`).join('; ')}</li>`)}</ul></div>`}</section>`}`;
}
