// Fits a line to noisy points by gradient descent, with nothing but tensors and a tape.
import { GradientTape } from "@antler/autodiff";
import { add, mean, mul, randomNormal, randomUniform, square, stack, sub, tidy, variable } from "@antler/tensor-core";

// A hundred points near the line y = 2x + 1.
const x = randomUniform([100], { seed: [1, 1], minval: -1 });
const y = add(add(mul(x, 2), 1), randomNormal([100], { seed: [1, 2], stddev: 0.1 }));

const slope = variable(0);
const intercept = variable(0);
const meanSquaredError = () => mean(square(sub(add(mul(x, slope), intercept), y)));

const learningRate = 0.5;
for (let step = 0; step < 50; step++) {
  // What a step computes is given back at its end, except what the variables hold.
  tidy(() => {
    const tape = new GradientTape();
    const loss = tape.run(meanSquaredError);
    const [dSlope, dIntercept] = tape.gradient(loss, [slope, intercept]);
    slope.assign(sub(slope, mul(dSlope!, learningRate)));
    intercept.assign(sub(intercept, mul(dIntercept!, learningRate)));
  });
}

const round = (value: number | bigint | undefined) => Number(value).toFixed(3);
const [a, b, loss] = await stack([slope, intercept, meanSquaredError()]).data();
console.table({ slope: round(a), intercept: round(b), "mean squared error": round(loss) });
