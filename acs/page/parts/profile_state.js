// How devices stand to a profile, and which profiles contradict each other.
import { html, useEffect, useRef, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, useGet } from '../api.js';
import { Link, to } from '../router.js';
import { Card, Empty, Loaded, Parts, ProblemBox, number } from './ui.js';
import { Table } from './table.js';

const KINDS = [['agreed', 'good'], ['waiting', 'main'], ['waiting_for_window', 'warn'], ['failed', 'bad']];
export const standParts = counts => KINDS.map(([name, kind]) => [t.profiles.stand[name], counts[name], kind]);

// In a row of a list: a bar and the number of devices. They are counted once the row is in sight.
export function StandBar({ name }) {
  const place = useRef(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) { setSeen(true); watch.disconnect(); }
    }, { rootMargin: '200px' });
    if (place.current) watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return html`<div ref=${place}>${seen ? html`<${Standings} name=${name} />` : html`<span class="faint">…</span>`}</div>`;
}

function Standings({ name }) {
  const state = useGet(`/profiles/${encode(name)}/state`);
  if (state.problem) return html`<span class="faint">${state.problem.message}</span>`;
  if (!state.data) return html`<span class="faint">…</span>`;
  const counts = state.data;
  if (!counts.devices) return html`<span class="faint">${t.profiles.nobody}</span>`;
  return html`<div class="parts small"><div class="bar" aria-hidden="true">${KINDS.map(([key, kind]) => counts[key]
      ? html`<i key=${key} class=${kind} style=${{ width: `${100 * counts[key] / counts.devices}%` }}></i>` : null)}</div>
    <span>${say(t.profiles.agreeOf, { n: number(counts.agreed), of: number(counts.devices) })}${counts.failed
      ? html`, <b class="badtext">${say(t.profiles.failedN, { n: number(counts.failed) })}</b>` : ''}</span></div>`;
}

export function Standing({ state }) {
  const texts = t.profiles;
  return html`<${Card} title=${texts.standTitle}><${Loaded} from=${state}>${counts => html`
    ${counts.devices ? html`<${Parts} of=${standParts(counts)} total=${counts.devices} /><p class="faint">${say(texts.standText,
        { n: number(counts.devices) })}</p>`
      : html`<${Empty} title=${texts.nobodyTitle} text=${texts.nobodyText} />`}
    ${counts.reasons.length > 0 && html`<h3>${texts.reasons}</h3><${Table} caption=${texts.reasons} rows=${counts.reasons}
        rowKey=${row => `${row.code} ${row.text}`} columns=${[
      { key: 'text', title: texts.reason, wide: true, cell: row => html`${row.text} ${row.code ? html`<span
          class="tag">${row.code}</span>` : ''}` },
      { key: 'n', title: texts.devices, number: true, cell: row => number(row.devices) },
      { key: 'example', title: texts.example, cell: row => html`<${Link}
          href=${`/devices/${encode(row.example)}`}>${row.example}<//>` },
    ]} />`}`}<//><//>`;
}

export function Conflicts({ list, of }) {
  const texts = t.profiles.conflicts;
  const shown = of ? list.filter(pair => pair.winner === of || pair.loser === of) : list;
  if (!shown.length) return html`<${Empty} title=${texts.none} text=${texts.noneText} />`;
  return html`<p class="faint">${texts.text}</p>${shown.map(pair => html`<section key=${`${pair.winner} ${pair.loser}`}
      class="contradiction">
    <h3><${Link} href=${`/profiles/${encode(pair.winner)}`}>${pair.winner}<//> ${texts.against} <${Link}
        href=${`/profiles/${encode(pair.loser)}`}>${pair.loser}<//></h3>
    <${Table} caption=${say(texts.caption, pair)} rows=${pair.parameters} rowKey=${row => row.name} columns=${[
      { key: 'name', title: t.profiles.parameter, wide: true, cell: row => html`<code>${row.name}</code>` },
      { key: 'value', title: say(texts.holds, { name: pair.winner }), cell: row => html`<code>${row.value}</code>` },
      { key: 'lost', title: say(texts.lost, { name: pair.loser }), cell: row => html`<code>${row.lost}</code>` },
    ]} />
    <p class="small">${texts.on} ${pair.devices.map((device, index) => html`<${Link} key=${device}
        href=${`/devices/${encode(device)}`}>${index ? ', ' : ''}${device}<//>`)}</p></section>`)}`;
}

export function ProblemsOf({ problem, reload }) {
  return problem ? html`<${ProblemBox} problem=${problem} onRetry=${reload} />` : null;
}
