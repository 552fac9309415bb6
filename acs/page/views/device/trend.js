// A number over time as bars, with its values as text for those who do not see them.
import { html } from '../../html.js';
import { t, say } from '../../texts.js';
import { fullTime } from '../../parts/ui.js';

const MOST = 60;
const short = value => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

export function Trend({ title, unit, points }) {
  const shown = points.slice(-MOST);
  const values = shown.map(point => point.value);
  const top = Math.max(...values, 0) || 1;
  const width = 100 / Math.max(shown.length, 12);
  const label = say(t.device.diagnostics.trend, { title, count: shown.length, min: short(Math.min(...values)), max: short(Math.max(...values)), last: short(values[values.length - 1]), unit });
  return html`<figure class="trend"><figcaption>${title} <b>${short(values[values.length - 1])} ${unit}</b>
      <span class="faint">${say(t.device.diagnostics.between, { min: short(Math.min(...values)), max: short(Math.max(...values)), unit })}</span></figcaption>
    <svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${shown.map((point, index) => {
        const height = Math.max(1, 38 * point.value / top);
        return html`<rect key=${point.at} x=${index * width + width * 0.15} y=${40 - height} width=${width * 0.7} height=${height}><title>${fullTime(point.at)}: ${short(point.value)} ${unit}</title></rect>`;
      })}</svg></figure>`;
}
