// An operator is told on the telephone that a line does not register: finds the device, sets its SIP password, and sees
// it arrive.
import { walk, told, assert } from '../harness.mjs';

await walk('password', async visitor => {
  const { page } = visitor;
  await visitor.signsIn('olga');
  // As it is printed on the device.
  await page.getByRole('searchbox', { name: 'Find a device' }).fill('KITCHEN');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: told.devices.kitchen }).waitFor();
  await visitor.tab('Parameters');
  const name = 'Device.X_CISCO_ATA.Line.1.Password';
  const row = page.getByRole('row').filter({ hasText: /^Password/ });
  // Nobody has read this device yet: the page says so, and how.
  const read = page.getByRole('button', { name: 'Read everything again' });
  await read.first().click();
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.waitFor({ timeout: 60000 });
  await visitor.eventually('its parameters are read', async () => {
    await search.fill('line.1.password');
    return row.count();
  });
  await row.first().click();
  const panel = page.getByRole('complementary', { name });
  await panel.getByLabel('Set another value').fill(told.secret);
  // Nothing is sent before one has looked at it.
  await page.getByRole('button', { name: 'Look and send…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send these changes' });
  await dialog.getByText(name).waitFor();
  assert.ok(!(await dialog.innerText()).includes(told.secret), 'a secret is not shown');
  await visitor.isAccessible('the look at what is sent');
  await dialog.getByRole('button', { name: 'Send 1 change' }).click();
  await dialog.waitFor({ state: 'detached' });
  await visitor.tab('Tasks');
  const task = page.getByRole('row').filter({ hasText: 'Set parameters' }).first();
  await task.getByText('done', { exact: true }).waitFor({ timeout: 60000 });
  assert.ok(!(await page.content()).includes(told.secret), 'nor is it in the task');
});
