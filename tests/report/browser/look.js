// node look.js PICTURES PAGE...: opens each report without a network and does what a reader does. Ends with 1 where a
// page writes an error, asks for anything but itself, or does not do as it is told.
'use strict';
const fs = require('fs'), path = require('path');
const { chromium } = require(path.join(process.env.EVTWIN_NPM, 'node_modules', 'playwright-core'));

let failures = 0, checks = 0;
function expect(condition, what) {
  ++checks;
  if (!condition) ++failures, console.log(`  FAILED ${what}`);
}

async function use(page, name) {
  const viewBox = (query = '.plot .area svg') => page.$eval(query, svg => svg.getAttribute('viewBox'));
  const whole = await viewBox();
  const area = page.locator('#fig-power .area');
  await area.scrollIntoViewIfNeeded();
  let box = await area.boundingBox();
  const x = share => box.x + share * box.width, y = box.y + box.height / 2;

  // Values with their units under the pointer.
  await page.mouse.move(x(0.4), y);
  const tip = await page.locator('#tip').innerText();
  expect(/^\d{4}-\d\d-\d\d \d\d:\d\d\n/.test(tip) && / kW/.test(tip), `${name}: hover tells time and kW: ${JSON.stringify(tip)}`);

  expect(await page.locator('#fig-power h3 small').innerText() === 'kW', `${name}: the figure says its unit`);

  // Zoom: wheel with Ctrl, drag, double click, buttons, keys; all plots together.
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  const wheeled = await viewBox();
  expect(wheeled !== whole, `${name}: Ctrl and the wheel zoom`);
  await page.mouse.dblclick(x(0.5), y);
  expect(await viewBox() === whole, `${name}: a double click shows the whole time`);
  await page.mouse.move(x(0.25), y);
  await page.mouse.down();
  await page.mouse.move(x(0.4), y, { steps: 4 });
  await page.mouse.move(x(0.5), y, { steps: 4 });
  await page.mouse.up();
  const [left, , width] = (await viewBox()).split(' ').map(Number), [, , all] = whole.split(' ').map(Number);
  expect(Math.abs(left / all - 0.25) < 0.01 && Math.abs(width / all - 0.25) < 0.01, `${name}: a drag shows what was dragged over (${left / all}, ${width / all})`);
  const [heatLeft, , heatWidth] = (await viewBox('.heat .area svg')).split(' ').map(Number);
  const heatAll = await page.$eval('.heat', plot => JSON.parse(document.querySelector('#data').textContent).span / Number(plot.dataset.bucket));
  expect(Math.abs(heatLeft / heatAll - left / all) < 1e-6 && Math.abs(heatWidth / heatAll - width / all) < 1e-6, `${name}: all plots show one time`);
  await page.click('#fig-power [data-do=all]');
  await page.focus('#fig-power .plot');
  await page.keyboard.press('+');
  const keyed = await viewBox();
  await page.keyboard.press('ArrowRight');
  expect(keyed !== whole && await viewBox() !== keyed, `${name}: keys zoom and move`);
  await page.keyboard.press('0');
  expect(await viewBox() === whole, `${name}: 0 shows the whole time`);

  // The legend.
  const key = page.locator('#fig-power .k').first();
  const shown = () => page.$eval('#fig-power g.s', g => getComputedStyle(g).display !== 'none');
  const before = await shown();
  await key.click();
  expect(await shown() !== before, `${name}: the legend turns a line off`);
  await key.click();

  // EVSE x time tells EVSE, vehicle and kW: the busiest cell that the data has.
  const heat = page.locator('.heat .area').first();
  await heat.scrollIntoViewIfNeeded();
  box = await heat.boundingBox();
  const spot = await page.$eval('.heat', plot => {
    const run = JSON.parse(document.querySelector('#data').textContent).runs[plot.dataset.run];
    if (run.sessions.length === 0) return null;  // nobody came, or too many to be named
    const [evse, begin, end, vehicle] = run.sessions[Math.floor(run.sessions.length / 2)];
    return { evse, at: begin + Math.min(600, (end - begin) / 2), vehicle, rows: run.evses.length, name: run.evses[evse][0] };
  });
  const span = await page.$eval('#data', data => JSON.parse(data.textContent).span);
  if (spot) await page.mouse.move(box.x + box.width * spot.at / span, box.y + box.height * (spot.evse + 0.5) / spot.rows);
  const cell = spot ? await page.locator('#tip').innerText() : '';
  expect(!spot || cell.includes(spot.name) && cell.includes(spot.vehicle) && / kW/.test(cell), `${name}: a cell tells EVSE, vehicle and kW: ${JSON.stringify(cell)}`);

  // A part of the verdict leads to its figure.
  const link = page.locator('#verdict a:visible').first(), target = await link.getAttribute('href');
  await link.click();
  expect(await page.$eval(target, row => row.matches(':target')), `${name}: ${target} is where the verdict leads`);

  if (await page.locator('.quadrant').count()) {
    const place = () => page.$eval('.dot', dot => dot.style.left + dot.style.bottom);
    const was = await place();
    await page.selectOption('.quadrant select[data-axis=x]', 'peak_kw');
    await page.selectOption('.quadrant select[data-axis=y]', 'energy_cost');
    expect(await page.locator('.xl').innerText() === 'peak_kw', `${name}: any two figures: ${was}`);
  }
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#kpis .csv')]);
  const csv = fs.readFileSync(await download.path(), 'utf8');
  // Where a log came without a site there is no money, and no unit of it.
  expect(/^figure,/.test(csv) && /\ntotal_cost( \(|,0)/.test(csv), `${name}: a table as CSV: ${csv.slice(0, 80)}`);
}

async function main() {
  const [pictures, ...pages] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
  for (const file of pages) {
    const name = path.basename(file, '.html');
    for (const [kind, width, height] of [['desktop', 1280, 900], ['phone', 390, 844]]) {
      for (const language of ['en', 'ko']) {
        for (const theme of ['light', 'dark']) {
          const context = await browser.newContext({ viewport: { width, height }, locale: language === 'ko' ? 'ko-KR' : 'en-GB', colorScheme: theme, offline: true });
          const page = await context.newPage();
          page.on('console', message => message.type() === 'error' && expect(false, `${name}: console: ${message.text()}`));
          page.on('pageerror', error => expect(false, `${name}: ${error}`));
          page.on('request', request => /^(file|blob|data):/.test(request.url()) || expect(false, `${name}: asks for ${request.url()}`));
          const begin = Date.now();
          await page.goto('file://' + path.resolve(file));
          const loaded = Date.now() - begin;
          const timing = await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd));
          if (kind === 'desktop' && language === 'en' && theme === 'light')
            console.log(`${name}: ${(fs.statSync(file).size / 1000).toFixed(0)} kB, loaded in ${timing} ms (${loaded} ms with the browser's start of a tab)`);
          expect(await page.evaluate(() => document.documentElement.dataset.lang) === language, `${name}: speaks ${language}`);
          expect(await page.evaluate(() => document.images.length) === 0, `${name}: names are words`);
          const hidden = language === 'ko' ? 'en' : 'ko';
          expect(await page.locator(`[lang=${hidden}]:visible`).count() === 0, `${name}: shows ${language} alone`);
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: fits ${kind} in ${language}`);
          expect(await page.$$eval('.dot b', all => all.every(words => {
            const own = words.getBoundingClientRect(), plane = words.closest('.plane').getBoundingClientRect();
            return own.left >= plane.left && own.right <= plane.right;
          })), `${name}: words of points stay in their figure on ${kind}`);
          expect(await page.$$eval('.dot:not([hidden]) b', all => all.map(words => words.getBoundingClientRect())).then(all =>
            all.every((a, i) => all.slice(i + 1).every(b => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 1 || b.bottom <= a.top + 1))),
            `${name}: words of points do not cross on ${kind}`);
          expect(await page.$$eval('.ys i', all => all.every(tick => tick.getBoundingClientRect().left >= 0)), `${name}: an axis shows all its digits on ${kind}`);
          expect(await page.$$eval('.bar b', all => all.every(value => value.scrollWidth <= value.clientWidth && value.offsetHeight < 30)),
            `${name}: money stays on its line on ${kind}`);
          // Paper is white, whatever the screen is.
          await page.emulateMedia({ media: 'print' });
          expect(await page.evaluate(() => [document.body, document.querySelector('.heat .area')].map(part => getComputedStyle(part).backgroundColor).join()) ===
            'rgb(255, 255, 255),rgb(238, 241, 244)', `${name}: prints on white from ${theme}`);
          await page.emulateMedia({ media: null });
          if (kind === 'desktop' && language === 'en' && theme === 'light') {
            await use(page, name);
            await page.click('#lang');
            expect(await page.evaluate(() => document.documentElement.dataset.lang) === 'ko', `${name}: the button changes the language`);
            const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const bright = await colour();
            await page.click('#theme');
            expect(await colour() !== bright, `${name}: the button changes the theme`);
            await page.reload();
          }
          await page.mouse.move(1, 1);
          await page.screenshot({ path: path.join(pictures, `${name}-${kind}-${language}-${theme}.png`), fullPage: true });
          if (kind === 'desktop' && theme === 'light' && language === 'en') {
            // Between the margins of A4 lie 182 mm, which are 688 pixels; on paper nothing can be scrolled.
            await page.emulateMedia({ media: 'print' });
            await page.setViewportSize({ width: 688, height: 900 });
            const cut = await page.$$eval('.wide', all => all.filter(box => {
              if (box.closest('details')) box.closest('details').open = true;
              return box.scrollWidth > box.clientWidth;
            }).map(box => box.closest('section').id + ' ' + box.scrollWidth));
            expect(cut.length === 0, `${name}: tables fit on A4: ${cut}`);
            expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: all of it fits on A4`);
            await page.emulateMedia({ media: null });
            await page.setViewportSize({ width, height });
            await page.reload();
            const pdf = await page.pdf({ format: 'A4', printBackground: true, path: path.join(pictures, `${name}.pdf`) });
            expect(pdf.length > 10000, `${name}: prints on A4`);
          }
          await context.close();
        }
      }
    }
  }
  await browser.close();
  console.log(`${checks} checks, ${failures} failed`);
  process.exit(failures > 0 ? 1 : 0);
}
main().catch(error => { console.error(error); process.exit(1); });
