// node check.js < MODELS: solves each line's model with HiGHS and compares the optimum to 1e-6 relative.
'use strict';
const path = require('path');
const highs = require(path.join(process.env.EVTWIN_NPM || '.', 'node_modules', 'highs'));

// Free MPS, as evtwin writes it, to the LP format that this build of HiGHS reads.
function lpText(mps) {
  const rows = new Map(), columns = new Map(), order = [];
  const integers = [], bounds = [];
  let section = '', integer = false, constant = 0;
  for (const line of mps.split('\n')) {
    if (line === '') continue;
    if (line[0] !== ' ') { section = line.split(' ')[0]; continue; }
    const [a, b, c, d] = line.trim().split(/\s+/);
    if (section === 'ROWS') { if (b !== 'OBJ') rows.set(b, { kind: a, side: 0, range: null, terms: [] }); }
    else if (section === 'COLUMNS') {
      if (b === 'MARKER') { integer = c === 'INTORG'; continue; }
      if (!columns.has(a)) { columns.set(a, 0); order.push(a); if (integer) integers.push(a); }
      if (b === 'OBJ') columns.set(a, Number(c)); else rows.get(b).terms.push(`${c} ${a}`);
    } else if (section === 'RHS') { if (b === 'OBJ') constant = -Number(c); else rows.get(b).side = Number(c); }
    else if (section === 'RANGES') rows.get(b).range = Number(c);
    else if (section === 'BOUNDS') bounds.push([a, c, d]);
  }
  const sum = (terms) => terms.map((t) => (t[0] === '-' ? t : '+ ' + t)).join('\n ');
  const lower = new Map(), upper = new Map();
  for (const [kind, column, value] of bounds) {
    if (kind === 'FX') { lower.set(column, value); upper.set(column, value); }
    if (kind === 'FR') { lower.set(column, '-inf'); upper.set(column, '+inf'); }
    if (kind === 'MI') lower.set(column, '-inf');
    if (kind === 'LO') lower.set(column, value);
    if (kind === 'UP') upper.set(column, value);
    if (kind === 'PL') upper.set(column, '+inf');
  }
  let text = 'Minimize\n obj: ' + sum(order.map((c) => `${columns.get(c)} ${c}`)) + '\nSubject To\n';
  for (const [name, row] of rows) {
    if (row.terms.length === 0 || row.kind === 'N') continue;
    const compare = { E: '=', L: '<=', G: '>=' }[row.kind];
    text += ` ${name}: ${sum(row.terms)} ${compare} ${row.side}\n`;
    if (row.range !== null) text += ` ${name}g: ${sum(row.terms)} >= ${row.side - row.range}\n`;
  }
  text += 'Bounds\n' + order.map((c) => ` ${lower.get(c) ?? 0} <= ${c} <= ${upper.get(c) ?? '+inf'}\n`).join('');
  if (integers.length) text += 'General\n ' + integers.join('\n ') + '\n';
  return { text: text + 'End\n', constant };
}

highs().then((solver) => {
  let count = 0, wrong = 0, worst = 0;
  for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) {
    if (line === '') continue;
    const model = JSON.parse(line);
    const { text, constant } = lpText(model.mps);
    const answer = solver.solve(text, { mip_rel_gap: 0, mip_abs_gap: 0, output_flag: false });
    const difference = Math.abs(answer.ObjectiveValue + constant - model.optimum) / Math.max(1, Math.abs(model.optimum));
    ++count;
    worst = Math.max(worst, difference);
    if (answer.Status === 'Optimal' && difference <= 1e-6) continue;
    ++wrong;
    console.log(`FAIL ${model.name}: HiGHS says ${answer.Status} ${answer.ObjectiveValue + constant}, here ${model.optimum}`);
  }
  console.log(`HiGHS: ${count} models, ${wrong} differ, largest difference ${worst.toExponential(1)}`);
  process.exit(count > 0 && wrong === 0 ? 0 : 1);
});
