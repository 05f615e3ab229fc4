// The compiler: graphs become fused kernels and programs.
export {};
