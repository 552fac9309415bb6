// What is read to be changed: the record with its tag, and what to do if it has changed meanwhile.
import { html, useEffect, useState } from '../html.js';
import { t } from '../texts.js';
import { tagged } from '../api.js';
import { Button, ProblemBox } from './ui.js';

// Reads `path` once, and again when asked. No path: nothing is read. Gives { data, tag, problem, reload }.
export function useTagged(path) {
  const [state, set] = useState({ data: null, tag: null, problem: null });
  const reload = async () => {
    try {
      set({ ...await tagged(path), problem: null });
    } catch (problem) {
      set(before => ({ ...before, problem }));
    }
  };
  useEffect(() => { if (path) reload(); }, [path]);
  return { ...state, reload };
}

// A refusal of what was written; if it was changed meanwhile, a way to write over what is there.
export function ChangeProblem({ action, seen }) {
  if (!action.problem) return null;
  return html`<${ProblemBox} problem=${action.problem} />
    ${action.problem.status === 412 && html`<p class="actions"><${Button} onClick=${async () => { await seen.reload(); action.clear(); }}>
      ${t.ui.readAgain}<//></p>`}`;
}
