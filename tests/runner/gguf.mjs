// The GGUF container, version 3: a header, typed key-value pairs, tensor descriptions, then 32-byte aligned data.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

const ALIGNMENT = 32;
const TYPE = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 };
const F32_TENSOR = 0;

const fixed = (size, write) => (value) => {
  const bytes = Buffer.alloc(size);
  bytes[write](value);
  return bytes;
};

const u64 = (value) => fixed(8, 'writeBigUInt64LE')(BigInt(value));
const encode = {
  u32: fixed(4, 'writeUInt32LE'),
  i32: fixed(4, 'writeInt32LE'),
  f32: fixed(4, 'writeFloatLE'),
  string: (text) => {
    const bytes = Buffer.from(text, 'utf8');
    return Buffer.concat([u64(bytes.length), bytes]);
  },
};

const padding = (length) => Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);

const pair = ([key, type, value]) => {
  const head = encode.string(key);
  if (!type.endsWith('[]')) {
    return Buffer.concat([head, encode.u32(TYPE[type]), encode[type](value)]);
  }
  const item = type.slice(0, -2);
  const items = value.map(encode[item]);
  return Buffer.concat([head, encode.u32(TYPE.array), encode.u32(TYPE[item]), u64(items.length), ...items]);
};

/** Serialises a model. `metadata` is a list of [key, type, value], `tensors` a list of {name, shape, data: Float32Array}. */
export function gguf(metadata, tensors) {
  const descriptions = [];
  const contents = [];
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    const bytes = Buffer.from(data.buffer);
    descriptions.push(
      encode.string(name), encode.u32(shape.length), ...shape.map(u64), encode.u32(F32_TENSOR), u64(offset));
    contents.push(bytes, padding(bytes.length));
    offset += bytes.length + padding(bytes.length).length;
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'), encode.u32(3), u64(tensors.length), u64(metadata.length),
    ...metadata.map(pair), ...descriptions,
  ]);
  return Buffer.concat([head, padding(head.length), ...contents]);
}
