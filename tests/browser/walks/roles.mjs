// What a role forbids is not offered, and its address says so; the server refuses it anyway.
import { walk, told, assert } from '../harness.mjs';

const device = `/devices/${encodeURIComponent(told.devices.office)}`;

// The words on all buttons one can see in the view.
const buttons = page => page.locator('main button:visible').allInnerTexts();

async function offers(visitor, path, { yes = [], no = [] }) {
  await visitor.goes(path);
  const there = await buttons(visitor.page);
  for (const name of yes) assert.ok(there.some(text => text.includes(name)), `${path} offers “${name}”: ${there}`);
  for (const name of no) assert.ok(!there.some(text => text.includes(name)), `${path} does not offer “${name}”: ${there}`);
}

async function isRefused(visitor, path) {
  await visitor.page.goto(path);
  await visitor.sees('Your role does not allow this');
}

await walk('roles', async (viewer, another) => {
  await viewer.signsIn('vera');
  const menu = await viewer.menu().innerText();
  for (const name of ['Users', 'Audit trail', 'Webhooks']) assert.ok(!menu.includes(name),
    `the menu of a viewer has no “${name}”`);
  await offers(viewer, device, { no: ['Reboot', 'Call now', 'More'] });
  await offers(viewer, `${device}/tasks`, { no: ['New task'] });
  await offers(viewer, '/devices', { no: ['Register', 'Import', 'Do with all', 'Act on'] });
  await offers(viewer, '/campaigns', { no: ['New campaign'] });
  await offers(viewer, '/files', { no: ['Upload'] });
  for (const path of ['/users', '/audit', '/webhooks', '/campaigns/new']) await isRefused(viewer, path);
  await viewer.isAccessible('the notice');

  const desk = await another();
  await desk.signsIn('henry');
  await offers(desk, device, { yes: ['Reboot', 'Call now'] });
  await desk.page.getByRole('button', { name: 'More' }).click().catch(() => {});
  assert.equal(await desk.page.getByText('Factory reset…').count(), 0);
  for (const path of ['/users', '/campaigns/new']) await isRefused(desk, path);

  const auditor = await another();
  await auditor.signsIn('audrey');
  await auditor.goes('/audit');
  await auditor.sees('sign-in');
  await isRefused(auditor, '/users');
});
