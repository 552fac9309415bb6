// The freeze calendar: days on which no campaign begins to upgrade a device.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { ifMatch, put, session, tagged, useAction } from '../api.js';
import { useGuard } from '../router.js';
import { Button, Busy, Card, Empty, Field, ProblemBox, tell } from './ui.js';
import { Table } from './table.js';
import { ChangedMeanwhile } from './changed.js';
import { useTagged } from './tagged.js';

const today = () => new Date().toISOString().slice(0, 10);

export function Freezes() {
  const texts = t.campaigns.freezes;
  const seen = useTagged('/freezes');
  const [list, setList] = useState(null);
  const [entry, setEntry] = useState({ from: '', until: '', reason: '' });
  const may = session.can('operate') && session.whole();
  const rows = (list || (seen.data && seen.data.freezes) || []).map((row, index) => ({ ...row, index }))
    .sort((a, b) => a.from.localeCompare(b.from));
  useGuard(list ? texts.unsaved : null);
  const save = useAction(async tag => {
    await put('/freezes', { freezes: rows.map(({ from, until, reason }) => ({ from, until, reason })) }, ifMatch(tag));
    setList(null);
    seen.reload();
    tell(texts.saved);
  });
  const change = next => setList(next.map(({ from, until, reason }) => ({ from, until, reason })));
  const add = event => {
    event.preventDefault();
    change([...rows, { ...entry, until: entry.until || entry.from }]);
    setEntry({ from: '', until: '', reason: '' });
  };
  if (seen.problem) return html`<${ProblemBox} problem=${seen.problem} onRetry=${seen.reload} />`;
  if (!seen.data) return html`<${Busy} />`;
  const now = today();
  const columns = [
    { key: 'from', title: texts.from, cell: row => html`<span class="nowrap">${row.from}</span>` },
    { key: 'until', title: texts.until, cell: row => html`<span class="nowrap">${row.until}</span>` },
    { key: 'reason', title: texts.reason, wide: true, cell: row => html`${row.reason} ${row.from <= now && now <= row.until
      ? html`<span class="state warn">${texts.active}</span>` : row.until < now ? html`<span
          class="state">${texts.over}</span>` : ''}` },
    ...(may ? [{ key: 'remove', title: html`<span class="unseen">${t.ui.remove}</span>`, cell: row => html`<${Button} kind="quiet"
      aria-label=${say(texts.removeOne, { from: row.from })}
          onClick=${() => change(rows.filter(other => other !== row))}>${t.ui.remove}<//>` }] : []),
  ];
  return html`<${Card} title=${texts.title}>
    <p>${texts.text}</p>
    <${Table} caption=${texts.title} columns=${columns} rows=${rows} rowKey=${row => `${row.from} ${row.until} ${row.index}`}
      empty=${html`<${Empty} title=${texts.none} text=${texts.noneText} />`} />
    ${may && html`<form class="filters" onSubmit=${add}>
      <${Field} label=${texts.from} type="date" required value=${entry.from} onInput=${from => setEntry({ ...entry, from })} />
      <${Field} label=${texts.until} type="date" min=${entry.from} value=${entry.until}
          onInput=${until => setEntry({ ...entry, until })} />
      <${Field} label=${texts.reason} value=${entry.reason} onInput=${reason => setEntry({ ...entry, reason })} />
      <button type="submit">${texts.add}</button></form>`}
    ${save.problem && save.problem.status === 412 ? html`<${ChangedMeanwhile} busy=${save.busy}
        onMine=${async () => save.run((await tagged('/freezes')).tag)} onTheirs=${() => {
            setList(null); save.clear(); seen.reload(); }} />`
      : html`<${ProblemBox} problem=${save.problem} />`}
    ${list && html`<p class="note">${texts.unsaved}</p><div class="actions">
      <${Button} kind="primary" busy=${save.busy} onClick=${() => save.run(seen.tag)}>${texts.save}<//>
      <${Button} onClick=${() => { setList(null); save.clear(); }}>${texts.discard}<//></div>`}<//>`;
}
