// The messages that each side sends. The text of this module runs in Node and, as is, in a page.
export const planSource = `
  const messageCount = 1001;
  const lengthOf = index => index === 1000 ? 262144 : index === 999 ? 16384 : 1 + (index * 7919) % 16384;
  const messageAt = index => {
    const message = new Uint8Array(lengthOf(index));
    for (let at = 0; at < message.length; at++) message[at] = (index * 31 + at * 7) & 255;
    return message;
  };
  const createChecker = (told, finished) => {
    let index = 0, bytes = 0;
    return message => {
      const expected = messageAt(index);
      const isIntact = message.length === expected.length && expected.every((value, at) => value === message[at]);
      if (!isIntact) return told({ event: 'corrupt', index, length: message.length });
      bytes += message.length;
      if (++index === messageCount) finished({ event: 'exchanged', messages: index, bytes });
    };
  };
`;

const plan = new Function(`${planSource}; return { messageCount, lengthOf, messageAt, createChecker };`)();
export const { messageCount, lengthOf, messageAt, createChecker } = plan;
