// The page around the viewer: brings program, font and runs, hands over what the user does, and asks for a frame when
// something may look different. No request leaves the page's own folder.
'use strict';
const evtwinPage = (() => {
const byId = (id) => document.getElementById(id);
const canvas = byId('screen'), keys = byId('keys'), message = byId('message');
const korean = navigator.language.startsWith('ko');
let call = null;      // exported functions of the program, by name without "page_"
let program = null;   // emscripten's module
let fontIsWhole = false, frameAsked = false, lastFrame = 0, blinkTimer = 0, context2d = null;
let firstFrameDrawn = null;
const firstFrame = new Promise((drawn) => { firstFrameDrawn = drawn; });
const marks = {};     // when the start came how far, ms

function say(text) { message.textContent = text; }
function mark(name) { marks[name] = Math.round(performance.now()); }

// Sentences of this file in the browser's language.
const words = {
  noServer: ['This folder needs a web server: python3 -m http.server -d FOLDER, then http://localhost:8000. ' +
             'One file that opens from disk: evtwin export RUN --web PAGE.html',
             '이 폴더는 웹 서버가 필요합니다: python3 -m http.server -d FOLDER, 그다음 http://localhost:8000. ' +
             '디스크에서 바로 열리는 한 파일: evtwin export RUN --web PAGE.html'],
  oldBrowser: ['This browser is too old for the viewer: it needs WebAssembly with exceptions and DecompressionStream ' +
               '(Chrome and Edge 95, Firefox 113, Safari 16.4 or later)',
               '이 브라우저는 너무 오래되었습니다: Chrome·Edge 95, Firefox 113, Safari 16.4 이상이 필요합니다'],
};
const word = (name) => words[name][korean ? 1 : 0];

// A problem with a clear word: what, and which file.
class Trouble extends Error {}

async function bytesOf(place) {
  if (evtwinInPage) {
    const held = byId(place);
    if (held) {
      // Decoded by the browser, many times as fast as by a loop here; in pieces, since addresses have a longest length.
      const text = held.textContent, pieceOf = 2 ** 22, parts = [];
      held.remove();
      for (let at = 0; at < text.length; at += pieceOf)
        parts.push(await (await fetch('data:application/octet-stream;base64,' + text.slice(at, at + pieceOf))).arrayBuffer());
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    }
    throw new Trouble(place + ': is not in this page');
  }
  return new Uint8Array(await (await answerOf(place)).arrayBuffer());
}

async function answerOf(place) {
  if (location.protocol === 'file:') throw new Trouble(word('noServer'));
  const answer = await fetch(place.split('/').map(encodeURIComponent).join('/'));
  if (!answer.ok) throw new Trouble(place + ': the server says ' + answer.status);
  return answer;
}

const isGzip = (bytes) => bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
const mostBytes = 2 ** 31 - 1;

// @throws Trouble where it is cut, damaged, or larger than any run that a page can hold
async function unpacked(bytes, name) {
  if (!isGzip(bytes)) return bytes;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let piece; !(piece = await reader.read()).done;) {
      parts.push(piece.value);
      size += piece.value.length;
      if (size > mostBytes) { reader.cancel(); throw new Trouble(name + ': does not fit into the memory of a page'); }
    }
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble(name + ': its gzip is cut short or damaged');
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

// As unpacked(), piece by piece as it comes. Where a server says that it is gzip, the browser has unpacked it already.
async function unpackedStream(stream) {
  const reader = stream.getReader(), first = await reader.read();
  const whole = new ReadableStream({
    start(to) { if (first.done) to.close(); else to.enqueue(first.value); },
    async pull(to) {
      const next = await reader.read();
      if (next.done) to.close(); else to.enqueue(next.value);
    } });
  return first.value && isGzip(first.value) ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

// The program, compiled while it is unpacked, and from a server while it comes.
async function compiledProgram() {
  const packed = evtwinInPage ? new Blob([await bytesOf('program')]).stream() : (await answerOf('evtwin.wasm.gz')).body;
  const stream = await unpackedStream(packed);
  mark('came');
  try {
    return await WebAssembly.compileStreaming(new Response(stream, { headers: { 'Content-Type': 'application/wasm' } }));
  } catch (error) {
    throw new Trouble(error instanceof WebAssembly.CompileError ? word('oldBrowser') + '\n' + error.message
                                                                : 'evtwin.wasm.gz: its gzip is cut short or damaged');
  }
}

// A name as a file of the program's memory has it.
let opened = 0;
function fileFor(name) {
  const folder = '/runs/' + opened++;
  program.FS.mkdir(folder);
  return folder + '/' + (name.replace(/[\/\0\n]/g, '_').replace(/\.gz$/, '') || 'run');
}
function keep(name, bytes) {
  const file = fileFor(name);
  program.FS.writeFile(file, bytes, { canOwn: true });
  return file;
}

// Runs on their way: asked for once, however often they are named.
const coming = new Map();
function runBytes(name, place) {
  if (!coming.has(place)) coming.set(place, bytesOf(place).then((bytes) => unpacked(bytes, name)));
  return coming.get(place);
}

// Those that will be wanted, before the program is there that reads links; what goes wrong is told when it is asked for.
// Those in the page need no waiting for, and would take time from the first frame.
function askForRuns() {
  if (evtwinInPage) return;
  const wanted = new URLSearchParams(location.hash.slice(1)).getAll('run');
  for (const run of evtwinRuns)
    if (!wanted.length || wanted.includes(run.name)) runBytes(run.name, run.place).catch(() => {});
}

// Runs that the link names, of those that the page has or that lie beside it; without, all that the page has. The files
// that they will be come later.
function runsToBring(wanted) {
  const known = new Map(evtwinRuns.map((run) => [run.name, run.place]));
  const names = wanted.length ? wanted : [...known.keys()];
  return names.map((name) => {
    const place = known.get(name) ?? (evtwinInPage ? null : name);
    if (place === null || place.split('/').some((part) => part === '..' || part === '') || /^[a-z]+:/i.test(place))
      throw new Trouble('#run=' + name + ': this page has ' + ([...known.keys()].join(', ') || 'no runs'));
    return { name, place, file: fileFor(name) };
  });
}

// Until the first comes there is nothing to draw again at once.
let awaited = 0;
async function bringRun({ name, place, file }) {
  try {
    program.FS.writeFile(file, await runBytes(name, place), { canOwn: true });
  } catch (error) {
    if (!(error instanceof Trouble)) console.error(error);
    program.FS.writeFile(file + '.trouble', error.message);
    call.say(error.message);
  }
  awaited--;
  wake();
}

// ---- frames

function wake() {
  if (!call || frameAsked) return;
  frameAsked = true;
  requestAnimationFrame(frame);
}

function frame(now) {
  frameAsked = false;
  resize();
  const wishes = JSON.parse(call.frame(lastFrame ? (now - lastFrame) / 1000 : 1 / 60));
  lastFrame = now;
  showPixels();
  canvas.style.cursor = wishes.cursor;
  if (wishes.picture) savePicture(wishes.picture);
  for (const table of wishes.tables) saveTable(table);
  if (wishes.chooseFile) chooseFiles();
  if (wishes.keyboard) keys.focus({ preventScroll: true });
  if (!marks.frame) { mark('frame'); say(''); firstFrameDrawn(); }
  if (!marks.run && wishes.link) mark('run');
  if (!fontIsWhole && !evtwinInPage && call.lacks_characters()) bringWholeFont();
  clearTimeout(blinkTimer);
  if (wishes.again && awaited > 0 && !wishes.link) blinkTimer = setTimeout(wake, 100);
  else if (wishes.again) wake();
  else {
    showLink(wishes.link);
    if (wishes.keyboard) blinkTimer = setTimeout(wake, 250);
  }
}

// Where the browser draws nothing by itself, the program's pixels are put on the canvas.
function showPixels() {
  const at = call.pixels();
  if (!at) return;
  context2d = context2d || canvas.getContext('2d');
  const pixels = new Uint8ClampedArray(program.HEAPU8.buffer, at, canvas.width * canvas.height * 4);
  context2d.putImageData(new ImageData(new Uint8ClampedArray(pixels), canvas.width, canvas.height), 0, 0);
}

const ratio = () => window.devicePixelRatio || 1;
let sizeTold = '';
function resize() {
  const width = Math.max(1, Math.round(innerWidth * ratio())), height = Math.max(1, Math.round(innerHeight * ratio()));
  const size = width + 'x' + height + '@' + ratio();
  if (size === sizeTold) return;
  sizeTold = size;
  canvas.width = width;
  canvas.height = height;
  call.resize(width, height, ratio());
}

// The address says what is shown, so that it can be copied; runs named in it stay named.
let linkShown = location.hash;
function showLink(link) {
  if (!link) return;
  const kept = linkShown.replace(/^#/, '').split('&').filter((part) => /^(run|draw|scale|still)(=|$)/.test(part));
  const next = '#' + [...kept, link.slice(1)].join('&');
  if (next === linkShown) return;
  linkShown = next;
  // Browsers refuse more than some changes a second: the next settled frame tries again.
  try { history.replaceState(null, '', next); } catch (error) { linkShown = ''; }
}
addEventListener('hashchange', () => { linkShown = location.hash; if (call) { call.follow(location.hash); wake(); } });

// ---- files

function offer(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// In the frame that drew it: after it the browser may clear the canvas.
function savePicture(picture) {
  let from = canvas;
  if (picture.width > 0) {
    from = document.createElement('canvas');
    from.width = picture.width;
    from.height = picture.height;
    from.getContext('2d').drawImage(canvas, -picture.x, -picture.y);
  }
  from.toBlob((blob) => { offer(blob, picture.file); call.say(picture.file); wake(); });
}

function saveTable(name) {
  offer(new Blob([program.FS.readFile(name)], { type: 'text/csv' }), name);
  program.FS.unlink(name);
}

async function openFiles(files) {
  for (const file of files) {
    try {
      call.open(keep(file.name, await unpacked(new Uint8Array(await file.arrayBuffer()), file.name)));
    } catch (error) {
      call.say(error instanceof Trouble ? error.message : file.name + ': can not be read (' + error.message + ')');
    }
    wake();
  }
}

function chooseFiles() {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.onchange = () => openFiles(input.files);
  input.click();
}

addEventListener('dragover', (event) => { event.preventDefault(); document.body.classList.add('dropping'); });
addEventListener('dragleave', () => document.body.classList.remove('dropping'));
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  if (call) openFiles(event.dataTransfer.files);
});

async function bringWholeFont() {
  fontIsWhole = true;
  try {
    program.FS.writeFile('/whole.ttf', await unpacked(await bytesOf('NanumGothic.ttf.gz'), 'NanumGothic.ttf.gz'));
    call.use_font('/whole.ttf');
    wake();
  } catch (error) {
    call.say(error.message);
  }
}

// ---- the user's hands

// Fingers on the screen: one is the mouse, two zoom like a wheel by how far they part.
const fingers = new Map();
function pinch(event) {
  const before = [...fingers.values()];
  fingers.set(event.pointerId, event);
  const now = [...fingers.values()];
  const apart = ([a, b]) => Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
  call.mouse((now[0].clientX + now[1].clientX) / 2 * ratio(), (now[0].clientY + now[1].clientY) / 2 * ratio());
  call.wheel(0, Math.log(apart(now) / apart(before)) / Math.log(1.25));
}

const at = (event) => [event.clientX * ratio(), event.clientY * ratio()];
const buttonOf = [0, 2, 1];  // the browser counts left, middle, right; ImGui left, right, middle

canvas.addEventListener('pointermove', (event) => {
  if (!call) return;
  if (fingers.size === 2 && fingers.has(event.pointerId)) pinch(event);
  else if (fingers.size < 2) call.mouse(...at(event));
  wake();
});
canvas.addEventListener('pointerdown', (event) => {
  if (!call) return;
  try { canvas.setPointerCapture(event.pointerId); } catch (error) { /* it is gone already */ }
  // A finger brings up the keyboard of a telephone where a text field asks for it, and only there.
  if (event.pointerType === 'mouse') keys.focus({ preventScroll: true });
  else fingers.set(event.pointerId, event);
  event.preventDefault();
  modifiers(event);
  if (fingers.size > 1) call.button(0, 0);
  else {
    call.mouse(...at(event));
    call.button(buttonOf[event.button] ?? 3, 1);
  }
  wake();
});
canvas.addEventListener('pointerup', (event) => {
  if (!call) return;
  fingers.delete(event.pointerId);
  call.mouse(...at(event));
  call.button(buttonOf[event.button] ?? 3, 0);
  wake();
});
canvas.addEventListener('pointercancel', (event) => {
  fingers.delete(event.pointerId);
  if (call) { call.let_go(); wake(); }
});
canvas.addEventListener('pointerleave', () => { if (call) { call.mouse_away(); wake(); } });
canvas.addEventListener('contextmenu', (event) => event.preventDefault());
// A notch of a wheel is 1, as in a window; of touchpads, a hundred pixels.
canvas.addEventListener('wheel', (event) => {
  if (!call) return;
  event.preventDefault();
  modifiers(event);
  const perNotch = event.deltaMode === 1 ? 3 : event.deltaMode === 2 ? 1 : 100;
  const notches = (delta, wheel) => wheel && wheel % 120 === 0 ? wheel / 120 : -delta / perNotch;
  call.wheel(notches(event.deltaX, event.wheelDeltaX), notches(event.deltaY, event.wheelDeltaY));
  wake();
}, { passive: false });

// Codes as ui/keys.hpp numbers them.
const named = { Space: 32, Comma: 44, Minus: 45, Period: 46, Slash: 47, Equal: 61, BracketLeft: 91, BracketRight: 93,
  Escape: 256, Enter: 257, Tab: 258, Backspace: 259, Insert: 260, Delete: 261, ArrowRight: 262, ArrowLeft: 263,
  ArrowDown: 264, ArrowUp: 265, PageUp: 266, PageDown: 267, Home: 268, End: 269, NumpadAdd: 334, NumpadSubtract: 333,
  NumpadEnter: 335 };
function codeOf(event) {
  // Letters by what they write: shortcuts are letters, wherever the keyboard has them.
  if (/^[a-z]$/i.test(event.key)) return event.key.toUpperCase().charCodeAt(0);
  if (/^Key[A-Z]$/.test(event.code)) return event.code.charCodeAt(3);
  if (/^Digit[0-9]$/.test(event.code)) return event.code.charCodeAt(5);
  if (/^F([1-9]|1[0-2])$/.test(event.code)) return 289 + Number(event.code.slice(1));
  return named[event.code] ?? -1;
}
function modifiers(event) { call.modifiers(+event.ctrlKey, +event.shiftKey, +event.altKey, +event.metaKey); }

addEventListener('keydown', (event) => {
  if (!call || event.isComposing) return;
  modifiers(event);
  const code = codeOf(event);
  if (!event.repeat) call.key(code, 1);  // ImGui repeats keys by itself
  const shortcut = (event.ctrlKey || event.metaKey) && (code === 70 || code === 61 || code === 45 || code === 334 || code === 333);
  const browsers = event.code === 'F5' || event.code === 'F11' || event.code === 'F12';
  // What writes nothing would move the focus or scroll; what writes comes as an input event.
  if (shortcut || (event.key.length > 1 && !browsers && !['Process', 'Unidentified', 'HangulMode'].includes(event.key)))
    event.preventDefault();
  wake();
});
addEventListener('keyup', (event) => {
  if (!call) return;
  modifiers(event);
  call.key(codeOf(event), 0);
  wake();
});
keys.addEventListener('input', (event) => {
  if (event.isComposing || !call) return;
  call.text(keys.value);
  keys.value = '';
  wake();
});
keys.addEventListener('compositionend', () => { if (call) { call.text(keys.value); keys.value = ''; wake(); } });
addEventListener('blur', () => { if (call) { call.let_go(); wake(); } });
addEventListener('focus', () => keys.focus({ preventScroll: true }));
addEventListener('resize', wake);
canvas.addEventListener('webglcontextlost', (event) => { event.preventDefault(); setTimeout(() => location.reload(), 500); });

// ---- the start

async function start() {
  document.title = ['evtwin', ...evtwinRuns.map((run) => run.name)].join(' - ');
  say(document.title + ' ...');
  if (typeof DecompressionStream === 'undefined' || typeof WebAssembly === 'undefined') throw new Trouble(word('oldBrowser'));
  const whileCompiled = compiledProgram();
  const fontComing = bytesOf(evtwinInPage ? 'font' : 'font.ttf.gz').then((bytes) => unpacked(bytes, 'font.ttf.gz'));
  askForRuns();
  const [module, font] = await Promise.all([whileCompiled, fontComing]);
  mark('compiled');
  program = await new Promise((ready, fail) => {
    const instantiateWasm = (imports, done) => {
      WebAssembly.instantiate(module, imports).then((instance) => done(instance, module)).catch(fail);
      return {};  // later
    };
    evtwinProgram({ canvas, instantiateWasm }).then(ready, fail);
  });
  const fs = program.FS;
  fs.mkdirTree('/usr/share/fonts/truetype/nanum');
  fs.writeFile('/usr/share/fonts/truetype/nanum/NanumGothic.ttf', font, { canOwn: true });
  fs.mkdirTree('/runs');
  fs.mkdirTree('/written');
  fs.chdir('/written');

  const functions = {};
  const declared = { start: ['string', ['string', 'string', 'string', 'number', 'number']], runs: ['string', ['string']],
    frame: ['string', ['number']], item: ['string', ['string']], state: ['string', []], pixels: ['number', []],
    lacks_characters: ['number', []], resize: [null, ['number', 'number', 'number']], mouse: [null, ['number', 'number']],
    mouse_away: [null, []], button: [null, ['number', 'number']], wheel: [null, ['number', 'number']],
    key: [null, ['number', 'number']], modifiers: [null, ['number', 'number', 'number', 'number']],
    text: [null, ['string']], let_go: [null, []], open: [null, ['string']], follow: [null, ['string']],
    use_font: [null, ['string']], say: [null, ['string']] };
  for (const [name, [result, parameters]] of Object.entries(declared))
    functions[name] = program.cwrap('page_' + name, result, parameters);

  // The program starts with the names of runs that are still to come: its first frame waits for none.
  let runs = [], trouble = '';
  try {
    runs = runsToBring(JSON.parse(functions.runs(location.hash)));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    trouble = error.message;
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const wrong = functions.start(runs.map((run) => run.file).join('\n'), location.hash, navigator.language, +dark, 0);
  if (wrong) throw new Trouble(wrong);
  if (trouble) functions.say(trouble);
  mark('started');
  call = functions;
  awaited = runs.length;
  keys.focus({ preventScroll: true });
  wake();
  await firstFrame;
  await Promise.all(runs.map(bringRun));
  coming.clear();
}

// Once the rest of this file is there.
setTimeout(() => start().catch((error) => {
  say(error instanceof Trouble ? error.message : 'evtwin: ' + error.message);
  if (!(error instanceof Trouble)) console.error(error);
}));

// For tests.
return { item: (name) => JSON.parse(call.item(name)), state: () => call ? JSON.parse(call.state()) : null,
  marks: () => marks, settled: () => Boolean(call) && !frameAsked && awaited === 0 };
})();
