/** The case table: every op in every situation that matters, one row each. */
import { arithmeticCases } from "./arithmetic.ts";
import { attentionCases } from "./attention.ts";
import { blockCases } from "./blocks.ts";
import type { OpCase } from "./case.ts";
import { convCases } from "./conv.ts";
import { convolutionCases } from "./convolutions.ts";
import { creationCases } from "./creation.ts";
import { drawnCases } from "./drawn.ts";
import { foldCasesTable } from "./folds.ts";
import { logicCases } from "./logic.ts";
import { matmulCases } from "./matmul.ts";
import { namedCases } from "./named.ts";
import { nnCases } from "./nn.ts";
import { placeCases } from "./places.ts";
import { poolCases } from "./pool.ts";
import { poolsCases } from "./pools.ts";
import { randomCases } from "./random.ts";
import { regionCases } from "./regions.ts";
import { resizeCases } from "./resize.ts";
import { unaryCasesTable } from "./unary.ts";
import { viewCases } from "./views.ts";

export const opCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...unaryCasesTable,
  ...logicCases,
  ...foldCasesTable,
  ...viewCases,
  ...creationCases,
  ...matmulCases,
  ...nnCases,
  ...attentionCases,
  ...convCases,
  ...convolutionCases,
  ...poolCases,
  ...poolsCases,
  ...placeCases,
  ...namedCases,
  ...drawnCases,
  ...blockCases,
  ...resizeCases,
  ...randomCases,
  ...regionCases,
];
