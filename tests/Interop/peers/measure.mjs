// node measure.mjs OFFERER ANSWERER [ROUNDS]: pairs two driven peers (tests/RtcPeer/README.md), each a process of its
// own on the loopback interface, and prints one line of JSON. A peer is `ours` (the release build, or what RTC_PEER
// names), `libdatachannel` or `chromium` (CHROMIUM_FLAGS adds flags). Runs in artifacts/interop-peers, where tests/Interop
// installs it. tests/Links puts a link between the two: NS_A and NS_B are then the namespaces of offerer and answerer,
// BIND_A and BIND_B their addresses, and the phases go out as marks.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

const pathOf = name => new URL(name, import.meta.url).pathname;
const commands = {
  ours: () => ['dotnet', process.env.RTC_PEER ?? pathOf('../bin/RtcPeer/release/QuicPair.RtcPeer.dll')],
  libdatachannel: () => ['node', pathOf('driven-libdatachannel.mjs')],
  chromium: () => ['node', pathOf('driven-chromium.mjs')],
};
const [offererName, answererName, rounds = '20'] = process.argv.slice(2);

function start(name, side) {
  const { [`NS_${side}`]: place, [`BIND_${side}`]: address = '127.0.0.1' } = process.env;
  const [command, ...args] = [...(place ? ['ip', 'netns', 'exec', place] : []), ...commands[name]()];
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { BIND: address, ...process.env },
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
      else if (news.e === 'phase' && process.env.NS_A) console.log(JSON.stringify({ mark: news.name }));
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

const [offerer, answerer] = [start(offererName, 'A'), start(answererName, 'B')];
await Promise.all([ready(offerer), ready(answerer)]);

const opened = [];
const echoed = [];
const reached = { ice: [], dtls: [], sctp: [] };
let result;
for (let round = 0; round < +rounds; round++) {
  const full = round === +rounds - 1;
  const told = awaitEvent(offerer, answerer, ['round', 'result']);
  answerer.tell({ c: 'start', role: 'answer', full });
  offerer.tell({ c: 'start', role: 'offer', full });
  result = await told;
  if (round > 0) {
    opened.push(result.open);
    echoed.push(result.first);
    const { created, ...stages } = result.stages;
    for (const [layer, times] of Object.entries(reached)) {
      if (stages[layer] != null) times.push(created + stages[layer]);
    }
  }
  await Promise.all([closed(offerer), closed(answerer)]);
}

// A make that does not tell of a layer has no median of it.
const median = values => values.length > 0 ? percentile(values, 0.5) : undefined;
const three = value => value === undefined ? undefined : +value.toFixed(3);
const bulk = result.tput?.rxBytes > 1 ? result.tput : undefined;
const gigabytes = bulk && bulk.rxBytes / 1e9;
console.log(JSON.stringify({
  offerer: offererName,
  answerer: answererName,
  iceP50: median(reached.ice),
  dtlsP50: median(reached.dtls),
  sctpP50: median(reached.sctp),
  connectP50: percentile(opened, 0.5),
  connectP95: percentile(opened, 0.95),
  connectP99: percentile(opened, 0.99),
  connectMax: percentile(opened, 1),
  firstEchoP50: percentile(echoed, 0.5),
  echoP50: three(result.echo.p50),
  echoP99: three(result.echo.p99),
  tokenP50: three(result.tok?.p50),
  tokenP99: three(result.tok?.p99),
  tokenMax: three(result.tok?.max),
  tokenBytes: result.tok && result.tok.n * 200,
  bulkBytes: bulk?.rxBytes,
  megabitsPerSecond: bulk && +bulk.mbps.toFixed(1),
  senderSecondsPerGigabyte: bulk && +(bulk.cpuA / 1000 / gigabytes).toFixed(2),
  receiverSecondsPerGigabyte: bulk && +(bulk.cpuB / 1000 / gigabytes).toFixed(2),
}));
offerer.tell({ c: 'exit' });
answerer.tell({ c: 'exit' });
setTimeout(() => process.exit(0), 500);
