// Telephone lines of the fleet: found by number or state, from whichever end one looks.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, setQuery, useRoute } from '../router.js';
import { PagedTable } from '../parts/table.js';
import { Button, Card, Empty, Field, Head, State, words as spaced } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';
import { Registration, STATES } from '../parts/lines.js';

const words = t.subscribers;

export default function Lines() {
  const { query } = useRoute();
  const { contains = '', state = '', device = '' } = query;
  const [text, setText] = useState(contains);
  const [turn, again] = useState(0);
  useReloadOn(['line.registration', 'account.*'], null, () => window.scrollY < 200 && again(n => n + 1), 2000);
  const clear = () => { setText(''); setQuery({ contains: '', state: '', device: '' }); };
  const columns = [
    { key: 'number', title: words.number, cell: line => html`<b class="nowrap">${line.number ||
        line.user}</b>${line.display_name && html`<div class="faint small">${line.display_name}</div>`}` },
    { key: 'state', title: words.registration, cell: line => (line.enabled ? html`<${Registration} of=${line.registration} />`
        : html`<${State} kind="warn">${words.outOfService}<//>`) },
    { key: 'account', title: words.subscriber, wide: true, cell: line =>
        html`<${Link} href=${`/subscribers/${encode(line.account)}`}>${line.account}<//> <span
        class="faint">${line.name}</span>` },
    { key: 'device', title: words.device, cell: line => (line.device ? html`<${DeviceName} id=${line.device.id}
        identity=${line.device.identity} />
      <div class="faint small nowrap">${say(words.atPort, line)}</div>` : html`<span class="faint">${words.onNone}</span>`) },
    { key: 'user', title: words.user, cell: line => line.user },
    { key: 'proxy', title: words.proxy, cell: line => line.proxy },
  ];
  const chosen = contains || state || device;
  const empty = chosen ? html`<${Empty} title=${words.noLineLike}><button onClick=${clear}>${words.showAll}</button><//>`
    : html`<${Empty} title=${words.noLinesAtAll} text=${words.noLinesAtAllText}>
        <${Link} class="button" href="/subscribers">${words.toAll}<//><//>`;
  return html`<${Head} title=${words.lines} sub=${words.linesSub} />
    <form class="filters" onSubmit=${event => { event.preventDefault(); setQuery({ contains: text.trim() }); }}>
      <${Field} label=${t.ui.search} type="search" placeholder=${words.linesHint} value=${text}
          onInput=${value => { setText(value); if (!value) setQuery({ contains: '' }); }} />
      <${Field} as="select" label=${words.registration} value=${state} onInput=${value => setQuery({ state: value })}>
        <option value="">${t.ui.all}</option>${STATES.map(one => html`<option key=${one}
            value=${one}>${spaced(one)}</option>`)}<//>
      <button>${t.ui.search}</button>${chosen && html`<${Button} kind="quiet" onClick=${clear}>${words.showAll}<//>`}</form>
    <${Card}><${PagedTable} load=${page => get('/lines', { ...page, contains, state, device })}
        version=${`${contains} ${state} ${device} ${turn}`} columns=${columns}
      caption=${words.lines} empty=${empty} /><//>`;
}
