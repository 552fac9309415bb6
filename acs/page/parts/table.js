// Tables: a plain one for what fits, and a scrolled one that holds only the rows one can see.
import { html, useState, useEffect, useRef, useLayoutEffect } from '../html.js';
import { t, say } from '../texts.js';
import { Busy, Empty, ProblemBox, number } from './ui.js';
import { go } from '../router.js';

// columns: [{ key, title, cell(row), number, wide }]. `href(row)` makes rows lead somewhere.
export function Table({ columns, rows, rowKey = row => row.id, href, caption, empty }) {
  if (!rows.length) return empty || html`<${Empty} title=${t.ui.nothing} />`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}><table>
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map(column => html`<th key=${column.key} scope="col" class=${cellClass(column)}>${column.title}</th>`)}</tr></thead>
    <tbody>${rows.map(row => html`<tr key=${rowKey(row)} class=${href ? 'leads' : ''} onClick=${event => follow(event, href && href(row))}>
      ${columns.map(column => html`<td key=${column.key} class=${cellClass(column)}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const cellClass = column => `${column.number ? 'number' : ''} ${column.wide ? 'wide' : ''}`;

// A click on a row follows it, unless it was meant for something in the row or for choosing text.
function follow(event, target) {
  if (!target || event.target.closest('a, button, input, label, select')) return;
  if (String(window.getSelection())) return;
  go(target);
}

// A list in pages of the API (`load({ after, limit })` gives { items, next }): more comes as one scrolls to its end.
// `version` begins it again.
export function PagedTable({ load, version, columns, rowKey, href, caption, empty, limit = 100 }) {
  const [state, set] = useState({ rows: [], next: null, problem: null, loading: true, version });
  const end = useRef(null);
  const turn = useRef(0);
  const more = async (after, before) => {
    const mine = ++turn.current;
    set(now => ({ ...now, loading: true, problem: null }));
    try {
      const page = await load({ after, limit });
      if (mine === turn.current) set({ rows: [...before, ...page.items], next: page.next || null, problem: null, loading: false });
    } catch (problem) {
      if (mine === turn.current && problem.name !== 'AbortError') set(now => ({ ...now, problem, loading: false }));
    }
  };
  useEffect(() => { more(undefined, []); return () => { turn.current += 1; }; }, [version]);
  useEffect(() => {
    if (!state.next || state.loading || !end.current) return undefined;
    const seen = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) more(state.next, state.rows);
    }, { rootMargin: '400px' });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [state.next, state.loading]);
  if (state.problem && !state.rows.length) {
    return html`<${ProblemBox} problem=${state.problem} onRetry=${() => more(undefined, [])} />`;
  }
  if (state.loading && !state.rows.length) return html`<${Busy} />`;
  return html`<${Table} ...${{ columns, rows: state.rows, rowKey, href, caption, empty }} />
    <div ref=${end} class="end">${state.loading ? html`<${Busy} />`
      : state.problem ? html`<${ProblemBox} problem=${state.problem} onRetry=${() => more(state.next, state.rows)} />`
        : state.next ? html`<button onClick=${() => more(state.next, state.rows)}>${t.ui.more}</button>` : null}</div>`;
}

const ROW = 36;
const BLOCK = 100;
// Rows beside the visible ones, so that scrolling a little shows no gaps.
const MARGIN = 12;
// A browser knows no element higher than this; a longer table is scrolled in proportion.
const HIGHEST = 8000000;

// A table of any length of which only the rows in sight are in the document. `total` is its length, `load({ skip, after, limit })`
// gives { items, next }; `version` begins it again. `picked` (a Map of key to row) and `onPick(key, row)` make rows choosable.
export function EndlessTable({ total, load, version, columns, rowKey = row => row.id, href, caption, picked, onPick }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const blocks = useRef(new Map());
  const [, redraw] = useState(0);
  const alive = useRef(0);

  useLayoutEffect(() => {
    blocks.current = new Map();
    alive.current += 1;
    if (box.current) box.current.scrollTop = 0;
    setView(now => ({ ...now, top: 0 }));
  }, [version]);
  useLayoutEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver(() => box.current && setView(now => ({ ...now, height: box.current.clientHeight })));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const height = Math.min(total * ROW, HIGHEST);
  const span = Math.max(1, height - view.height);
  const rowsInSight = Math.ceil(view.height / ROW);
  // In proportion where the table is higher than a browser allows.
  const first = height < total * ROW
    ? Math.round((view.top / span) * Math.max(0, total - rowsInSight))
    : Math.floor(view.top / ROW);
  const from = Math.max(0, first - MARGIN);
  const until = Math.min(total, first + rowsInSight + MARGIN);

  const want = async index => {
    if (blocks.current.has(index)) return;
    const mine = alive.current;
    const before = blocks.current.get(index - 1);
    blocks.current.set(index, { loading: true });
    try {
      const known = before && before.next;
      const page = await load({ limit: BLOCK, ...(known ? { after: before.next } : { skip: index * BLOCK }) });
      if (mine !== alive.current) return;
      blocks.current.set(index, { items: page.items, next: page.next });
    } catch (problem) {
      if (mine !== alive.current) return;
      blocks.current.set(index, { problem });
    }
    redraw(n => n + 1);
  };
  useEffect(() => {
    // Only what stays in sight for a moment is asked for: dragging the bar through a long table asks for nothing.
    const timer = setTimeout(() => {
      for (let index = Math.floor(from / BLOCK); index <= Math.floor(Math.max(from, until - 1) / BLOCK) && total; index += 1) want(index);
    }, blocks.current.size ? 60 : 0);
    return () => clearTimeout(timer);
  }, [from, until, total, version]);

  const rows = [];
  let problem = null;
  for (let index = from; index < until; index += 1) {
    const block = blocks.current.get(Math.floor(index / BLOCK));
    if (block && block.problem) problem = block.problem;
    rows.push([index, block && block.items ? block.items[index % BLOCK] : null]);
  }
  const retry = () => {
    for (const [index, block] of blocks.current) if (block.problem) blocks.current.delete(index);
    redraw(n => n + 1);
    for (let index = Math.floor(from / BLOCK); index <= Math.floor((until - 1) / BLOCK); index += 1) want(index);
  };
  const offset = height < total * ROW ? Math.max(0, view.top - (first - from) * ROW) : from * ROW;
  return html`<${ProblemBox} problem=${problem} onRetry=${retry} />
    <div class="endless" ref=${box} tabindex="0" role="region" aria-label=${caption}
        onScroll=${event => setView(now => ({ ...now, top: event.target.scrollTop }))}>
      <table aria-rowcount=${total + 1}>
        <caption class="unseen">${say(t.ui.rowsOf, { caption, total: number(total) })}</caption>
        <thead><tr>${onPick && html`<th scope="col" class="pick"><span class="unseen">${t.ui.chosen}</span></th>`}
          ${columns.map(column => html`<th key=${column.key} scope="col" class=${cellClass(column)}>${column.title}</th>`)}</tr></thead>
        <tbody>
          <tr class="space" aria-hidden="true" style=${{ height: `${offset}px` }}><td colspan=${columns.length + 1}></td></tr>
          ${rows.map(([index, row]) => row ? html`<tr key=${index} aria-rowindex=${index + 2} class=${href ? 'leads' : ''}
              onClick=${event => follow(event, href && href(row))}>
            ${onPick && html`<td class="pick"><input type="checkbox" aria-label=${say(t.ui.choose, { what: row.identity || rowKey(row) })}
              checked=${picked.has(rowKey(row))} onChange=${() => onPick(rowKey(row), row)} /></td>`}
            ${columns.map(column => html`<td key=${column.key} class=${cellClass(column)}>${column.cell(row)}</td>`)}</tr>`
            : html`<tr key=${index} class="pending"><td colspan=${columns.length + (onPick ? 1 : 0)}>…</td></tr>`)}
          <tr class="space" aria-hidden="true" style=${{ height: `${Math.max(0, height - offset - rows.length * ROW)}px` }}><td colspan=${columns.length + 1}></td></tr>
        </tbody>
      </table>
    </div>`;
}
