// Reads codes from a picture of the camera: with the browser's own detector where it can all we need, else with
// zxing-cpp, served from here and run in a worker of its own so that the page stays quick.
const NEEDED = ["qr_code", "code_128", "data_matrix", "aztec", "code_39"];
const LINEAR = ["code_128", "code_39", "Code128", "Code39", "Code39Std", "Code39Ext"];
const LONGEST_SIDE = 1280;

let opened = null;

// A promise of {read(video) → [{text, isLinear}]}; rejects where this browser can do neither.
export function openReader() {
  opened ??= ownDetector().then((own) => own ?? startWorker());
  opened.catch(() => { opened = null; });
  return opened;
}

async function ownDetector() {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!NEEDED.every((format) => formats.includes(format))) return null;
    const detector = new BarcodeDetector({ formats: NEEDED });
    await detector.detect(document.createElement("canvas").getContext("2d").createImageData(8, 8)); // some have it in name only
    return { read: async (video) => (await detector.detect(video)).map(({ rawValue, format }) => read(rawValue, format)) };
  } catch {
    return null;
  }
}

function read(text, format) {
  return { text, isLinear: LINEAR.includes(format) };
}

function startWorker() {
  const worker = new Worker(new URL("./decoder.js", import.meta.url), { type: "module" });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  function ask(message, transfer) {
    return new Promise((resolve, reject) => {
      worker.onerror = () => reject(new Error("the decoder does not start"));
      worker.onmessage = ({ data }) => (data.fault ? reject(new Error(data.fault)) : resolve(data.codes));
      worker.postMessage(message, transfer);
    });
  }

  async function readVideo(video) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const codes = await ask({ data, width, height }, [data.buffer]);
    return codes.map(({ text, format }) => read(text, format));
  }

  return ask({}).then(() => ({ read: readVideo }));
}
