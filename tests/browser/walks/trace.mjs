// Somebody from engineering reads what a device and the server have said to each other.
import { walk, told, assert } from '../harness.mjs';

await walk('trace', async visitor => {
  const { page } = visitor;
  await visitor.signsIn('olga');
  await visitor.goes(`/devices/${encodeURIComponent(told.devices.office)}`);
  await page.getByRole('button', { name: 'Call now' }).click();
  await page.getByText(/begins a session|called a moment ago|is open already/).first().waitFor();
  const call = page.getByRole('dialog', { name: 'Call now' });
  if (await call.count()) await call.getByRole('button', { name: 'Close' }).first().click();
  await visitor.tab('Sessions');
  const session = page.getByRole('table').getByRole('link').last();
  await session.click();
  await page.getByRole('heading', { name: /^Session of/ }).waitFor();
  const talk = page.getByRole('list').filter({ hasText: 'InformResponse' });
  const first = talk.getByRole('listitem').first();
  assert.match(await first.innerText(), /Device[\s\S]*Inform/);
  // The XML only for whoever wants it.
  assert.equal(await page.locator('main pre').count(), 0);
  await first.getByRole('button', { name: /XML/ }).click();
  await page.locator('main pre').first().getByText(/<cwmp:Inform>|<DeviceId>/).first().waitFor();
  await visitor.isAccessible('a session with its XML');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button',
    { name: 'Export (tar)' }).click()]);
  assert.match(file.suggestedFilename(), /\.tar$/);
});
