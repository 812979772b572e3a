// What is too much for a screen is set smaller, until it is not.
const [width, height, letters, least] = [1280, 720, 36, 14];

function fit(slide) {
  slide.style.display = "block";
  for (let size = letters; slide.scrollHeight > height && size > least; size -= 1) {
    slide.style.fontSize = `${size}px`;
    slide.style.setProperty("--picture", `${(size / letters) * 500}px`);
  }
  slide.style.removeProperty("display");
}

async function start() {
  const images = [...document.images];
  for (const image of images) image.src = image.dataset.src ?? image.src;
  await Promise.all(images.map((image) => image.decode()));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  await Reveal.initialize({
    width, height, margin: 0, center: false, hash: true, transition: still ? "none" : "slide",
  });
  document.querySelectorAll(".slides > section").forEach(fit);
  Reveal.layout();
  document.body.dataset.fitted = "";
}

start();
