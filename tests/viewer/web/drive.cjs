// The user's side of tests/viewer/web/check: node drive.cjs WORK PICTURES. Ends with a line per check, status 1 where one
// failed.
'use strict';
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { chromium } = require('playwright-core');

const [work, pictures] = process.argv.slice(2);
const second = 1e9, hour = 3600 * second;
let failed = 0, passed = 0;
const troubles = [];
const counted = new Map();  // page -> session that counts its thread's time

function expect(holds, what) {
  if (holds) { passed++; return; }
  failed++;
  console.log('FAILED ' + what);
}
const near = (a, b, by) => Math.abs(a - b) <= by;

// A web server as plain as python3 -m http.server.
function serve(folder) {
  const server = http.createServer((request, answer) => {
    const file = path.join(folder, decodeURIComponent(new URL(request.url, 'http://x').pathname));
    const name = file.endsWith('/') ? file + 'index.html' : file;
    if (!fs.existsSync(name)) { answer.writeHead(404); answer.end(); return; }
    answer.writeHead(200, { 'Content-Type': name.endsWith('.html') ? 'text/html' : 'application/octet-stream' });
    answer.end(fs.readFileSync(name));
  });
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(server)));
}

// A page that notes what goes wrong, and who is asked for anything.
async function openPage(context, address, allowed) {
  const page = await context.newPage();
  // A run that a link asks for and nobody has is the one thing that a server may answer with 404.
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.location().url.endsWith('/none.evtwin'))
      troubles.push(address + ': console: ' + line.text());
  });
  page.on('pageerror', (error) => troubles.push(address + ': ' + error.stack));
  page.on('dialog', (dialog) => { troubles.push(address + ': a name became a script: ' + dialog.message()); dialog.dismiss(); });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(allowed) && !/^(data|blob):/.test(url)) troubles.push(address + ': asked ' + url);
    // Its own font has all words of the program and of its runs.
    if (url.endsWith('/NanumGothic.ttf.gz')) troubles.push(address + ': asked for the whole font');
  });
  // Counted from before the page begins.
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  counted.set(page, session);
  await page.goto(address);
  return page;
}

// Seconds of CPU that the page's own thread has used so far: what other programs of the machine take is not in it.
async function ownSeconds(page) {
  const { metrics } = await counted.get(page).send('Performance.getMetrics');
  return metrics.find((metric) => metric.name === 'TaskDuration').value;
}

// How long a page took from the first byte to its first picture, and to that of its run, by the clock; and how much of
// it its own thread worked. The first picture waits for no run.
async function tellStart(page, what) {
  const marks = await page.evaluate(() => evtwinPage.marks()), own = await ownSeconds(page);
  console.log(`${what}: first frame after ${marks.frame} ms, the run after ${marks.run} (${JSON.stringify(marks)}), ${own.toFixed(2)} s of the page's own thread so far`);
  expect(marks.run > marks.frame, what + ': the first frame waits for no run');
  return { marks, own };
}

const state = (page) => page.evaluate(() => evtwinPage.state());
const item = (page, name) => page.evaluate((n) => evtwinPage.item(n), name);
async function until(page, holds, what) {
  const give_up = Date.now() + 20000;
  for (;;) {
    const now = await state(page);
    if (now && holds(now)) return now;
    if (Date.now() > give_up) { expect(false, what + ': waited in vain, ' + JSON.stringify(now)); return now; }
    await page.waitForTimeout(30);
  }
}
const loaded = (page) => until(page, (s) => s.runs.length > 0 && s.runs.every((run) => !run.loading), 'loading');
// Until no further frame comes by itself.
async function settle(page) {
  await page.waitForFunction(() => evtwinPage.settled());
  await page.waitForTimeout(50);
  await page.waitForFunction(() => evtwinPage.settled());
}
async function middleOf(page, name) {
  const rect = await item(page, name);
  if (!rect) { expect(false, name + ' is not on the screen'); return [1, 1]; }
  return [rect[0] + rect[2] / 2, rect[1] + rect[3] / 2];
}
// Notches of a wheel, a push away from the user each; Chromium makes one of every call, however far it goes.
async function notches(page, count) {
  for (let i = 0; i < Math.abs(count); i++) await page.mouse.wheel(0, count > 0 ? -100 : 100);
  await settle(page);
}
async function press(page, name) {
  await page.mouse.move(...await middleOf(page, name));
  await page.mouse.down();
  await page.mouse.up();
}
async function click(page, name) {
  await press(page, name);
  await settle(page);
}

// Pixels of two pictures that differ: at all, and by more than 8 of 255. Counted by the browser, which reads PNG, below
// the menu bar: a page has no menu What if.
const menuBar = 24;
async function differing(page, one, other) {
  const data = [one, other].map((file) => 'data:image/png;base64,' + fs.readFileSync(file).toString('base64'));
  return page.evaluate(async ([urls, top]) => {
    const pixels = await Promise.all(urls.map(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    }));
    const [a, b] = pixels.map((p) => p.data);
    if (a.length !== b.length) return { any: 1, much: 1, size: false };
    let any = 0, much = 0;
    for (let i = 4 * top * pixels[0].width; i < a.length; i += 4) {
      const by = Math.max(Math.abs(a[i] - b[i]), Math.abs(a[i + 1] - b[i + 1]), Math.abs(a[i + 2] - b[i + 2]));
      any += by > 0;
      much += by > 8;
    }
    return { any: any / (a.length / 4), much: much / (a.length / 4), size: true };
  }, [data, menuBar]);
}

async function shot(page, name) {
  const file = path.join(pictures, name + '.png');
  await page.mouse.move(5, 1);
  await page.evaluate(() => document.getElementById('screen').dispatchEvent(new PointerEvent('pointerleave')));
  await settle(page);
  await page.screenshot({ path: file });
  return file;
}

async function comparePicture(page, name, native, any = 0.03, much = 0.0005) {
  const by = await differing(page, await shot(page, name), path.join(pictures, native));
  console.log(`${name} against ${native}: ${(by.any * 100).toFixed(3)} % of pixels differ, ${(by.much * 100).toFixed(4)} % by more than 8 of 255`);
  expect(by.size && by.any <= any && by.much <= much, name + ' is another picture than ' + native);
}

// What a user does with the mouse and the keyboard, on one run.
async function driveHands(page) {
  let s = await loaded(page);
  await settle(page);
  expect(s.runs[0].sessions > 50, 'the run has its sessions');

  // Wheel up: closer, around the mouse, by the factor of a window; down again: as before.
  const [x, y] = await middleOf(page, 'plot.power');
  await page.mouse.move(x, y);
  await settle(page);
  const before = await state(page);
  await notches(page, 1);
  const closer = await state(page);
  const factor = (before.to - before.from) / (closer.to - closer.from);
  expect(factor > 1.05, 'wheel up zooms in');
  console.log('one notch of the wheel zooms by ' + factor.toFixed(4));
  await notches(page, -1);
  s = await state(page);
  expect(near(s.to - s.from, before.to - before.from, second), 'wheel down zooms out again');

  // Dragging to the right shows what was before.
  await notches(page, 3);
  const narrow = await state(page);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 6 });
  await settle(page);
  await page.mouse.up();
  await settle(page);
  s = await state(page);
  expect(s.from < narrow.from && near(s.to - s.from, narrow.to - narrow.from, second), 'a drag to the right goes back in time');

  // A click seeks, a row selects, keys step and play.
  await page.mouse.click(x + 40, y);
  await settle(page);
  const sought = await state(page);
  expect(sought.t !== narrow.t, 'a click in the plot seeks');
  await click(page, 'entity.A-1');
  s = await state(page);
  expect(s.evse >= 0, 'a click on a row selects its EVSE');
  await page.keyboard.press('Home');
  await settle(page);
  s = await state(page);
  expect(s.t === s.start, 'Home goes to the start');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  const stepped = await state(page);
  expect(stepped.t > s.t, 'the right arrow steps');
  await page.keyboard.press('Space');
  const playing = await until(page, (now) => now.playing && now.t > stepped.t, 'Space plays');
  await page.keyboard.press('Space');
  await settle(page);
  s = await state(page);
  expect(!s.playing && s.t >= playing.t, 'Space stops');
  await press(page, 'player.play');
  s = await until(page, (now) => now.playing, 'the button plays');
  await press(page, 'player.play');
  await until(page, (now) => !now.playing, 'the button stops');
  await settle(page);

  // Text goes where Ctrl+F says, Korean as an input method gives it too, and is no shortcut there.
  await page.keyboard.press('Control+f');
  await settle(page);
  await page.keyboard.type('A-2');
  await settle(page);
  s = await state(page);
  expect(s.search === 'A-2', 'what is typed is searched, not "' + s.search + '"');
  await page.keyboard.insertText('판교');
  await settle(page);
  s = await state(page);
  expect(s.search === 'A-2판교', 'Korean is searched, not "' + s.search + '"');
  for (let i = 0; i < 5; i++) { await page.keyboard.press('Backspace'); await settle(page); }
  expect((await state(page)).search === '', 'Backspace takes it away');
  await page.keyboard.press('Escape');
  await settle(page);
  await page.keyboard.press('F1');
  await settle(page);
  expect((await state(page)).help, 'F1 opens the help');
  await page.keyboard.press('Escape');
  await settle(page);

  // Language and look by key and button.
  const korean = (await state(page)).korean;
  await page.keyboard.press('g');
  await settle(page);
  expect((await state(page)).korean !== korean, 'G changes the language');
  await click(page, 'language');
  expect((await state(page)).korean === korean, 'and the button changes it back');
  const dark = (await state(page)).dark;
  await click(page, 'theme');
  expect((await state(page)).dark !== dark, 'the theme changes');
  await click(page, 'theme');

  // P and C hand files over: what is seen, here the whole week.
  await page.keyboard.press('f');
  await settle(page);
  const [x2, y2] = await middleOf(page, 'plot.power');
  await page.mouse.move(x2, y2);
  await settle(page);
  const [image] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('p')]);
  const png = fs.readFileSync(await image.path());
  expect(png.readUInt32BE(16) === 1440 && png.readUInt32BE(20) === 900, 'P saves the picture of the window');
  expect(image.suggestedFilename() === 'edf.png', 'under the name of the run, not ' + image.suggestedFilename());
  const [table] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('c')]);
  const rows = fs.readFileSync(await table.path(), 'utf8').split('\n');
  expect(rows.length > 10 && rows[0].includes('time'), 'C saves a table: ' + rows[0]);
  await settle(page);
}

async function driveLinks(page, address) {
  await page.goto('about:blank');
  await page.goto(address + '#run=edf.evtwin&t=2026-06-02T09:30&window=6h&select=A-3&lang=ko&theme=dark&layout=stakeholder');
  let s = await loaded(page);
  await settle(page);
  s = await state(page);
  expect(s.runs.length === 1, 'a link names one run of the two');
  expect(near(s.to - s.from, 6 * hour, second) && near(s.t, (s.from + s.to) / 2, 1), 'a link says window and moment');
  expect(s.korean && s.dark && s.evse >= 0, 'a link says language, look and selection');
  const shown = page.url();
  await page.keyboard.press('ArrowRight');
  await settle(page);
  const moved = await state(page);
  expect(page.url() !== shown, 'the address follows what is shown');
  const copied = page.url();
  await page.goto('about:blank');
  await page.goto(copied);
  await loaded(page);
  await settle(page);
  s = await state(page);
  expect(s.t === moved.t && s.from === moved.from && s.to === moved.to && s.evse === moved.evse, 'a copied address shows the same');
  // Another fragment in an open page is followed.
  await page.evaluate(() => { location.hash = '#run=edf.evtwin&t=2026-06-04T12:00'; });
  s = await until(page, (now) => now.t !== moved.t, 'a changed address is followed');

  // The verdict on two runs, which has words of its own.
  await page.goto('about:blank');
  await page.goto(address + '#t=2026-06-02T09:30&lang=ko&layout=stakeholder&compare=split&still');
  await loaded(page);
  await settle(page);
  expect(await item(page, 'verdict.sentence'), 'the stage shows the verdict');
  await shot(page, 'web_stage_ko');

  for (const [fragment, word] of [['#t=noon', 'noon'], ['#run=edf.evtwin&t=2026-06-02T09:30&select=Z-9', 'Z-9'],
    ['#frobnicate=1', 'frobnicate'], ['#lang=xx', 'one of en, ko'], ['#run=none.evtwin', 'none.evtwin'],
    ['#run=edf.evtwin&compare=split', 'two run files'], ['#run=../page.html', '../page.html'],
    ['#run=edf.evtwin&open=plan', 'evtwin view']]) {
    await page.goto('about:blank');
    await page.goto(address + fragment);
    const told = await until(page, (now) => now.notice.includes(word), fragment + ' is told');
    expect(told.notice.includes(word), fragment + ': ' + told.notice);
  }
}

// Dropping, as the browser hands it to a page.
async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(([text, n]) => {
    const binary = atob(text), array = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) array[i] = binary.charCodeAt(i);
    const transfer = new DataTransfer();
    transfer.items.add(new File([array], n));
    return transfer;
  }, [bytes.toString('base64'), name]);
  await page.dispatchEvent('#screen', 'drop', { dataTransfer: data });
}

async function driveFiles(page) {
  const whole = fs.readFileSync(path.join(work, 'lp.evtwin'));
  await drop(page, 'lp.evtwin', whole);
  let s = await until(page, (now) => now.runs.length === 2 && !now.runs[1].loading, 'a dropped run is read');
  expect(s.runs[1].sessions > 50 && s.compare === 2, 'and shown over the first');

  // Chosen by the menu.
  await settle(page);
  await click(page, 'menu.file');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), click(page, 'menu.choose')]);
  fs.writeFileSync(path.join(work, 'third.evtwin.gz'), zlib.gzipSync(whole));
  await chooser.setFiles(path.join(work, 'third.evtwin.gz'));
  s = await until(page, (now) => now.runs.length === 3 && !now.runs[2].loading, 'a chosen run is read');
  expect(s.runs[2].sessions > 50, 'a gzipped one, too: ' + s.runs[2].trouble);

  // What is no run of this version says so, and shows what was there.
  const changed = (edit) => { const copy = Buffer.from(whole); edit(copy); return copy; };
  const bad = [
    ['empty.evtwin', Buffer.alloc(0), 'empty'],
    ['letter.txt', Buffer.from('Dear Sir or Madam'), 'not an evtwin run file'],
    ['cut.evtwin', whole.subarray(0, whole.length / 2), 'truncated'],
    ['older.evtwin', changed((b) => b.writeUInt32BE(7, 60)), 'older evtwin'],
    ['newer.evtwin', changed((b) => b.writeUInt32BE(4000, 60)), 'newer evtwin'],
    ['other.db', changed((b) => b.writeUInt32BE(1, 68)), 'another application'],
    ['torn.evtwin', changed((b) => b.fill(0xa5, 4096, b.length - 4096)), 'malformed'],
    ['cut.evtwin.gz', zlib.gzipSync(whole).subarray(0, 5000), 'cut short or damaged'],
    ['<img src=x onerror=alert(1)>.evtwin', Buffer.from('nothing'), 'not an evtwin run file']];
  for (const [name, bytes, word] of bad) {
    const count = (await state(page)).runs.length;
    await drop(page, name, bytes);
    const told = await until(page, (now) => (now.runs[count] && now.runs[count].trouble.includes(word)) || now.notice.includes(word), name);
    expect((now => now.runs.some((r) => r.trouble.includes(word)) || now.notice.includes(word))(told), name + ' says ' + word);
  }
  s = await state(page);
  expect(s.runs[0].sessions > 50, 'the first run is still there');
  expect((await page.evaluate(() => document.querySelectorAll('img').length)) === 0, 'a hostile name is text');
}

// Scores of cars, dropped on a run's page; records of cars, which evtwin itself has to score.
async function driveFleet(page) {
  await drop(page, 'scores.json', fs.readFileSync(path.join(work, 'scores.json')));
  await settle(page);
  expect(await item(page, 'fleet.summary'), 'dropped scores of a fleet are shown');
  const cars = JSON.parse(fs.readFileSync(path.join(work, 'scores.json'))).cars.map((car) => 'fleet.car.' + car.car_id);
  await click(page, cars[1]);
  expect(await item(page, 'fleet.shown'), 'a click on a car shows it');
  await shot(page, 'web_fleet');
  await page.keyboard.press('Escape');
  await settle(page);
  expect(!await item(page, 'fleet'), 'Escape closes the fleet');
  for (const [name, bytes] of [['cars.csv', 'car_id,time\n'], ['other.json', '{"cars": 3}'], ['torn.json', '{']]) {
    await drop(page, name, Buffer.from(bytes));
    await settle(page);
    expect(await item(page, 'fleet.trouble'), name + ' is told to be no scores');
    await page.keyboard.press('Escape');
    await settle(page);
  }
}

// Parts that every visitor loads before a run: the program with its script and page, packed as servers send them.
function tellSizes(folder) {
  const packed = (name) => {
    const bytes = fs.readFileSync(path.join(folder, name));
    return name.endsWith('.gz') ? bytes.length : zlib.gzipSync(bytes, { level: 9 }).length;
  };
  const program = ['evtwin.wasm.gz', 'evtwin.js', 'index.html'].map(packed);
  const total = program.reduce((sum, size) => sum + size);
  console.log(`program, script and page: ${program.join(' + ')} = ${total} bytes packed; font ${packed('font.ttf.gz')} bytes`);
  expect(total <= 1e6, 'the viewer takes at most a megabyte');
}

async function main() {
  const user = fs.mkdtempSync(path.join(os.tmpdir(), 'evtwin-chromium-'));
  const context = await chromium.launchPersistentContext(user, {
    executablePath: '/usr/bin/chromium', headless: true, viewport: { width: 1440, height: 900 }, acceptDownloads: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
  const server = await serve(path.join(work, 'folder'));
  const address = `http://127.0.0.1:${server.address().port}/`;
  try {
    // From disk, one page: the picture, the hands, files.
    const file = 'file://' + path.join(work, 'page.html');
    const link = '#t=2026-06-02T09:30&window=12h&select=A-3&lang=en&theme=light';
    const page = await openPage(context, file + link, 'file://' + work);
    let s = await loaded(page);
    await settle(page);
    expect((await state(page)).onGpu, 'WebGL draws');
    await tellStart(page, 'one page from disk');
    await comparePicture(page, 'web_one', 'native_one.png');
    await driveHands(page);
    await driveFiles(page);
    await driveFleet(page);
    await page.close();

    // Names that would be scripts.
    const hostile = await openPage(context, 'file://' + path.join(work, 'hostile.html') + '#still', 'file://' + work);
    await loaded(hostile);
    await settle(hostile);
    expect(await hostile.evaluate(() => document.images.length) === 0, 'names in a log are text');
    await hostile.close();

    // Without a graphics card: the pixels of evtwin view --headless, but for edges. ImGui smooths them along normals by
    // the CPU's approximate reciprocal square root (error below 1.5 x 2^-12), which WebAssembly does not have: pixels
    // change by a level, and one whose centre lies on a joint or an end is there or not. Four of those are allowed in a
    // picture; another digit is a dozen.
    const joints = 4 / (1440 * 900);
    const cpu = await openPage(context, file + link + '&draw=cpu', 'file://' + work);
    await loaded(cpu);
    await settle(cpu);
    s = await state(cpu);
    expect(!s.onGpu, 'draw=cpu draws in memory');
    await comparePicture(cpu, 'web_one_cpu', 'native_one.png', 0.001, joints);
    await cpu.close();

    const two = await openPage(context, address + '#t=2026-06-03T12:00&lang=ko&theme=light&draw=cpu', address);
    await loaded(two);
    await settle(two);
    await comparePicture(two, 'web_two_ko_cpu', 'native_two_ko.png', 0.001, joints);
    await two.close();

    // What a notch of the wheel and a drag do is what they do in the window: the same picture afterwards.
    const same = await openPage(context, file + link, 'file://' + work);
    await loaded(same);
    await settle(same);
    const [x, y] = (await middleOf(same, 'plot.power')).map(Math.round);
    await same.mouse.move(x, y);
    await notches(same, 3);
    await same.mouse.down();
    await same.mouse.move(x + 60, y, { steps: 4 });
    await same.mouse.up();
    await settle(same);
    await click(same, 'entity.A-5');
    await comparePicture(same, 'web_hands', 'native_hands.png');
    await same.close();

    // From a server, two runs.
    const served = await openPage(context, address + '#t=2026-06-03T12:00&lang=ko&theme=light', address);
    s = await loaded(served);
    await settle(served);
    expect(s.runs.length === 2, 'both runs of the folder');
    await tellStart(served, 'folder of two runs');
    await shot(served, 'web_two_ko');
    for (const mode of ['split', 'difference', 'a', 'b', 'overlay']) await click(served, 'compare.' + mode);
    expect((await state(served)).compare === 2, 'compare modes by their buttons');
    await driveLinks(served, address);
    await served.close();
    tellSizes(path.join(work, 'folder'));

    // A year of 200 EVSEs.
    const years = await serve(path.join(work, 'year'));
    const there = `http://127.0.0.1:${years.address().port}/`;
    const year = await openPage(context, there + '#still', there);
    const begun = Date.now();
    s = await loaded(year);
    console.log(`a year of 200 EVSEs: ${s.runs[0].sessions} sessions, all read ${Date.now() - begun} ms later`);
    expect(s.runs[0].sessions > 50000 && s.runs[0].trouble === '', 'a year of 200 EVSEs is read');
    await tellStart(year, 'a year of 200 EVSEs');
    await settle(year);
    await shot(year, 'web_year');
    await year.close();
    years.close();

    // A telephone: touch, a narrow screen, three pixels to one.
    const phone = await openPage(context, address + '#still', address);
    await phone.setViewportSize({ width: 390, height: 844 });
    await loaded(phone);
    await settle(phone);
    await shot(phone, 'web_phone');
    await phone.close();
  } finally {
    await context.close();
    server.close();
    fs.rmSync(user, { recursive: true, force: true });
  }
  for (const trouble of new Set(troubles)) expect(false, trouble);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
main().catch((error) => { console.error(error); process.exit(1); });
