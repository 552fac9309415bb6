// stub
import { html } from '../../html.js';
export default () => html`<p>soon</p>`;
