// Views people keep: a query with its columns under a name, one's own and those that are shared.
import { html, useState, useEffect, useRef } from '../html.js';
import { all, put, del, encode, session } from '../api.js';
import { t, say } from '../texts.js';
import { Button, Confirm, Dialog, Field, ProblemBox, tell } from './ui.js';

const T = t.queries;

// `query` and `fields` are what is shown now; `onOpen(view)` shows one that was kept.
export function SavedViews({ query, fields, onOpen }) {
  const [state, set] = useState({ open: false, list: null, problem: null, keep: false, remove: null });
  const box = useRef(null);
  const load = () => all('/queries').then(list => set(now => ({ ...now, list, problem: null })),
    problem => set(now => ({ ...now, problem })));
  useEffect(() => {
    if (!state.open) return undefined;
    load();
    const away = event => {
      const outside = event.type === 'click' && !box.current.contains(event.target);
      if (event.key === 'Escape' || outside) set(now => ({ ...now, open: false }));
    };
    document.addEventListener('click', away);
    document.addEventListener('keydown', away);
    return () => { document.removeEventListener('click', away); document.removeEventListener('keydown', away); };
  }, [state.open]);
  const mine = view => view.owner === session.who.user;
  return html`<div class="saved" ref=${box}>
    <${Button} aria-expanded=${state.open} onClick=${() => set({ ...state, open: !state.open })}>${T.views} ▾<//>
    ${state.open && html`<div class="drop">
      <${ProblemBox} problem=${state.problem} onRetry=${load} />
      ${state.list && !state.list.length && html`<p class="faint">${T.noViews}</p>`}
      ${state.list && state.list.length > 0 && html`<ul>${state.list.map(view => html`<li key=${view.name}>
        <button type="button" class="quiet grow" title=${view.query}
            onClick=${() => { set({ ...state, open: false }); onOpen(view); }}>${view.name}
          <span class="faint">${mine(view) ? (view.shared ? T.isShared : '') : say(T.of, { owner: view.owner })}</span></button>
        ${mine(view) && html`<${Button} kind="quiet close" aria-label=${say(T.removeView, { name: view.name })}
          onClick=${() => set({ ...state, open: false, remove: view })}>×<//>`}</li>`)}</ul>`}
      <${Button} onClick=${() => set({ ...state, open: false, keep: true })}>${T.keep}<//></div>`}
    ${state.keep && html`<${Keep} query=${query} fields=${fields} list=${state.list || []}
        onClose=${() => set(now => ({ ...now, keep: false }))} />`}
    ${state.remove && html`<${Confirm} title=${say(T.removeView, { name: state.remove.name })} yes=${t.ui.remove} kind="danger"
      onYes=${() => del(`/queries/${encode(state.remove.name)}`)} onClose=${() => set(now => ({ ...now, remove: null }))}>
      <p>${state.remove.shared ? T.removeShared : T.removeOwn}</p><p><code>${state.remove.query}</code></p><//>`}
  </div>`;
}

function Keep({ query, fields, list, onClose }) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [state, set] = useState({ busy: false, problem: null });
  const there = list.find(view => view.name === name.trim());
  const save = async event => {
    event.preventDefault();
    set({ busy: true, problem: null });
    try {
      await put(`/queries/${encode(name.trim())}`, { query, shared, fields });
      tell(say(T.kept, { name: name.trim() }));
      onClose();
    } catch (problem) {
      set({ busy: false, problem });
    }
  };
  return html`<${Dialog} title=${T.keep} onClose=${onClose}><form onSubmit=${save}>
    <p>${T.keepText}</p><p><code>${query || T.everything}</code></p>
    <${Field} label=${T.name} value=${name} onInput=${setName} required autofocus hint=${there ? T.replaces : T.nameHint} />
    <${Field} as="check" label=${T.shared} value=${shared} onInput=${setShared} />
    <${ProblemBox} problem=${state.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button type="submit" class="primary"
        disabled=${state.busy || !name.trim()}>${t.ui.save}</button></footer>
  </form><//>`;
}
