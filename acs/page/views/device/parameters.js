// The parameters of a device: a tree of which only the rows in sight are in the document, searched, and edited in place.
import { html, useEffect, useMemo, useRef, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { useGet } from '../../api.js';
import { setQuery, useRoute } from '../../router.js';
import { Button, Empty, Field, Loaded, Time, number } from '../../parts/ui.js';
import { mayTask, queue, useDeviceEvents } from './common.js';
import { DraftBar } from './draft_bar.js';
import { useDraft } from './draft.js';
import { Panel } from './parameter_panel.js';
import { around, build, find, isTable, layOut } from './tree.js';
import { shortType } from './values.js';

const text = t.device.parameters;
const ROW = 30;
const MARGIN = 10;
// Which objects are open, by device; kept while one looks at something else.
const opened = new Map();

export default function Parameters({ device, base }) {
  const from = useGet(`/devices/${device.id}/parameters`, { constraints: true });
  useDeviceEvents(device.id, ['task.done', 'task.failed', 'device.boot', 'device.version', 'missed'], from.reload, 1500);
  return html`<${Loaded} from=${from}>${list => (list.count
    ? html`<${Whole} device=${device} base=${base} list=${list} />`
    : html`<${Empty} title=${text.empty} text=${text.emptyText}><${Refresh} device=${device} base=${base} path="" primary /><//>`)}<//>`;
}

export function Refresh({ device, base, path, primary }) {
  if (!mayTask('refresh')) return null;
  return html`<${Button} kind=${primary ? 'primary' : ''} onClick=${() => queue(device, base, { kind: 'refresh', path })}>
    ${path ? text.refreshBranch : text.refreshAll}<//>`;
}

function Whole({ device, base, list }) {
  const { query } = useRoute();
  const { draft } = useDraft(device.id);
  const search = query.q || '';
  const filters = { writable: query.only === 'writable', changed: query.only === 'changed' };
  const filtered = Boolean(search || query.only);
  const [open, setOpenNow] = useState(() => opened.get(device.id) || new Set([list.parameters[0].name.split('.')[0] + '.', ...around(query.p || '')]));
  const setOpen = next => { opened.set(device.id, next); setOpenNow(next); };
  const shown = useMemo(() => (filtered ? find(list.parameters, search, { ...filters, draft }) : list.parameters), [list, search, query.only, draft]);
  const tree = useMemo(() => build(shown), [shown]);
  const rows = useMemo(() => layOut(tree, open, filtered), [tree, open, filtered]);
  const chosen = query.p ? locate(tree, query.p) || locate(filtered ? build(list.parameters) : tree, query.p) : null;
  const choose = key => setQuery({ p: key });
  const toggle = (key, want) => {
    const next = new Set(open);
    if (want === undefined ? next.has(key) : !want) next.delete(key);
    else next.add(key);
    setOpen(next);
  };
  return html`<div class="filters">
      <${Field} label=${text.search} type="search" placeholder=${text.searchHint} value=${search} onInput=${q => setQuery({ q })} />
      <${Field} as="select" label=${text.show} value=${query.only || ''} onInput=${only => setQuery({ only })}>
        <option value="">${text.all}</option><option value="writable">${text.writable}</option><option value="changed">${text.changed}</option><//>
      <span class="grow faint" role="status">${filtered ? say(text.found, { count: number(shown.length), total: number(list.count) }) : say(text.count, { count: number(list.count) })},
        ${' '}${text.changedAt} <${Time} at=${list.at} /></span>
      <${Button} onClick=${() => setOpen(new Set())} disabled=${filtered}>${text.collapse}<//>
      <${Refresh} device=${device} base=${base} path="" />
    </div>
    <div class=${`tree-and-panel ${chosen ? 'with-panel' : ''}`}>
      ${rows.length ? html`<${Tree} ...${{ rows, draft, chosen: query.p, choose, toggle, filtered }} />`
        : html`<${Empty} title=${text.nothing} text=${text.nothingText}><${Button} onClick=${() => setQuery({ q: '', only: '' })}>${text.showAll}<//><//>`}
      ${chosen && html`<${Panel} key=${chosen.key} node=${chosen} device=${device} base=${base} onClose=${() => choose('')} />`}
    </div>
    <${DraftBar} device=${device} base=${base} known=${list.parameters} choose=${choose} />`;
}

function locate(tree, key) {
  const object = key.endsWith('.');
  let node = tree;
  for (const part of key.split('.').slice(0, object ? -1 : undefined)) {
    node = node.index.get(part);
    if (!node) return null;
  }
  return Boolean(node.leaf) === object ? null : node;
}

function Tree({ rows, draft, chosen, choose, toggle, filtered }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(() => Math.max(0, rows.findIndex(row => row.node.key === chosen)));
  const at = Math.min(active, rows.length - 1);
  useEffect(() => {
    const watch = new ResizeObserver(() => box.current && setView(now => ({ ...now, height: box.current.clientHeight })));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const see = index => {
    const top = index * ROW;
    const { scrollTop, clientHeight } = box.current;
    const head = ROW;
    if (top < scrollTop) box.current.scrollTop = top;
    else if (top + ROW + head > scrollTop + clientHeight) box.current.scrollTop = top + ROW + head - clientHeight;
  };
  useEffect(() => { if (at > 0) see(at); }, []);
  const move = index => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    see(next);
  };
  const keys = event => {
    const row = rows[at];
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    const parent = () => { for (let index = at - 1; index >= 0; index -= 1) if (rows[index].level < row.level) return index; return at; };
    const acts = {
      ArrowDown: () => move(at + 1), ArrowUp: () => move(at - 1), PageDown: () => move(at + page), PageUp: () => move(at - page),
      Home: () => move(0), End: () => move(rows.length - 1),
      ArrowRight: () => (row.node.leaf ? null : row.open ? move(at + 1) : toggle(row.node.key, true)),
      ArrowLeft: () => (row.open && !filtered ? toggle(row.node.key, false) : move(parent())),
      Enter: () => choose(row.node.key), ' ': () => (row.node.leaf ? choose(row.node.key) : toggle(row.node.key)),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  };
  const from = Math.max(0, Math.floor(view.top / ROW) - MARGIN);
  const until = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + MARGIN);
  return html`<div class="tree" ref=${box} role="treegrid" tabindex="0" aria-label=${text.tree} aria-rowcount=${rows.length + 1}
      aria-activedescendant=${at >= from && at < until ? `row-${at}` : undefined} onKeyDown=${keys}
      onScroll=${event => setView(now => ({ ...now, top: event.target.scrollTop }))}>
    <div role="row" class="tree-row tree-head" aria-rowindex="1"><span role="columnheader">${text.name}</span><span role="columnheader">${text.value}</span>
      <span role="columnheader" class="extra">${text.type}</span><span role="columnheader" class="extra">${text.seen}</span></div>
    <div role="presentation" style=${{ height: `${from * ROW}px` }}></div>
    ${rows.slice(from, until).map((row, offset) => html`<${Row} key=${row.node.key} row=${row} index=${from + offset} active=${from + offset === at}
      chosen=${row.node.key === chosen} change=${row.node.leaf && draft.get(row.node.key)}
      onPick=${() => { setActive(from + offset); choose(row.node.key); }} onToggle=${() => { setActive(from + offset); toggle(row.node.key); }} />`)}
    <div role="presentation" style=${{ height: `${(rows.length - until) * ROW}px` }}></div>
  </div>`;
}

function Row({ row, index, active, chosen, change, onPick, onToggle }) {
  const { node, level, open } = row;
  const { leaf } = node;
  const click = event => {
    if (!leaf && event.target.closest('.turn')) onToggle();
    else { onPick(); if (!leaf && !open) onToggle(); }
  };
  return html`<div role="row" id=${`row-${index}`} class=${`tree-row ${leaf ? 'leaf' : 'branch'} ${active ? 'active' : ''} ${chosen ? 'chosen' : ''} ${change ? 'edited' : ''}`}
      aria-level=${level} aria-rowindex=${index + 2} aria-selected=${chosen ? 'true' : 'false'} aria-expanded=${leaf ? undefined : String(open)} onClick=${click}>
    <span role="gridcell" class="tree-name" style=${{ paddingLeft: `${(level - 1) * 14}px` }} title=${node.key}>
      <span class="turn" aria-hidden="true">${leaf ? '' : open ? '▾' : '▸'}</span>${node.name}${!leaf && html`<span class="faint d-count">${isTable(node) ? say(node.children.length === 1 ? text.row : text.rows, { count: node.children.length }) : number(node.count)}</span>`}</span>
    <span role="gridcell" class="tree-value">${leaf && html`<${Shown} parameter=${leaf} change=${change} />`}</span>
    <span role="gridcell" class="extra faint">${leaf && html`${shortType(leaf.type)}${leaf.writable ? html` <span class="pen" title=${text.mayWrite}>✎<span class="unseen">${text.mayWrite}</span></span>` : ''}`}</span>
    <span role="gridcell" class="extra faint">${leaf && html`<${Time} at=${leaf.at} />`}</span></div>`;
}

function Shown({ parameter, change }) {
  const value = change ? change.value : parameter.value;
  if (parameter.secret) return html`<span class="faint">${change ? text.secretChanged : text.hidden}</span>`;
  if (value === '') return html`<span class="faint">${text.emptyValue}</span>`;
  return value;
}
