// One thing with many devices: found by a query, looked at with its count, agreed to by typing the count where it matters.
import { walk, assert } from '../harness.mjs';

const QUERY = 'serial_number like "CALM00001*"';

await walk('many', async visitor => {
  const { page } = visitor;
  visitor.expected(/^400 (GET \/api\/v1\/devices|POST \/api\/v1\/queries\/check)/);
  await visitor.signsIn('olga');
  await visitor.goes('/devices');
  const bar = page.getByRole('combobox', { name: 'Query' });
  // A mistake is shown where it is, in the words of the server.
  await bar.fill('serial_number lik "CALM*"');
  await page.getByText(/At character \d+/).first().waitFor();
  await bar.fill(QUERY);
  await bar.press('Escape');
  await bar.press('Enter');
  await page.getByText('6 devices found').waitFor();
  // What cannot be taken back takes the number, typed.
  await page.getByRole('button', { name: 'Do with all…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What', { exact: true }).selectOption({ label: 'Reset to factory settings' });
  await dialog.getByRole('button', { name: 'What would happen?' }).click();
  await dialog.getByText('6 devices will be touched.').waitFor();
  const reset = dialog.getByRole('button', { name: 'Reset to factory settings: 6 devices' });
  assert.ok(await reset.isDisabled(), 'it is not agreed to yet');
  await dialog.getByLabel('Type 6 to confirm').fill('7');
  assert.ok(await reset.isDisabled(), 'another number does not do');
  await visitor.isAccessible('agreeing to something dangerous');
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal((await visitor.asks('GET', '/operations?limit=100')).items.filter(one => one.action.kind === 'factory_reset').length, 0);
  // Something harmless is begun with one look, and followed to its end.
  await page.getByRole('button', { name: 'Do with all…' }).click();
  await dialog.getByLabel('What', { exact: true }).selectOption({ label: 'Add tags' });
  await dialog.getByLabel('Tags', { exact: true }).fill('night');
  await dialog.getByRole('button', { name: 'What would happen?' }).click();
  await dialog.getByRole('button', { name: 'Add tags: 6 devices' }).click();
  await page.waitForURL(/\/operations\/[0-9a-f]+/);
  await visitor.settles();
  await visitor.eventually('all have the tag', async () => (await visitor.asks('GET',
    `/devices/count?q=${encodeURIComponent('tag = "night"')}`)).devices === 6);
  await page.locator('main').getByText('done', { exact: true }).first().waitFor({ timeout: 40000 });
});
