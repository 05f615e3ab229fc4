// Corrects what packages say about themselves before pnpm reads it.
// The packages that hold Node's binaries give `os` and `cpu` as strings where pnpm expects arrays; without
// this every machine would download the Windows binary too.
module.exports = {
  hooks: {
    readPackage(pkg) {
      if (/^node-(bin-)?(darwin|linux|win)-/.test(pkg.name)) {
        pkg.os = [pkg.os].flat();
        pkg.cpu = [pkg.cpu].flat();
      }
      return pkg;
    },
  },
};
