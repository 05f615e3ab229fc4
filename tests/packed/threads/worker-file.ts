// Prints the file that setWorkerUrl names.
import { workerSource } from "@antler/backend-cpu";

console.log(workerSource);
