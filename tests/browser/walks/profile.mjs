// A profile: written, seen on a device before anybody gets it, published with a count, and rolled back.
import { walk, told, assert } from '../harness.mjs';

const NAME = 'display-names';

async function saves(visitor, value) {
  const { page } = visitor;
  await page.getByLabel('Value 1', { exact: true }).fill(value);
  await page.getByLabel('Comment', { exact: true }).fill(`says ${value}`);
  await page.getByRole('button', { name: 'Save and go on to publish' }).click();
}

async function publishes(visitor, title, count) {
  const dialog = visitor.page.getByRole('dialog', { name: title });
  // It says what will happen before anybody agrees to it.
  const yes = dialog.getByRole('button', { name: count });
  await yes.waitFor();
  await visitor.isAccessible(title);
  await yes.click();
  await dialog.waitFor({ state: 'detached' });
}

await walk('profile', async visitor => {
  const { page } = visitor;
  visitor.expected(/^400 PUT \/api\/v1\/profiles\//);
  await visitor.signsIn('olga');
  await visitor.goes('/profiles');
  await page.getByRole('button', { name: 'New profile' }).first().click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('combobox', { name: 'Query' }).fill(`serial_number = "${told.serial}"`);
  await page.getByText('1 device', { exact: false }).filter({ visible: true }).first().waitFor();
  await page.getByRole('button', { name: 'Add a value' }).click();
  await page.getByLabel('Name 1', { exact: true }).fill('~.X_CISCO_ATA.Line.1.Display_Name');
  await visitor.isAccessible('the form of a profile');
  // A template with a mistake is refused in the words of the server, and what was typed stays.
  await saves(visitor, 'Desk of {{serial_number');
  await page.getByRole('alert').first().waitFor();
  assert.equal(await page.getByLabel('Value 1', { exact: true }).inputValue(), 'Desk of {{serial_number');
  await saves(visitor, 'Desk of {{serial_number}}');
  await publishes(visitor, `Publish revision 1 of “${NAME}”?`, /^Publish/);
  await page.getByText('revision 1 in force').first().waitFor();
  await visitor.eventually('the device agrees', async () => {
    const { agreed } = await visitor.asks('GET', `/profiles/${NAME}/state`);
    return agreed === 1;
  });
  // Another revision, looked at on the device first.
  await visitor.goes(`/profiles/${NAME}/edit`);
  await saves(visitor, 'Reception');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await visitor.goes(`/profiles/${NAME}/preview`);
  await page.getByRole('button', { name: 'See what it would change' }).click();
  const change = page.getByRole('row').filter({ hasText: 'Display_Name' });
  await change.locator('del').getByText(`Desk of ${told.serial}`).waitFor();
  await change.locator('ins').getByText('Reception').waitFor();
  await visitor.isAccessible('a preview');
  await page.getByRole('button', { name: 'Publish revision 2' }).first().click();
  await publishes(visitor, `Publish revision 2 of “${NAME}”?`, 'Publish: 1 devices change');
  await visitor.eventually('the device has it', async () => {
    const shown = await visitor.asks('GET',
      `/devices/${encodeURIComponent(told.device)}/parameters?prefix=Device.X_CISCO_ATA.Line.1.Display_Name`);
    return shown.parameters[0]?.value === 'Reception';
  });
  // And back.
  await visitor.goes(`/profiles/${NAME}/revisions`);
  await page.getByRole('row').filter({ hasText: 'says Desk' }).getByRole('button', { name: 'Roll back to it' }).click();
  await publishes(visitor, `Roll “${NAME}” back to revision 1?`, /^Publish/);
  await page.getByText('revision 1 in force').first().waitFor();
});
