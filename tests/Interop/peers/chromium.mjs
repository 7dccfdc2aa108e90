// A peer made of a page in Chromium; CHROMIUM names the browser, CHROMIUM_FLAGS adds flags to it.
import puppeteer from 'puppeteer-core';
import { obey, tell } from './lines.mjs';
import { planSource } from './plan.mjs';

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
await page.evaluate(`(() => { ${planSource} Object.assign(window, { messageCount, messageAt, createChecker }); })()`);
await page.evaluate(definePeer);

/** Runs in the page. */
function definePeer() {
  const highWater = 1 << 20;
  let connection;
  let channel;
  let transport;
  let isOver = false;

  /** The first word about the end counts: what has failed is closed afterwards. */
  function end(state) {
    if (isOver || (state !== 'closed' && state !== 'failed')) return;
    isOver = true;
    window.tell({ event: 'closed', state });
  }

  function opened() {
    // When the other side closes the connection, this page's own stays open, to fall silent later: what the other
    // side has said is the state of DTLS.
    transport = connection.sctp.transport;
    transport.onstatechange = () => end(transport.state);
    window.tell({ event: 'open' });
  }

  function adopt(adopted) {
    channel = adopted;
    channel.binaryType = 'arraybuffer';
    const check = window.createChecker(window.tell, window.tell);
    channel.onmessage = message => check(new Uint8Array(message.data));
    channel.onclose = () => window.tell({ event: 'channel-closed' });
    channel.onopen = opened;
    if (channel.readyState === 'open') opened();
  }

  async function describe(description) {
    await connection.setLocalDescription(description);
    if (connection.iceGatheringState !== 'complete') {
      await new Promise(resolve => {
        connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
      });
    }
    const { type, sdp } = connection.localDescription;
    window.tell({ event: 'description', type, sdp });
  }

  window.peer = {
    async start({ role }) {
      connection = new RTCPeerConnection({ iceServers: [] });
      connection.onconnectionstatechange = () => end(connection.connectionState);
      if (role === 'answer') {
        connection.ondatachannel = ({ channel: offered }) => adopt(offered);
        return;
      }
      adopt(connection.createDataChannel('llm'));
      await describe(await connection.createOffer());
    },
    async description({ type, sdp }) {
      await connection.setRemoteDescription({ type, sdp });
      if (type === 'offer') await describe(await connection.createAnswer());
    },
    async exchange() {
      for (let index = 0; index < window.messageCount; index++) {
        while (channel.bufferedAmount > highWater) await new Promise(resolve => setTimeout(resolve, 1));
        channel.send(window.messageAt(index));
      }
    },
    'close-channel': () => channel.close(),
    close: () => {
      connection.close();
      end(connection.connectionState);
    },
  };
}

const forward = command => page.evaluate(given => window.peer[given.command](given), command);
obey({
  start: forward,
  description: forward,
  exchange: forward,
  'close-channel': forward,
  close: forward,
  exit: () => browser.close(),
});
