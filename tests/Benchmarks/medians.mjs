// node medians.mjs FILE: from the lines of measure.mjs in it, a Markdown row for each pair, medians over its runs.
import { readFileSync } from 'node:fs';
import { median } from './median.mjs';

const runs = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
const pairs = [...new Set(runs.map(run => `${run.offerer} → ${run.answerer}`))];

function cell(values) {
  const numbers = values.filter(value => typeof value === 'number');
  if (numbers.length === 0) return '–';
  const value = median(numbers);
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

console.log('| offerer → answerer | start → open p50 / p99 / longest ms | 1 KiB echo p50 / p99 ms | Mbit/s '
  + '| CPU s/GB sender / receiver | runs |');
console.log('|---|---|---|---|---|---|');
for (const pair of pairs) {
  const of = runs.filter(run => `${run.offerer} → ${run.answerer}` === pair);
  const [open, slowest, longest, echo, slowEcho, rate, sender, receiver] = [
    'connectP50', 'connectP99', 'connectMax', 'echoP50', 'echoP99',
    'megabitsPerSecond', 'senderSecondsPerGigabyte', 'receiverSecondsPerGigabyte',
  ].map(name => cell(of.map(run => run[name])));
  console.log(`| ${pair} | ${open} / ${slowest} / ${longest} | ${echo} / ${slowEcho} | ${rate} `
    + `| ${sender} / ${receiver} | ${of.length} |`);
}
