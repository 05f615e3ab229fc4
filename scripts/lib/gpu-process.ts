// In each process of tests that need drivers, before it loads anything.
import { useDrivers } from "./drivers.ts";

useDrivers();
