// A device whose texts are markup, scripts, links and formulas: wherever they are shown they are texts, and nothing runs.
import { readFileSync } from 'node:fs';
import { walk, told, assert, PHONE } from '../harness.mjs';

const device = `/devices/${encodeURIComponent(told.devices.hostile)}`;
const TABS = ['', '/parameters', '/tasks', '/profile', '/diagnostics', '/firmware', '/sessions', '/files', '/contact',
  '/audit'];

await walk('hostile', async visitor => {
  const { page } = visitor;
  await visitor.signsIn();
  // Texts of people can be as bad, and meet the same views.
  const bad = `<img src=x onerror=${told.canary}=1>`;
  await visitor.asks('PUT', '/accounts/666', {
    name: bad, notes: `<script>${told.canary}=1</script>`, variables: { motto: `javascript:${told.canary}=1` },
    lines: [{ port: 1, number: '=1+1', user: '@SUM(1)', password: 'a password', display_name: bad,
      proxy: `"><script>${told.canary}=1</script>` }],
  });
  const nothingRan = async what => {
    const ran = await page.evaluate(canary => canary in window || Boolean(document.querySelector(
      'main img[src="x"], main iframe, main script, main svg[onload], main [onerror], main [onload], main [onclick]')),
        told.canary);
    assert.ok(!ran, `${what}: what a device said has become markup`);
    const links = await page.locator('a').evaluateAll(all => all.map(a => a.getAttribute('href')).filter(href => href
      && !/^(\/|https?:|#|blob:)/.test(href)));
    assert.deepEqual(links, [], `${what}: links lead where a device wants`);
  };
  const record = await visitor.asks('GET', device);
  const { items: [session] } = await visitor.asks('GET', `${device}/sessions?limit=1`);
  const paths = [...TABS.map(tab => device + tab), `${device}/sessions/${session.id}`, '/', '/devices', '/tasks',
    '/subscribers', '/subscribers/666', '/lines', '/audit'];
  for (const path of paths) {
    await visitor.goes(path);
    await nothingRan(path);
    await visitor.fits(path);
  }
  // Shown as it is: nothing is hidden, nothing is taken away.
  await visitor.goes(device);
  const text = await page.locator('main').innerText();
  for (const shown of [record.software_version, record.hardware_version, record.manufacturer]) {
    assert.ok(text.includes(shown), `the device says ${shown}`);
  }
  await visitor.goes(`${device}/parameters`);
  const search = page.getByRole('searchbox', { name: 'Search' });
  for (const word of ['javascript:', 'iframe', 'HYPERLINK', 'WWWW', 'markup', 'drawot']) {
    await search.fill(word);
    const row = page.getByRole('row').filter({ hasText: word }).first();
    await row.waitFor();
    await row.click();
    await page.getByRole('complementary').waitFor();
    await nothingRan(`a parameter with ${word}`);
    await visitor.fits(`a parameter with ${word}`);
  }
  await page.setViewportSize(PHONE);
  await visitor.fits('a very long word on a phone');
  // The fault it answered with.
  await visitor.goes(`${device}/tasks`);
  await page.getByText(`<img src=x onerror=${told.canary}=1>`).first().waitFor();
  await nothingRan('a fault');
  // The XML of its session, opened.
  await visitor.goes(`${device}/sessions/${session.id}`);
  await page.getByRole('button', { name: 'Show all XML' }).click();
  await nothingRan('the XML of a session');
  // What a spreadsheet is given does not compute.
  await visitor.goes('/devices');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button',
    { name: /Export|CSV/ }).first().click()]);
  const csv = readFileSync(await file.path(), 'utf8');
  assert.ok(csv.includes('X%3Cimg') || csv.includes('X<img'), 'the device is in the export');
  assert.ok(!/(^|[,"])[=@+]/m.test(csv), 'no cell begins a formula');
});
