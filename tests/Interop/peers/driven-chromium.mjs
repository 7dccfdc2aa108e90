// A page in Chromium as a driven peer: the protocol of tests/RtcPeer/README.md, without its processor times. CHROMIUM
// names the browser, CHROMIUM_FLAGS adds flags to it.
import readline from 'node:readline';
import puppeteer from 'puppeteer-core';

const number = (name, otherwise) => Number(process.env[name] || otherwise);
const settings = {
  echoCount: number('ECHO_N', 3000),
  echoSize: number('ECHO_SZ', 1024),
  messageSize: number('MSG', 16384),
  milliseconds: number('SECS', 5) * 1000,
  highWater: number('HI', 1 << 20),
  lowWater: number('LO', 256 << 10),
  tokens: number('TOK', 0),
  gap: number('GAP', 20),
  warmUp: Number(process.env.WARM ?? 300),
};
const tell = news => process.stdout.write(JSON.stringify(news) + '\n');
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-proxy-server',
    '--disable-background-networking',
    '--disable-features=WebRtcHideLocalIpsWithMdns',
    '--allow-loopback-in-peer-connection',
    ...(process.env.CHROMIUM_FLAGS ?? '').split(' ').filter(Boolean),
  ],
});
const page = await browser.newPage();
await page.exposeFunction('tell', tell);
await page.evaluate(definePeer, settings);

/** Runs in the page. */
function definePeer(settings) {
  let connection;
  let early;
  const wall = () => performance.timeOrigin + performance.now();
  const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
  const percentiles = values => {
    values.sort((a, b) => a - b);
    const at = share => values[Math.min(values.length - 1, Math.floor(values.length * share))];
    return { n: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
  };
  const filled = (size, opcode) => {
    const message = new Uint8Array(size).fill(97);
    message[0] = opcode;
    return message;
  };

  function answerOn(channel) {
    let [bytes, firstAt, lastAt] = [0, 0, 0];
    const delays = [];
    const report = body => {
      const text = new TextEncoder().encode(JSON.stringify(body));
      channel.send(Uint8Array.of(4, ...text));
    };
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      const message = new Uint8Array(data);
      if (message[0] === 1) channel.send(data);
      else if (message[0] === 2) {
        lastAt = performance.now();
        if (bytes === 0) firstAt = lastAt;
        bytes += message.length;
      } else if (message[0] === 3) report({ bytes, ms: lastAt - firstAt, cpuMs: 0, rssMb: 0 });
      else if (message[0] === 5) delays.push(wall() - new DataView(data).getFloat64(8, true));
      else if (message[0] === 6) report(percentiles(delays));
    };
  }

  async function measure(channel, startedAt, stages, full) {
    const open = performance.now() - startedAt;
    channel.binaryType = 'arraybuffer';
    const ask = question => new Promise(resolve => {
      channel.onmessage = ({ data }) => resolve(new Uint8Array(data));
      channel.send(question);
    });
    const askReport = async opcode =>
      JSON.parse(new TextDecoder().decode((await ask(Uint8Array.of(opcode, 0))).subarray(1)));
    await ask(Uint8Array.of(1, 0));
    const first = performance.now() - startedAt;
    if (!full) return window.tell({ e: 'round', open, first, stages });

    await window.tell({ e: 'phase', name: 'echo' });
    const latencies = [];
    const message = filled(settings.echoSize, 1);
    for (let count = 0; count < settings.echoCount + settings.warmUp; count++) {
      const sentAt = performance.now();
      await ask(message);
      if (count >= settings.warmUp) latencies.push(performance.now() - sentAt);
    }
    const echo = percentiles(latencies);
    await window.tell({ e: 'phase', name: settings.tokens > 0 ? 'tokens' : 'bulk' });
    const measured = settings.tokens > 0
      ? { tok: await sendTokens(channel, askReport) }
      : { tput: await sendBulk(channel, askReport) };
    await window.tell({ e: 'phase', name: 'end' });
    window.tell({ e: 'result', open, first, stages, echo, ...measured });
  }

  async function sendTokens(channel, askReport) {
    const begin = performance.now();
    for (let count = 1; count <= settings.tokens; count++) {
      const token = filled(200, 5);
      new DataView(token.buffer).setFloat64(8, wall(), true);
      channel.send(token);
      await wait(Math.max(0, begin + count * settings.gap - performance.now()));
    }
    await wait(1500);
    return askReport(6);
  }

  async function sendBulk(channel, askReport) {
    const message = filled(settings.messageSize, 2);
    const begin = performance.now();
    channel.bufferedAmountLowThreshold = settings.lowWater;
    while (performance.now() - begin < settings.milliseconds) {
      while (channel.bufferedAmount < settings.highWater) channel.send(message);
      await new Promise(resolve => {
        channel.onbufferedamountlow = resolve;
        setTimeout(resolve, 20);
      });
    }
    const { bytes, ms } = await askReport(3);
    return { rxBytes: bytes, ms, mbps: bytes * 8 / ms / 1000, cpuA: 0, cpuB: 0, rssA: 0, rssB: 0 };
  }

  /** When each layer was up: the local description makes the transports, and nothing of them is connected yet. */
  function followStages(stages, createdAt) {
    const { sctp } = connection;
    const layers = { ice: sctp.transport.iceTransport, dtls: sctp.transport, sctp };
    for (const [name, layer] of Object.entries(layers)) {
      layer.onstatechange = () => {
        if (layer.state === 'connected' || layer.state === 'completed') stages[name] ??= performance.now() - createdAt;
      };
    }
  }

  window.peer = {
    async start({ role, full }) {
      const startedAt = performance.now();
      early = [];
      connection = new RTCPeerConnection({ iceServers: [] });
      const createdAt = performance.now();
      const stages = { created: createdAt - startedAt };
      connection.onicecandidate = ({ candidate }) => candidate?.candidate
        && window.tell({ e: 'cand', candidate: candidate.candidate, mid: candidate.sdpMid });
      if (role === 'answer') {
        connection.ondatachannel = ({ channel }) => {
          answerOn(channel);
          window.tell({ e: 'bopen', ms: performance.now() - startedAt });
        };
        return;
      }
      const channel = connection.createDataChannel('llm');
      channel.onopen = () => measure(channel, startedAt, stages, full);
      const offer = await connection.createOffer();
      await connection.setLocalDescription(offer);
      followStages(stages, createdAt);
      window.tell({ e: 'desc', type: 'offer', sdp: offer.sdp });
    },
    async desc({ type, sdp }) {
      await connection.setRemoteDescription({ type, sdp });
      for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate).catch(() => {});
      if (type !== 'offer') return;
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      window.tell({ e: 'desc', type: 'answer', sdp: answer.sdp });
    },
    async cand({ candidate, mid }) {
      const found = { candidate, sdpMid: mid, sdpMLineIndex: 0 };
      if (connection.remoteDescription) await connection.addIceCandidate(found).catch(() => {});
      else early.push(found);
    },
    close() {
      connection.close();
      window.tell({ e: 'closed' });
    },
  };
}

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const command = JSON.parse(line);
  if (command.c !== 'exit') return page.evaluate(given => window.peer[given.c]?.(given), command);
  await browser.close();
  process.exit(0);
});
tell({ e: 'ready' });
