// What somebody else has changed while one was editing: whose stands is asked, and nothing that was typed is lost.
import { html } from '../html.js';
import { t } from '../texts.js';
import { Button } from './ui.js';

export function ChangedMeanwhile({ busy, onMine, onTheirs }) {
  const texts = t.campaigns.changed;
  return html`<div class="problem" role="alert"><strong>${texts.title}</strong><p>${texts.text}</p>
    <div class="actions"><${Button} busy=${busy} onClick=${onMine}>${texts.mine}<//><${Button} onClick=${onTheirs}>${texts.theirs}<//></div></div>`;
}
