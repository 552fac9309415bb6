// One number of a device's measurements over time, with the last value and its range in front of the chart.
import { html } from '../../html.js';
import { t, say } from '../../texts.js';
import { Series } from '../../parts/chart.js';

const short = value => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

export function Trend({ title, unit, points }) {
  const values = points.map(point => point.value);
  const [min, max, last] = [Math.min(...values), Math.max(...values), values[values.length - 1]].map(short);
  return html`<div class="trend"><p><b>${title}</b> ${last} ${unit}${' '}
      <span class="faint">${min !== max && say(t.device.diagnostics.between, { min, max, unit })}</span></p>
    <${Series} label=${say(t.device.diagnostics.trend, { title, count: points.length, min, max, last, unit })} x=${points.map(point => point.at)} height=${130}
      lines=${[{ name: title, values }]} format=${value => String(short(value))} unit=${unit} /></div>`;
}
