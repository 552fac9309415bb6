// docs/TOUR.md, section by section, over the demo with fewer devices.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { walk, told, assert } from '../harness.mjs';

async function device(visitor) {
  const { page } = visitor;
  await page.getByRole('searchbox', { name: 'Find a device' }).fill('DEMO000003');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: '00562B-ATA192-DEMO000003' }).waitFor();
  await calls(visitor);
  await visitor.tab('Parameters');
  await page.getByRole('searchbox', { name: 'Search' }).fill('display_name');
  const row = page.getByRole('row', { name: /^Display_Name/ }).first();
  await row.click();
  const panel = page.getByRole('complementary', { name: 'Device.X_CISCO_ATA.Line.1.Display_Name' });
  await panel.getByText('Why this value').waitFor();
  await panel.getByLabel('Value', { exact: true }).fill('Reception');
  await page.getByRole('button', { name: 'Look and send…' }).click();
  await page.getByRole('button', { name: 'Send 1 change' }).click();
  await visitor.tab('Tasks');
  const task = page.getByRole('row').filter({ hasText: 'Set parameters' }).first();
  await task.getByText('done', { exact: true }).waitFor({ timeout: 60000 });
  await visitor.tab('Profile');
  await visitor.sees('Desired against observed');
  await page.getByRole('row').filter({ hasText: 'Reception' }).getByText('different', { exact: true }).waitFor();
  await visitor.tab('Diagnostics');
  await page.getByRole('button', { name: 'Ping…' }).click();
  await page.getByRole('dialog').getByLabel(/^Host/).fill('sip.example.net');
  await page.getByRole('dialog').getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('complementary').getByText('done', { exact: true }).waitFor({ timeout: 60000 });
  await visitor.tab('Sessions');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('button', { name: 'Turn off' }).waitFor();
  await calls(visitor);
  await page.getByRole('table').getByRole('link').first().click({ timeout: 60000 });
  await page.getByText('InformResponse').first().waitFor();
}

async function calls(visitor) {
  await visitor.page.getByRole('button', { name: 'Call now' }).click();
  const answer = visitor.page.getByRole('dialog', { name: 'Call now' });
  await answer.getByText(/begins a session|called a moment ago|open already/).waitFor({ timeout: 40000 });
  await answer.getByRole('button', { name: 'Close' }).first().click();
}

async function profile(visitor, fleet) {
  const { page } = visitor;
  await visitor.menu().getByRole('link', { name: 'Profiles' }).click();
  await page.getByRole('link', { name: 'demo', exact: true }).click();
  await visitor.tab('Edit');
  const names = await page.getByLabel(/^Name \d+$/).evaluateAll(all => all.map(field => field.value));
  const at = names.findIndex(name => name.endsWith('Line.1.Display_Name')) + 1;
  assert.ok(at > 0, `the profile names it: ${names}`);
  await page.getByLabel(`Value ${at}`, { exact: true }).fill('Desk of {{serial_number}}');
  await page.getByRole('button', { name: 'Save and go on to publish' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: `Publish: ${fleet} devices change` }).click({ timeout: 40000 });
  await dialog.waitFor({ state: 'detached' });
  await visitor.tab('State');
  await page.getByText('revision 2 in force').first().waitFor();
  await visitor.tab('Revisions');
  await page.getByRole('button', { name: 'Roll back to it' }).click();
  await dialog.getByRole('button', { name: /^Publish/ }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function campaign(visitor, fleet) {
  const { page } = visitor;
  const image = join(told.folder, 'image.bin');
  const output = join(told.folder, 'ata192-11-4-0.fw');
  writeFileSync(image, randomBytes(50000));
  execFileSync(told.dialtone, ['firmware', 'pack', '--product', 'ATA192', '--image-version', '11-4-0', '--output', output,
    image]);
  await visitor.menu().getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'New campaign' }).or(page.getByRole('button',
    { name: 'New campaign' })).first().click();
  await page.getByRole('button', { name: 'Upload a file' }).click();
  await page.getByLabel('Choose a file').setInputFiles(output);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (let step = 0; step < 4; step += 1) await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: `Start: upgrade ${fleet} devices` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('It has paused by itself:').waitFor({ timeout: 60000 });
  await visitor.sees('the image is not signed');
  await page.getByRole('button', { name: 'Abort' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

await walk('tour', async visitor => {
  const { page } = visitor;
  await visitor.signsIn();
  await visitor.settles();
  const fleet = (await visitor.asks('GET', '/summary')).devices;
  await page.getByRole('link', { name: /never registered/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
  const query = page.getByRole('combobox', { name: 'Query' });
  await query.fill('product_class = "ATA192" and last_inform > ago("10m")');
  await query.press('Escape');
  await query.press('Enter');
  await page.getByText(`${fleet} devices found`).waitFor();
  await device(visitor);
  await profile(visitor, fleet);
  await campaign(visitor, fleet);
  await visitor.menu().getByRole('link', { name: 'Audit trail' }).click();
  await page.getByRole('button', { name: 'Check every line' }).click();
  await visitor.sees('intact');
  for (const name of ['System', 'Users']) {
    await visitor.menu().getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
});
