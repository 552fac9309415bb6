// What is shown when something that was read to be changed has changed meanwhile: a way to write over what is there.
import { html } from '../html.js';
import { t } from '../texts.js';
import { Button, ProblemBox } from './ui.js';
export { useTagged } from './tagged.js';

// A refusal of what was written; if it was changed meanwhile, a way to write over what is there.
export function ChangeProblem({ action, seen }) {
  if (!action.problem) return null;
  return html`<${ProblemBox} problem=${action.problem} />
    ${action.problem.status === 412 && html`<p class="actions"><${Button} onClick=${() => { seen.reload(); action.clear(); }}>
      ${t.ui.readAgain}<//></p>`}`;
}
