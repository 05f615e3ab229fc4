/** Forward passes of two image classifiers, their normalisations folded into the convolutions as for inference. */
import type { Computation, Convolution, Vocabulary } from "./vocabulary.ts";

type Weight<T> = (shape: readonly number[]) => T;

/** ResNet-18 (He et al. 2015, https://arxiv.org/abs/1512.03385). */
const resnet = (batch: number, size = 64): Computation => ({
  inputs: [[batch, size, size, 3]],
  compute(say, [image], weight) {
    let x = say.maxPool(convolved(say, image!, weight, { size: 7, inputs: 3, filters: 64, strides: 2, relu: true }));
    let inputs = 64;
    for (const filters of [64, 128, 256, 512]) {
      x = residual(say, x, weight, inputs, filters);
      x = residual(say, x, weight, filters, filters);
      inputs = filters;
    }
    return classes(say, x, weight, inputs);
  },
});

/** Two convolutions beside a shortcut, which is a convolution where sizes change. */
function residual<T>(say: Vocabulary<T>, x: T, weight: Weight<T>, inputs: number, filters: number): T {
  const strides = inputs === filters ? 1 : 2;
  const first = convolved(say, x, weight, { size: 3, inputs, filters, strides, relu: true });
  const second = convolved(say, first, weight, { size: 3, inputs: filters, filters });
  return say.relu(say.add(second, strides === 1 ? x : convolved(say, x, weight, { size: 1, inputs, filters, strides })));
}

/** MobileNet v1 (Howard et al. 2017, https://arxiv.org/abs/1704.04861). */
const mobilenet = (batch: number, size = 96): Computation => ({
  inputs: [[batch, size, size, 3]],
  compute(say, [image], weight) {
    let x = convolved(say, image!, weight, { size: 3, inputs: 3, filters: 32, strides: 2, relu: true });
    let inputs = 32;
    for (const filters of [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]) {
      const strides = filters > inputs && inputs > 32 ? 2 : 1;
      x = say.depthwise(x, weight([3, 3, inputs, 1]), { strides, bias: weight([inputs]), relu: true });
      x = convolved(say, x, weight, { size: 1, inputs, filters, relu: true });
      inputs = filters;
    }
    return classes(say, x, weight, inputs);
  },
});

interface Sizes extends Omit<Convolution<never>, "bias"> {
  readonly size: number;
  readonly inputs: number;
  readonly filters: number;
}
function convolved<T>(say: Vocabulary<T>, x: T, weight: Weight<T>, { size, inputs, filters, ...options }: Sizes): T {
  return say.conv2d(x, weight([size, size, inputs, filters]), { ...options, bias: weight([filters]) });
}
function classes<T>(say: Vocabulary<T>, x: T, weight: Weight<T>, features: number): T {
  return say.softmax(say.add(say.matMul(say.pixelMean(x), weight([features, 1000])), weight([1000])));
}

export const nets: Readonly<Record<string, Computation>> = {
  "resnet-1": resnet(1),
  "resnet-8": resnet(8),
  "resnet-small": resnet(1, 32),
  "mobilenet-1": mobilenet(1),
  "mobilenet-8": mobilenet(8),
  "mobilenet-small": mobilenet(1, 32),
};
