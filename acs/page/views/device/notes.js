// Notes of a device: what people write down for whoever looks at it next, and take away again.
import { html, useRef, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, once, post, session, useAction, useGet } from '../../api.js';
import { Button, Card, Confirm, Empty, Field, Loaded, ProblemBox, Time, fullTime, number, tell } from '../../parts/ui.js';
import { useDeviceEvents } from './common.js';
import { useBegunNote } from './draft.js';

const text = t.device.notes;
// As many as the server keeps of a device, and as long as it takes one.
const MOST = 200;
const CHARS = 2000;
// So many are shown until somebody wants to see the others.
const FEW = 5;

export function Notes({ device }) {
  const from = useGet(`/devices/${device.id}/notes`, { limit: MOST });
  useDeviceEvents(device.id, ['device.note', 'device.note-delete', 'device.merge'], from.reload);
  return html`<${Card} title=${text.title}>
    <${Loaded} from=${from}>${page => html`<${List} device=${device} notes=${page.items} reload=${from.reload} />`}<//>
    ${session.can('help') && html`<${Write} device=${device} reload=${from.reload} />`}<//>`;
}

function List({ device, notes, reload }) {
  const [all, setAll] = useState(false);
  const [gone, setGone] = useState(null);
  if (!notes.length) return html`<${Empty} title=${text.none} text=${session.can('help') ? text.noneText : text.noneOther} />`;
  const mayDelete = note => session.can('operate') || (session.can('help') && note.by === session.who.user);
  const told = note => ({ by: note.by, time: fullTime(note.at) });
  return html`<ul class="d-plain">${(all ? notes : notes.slice(0, FEW)).map(note => html`<li key=${note.id}>
      <p class="d-note">${note.text}</p>
      <div class="line-up faint small"><span class="grow">${note.by}, <${Time} at=${note.at} /></span>
        ${mayDelete(note) && html`<${Button} kind="d-as-link" aria-label=${say(text.deleteThat, told(note))}
          onClick=${() => setGone(note)}>${text.delete}<//>`}</div></li>`)}</ul>
    ${notes.length > FEW && html`<${Button} kind="d-as-link" aria-expanded=${all}
      onClick=${() => setAll(!all)}>${all ? text.fewer : say(text.all, { count: number(notes.length) })}<//>`}
    ${gone && html`<${Confirm} title=${text.deleteTitle} yes=${text.deleteYes} kind="danger" onClose=${() => setGone(null)}
      onYes=${async () => { await del(`/devices/${device.id}/notes/${gone.id}`); tell(text.deleted); reload(); }}>
      <p>${say(text.deleteText, told(gone))}</p><p class="d-note note">${gone.text}</p><//>`}`;
}

function Write({ device, reload }) {
  const [typed, setTyped] = useBegunNote(device.id);
  // The same text has the same key: whoever tries again after an answer was lost has written it once.
  const key = useRef(null);
  const type = typing => { key.current = null; setTyped(typing); };
  const save = useAction(async () => {
    key.current = key.current || once();
    await post(`/devices/${device.id}/notes`, { text: typed }, key.current);
    type('');
    tell(text.written);
    reload();
  });
  const chars = [...typed.trim()].length;
  const long = chars > CHARS && say(text.tooLong, { count: number(chars), most: number(CHARS) });
  return html`<form class="d-write" onSubmit=${event => { event.preventDefault(); save.run(); }}>
    <${Field} as="textarea" label=${text.label} hint=${text.hint} problem=${long} value=${typed} onInput=${type}
      readonly=${save.busy} />
    <${ProblemBox} problem=${save.problem} />
    <div class="actions"><button type="submit" disabled=${!chars || Boolean(long) || save.busy}
      aria-busy=${save.busy ? 'true' : undefined}>${text.write}</button></div></form>`;
}
