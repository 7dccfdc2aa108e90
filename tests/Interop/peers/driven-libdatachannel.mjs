// libdatachannel as a driven peer: the protocol of tests/RtcPeer/README.md.
import readline from 'node:readline';
import datachannel from 'node-datachannel';

const number = (name, otherwise) => Number(process.env[name] || otherwise);
const settings = {
  echoCount: number('ECHO_N', 3000),
  echoSize: number('ECHO_SZ', 1024),
  messageSize: number('MSG', 16384),
  milliseconds: number('SECS', 5) * 1000,
  highWater: number('HI', 1 << 20),
  lowWater: number('LO', 256 << 10),
  tokens: Number(process.env.TOK ?? 0),
  gap: number('GAP', 20),
};
const warmUp = Number(process.env.WARM ?? 300);
const tokensSettle = 1500;

const tell = news => process.stdout.write(JSON.stringify(news) + '\n');
const now = () => Number(process.hrtime.bigint()) / 1e6;
const wall = () => performance.timeOrigin + performance.now();
const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const percentiles = values => {
  values.sort((a, b) => a - b);
  const at = share => values[Math.min(values.length - 1, Math.floor(values.length * share))];
  return { n: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
};
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const resident = () => process.memoryUsage().rss / 1048576;

function answerOn(channel) {
  let [bytes, firstAt, lastAt, processorBefore] = [0, 0, 0, 0];
  const delays = [];
  const report = body => channel.sendMessageBinary(Buffer.concat([Buffer.from([4]), Buffer.from(JSON.stringify(body))]));
  channel.onMessage(message => {
    if (message[0] === 1) {
      channel.sendMessageBinary(message);
    } else if (message[0] === 2) {
      lastAt = now();
      if (bytes === 0) [firstAt, processorBefore] = [lastAt, processorTime()];
      bytes += message.length;
    } else if (message[0] === 3) {
      report({ bytes, ms: lastAt - firstAt, cpuMs: processorTime() - processorBefore, rssMb: resident() });
    } else if (message[0] === 5) {
      delays.push(wall() - message.readDoubleLE(8));
    } else if (message[0] === 6) {
      report(percentiles(delays));
    }
  });
}

async function measure(channel, startedAt, stages, full) {
  const open = now() - startedAt;
  let heard = () => {};
  channel.onMessage(message => heard(message));
  const ask = question => new Promise(resolve => {
    heard = resolve;
    channel.sendMessageBinary(question);
  });
  await ask(Buffer.from([1, 0]));
  const first = now() - startedAt;
  if (!full) return tell({ e: 'round', open, first, stages });

  tell({ e: 'phase', name: 'echo' });
  const echo = await measureEcho(ask);
  if (settings.tokens > 0) {
    tell({ e: 'phase', name: 'tokens' });
    const tok = await measureTokens(channel, ask);
    tell({ e: 'phase', name: 'end' });
    return tell({ e: 'result', open, first, stages, echo, tok });
  }

  tell({ e: 'phase', name: 'bulk' });
  const tput = await measureBulk(channel, ask);
  tell({ e: 'phase', name: 'end' });
  tell({ e: 'result', open, first, stages, echo, tput });
}

async function measureEcho(ask) {
  const message = Buffer.alloc(settings.echoSize, 'a');
  message[0] = 1;
  const latencies = [];
  for (let count = 0; count < settings.echoCount + warmUp; count++) {
    const sentAt = now();
    await ask(message);
    if (count >= warmUp) latencies.push(now() - sentAt);
  }
  return percentiles(latencies);
}

async function measureTokens(channel, ask) {
  const begin = now();
  for (let count = 1; count <= settings.tokens; count++) {
    const token = Buffer.alloc(200);
    token[0] = 5;
    token.writeDoubleLE(wall(), 8);
    channel.sendMessageBinary(token);
    await wait(Math.max(0, begin + count * settings.gap - now()));
  }
  await wait(tokensSettle);
  return JSON.parse((await ask(Buffer.from([6, 0]))).subarray(1).toString());
}

async function measureBulk(channel, ask) {
  const message = Buffer.alloc(settings.messageSize, 'b');
  message[0] = 2;
  const [processorBefore, begin] = [processorTime(), now()];
  channel.setBufferedAmountLowThreshold(settings.lowWater);
  while (now() - begin < settings.milliseconds) {
    for (let burst = 0; burst < 64 && channel.bufferedAmount() < settings.highWater; burst++) {
      channel.sendMessageBinary(message);
    }
    await new Promise(resolve => {
      if (channel.bufferedAmount() < settings.highWater) setImmediate(resolve);
      else channel.onBufferedAmountLow(resolve);
    });
  }
  const report = JSON.parse((await ask(Buffer.from([3, 0]))).subarray(1).toString());
  return {
    rxBytes: report.bytes,
    ms: report.ms,
    mbps: report.bytes * 8 / report.ms / 1000,
    cpuA: processorTime() - processorBefore,
    cpuB: report.cpuMs,
    rssA: resident(),
    rssB: report.rssMb,
  };
}

/** When each layer was up; that of DTLS is not told, as `connected` is told of the association that follows it. */
function followStages(startedAt) {
  const createdAt = now();
  const stages = { created: createdAt - startedAt };
  connection.onIceStateChange(state => {
    if (state === 'connected' || state === 'completed') stages.ice ??= now() - createdAt;
  });
  connection.onStateChange(state => {
    if (state === 'connected') stages.sctp ??= now() - createdAt;
  });
  return stages;
}

let connection;
const handlers = {
  start({ role, full }) {
    const startedAt = now();
    connection = new datachannel.PeerConnection(role, {
      iceServers: [],
      bindAddress: process.env.BIND || '127.0.0.1',
      maxMessageSize: 262144,
    });
    connection.onLocalDescription((sdp, type) => tell({ e: 'desc', type, sdp }));
    connection.onLocalCandidate((candidate, mid) => tell({ e: 'cand', candidate, mid }));
    if (role === 'offer') {
      const stages = followStages(startedAt);
      const channel = connection.createDataChannel('llm');
      channel.onOpen(() => measure(channel, startedAt, stages, full));
    } else {
      connection.onDataChannel(channel => {
        answerOn(channel);
        tell({ e: 'bopen', ms: now() - startedAt });
      });
    }
  },
  desc: ({ type, sdp }) => connection.setRemoteDescription(sdp, type),
  cand: ({ candidate, mid }) => connection.addRemoteCandidate(candidate, mid),
  close() {
    connection.close();
    tell({ e: 'closed' });
  },
  exit: () => process.exit(0),
};
readline.createInterface({ input: process.stdin }).on('line', line => {
  const command = JSON.parse(line);
  handlers[command.c]?.(command);
});
tell({ e: 'ready' });
