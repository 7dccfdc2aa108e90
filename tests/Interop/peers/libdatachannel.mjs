// A peer made of libdatachannel.
import datachannel from 'node-datachannel';
import { obey, tell } from './lines.mjs';
import { createChecker, messageAt, messageCount } from './plan.mjs';

const highWater = 1 << 20;

let connection;
let channel;

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
    connection.onStateChange(state => {
      if (state === 'closed' || state === 'failed' || state === 'disconnected') tell({ event: 'closed', state });
    });
    if (role === 'offer') adopt(connection.createDataChannel('llm'));
    else connection.onDataChannel(adopt);
  },
  description: ({ type, sdp }) => connection.setRemoteDescription(sdp, type),
  exchange: sendAll,
  'close-channel': () => channel.close(),
  close: () => connection.close(),
});
