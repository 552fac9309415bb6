// The lines of the audit trail that name this device.
import { html } from '../../html.js';
import { t } from '../../texts.js';
import { get } from '../../api.js';
import { setQuery, useRoute } from '../../router.js';
import { Card, Empty, Field, Time, fullTime } from '../../parts/ui.js';
import { PagedTable } from '../../parts/table.js';

const text = t.device.audit;

export default function Audit({ device }) {
  const { query } = useRoute();
  const subject = query.by === 'identity' ? device.identity : device.id;
  const columns = [
    { key: 'at', title: text.at, cell: line => html`<span title=${fullTime(line.at)}><${Time} at=${line.at} /></span>` },
    { key: 'actor', title: text.actor, cell: line => line.actor },
    { key: 'action', title: text.action, cell: line => html`<b>${line.action}</b>` },
    { key: 'subject', title: text.subject, wide: true, cell: line => html`<span class="mono">${line.subject.replaceAll(device.id, '').trim()}</span>` },
    { key: 'change', title: text.change, wide: true, cell: line => html`${line.before && html`<del class="faint">${line.before}</del> `}${line.after || ''}` },
  ];
  return html`<${Card} title=${text.title} actions=${html`<${Field} as="select" label=${text.by} value=${query.by || ''} onInput=${by => setQuery({ by })}>
      <option value="">${text.byId}</option><option value="identity">${text.byIdentity}</option><//>`}>
    <${PagedTable} load=${page => get('/audit', { subject, ...page })} version=${subject} columns=${columns} rowKey=${line => line.number} caption=${text.title}
      empty=${html`<${Empty} title=${text.none} text=${text.noneText} />`} /><//>`;
}
