// Tables: a plain one for what fits, and a scrolled one that holds only the rows one can see.
import { html, useState, useEffect, useRef, useLayoutEffect } from '../html.js';
import { t, say } from '../texts.js';
import { Busy, Empty, ProblemBox, number } from './ui.js';
import { go } from '../router.js';

// columns: [{ key, title, cell(row), number, wide }]. `href(row)` makes rows lead somewhere.
export function Table({ columns, rows, rowKey = row => row.id, href, caption, empty }) {
  if (!rows.length) return empty || html`<${Empty} title=${t.ui.nothing} />`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}><table class=${columns.length > 3 ? 'stacks' : ''}>
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map(column => html`<th key=${column.key} scope="col"
        class=${cellClass(column)}>${column.title}</th>`)}</tr></thead>
    <tbody>${rows.map(row => html`<tr key=${rowKey(row)} class=${href ? 'leads' : ''}
        onClick=${event => follow(event, href && href(row))}>
      ${columns.map(column => html`<td key=${column.key} class=${cellClass(column)}
        data-title=${nameOf(column)}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

// What stands before a cell where a row is shown as a block, on a narrow screen.
const nameOf = column => (typeof column.title === 'string' ? column.title : '');
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
      if (mine === turn.current) set({ rows: [...before, ...page.items],
        next: page.next || null, problem: null, loading: false });
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
// Rows of one page.
export const BLOCK = 100;
// Rows beside the visible ones, so that scrolling a little shows no gaps.
const MARGIN = 12;
// The most rows that are in the document, however high the window is.
const MOST = 160;
// Blocks that are kept, so that going back a little asks for nothing: a few thousand rows.
const KEPT = 40;
// Some browsers know no element much higher than this; a longer table, of more than 400,000 rows, is scrolled in proportion.
const HIGHEST = 16000000;

// Which rows of a table of `total` stand in a window of `height` that is scrolled to `top`.
export function inSight(total, top, height) {
  const whole = Math.min(total * ROW, HIGHEST);
  const inProportion = whole < total * ROW;
  const room = Math.ceil(height / ROW);
  const first = inProportion
    ? Math.round((top / Math.max(1, whole - height)) * Math.max(0, total - room))
    : Math.max(0, Math.min(total - 1, Math.floor(top / ROW)));
  const from = Math.max(0, first - MARGIN);
  const until = Math.max(from, Math.min(total, first + room + MARGIN, from + MOST));
  const offset = inProportion ? Math.max(0, top - (first - from) * ROW) : from * ROW;
  return { from, until, offset, whole };
}

// A table of any length of which only the rows in sight are in the document. `total` is its length,
// `load({ skip, after, limit })` gives { items, next }; `version` begins it again, `turn` reads what is in sight again where it stands.
// `picked(row)` and `onPick(row)` make rows choosable, `pickAll` stands in the head. A column may have a `width` in pixels.
export function EndlessTable({ total, load, version, turn, columns, rowKey = row => row.id, href, caption,
  picked, onPick, pickAll }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const blocks = useRef(new Map());
  const [, redraw] = useState(0);
  const alive = useRef(0);
  const shownTurn = useRef(turn);

  useLayoutEffect(() => {
    blocks.current = new Map();
    alive.current += 1;
    if (box.current) box.current.scrollTop = 0;
    setView(now => ({ ...now, top: 0 }));
  }, [version]);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => box.current && setView(now => ({ ...now, height: box.current.clientHeight })));
    watch.observe(box.current);
    return () => { watch.disconnect(); alive.current += 1; };
  }, []);

  const { from, until, offset, whole } = inSight(total, view.top, view.height);
  const inBlocks = act => {
    for (let index = Math.floor(from / BLOCK); index * BLOCK < until; index += 1) act(index);
  };
  const want = async (index, again) => {
    const have = blocks.current.get(index);
    if (have && (have.loading || !again)) return;
    const mine = alive.current;
    const before = blocks.current.get(index - 1);
    blocks.current.set(index, { ...have, loading: true });
    let got;
    try {
      // Behind a page that is there it goes on; anywhere else it passes over what it has not seen.
      const place = before && before.next ? { after: before.next } : { skip: index * BLOCK };
      const page = await load({ limit: BLOCK, ...place });
      got = { items: page.items, next: page.next };
    } catch (problem) {
      got = { ...have, problem };
    }
    if (mine !== alive.current) return;
    blocks.current.set(index, { ...got, loading: false });
    for (const far of [...blocks.current.keys()].sort((a, b) => Math.abs(b - index) - Math.abs(a - index))) {
      if (blocks.current.size <= KEPT) break;
      blocks.current.delete(far);
    }
    redraw(n => n + 1);
  };
  useEffect(() => {
    if (!total) return undefined;
    const again = shownTurn.current !== turn;
    shownTurn.current = turn;
    // What is out of sight is read when it comes into sight.
    const outOfSight = index => index * BLOCK >= until || (index + 1) * BLOCK <= from;
    if (again) [...blocks.current.keys()].filter(outOfSight).forEach(index => blocks.current.delete(index));
    // Only what stays in sight for a moment is asked for: dragging the bar through a long table asks for nothing.
    const timer = setTimeout(() => inBlocks(index => want(index, again)), blocks.current.size ? 60 : 0);
    return () => clearTimeout(timer);
  }, [from, until, total, version, turn]);

  const rows = [];
  let problem = null;
  for (let index = from; index < until; index += 1) {
    const block = blocks.current.get(Math.floor(index / BLOCK));
    if (block && block.problem) problem = block.problem;
    rows.push([index, block && block.items ? block.items[index % BLOCK] : null]);
  }
  const retry = () => inBlocks(index => want(index, true));
  // A little less than all widths together: a bar at the side must not bring one below.
  const least = 0.95 * columns.reduce((all, column) => all + (column.width || 160), 40);
  const span = columns.length + (onPick ? 1 : 0);
  const space = height => html`<tr class="space" aria-hidden="true" style=${{ height: `${height}px` }}><td
      colspan=${span}></td></tr>`;
  return html`<${ProblemBox} problem=${problem} onRetry=${retry} />
    <div class="endless" ref=${box} tabindex="0" role="region" aria-label=${caption}
        onScroll=${event => { const top = event.currentTarget.scrollTop; setView(now => ({ ...now, top })); }}>
      <table aria-rowcount=${total + 1} style=${{ minWidth: `${least}px` }}>
        <caption class="unseen">${say(t.ui.rowsOf, { caption, total: number(total) })}</caption>
        <colgroup>${onPick && html`<col class="pick" />`}
          ${columns.map(column => html`<col key=${column.key} style=${{ width: `${column.width || 160}px` }} />`)}</colgroup>
        <thead><tr aria-rowindex="1">${onPick && html`<th scope="col" class="pick">${pickAll || html`<span
            class="unseen">${t.ui.chosen}</span>`}</th>`}
          ${columns.map(column => html`<th key=${column.key} scope="col"
              class=${cellClass(column)}>${column.title}</th>`)}</tr></thead>
        <tbody>
          ${space(offset)}
          ${rows.map(([index, row]) => row ? html`<tr key=${index} aria-rowindex=${index + 2} class=${href ? 'leads' : ''}
              onClick=${event => follow(event, href && href(row))}>
            ${onPick && html`<td class="pick"><input type="checkbox"
                aria-label=${say(t.ui.choose, { what: row.identity || rowKey(row) })}
              checked=${picked(row)} onChange=${() => onPick(row)} /></td>`}
            ${columns.map(column => html`<td key=${column.key} class=${cellClass(column)}>${column.cell(row)}</td>`)}</tr>`
            : html`<tr key=${index} class="pending" aria-rowindex=${index + 2}><td colspan=${span}><i></i></td></tr>`)}
          ${space(Math.max(0, whole - offset - rows.length * ROW))}
        </tbody>
      </table>
    </div>`;
}
