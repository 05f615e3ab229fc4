/** @antler/savedmodel: the files models are kept in. So far the layers of bytes below Keras's formats: HDF5, zip, files. */

export { type ReadFileOptions, readFile, type WriteFileOptions, writeFile } from "./files.ts";
export { type ReadHdf5Options, readHdf5 } from "./hdf5/read.ts";
export {
  type H5Array,
  type H5Attribute,
  type H5Data,
  H5Dataset,
  type H5DatasetOptions,
  H5Group,
  type H5Node,
} from "./hdf5/tree.ts";
export { writeHdf5 } from "./hdf5/write.ts";
export { type ReadZipOptions, readZip, type ZipMember } from "./zip/read.ts";
export { type WriteZipOptions, writeZip, type ZipEntry } from "./zip/write.ts";
