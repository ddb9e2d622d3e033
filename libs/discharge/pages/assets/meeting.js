// How long this person has been talked about. Without this file there is no timer, and nothing else is missing.
const place = document.querySelector('[data-timer]');
const began = Date.now();
const two = (n) => String(n).padStart(2, '0');
if (place) {
  setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    place.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  }, 1000);
}
