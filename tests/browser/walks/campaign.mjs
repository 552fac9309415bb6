// A campaign by the wizard, from its image to its end: one device takes the image, one refuses it.
import { walk, told, assert } from '../harness.mjs';

await walk('campaign', async visitor => {
  const { page } = visitor;
  await visitor.signsIn('olga');
  await visitor.goes('/campaigns');
  await page.getByRole('button', { name: 'New campaign' }).or(page.getByRole('link',
    { name: 'New campaign' })).first().click();
  const next = page.getByRole('button', { name: 'Next', exact: true });
  await page.getByRole('radio').first().waitFor();
  assert.ok(await next.isDisabled(), 'there is no campaign without an image');
  await page.getByLabel('Name', { exact: true }).fill('pilot');
  await page.getByRole('radio', { name: new RegExp(told.image) }).check();
  await next.click();
  await page.getByRole('combobox', { name: 'Query' }).fill('tag = "pilot"');
  await page.getByText('2 devices').filter({ visible: true }).first().waitFor();
  await visitor.isAccessible('the choice of devices');
  await next.click();
  await page.getByRole('button', { name: 'All at once' }).click();
  await next.click();
  await page.getByLabel('Failed devices in all').fill('5');
  await next.click();
  await visitor.isAccessible('the review of a campaign');
  // It says what will happen, with the count, and asks.
  await page.getByRole('button', { name: 'Start: upgrade 2 devices' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 devices').first().waitFor();
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'pilot' }).waitFor();
  // It is seen to go on without anybody loading the page again.
  await page.getByText('done', { exact: true }).first().waitFor({ timeout: 100000 });
  await visitor.eventually('it ends', async () => (await page.locator('main header').first().innerText()).includes('done'));
  const failures = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Failures by reason' }) });
  await failures.waitFor();
  assert.match(await failures.innerText(), /1/);
  await visitor.isAccessible('a campaign that has ended');
});
