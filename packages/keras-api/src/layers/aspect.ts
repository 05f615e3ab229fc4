/** Images brought to the aspect ratio of another size: cropped or padded, the same on both sides. */
import { expandDims, known, pad, type Shape, ShapeError, slice, squeeze, type Tensor } from "@antler/tensor-core";
import { channelsLast, type DataFormat, type Pair } from "./images.ts";

/** Runs a function of channels-last images `[batch, height, width, channels]` on one image or many, in either format. */
export function onImages(layer: string, x: Tensor, format: DataFormat, fn: (images: Tensor) => Tensor): Tensor {
  if (x.rank === 4) return channelsLast(x, format, fn);
  if (x.rank !== 3) throw new ShapeError(layer, "needs one image of 3 axes, or a batch of 4", { got: [x.spec] });
  const y = channelsLast(expandDims(x, 0), format, fn);
  return squeeze(y, 0);
}

/** Height and width of channels-last images. @throws UnknownSizeError where they are not known */
export const imageSize = (layer: string, { dims }: { readonly dims: Shape }): Pair => [known(layer, dims[1]!), known(layer, dims[2]!)];

/** The largest part in the middle that has the aspect ratio of a size, up to whole pixels. */
export function croppedToAspect(layer: string, x: Tensor, size: Pair): Tensor {
  const [height, width] = imageSize(layer, x);
  const [wanted, room] = sameAspect([height, width], size);
  return cropped(x, [Math.max(1, Math.min(height, wanted)), Math.max(1, Math.min(width, room))]);
}

/** The middle of images, in a size that fits in. */
export function cropped(x: Tensor, [height, width]: Pair): Tensor {
  const [h, w] = imageSize("cropped", x);
  return slice(x, [0, Math.floor((h - height) / 2), Math.floor((w - width) / 2), 0], [x.dims[0]!, height, width, x.dims[3]!]);
}

/** Borders of a value on two sides, so that the image has the aspect ratio of a size; an odd pixel is left out. */
export function paddedToAspect(layer: string, x: Tensor, size: Pair, value: number): Tensor {
  const [height, width] = imageSize(layer, x);
  const [wanted, room] = sameAspect([height, width], size);
  const [y, z] = [Math.max(0, wanted - height) >> 1, Math.max(0, room - width) >> 1];
  return pad(
    x,
    [
      [0, 0],
      [y, y],
      [z, z],
      [0, 0],
    ],
    value,
  );
}

/** The height that suits the width, and the width that suits the height. */
const sameAspect = ([height, width]: Pair, [h, w]: Pair): Pair => [Math.trunc((width * h) / w), Math.trunc((height * w) / h)];
