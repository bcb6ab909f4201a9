/** esbuild's file loader: the address of the copied file, relative to the bundle. */
declare module "*.bin" {
  const address: string;
  export default address;
}
