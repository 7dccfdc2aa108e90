// node write-model.mjs CORPUS OUT [WORDS [LAYERS FEED_FORWARD [NEXT_SENTENCE]]]
import { readFileSync, writeFileSync } from 'node:fs';
import { bigramModel } from './bigram.mjs';

const [corpus, out, words = '500', layers = '1', feedForward = '32', nextSentence] = process.argv.slice(2);
if (!out) {
  console.error('usage: node write-model.mjs CORPUS OUT [WORDS [LAYERS FEED_FORWARD [NEXT_SENTENCE]]]');
  process.exit(2);
}
const model = bigramModel(readFileSync(corpus, 'utf8'), {
  words: +words, layers: +layers, feedForward: +feedForward, nextSentence: nextSentence && +nextSentence,
});
writeFileSync(out, model);
console.log(`${out}: ${model.length} bytes`);
