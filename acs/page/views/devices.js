// The devices: a table of any length, what one asks for, and what is done with many of them.
import { html, useState, useEffect, useMemo } from '../html.js';
import { get, useGet, useAction, download, session } from '../api.js';
import { useRoute, setQuery, Link } from '../router.js';
import { useEvery, useReloadOn } from '../live.js';
import { t, say } from '../texts.js';
import { Button, Busy, Empty, Head, ProblemBox, number } from '../parts/ui.js';
import { BLOCK, EndlessTable } from '../parts/table.js';
import { QueryBar } from '../parts/query_bar.js';
import { SavedViews } from '../parts/saved_views.js';
import { Facets } from '../parts/facets.js';
import { also, quoted } from '../parts/query_text.js';
import { BulkDialog } from '../parts/bulk.js';
import { Register, Import } from '../parts/new_devices.js';
import { ChooseColumns, columnsOf, fieldsOf, remember, remembered } from '../parts/columns.js';
import { HowToConnect } from '../parts/connect.js';

const T = t.devices;
const PLAIN = ['contains', 'product_class', 'software_version', 'tag', 'serial_number'];
// Informs are no events: what is in sight is read again so often while somebody looks.
const EVERY_MS = 20000;
// As many as one operation takes by name.
const MOST_PICKED = 10000;
// Where there is room for the groups beside all columns.
const WIDE = 1500;
const ASIDE = 'devices.aside';

const conditionsOf = query => Object.fromEntries(['q', ...PLAIN].filter(name => query[name]).map(name => [name, query[name]]));

// All conditions as one query, for what takes no others.
function asQuery(conditions) {
  let query = (conditions.q || '').trim();
  for (const name of PLAIN) {
    const asked = name === 'contains' ? 'identity ~' : `${name} =`;
    if (conditions[name]) query = also(query, `${asked} ${quoted(conditions[name])}`);
  }
  return query;
}

export default function Devices() {
  const { query } = useRoute();
  const given = ['q', ...PLAIN].map(name => query[name]);
  const conditions = useMemo(() => conditionsOf(query), given);
  const key = JSON.stringify(conditions);
  const keys = query.fields ? query.fields.split(',').filter(Boolean) : remembered();
  const fields = fieldsOf(keys);
  const columns = useMemo(() => columnsOf(keys), [keys.join()]);
  const count = useGet('/devices/count', conditions);
  const load = useMemo(() => {
    // The first page is asked for together with the count, and kept for the table.
    const ask = place => get('/devices', { ...conditions, fields, ...place });
    let first = ask({ limit: BLOCK });
    first.catch(() => {});
    return place => {
      const page = place.skip === 0 && first ? first : ask(place);
      if (page === first) first = null;
      return page;
    };
  }, [key, fields]);
  const [turn, setTurn] = useState(0);
  const [dialog, setDialog] = useState(null);
  const [picked, setPicked] = useState({ rows: new Set(), all: false });
  const [aside, setAside] = useState(() => (localStorage.getItem(ASIDE) || (innerWidth >= WIDE ? 'yes' : 'no')) === 'yes');
  const fold = () => { localStorage.setItem(ASIDE, aside ? 'no' : 'yes'); setAside(!aside); };
  const exporting = useAction(() => download('/devices.csv', { ...conditions, fields: keys.join() }, 'devices.csv'));
  useEffect(() => setPicked({ rows: new Set(), all: false }), [key]);

  const again = () => { count.reload(); setTurn(now => now + 1); };
  useReloadOn(['device.*', 'line.registration', 'task.done', 'task.failed', 'operation.end'], null, again, 4000);
  useEvery(EVERY_MS, again);

  const choose = chosen => { remember(chosen); setQuery({ fields: chosen.join() }); };
  const open = view => {
    const plain = Object.fromEntries(PLAIN.map(name => [name, undefined]));
    setQuery({ ...plain, q: view.query, ...(view.fields && view.fields.length ? { fields: view.fields.join() } : {}) });
  };
  const operate = session.can('operate');
  const total = count.data ? count.data.devices : null;
  const pick = row => setPicked(now => {
    const rows = new Set(now.all ? [] : now.rows);
    if (rows.has(row.id)) rows.delete(row.id);
    else if (rows.size < MOST_PICKED) rows.add(row.id);
    return { rows, all: false };
  });
  const none = () => setPicked({ rows: new Set(), all: false });
  const pickAll = operate && html`<input type="checkbox" aria-label=${say(T.pickAll, { total: number(total || 0) })}
      checked=${picked.all}
    onChange=${() => setPicked({ rows: new Set(), all: !picked.all })} />`;
  const nothing = total === 0 && !Object.keys(conditions).length;
  const counted = Object.keys(conditions).length ? T.found : T.inAll;
  const sub = total === null ? ' ' : say(counted, { total: number(total), s: total === 1 ? '' : 's' });
  return html`<div class="devices"><${Head} title=${T.title} sub=${sub}>
      <${SavedViews} query=${asQuery(conditions)} fields=${keys} onOpen=${open} />
      <${Button} onClick=${() => setDialog('columns')}>${T.columnsButton}<//>
      <${Button} busy=${exporting.busy} onClick=${() => exporting.run()}>${T.export}<//>
      ${operate && session.whole() && html`<${Button} onClick=${() => setDialog('import')}>${T.import}<//>
        <${Button} onClick=${() => setDialog('register')}>${T.register}<//>`}
      ${operate && html`<${Button} disabled=${!total}
          onClick=${() => { setPicked({ rows: new Set(), all: true }); setDialog('bulk'); }}>${T.doWithAll}<//>`}<//>
    <${QueryBar} value=${conditions.q || ''} onSubmit=${q => { setQuery({ q }); if (q === (conditions.q || '')) again(); }} />
    <${Chips} conditions=${conditions} />
    <${ProblemBox} problem=${exporting.problem} />
    ${(picked.all || picked.rows.size > 0) && html`<div class="picked" role="status"><b>${picked.all
      ? say(T.allPicked, { total: number(total || 0) }) : say(T.somePicked, { number: number(picked.rows.size) })}</b>
      ${!picked.all && total > picked.rows.size && html`<${Button} kind="quiet"
          onClick=${() => setPicked({ rows: new Set(), all: true })}>${say(T.pickAll, { total: number(total) })}<//>`}
      <span class="grow"></span><${Button} kind="quiet" onClick=${none}>${T.pickNone}<//><${Button} kind="primary"
          onClick=${() => setDialog('bulk')}>${T.doWith}<//></div>`}
    ${count.problem ? html`<${ProblemBox} problem=${count.problem} onRetry=${count.reload} />`
      : nothing ? html`<div class="card"><${HowToConnect} /></div>`
        : html`<div class=${`fleet ${aside ? 'with-aside' : ''}`}>
          <button type="button" class="quiet fold" aria-expanded=${aside}
              onClick=${fold}>${aside ? '▾' : '▸'} ${T.groups}</button>
          ${aside && html`<${Facets} conditions=${conditions} keys=${keys}
              onTake=${condition => setQuery({ q: also(conditions.q, condition) })} />`}
          <div class="list">${total === null ? html`<${Busy} />` : total === 0
            ? html`<div class="card"><${Empty} title=${T.noneFound} text=${T.noneFoundText}><${Link} class="button"
                href="/devices">${T.showAll}<//><//></div>`
            : html`<${EndlessTable} total=${total} version=${`${key} ${fields}`} turn=${turn} columns=${columns}
                caption=${T.title}
                load=${load} href=${row => `/devices/${encodeURIComponent(row.id)}`}
                picked=${row => picked.all || picked.rows.has(row.id)} onPick=${operate ? pick : undefined}
                    pickAll=${pickAll} />`}</div></div>`}
    ${dialog === 'columns' && html`<${ChooseColumns} keys=${keys} onChoose=${choose} onClose=${() => setDialog(null)} />`}
    ${dialog === 'register' && html`<${Register} onDone=${again} onClose=${() => setDialog(null)} />`}
    ${dialog === 'import' && html`<${Import} onDone=${again} onClose=${() => setDialog(null)} />`}
    ${dialog === 'bulk' && html`<${BulkDialog}
        target=${picked.all ? { query: asQuery(conditions) } : { devices: [...picked.rows] }}
      about=${picked.all ? (asQuery(conditions) ? say(T.aboutQuery, { query: asQuery(conditions) }) : T.aboutAll)
        : say(T.aboutPicked, { number: number(picked.rows.size) })}
      onBegun=${none} onClose=${() => setDialog(null)} />`}
  </div>`;
}

// Conditions that came with the address beside the query: each can be taken off.
function Chips({ conditions }) {
  const there = PLAIN.filter(name => conditions[name]);
  if (!there.length) return null;
  return html`<p class="chips">${there.map(name => html`<span key=${name} class="tag">${T.plain[name]} <b>${conditions[name]}</b>
    <button type="button" class="quiet close" aria-label=${say(T.takeOff, { what: T.plain[name] })}
        onClick=${() => setQuery({ [name]: undefined })}>×</button></span>`)}</p>`;
}
