// Small comforts on top of pages that work without them. Everything is delegated, so that htmx may swap what it likes.

function prepare(root) {
  for (const stepper of root.querySelectorAll("[data-quantity]")) {
    for (const button of stepper.querySelectorAll("button")) button.hidden = false;
    limitSteps(stepper);
  }
  for (const toast of root.querySelectorAll("[data-toast]:not([data-timed])")) {
    toast.dataset.timed = "";
    setTimeout(() => dismiss(toast), 6000);
  }
  root.querySelector("[data-form-errors]")?.focus();
}

function limitSteps(stepper) {
  const input = stepper.querySelector("input");
  const value = Number(input.value);
  stepper.querySelector('[data-step="-1"]').disabled = input.min !== "" && value <= Number(input.min);
  stepper.querySelector('[data-step="1"]').disabled = input.max !== "" && value >= Number(input.max);
}

function step(button) {
  const input = button.parentElement.querySelector("input");
  const before = input.value;
  if (button.dataset.step === "1") input.stepUp();
  else input.stepDown();
  limitSteps(button.parentElement);
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
}

function dismiss(toast) {
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 250);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target;
  closeMenus(target);
  const stepButton = target.closest("[data-step]");
  if (stepButton) return step(stepButton);
  const opener = target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    return dialog.showModal();
  }
  if (target.closest("[data-close]") || target.matches("dialog.dialog")) return target.closest("dialog")?.close();
  const picture = target.closest("[data-picture]");
  if (picture) {
    event.preventDefault();
    showPicture(picture);
  }
});

// A thumbnail of the gallery replaces the large picture; without script it is a link to it.
function showPicture(link) {
  const large = document.querySelector(link.dataset.picture);
  if (!large) return;
  large.removeAttribute("srcset");
  large.src = link.href;
  large.alt = link.querySelector("img").alt;
  for (const other of link.parentElement.children) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
}

document.addEventListener("change", (event) => {
  const stepper = event.target.closest("[data-quantity]");
  if (stepper) limitSteps(stepper);
  if (event.target.closest("[data-submit-on-change]")) event.target.closest("form").requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

// A form that is on its way is not sent again by an impatient second click.
document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.getAttribute("method")?.toLowerCase() !== "post" || sent.hasAttribute("hx-post")) return;
  if (sent.dataset.sent !== undefined) event.preventDefault();
  sent.dataset.sent = "";
  // A download leaves the page where it is; then the form may be sent again.
  setTimeout(() => delete sent.dataset.sent, 5000);
});
addEventListener("pageshow", () => {
  for (const sent of document.querySelectorAll("form[data-sent]")) delete sent.dataset.sent;
});

document.addEventListener("htmx:load", (event) => prepare(event.target));
prepare(document);
