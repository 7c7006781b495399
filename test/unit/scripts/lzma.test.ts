import { expect, test } from 'vitest';
import { lzmaDecode } from '../../../scripts/trivy/lzma.ts';

/** A sentence forty times, every byte once, and an end. */
const plain = Buffer.concat([
  Buffer.from('one scan, one verdict; '.repeat(40)),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from('the end'),
]);

/** Written by liblzma. */
const streams = [
  {
    properties: { lc: 3, lp: 0, pb: 2 },
    base64:
      'ADebiM522YIFKXszZQNM+q3pIma2kgtIxI3ApiqU3bszVHqeYI3uCSh144VCfPIdATJickS4sKagTPBMHMFq2HOjdrTfHwp8hjLMxM9iDloTTmc48zKSxG6q+Yu9edtvgNg6vrsgXH1KwdXp9VTWgBrk+oUJW+u90o8fvLygElnSE5AoTGJT5FvIZXfueqCB6q91R2kgg3JVPfU21BIe3X2Pl8+Ao4pLTNc85w9siNlbSrEuNghafOjS0+7/Ox+LY327WY4qMgJemdTaRzcVLSnnd6FPU7mKD2es5KQqNu6NK8boS2IkRLW9nnXHopWYzGP/VkSJeoq6n+F44EaAbo1cnUY+hYFyrNV0e///GbgAAA==',
  },
  {
    properties: { lc: 0, lp: 2, pb: 0 },
    base64:
      'ADecZdR0VhMUAVYbiQpPD4vXcS/9ctbZc+ZQbEOQhE7Z/b2+p4nrZszxFMa9u0zuFgIMh0kR6aqmAYqCesyNALuphAwSttSfGQ7CqvYgIk4PQ8wJdhZG6Ng2RCFDSokE5q5lfsNFcFW2hdI2eXLXqtjo039FfCeRFCJM6RY0yfpCWGcGzDdVd08R3LU3avJqaUXz9PnaVqvvTcPBoNmgTyzMlMkuJhlU4XyIBf6895obsjWiV85MxZEL/CIuGFKtmh8le3BMat2yEFLEVYXEd9Hnq7hvO26jDoc+f4J3BTVocGCW1KvsSLrDFgggEbztUaAcpPX+LFjdsU2V+V+fv24jwuFLJtBIzlADTV9QCY+ghbdXGIada1EKzFkBPdE0qtQAeVR7u4I/Df//iKAAAA==',
  },
];

test.each(streams)('what liblzma packed with $properties comes out again', ({ properties, base64 }) => {
  const decoded = lzmaDecode(Buffer.from(base64, 'base64'), plain.length, properties);
  expect(Buffer.from(decoded).equals(plain)).toBe(true);
});
