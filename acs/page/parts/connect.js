// How the first device comes: what it must be told, and who is let in.
import { html, useState } from '../html.js';
import { session, useGet } from '../api.js';
import { t } from '../texts.js';
import { Copy, State } from './ui.js';
import { Register, Import } from './new_devices.js';

const T = t.connect;
// Where devices talk to a server that was told nothing else.
const PORT = '7547';

// The address devices are told: the host this page came from, and the port and protocol of the server's listener.
function urlOf(system) {
  const listener = ((system && system.listeners) || []).find(one => one.name.startsWith('cwmp'));
  const port = listener ? listener.address.slice(listener.address.lastIndexOf(':') + 1) : PORT;
  return `${listener && /tls|https/.test(listener.speaks) ? 'https' : 'http'}://${location.hostname}:${port}/`;
}

export function HowToConnect({ onDone = () => {} }) {
  const [dialog, setDialog] = useState(null);
  const system = useGet('/system').data;
  const url = urlOf(system);
  const mode = String((system && system.settings && system.settings['enrolment.mode']) || '').replaceAll('"', '');
  const may = session.can('operate') && session.whole();
  const fleet = `dialtone fleet --count 20 --acs-url ${url} --password SECRET`;
  return html`<div class="connect"><h2>${T.title}</h2><p class="faint">${T.text}</p>
    <ol><li><h3>${T.url}</h3><p><code>${url}</code><${Copy} text=${url} /></p><p class="faint">${T.urlText}</p></li>
      <li><h3>${T.enrol}</h3><dl>${T.modes.map(([name, about]) => html`<div key=${name}><dt><code>${name}</code></dt>
          <dd>${about}${name === mode && html` <${State} of=${T.inForce} kind="good" />`}</dd></div>`)}</dl>
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
