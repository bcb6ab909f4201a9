// esbuild's text loader: importing a picture gives its markup.
declare module "*.svg" {
  const markup: string;
  export default markup;
}
