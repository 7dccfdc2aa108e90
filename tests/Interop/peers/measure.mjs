// node measure.mjs OFFERER ANSWERER [ROUNDS]: pairs two driven peers (tests/RtcPeer/README.md), each a process of its
// own on the loopback interface, and prints one line of JSON. A peer is `ours` (the release build, or what RTC_PEER
// names) or `libdatachannel`. Runs in artifacts/interop-peers, where tests/Interop installs it.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

const pathOf = name => new URL(name, import.meta.url).pathname;
const commands = {
  ours: () => ['dotnet', process.env.RTC_PEER ?? pathOf('../bin/RtcPeer/release/QuicPair.RtcPeer.dll')],
  libdatachannel: () => ['node', pathOf('driven-libdatachannel.mjs')],
};
const [offererName, answererName, rounds = '20'] = process.argv.slice(2);

function start(name) {
  const [command, ...args] = commands[name]();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { BIND: '127.0.0.1', ...process.env },
  });
  const peer = { tell: command => child.stdin.write(JSON.stringify(command) + '\n'), heard: () => {} };
  readline.createInterface({ input: child.stdout }).on('line', line => peer.heard(JSON.parse(line)));
  return peer;
}

const percentile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b);
  return +sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(3);
};

function awaitEvent(peer, other, wanted) {
  return new Promise(resolve => {
    const relay = (to, resolveWhenWanted) => news => {
      if (news.e === 'desc') to.tell({ c: 'desc', type: news.type, sdp: news.sdp });
      else if (news.e === 'cand') to.tell({ c: 'cand', candidate: news.candidate, mid: news.mid });
      else if (wanted.includes(news.e)) resolveWhenWanted(news);
    };
    peer.heard = relay(other, resolve);
    other.heard = relay(peer, () => {});
  });
}

const ready = peer => new Promise(resolve => { peer.heard = resolve; });
const closed = peer => {
  const told = new Promise(resolve => { peer.heard = news => news.e === 'closed' && resolve(); });
  peer.tell({ c: 'close' });
  return told;
};

const [offerer, answerer] = [start(offererName), start(answererName)];
await Promise.all([ready(offerer), ready(answerer)]);

const opened = [];
let result;
for (let round = 0; round < +rounds; round++) {
  const full = round === +rounds - 1;
  const told = awaitEvent(offerer, answerer, ['round', 'result']);
  answerer.tell({ c: 'start', role: 'answer', full });
  offerer.tell({ c: 'start', role: 'offer', full });
  result = await told;
  if (round > 0) opened.push(result.open);
  await Promise.all([closed(offerer), closed(answerer)]);
}

const gigabytes = result.tput.rxBytes / 1e9;
console.log(JSON.stringify({
  offerer: offererName,
  answerer: answererName,
  connectP50: percentile(opened, 0.5),
  connectP99: percentile(opened, 0.99),
  echoP50: +result.echo.p50.toFixed(3),
  echoP99: +result.echo.p99.toFixed(3),
  megabitsPerSecond: Math.round(result.tput.mbps),
  senderSecondsPerGigabyte: +(result.tput.cpuA / 1000 / gigabytes).toFixed(2),
  receiverSecondsPerGigabyte: +(result.tput.cpuB / 1000 / gigabytes).toFixed(2),
}));
offerer.tell({ c: 'exit' });
answerer.tell({ c: 'exit' });
setTimeout(() => process.exit(0), 500);
