// How the first device comes: what it must be told, and who is let in.
import { html, useState } from '../html.js';
import { session } from '../api.js';
import { t } from '../texts.js';
import { Copy } from './ui.js';
import { Register, Import } from './new_devices.js';

const T = t.connect;
// Where devices talk to a server that was told nothing else.
const PORT = 7547;

export function HowToConnect({ onDone = () => {} }) {
  const [dialog, setDialog] = useState(null);
  const url = `http://${location.hostname}:${PORT}/`;
  const may = session.can('operate') && session.whole();
  const fleet = `dialtone fleet --count 20 --acs-url ${url} --password SECRET`;
  return html`<div class="connect"><h2>${T.title}</h2><p class="faint">${T.text}</p>
    <ol><li><h3>${T.url}</h3><p><code>${url}</code><${Copy} text=${url} /></p><p class="faint">${T.urlText}</p></li>
      <li><h3>${T.enrol}</h3><dl>${T.modes.map(([mode, about]) => html`<div
          key=${mode}><dt><code>${mode}</code></dt><dd>${about}</dd></div>`)}</dl>
        <p class="faint">${T.enrolText}</p>${may && html`<div class="actions"><button type="button" class="primary"
            onClick=${() => setDialog('register')}>${T.register}</button>
          <button type="button" onClick=${() => setDialog('import')}>${T.import}</button></div>`}</li>
      <li><h3>${T.wait}</h3><p class="faint">${T.waitText}</p></li></ol>
    <details><summary>${T.noDevice}</summary><p>${T.noDeviceText}</p><p><code>${fleet}</code><${Copy}
        text=${fleet} /></p></details>
    ${dialog === 'register' && html`<${Register} onDone=${onDone} onClose=${() => setDialog(null)} />`}
    ${dialog === 'import' && html`<${Import} onDone=${onDone} onClose=${() => setDialog(null)} />`}
  </div>`;
}
