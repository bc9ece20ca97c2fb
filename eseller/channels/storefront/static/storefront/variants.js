// Choosing a variant without asking the server. Each variant's price and availability came with the page as a <template>;
// without this script the form's own button shows the choice, and the cart understands the form either way.

const form = document.querySelector("[data-variants]");
const shown = document.querySelector("#choice");
const groups = form ? [...form.querySelectorAll("[data-option-group]")] : [];
const known = new Map();
for (const template of document.querySelectorAll("template[data-choice]")) known.set(template.dataset.choice, template);

function chosen() {
  return groups.map((group) => group.querySelector("input:checked")?.value ?? "");
}

function show() {
  const template = known.get(chosen().join(" "));
  const picked = template ?? document.querySelector("template[data-no-choice]");
  shown.replaceChildren(picked.content.cloneNode(true));
  form.querySelector("[data-buy]").disabled = template?.dataset.buyable !== "yes";
  const quantity = form.querySelector("[name=quantity]");
  if (quantity) quantity.max = template?.dataset.most ?? "";
  if (!template) return;
  history.replaceState(null, "", `?v=${template.dataset.variant}`);
  const picture = template.dataset.picture && document.querySelector(`[data-picture][href="${template.dataset.picture}"]`);
  picture?.click();
}

// What a chip would lead to, with the other groups as they are.
function markUnavailable() {
  const now = chosen();
  groups.forEach((group, place) => {
    for (const input of group.querySelectorAll("input")) {
      const values = now.with(place, input.value);
      input.parentElement.toggleAttribute("data-unavailable", known.get(values.join(" "))?.dataset.buyable !== "yes");
    }
  });
}

if (form && known.size > 0) {
  form.querySelector("[data-show]")?.setAttribute("hidden", "");
  form.addEventListener("change", (event) => {
    if (!event.target.closest("[data-option-group]")) return;
    show();
    markUnavailable();
  });
} else if (form && groups.length > 0) {
  // Too many variants to have come along: the server shows the choice.
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-option-group]")) form.requestSubmit(form.querySelector("[data-show]"));
  });
}
