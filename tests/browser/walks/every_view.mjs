// Every view, opened once by its address: in light, in dark, and at the width of a phone.
//
// With `part` and `parts` in what is told only a share of them, so that shares run beside each other.
import { walk, told, DESK, PHONE } from '../harness.mjs';
import { addresses } from '../views.mjs';

await walk(`every_view_${told.part}`, async visitor => {
  const { page } = visitor;
  await visitor.signsIn();
  const ask = (method, path) => visitor.asks(method, path);
  const mine = await addresses(ask, told.devices.office, told.part, told.parts);
  const wrong = [];
  const attempt = async (name, act) => {
    try {
      await act();
    } catch (problem) {
      wrong.push(`${name}: ${problem.message}`);
    }
  };
  for (const [name, path] of mine) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESK);
    await attempt(name, async () => {
      await visitor.goes(path);
      await visitor.fits(`${name} on a desk`);
    });
    await attempt(name, () => visitor.isAccessible(`${name}, light`));
    await page.emulateMedia({ colorScheme: 'dark' });
    // What the other colours change is contrast.
    await attempt(name, () => visitor.isAccessible(`${name}, dark`, { runOnly: ['color-contrast'] }));
    await page.setViewportSize(PHONE);
    await attempt(name, () => visitor.fits(`${name} on a phone`));
    await attempt(name, () => visitor.isAccessible(`${name}, on a phone`));
  }
  if (wrong.length) throw new Error(`${wrong.length} findings\n${wrong.join('\n')}`);
});
