// Why a value is desired: the profile and its revision, the template, and each variable in it with where it comes from.
import { html } from '../../html.js';
import { t, say } from '../../texts.js';
import { encode } from '../../api.js';
import { Link } from '../../router.js';
import { State, Time } from '../../parts/ui.js';
import { Fault, Reveal } from './common.js';

const text = t.device.why;
export const DRIFT = { equal: 'good', different: 'warn', not_seen: 'calm', refused: 'bad' };

export function WhyValue({ value, device }) {
  const { why } = value;
  return html`<div class="why"><p><${State} of=${value.state} kind=${DRIFT[value.state]} /> ${text.desired} <code>${value.desired === '' ? text.empty : value.desired}</code>
      ${value.desired === '***' && html`<${Reveal} path=${`/devices/${device.id}/reveal`} ask=${{ what: 'desired', name: value.name }} />`}</p>
    ${value.fault && html`<${Fault} fault=${value.fault} />`}
    ${why && html`<p>${text.profile} <${Link} href=${`/profiles/${encode(why.profile)}`}>${why.profile}<//>${' '}
        <span class="faint">${say(text.revision, why)}, ${text.by} ${why.published_by} <${Time} at=${why.published_at} /></span></p>
      ${why.template !== value.desired && html`<p>${text.template} <code>${why.template}</code></p>`}
      ${(why.variables || []).length > 0 && html`<ul>${why.variables.map(one => html`<li key=${one.name}><code>${one.name}</code> = <code>${one.value}</code>${' '}
        <span class="faint">${text.sources[one.source.from] || one.source.from}${one.source.name ? ` ${one.source.name}` : ''}</span></li>`)}</ul>`}`}</div>`;
}
