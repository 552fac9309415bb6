// Pictures of every view, in light, in dark and at the width of a phone, as WebP.
//
// node screenshots.mjs DIALTONE FOLDER [NAME...]: with names only those views.
import { mkdtempSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town } from './town.mjs';
import { addresses } from './views.mjs';

const [dialtone, target, ...only] = process.argv.slice(2);
const LOOKS = [
  ['light', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];
// A chart needs some points.
const CHART_MS = 16000;
const QUALITY = 36;

const given = process.env.DIALTONE_TOWN;
const folder = given ? null : mkdtempSync(join(tmpdir(), 'dialtone-town-'));
const town = given ? JSON.parse(given) : await Town.raise(dialtone, folder);
try {
  // The harness reads it when it is loaded.
  process.env.DIALTONE_WALK = JSON.stringify({ address: town.address, user: town.user, password: town.password });
  const { open, Visitor } = await import('./harness.mjs');
  const browser = await open();
  mkdirSync(target, { recursive: true });
  let bytes = 0;
  for (const [look, options] of LOOKS) {
    const visitor = await Visitor.arrives(browser, { ...options, reducedMotion: 'reduce', locale: 'en-GB' });
    const { page } = visitor;
    const shows = async (name, path, from = page) => {
      if (only.length && !only.includes(name)) return;
      if (path) {
        await page.goto(path);
        await visitor.settles().catch(problem => console.error(`${name}, ${look}: ${problem.message.split('\n')[0]}`));
      }
      // Charts and images have their turn.
      await from.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const image = await webp(browser, await from.screenshot());
      writeFileSync(join(target, `${name}-${look}.webp`), image);
      bytes += image.length;
    };
    await page.goto('/');
    await page.getByLabel('User', { exact: true }).waitFor();
    await shows('sign-in');
    await visitor.fillsDoor(town.user, town.password);
    await visitor.menu().waitFor({ state: 'attached' });
    const device = town.device.identity;
    // Its chart grows as long as somebody looks.
    const dashboard = await visitor.context.newPage();
    await dashboard.goto('/');
    for (const [name, path] of await addresses((method, path) => visitor.asks(method, path), device)) {
      if (name !== 'dashboard') await shows(name, path);
    }
    await dashboard.bringToFront();
    if (!only.length || only.includes('dashboard')) await dashboard.waitForTimeout(CHART_MS);
    await shows('dashboard', null, dashboard);
    for (const what of visitor.wrong) console.error(`${look}: ${what}`);
    await visitor.context.close();
  }
  await browser.close();
  console.log(`${target}: ${Math.round(bytes / 1000)} kB`);
} finally {
  if (!given) {
    await town.ends();
    rmSync(folder, { recursive: true, force: true });
  }
}

// The browser itself packs its pictures.
async function webp(browser, png) {
  const page = webp.page ||= await (await browser.newContext()).newPage();
  const url = await page.evaluate(async ([base64, quality]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', quality / 100);
  }, [png.toString('base64'), QUALITY]);
  return Buffer.from(url.split(',')[1], 'base64');
}
