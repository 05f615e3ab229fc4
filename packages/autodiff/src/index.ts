// Gradients of eager and traced code.
export {};
