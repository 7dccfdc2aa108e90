// A peer made of libdatachannel.
import datachannel from 'node-datachannel';
import { obey, tell } from './lines.mjs';
import { createChecker, messageAt, messageCount } from './plan.mjs';

const highWater = 1 << 20;

let connection;
let channel;
let isOver = false;

/** The first word about the end counts: what has failed is closed afterwards. */
function end(state) {
  if (isOver || (state !== 'closed' && state !== 'failed')) return;
  isOver = true;
  tell({ event: 'closed', state });
}

function adopt(opened) {
  channel = opened;
  const check = createChecker(tell, tell);
  channel.onMessage(message => check(message));
  channel.onClosed(() => tell({ event: 'channel-closed' }));
  channel.onOpen(() => tell({ event: 'open' }));
  if (channel.isOpen()) tell({ event: 'open' });
}

function describeWhenGathered() {
  connection.onGatheringStateChange(state => {
    if (state !== 'complete') return;
    const { type, sdp } = connection.localDescription();
    tell({ event: 'description', type, sdp });
  });
}

async function sendAll() {
  for (let index = 0; index < messageCount; index++) {
    while (channel.bufferedAmount() > highWater) await new Promise(resolve => setTimeout(resolve, 1));
    channel.sendMessageBinary(messageAt(index));
  }
}

obey({
  start({ role }) {
    connection = new datachannel.PeerConnection(role, {
      iceServers: [],
      bindAddress: '127.0.0.1',
      maxMessageSize: 262144,
    });
    describeWhenGathered();
    connection.onStateChange(end);
    // A path that has fallen silent is closed too, without a word of the other side.
    connection.onIceStateChange(state => state === 'disconnected' && end('failed'));
    if (role === 'offer') adopt(connection.createDataChannel('llm'));
    else connection.onDataChannel(adopt);
  },
  description: ({ type, sdp }) => connection.setRemoteDescription(sdp, type),
  exchange: sendAll,
  'close-channel': () => channel.close(),
  close: () => connection.close(),
});
