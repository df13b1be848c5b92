// The worker that finds codes in a picture. It alone may run WebAssembly (tracker/guard.py), no page may.
import { prepareZXingModule, readBarcodes } from "../../vendor/zxing-wasm/reader/index.js";

const FORMATS = ["QRCode", "Code128", "DataMatrix", "Aztec", "Code39"];
const MOST = 8;

const prepared = prepareZXingModule({
  overrides: { locateFile: (file) => new URL(`../../vendor/zxing-wasm/${file}`, import.meta.url).href },
  fireImmediately: true,
});

addEventListener("message", async ({ data: picture }) => {
  try {
    await prepared;
    const found = picture.data
      ? await readBarcodes(new ImageData(picture.data, picture.width, picture.height), { formats: FORMATS, maxNumberOfSymbols: MOST })
      : [];
    postMessage({ codes: found.filter((code) => code.isValid).map(({ text, format }) => ({ text, format })) });
  } catch (error) {
    postMessage({ fault: String(error) });
  }
});
