// node tables.mjs [streams|bulk|open] [AT_ONCE] [RUNS]: measures our peer, libdatachannel and Chromium, each with its like,
// over the emulated links of this folder and prints the tables of docs/performance.md: medians of RUNS runs (1) in which
// the rows take turns. `make links` builds what it needs; results are added to artifacts/links-NAME.jsonl too. ONLY=20,50
// keeps rows of these round trips. Exits with 1 when a run of a row failed. Root, Linux.
import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { median } from '../Benchmarks/median.mjs';

const artifacts = new URL('../../artifacts/', import.meta.url).pathname;
const [name = 'streams', atOnce = '2', runs = '1'] = process.argv.slice(2);
const makes = ['ours', 'libdatachannel', 'chromium'];
const log = `${artifacts}links-${name}.jsonl`;

const weathers = [
  ['no loss', []],
  ['1 % loss', ['loss=1']],
  ['2 % loss', ['loss=2']],
  ['5 % loss', ['loss=5']],
  ['2 % loss in bursts of 4', ['loss=2', 'burst=4']],
  ['30 ms jitter', ['jitter=30']],
];
const both = make => ({ offerer: make, answerer: make });
const plans = {
  streams: {
    rounds: 20,
    environment: { ECHO_N: '200', WARM: '10', TOK: '500', GAP: '20' },
    rows: [20, 50, 100].flatMap(rtt => weathers.flatMap(([weather, settings]) => makes.map(make => (
      { rtt, weather, make, ...both(make), settings: [`rtt=${rtt}`, ...settings] })))),
    columns: [
      ['token p99 / max ms', row => `${whole(row.tokenP99)} / ${whole(row.tokenMax)}`],
      ['1 KiB echo p50 / p99 ms', row => `${whole(row.echoP50)} / ${whole(row.echoP99)}`],
      ['start → open p50 / p95 ms', row => `${whole(row.connectP50)} / ${whole(row.connectP95)}`],
      ['bytes per byte, tokens', row => (row.passed.tokens.bytes / row.tokenBytes).toFixed(2)],
    ],
  },
  bulk: {
    rounds: 1,
    environment: { ECHO_N: '1', WARM: '0', SECS: '10' },
    rows: [[50, 0], [50, 1], [50, 2], [100, 1]].flatMap(([rtt, loss]) => makes.map(make => (
      { rtt, weather: `${loss} % loss`, make, ...both(make), settings: [`rtt=${rtt}`, `loss=${loss}`] }))),
    columns: [
      ['Mbit/s', row => row.megabitsPerSecond.toFixed(1)],
      ['bytes per byte', row => (row.passed.bulk.bytes / row.bulkBytes).toFixed(2)],
    ],
  },
  open: {
    rounds: 25,
    environment: { ECHO_N: '1', WARM: '0', TOK: '1' },
    rows: [
      ['chromium', 'ours', ''], ['chromium', 'ours', '--enable-features=WebRtcSctpSnap'],
      ['chromium', 'libdatachannel', ''], ['chromium', 'chromium', ''],
      ['chromium', 'chromium', '--enable-features=WebRtcSctpSnap'], ['ours', 'ours', ''],
      ['libdatachannel', 'libdatachannel', ''],
    ].map(([offerer, answerer, flags]) => ({
      rtt: 100,
      weather: 'no loss',
      make: `${offerer} → ${answerer}${flags && ', SNAP in Chromium'}`,
      offerer,
      answerer,
      flags,
      settings: ['rtt=100'],
    })),
    columns: [
      ['open p50 / p95 ms', row => `${whole(row.connectP50)} / ${whole(row.connectP95)}`],
      ['first echoed byte p50 ms', row => whole(row.firstEchoP50)],
      ['round trips: ICE / DTLS / SCTP / open', row => [row.iceP50, row.dtlsP50, row.sctpP50, row.connectP50]
        .map(median => (median === undefined ? '–' : (median / row.rtt).toFixed(1))).join(' / ')],
    ],
  },
};

const whole = value => Math.round(value).toString();
const plan = plans[name];
const only = process.env.ONLY?.split(',').map(Number);
const rows = plan.rows.filter(row => !only || only.includes(row.rtt));

function measure(row) {
  const command = [
    ...row.settings, '--', 'node', `${artifacts}interop-peers/measure.mjs`, row.offerer, row.answerer, `${plan.rounds + 1}`,
  ];
  const options = {
    cwd: `${artifacts}interop-peers`,
    timeout: 180_000,
    env: { ...process.env, ...plan.environment, CHROMIUM_FLAGS: row.flags ?? '' },
  };
  return new Promise(resolve => {
    execFile(`${artifacts}bin/Links/release/QuicPair.Links`, command, options, (failure, output) => {
      const result = failure ? { failed: String(failure) } : JSON.parse(output.trim().split('\n').at(-1));
      appendFileSync(log, JSON.stringify({ ...row, ...result }) + '\n');
      resolve(result);
    });
  });
}

// Of each number in what the runs of a row told, however deep it lies.
function medians(told) {
  if (typeof told[0] === 'number') return median(told);
  if (typeof told[0] !== 'object' || told[0] === null) return told[0];
  return Object.fromEntries(Object.keys(told[0]).map(key => [key, medians(told.map(each => each[key]))]));
}

const told = new Map(rows.map(row => [row, []]));
const left = Array.from({ length: +runs }, () => rows).flat();
const all = left.length;
await Promise.all(Array.from({ length: +atOnce }, async () => {
  for (let row = left.shift(); row; row = left.shift()) {
    const result = await measure(row);
    if (result.passed) told.get(row).push(result);
    else process.exitCode = 1;
    console.error(`-- ${row.rtt} ms, ${row.weather}, ${row.make}: ${result.failed ?? 'measured'}; ${left.length} of ${all} to go`);
  }
}));

console.log(`| RTT ms | link | peers | ${plan.columns.map(([title]) => title).join(' | ')} |`);
console.log(`|---|---|---|${plan.columns.map(() => '---|').join('')}`);
for (const row of rows) {
  const measured = told.get(row);
  const typical = measured.length > 0 && { ...row, ...medians(measured) };
  const cells = plan.columns.map(([, cell]) => (typical ? cell(typical) : 'failed'));
  const note = measured.length < +runs ? ` (${measured.length} of ${runs} runs)` : '';
  console.log(`| ${row.rtt} | ${row.weather} | ${row.make}${note} | ${cells.join(' | ')} |`);
}
