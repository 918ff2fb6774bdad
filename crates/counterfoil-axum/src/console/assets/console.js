// Adds two features that forms do not have. A secret is masked, can be revealed and copied, and is wiped when the user
// leaves the page. A signature can be drawn.
(() => {
  "use strict";

  const masked = (text) => "•".repeat(Math.min(text.length, 32));

  for (const box of document.querySelectorAll("[data-secret]")) {
    const shown = box.querySelector(".text");
    const reveal = box.querySelector(".reveal");
    const copy = box.querySelector(".copy");
    const told = box.querySelector(".told");
    const names = [reveal.textContent, reveal.dataset.hide];
    let text = shown.textContent;
    let open = false;

    const show = () => {
      shown.textContent = open ? text : masked(text);
      reveal.textContent = names[open ? 1 : 0];
      reveal.setAttribute("aria-pressed", String(open));
    };
    const wipe = () => {
      text = "";
      open = false;
      shown.textContent = "";
      reveal.hidden = copy.hidden = true;
    };
    const copied = () => {
      wipe();
      told.textContent = box.dataset.copied;
    };

    reveal.addEventListener("click", () => { open = !open; show(); });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        copied();
      } catch {
        // The clipboard is not available. The text is selected, so that the user can copy it.
        open = true;
        show();
        getSelection().selectAllChildren(shown);
      }
    });
    // The secret is wiped, so that the browser cannot show it if the user goes back.
    addEventListener("pagehide", wipe);
    reveal.hidden = copy.hidden = false;
    show();
  }

  // Moves the focus to the error. In some browsers, `autofocus` works only for form fields.
  const error = document.getElementById("error");
  if (error) error.focus();

  // If the user goes back, the browser must show the list, not the response to the form.
  const done = document.querySelector("[data-history]");
  if (done) history.replaceState(null, "", done.getAttribute("href"));

  const canvas = document.getElementById("draw");
  if (canvas) {
    const file = document.getElementById("image");
    const form = document.getElementById("signature");
    const pen = canvas.getContext("2d");
    let drawing = false;
    let drawn = false;
    document.getElementById("drawing").hidden = false;
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1b2430";

    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    const choose = () => { form.querySelector("[name=way][value=image]").checked = true; };
    const keep = () => canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "signature.png", { type: "image/png" }));
      file.files = files.files;
      canvas.dataset.kept = "true";
    }, "image/png");

    canvas.addEventListener("pointerdown", (event) => {
      drawing = drawn = true;
      delete canvas.dataset.kept;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
      choose();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => { if (drawing) { drawing = false; keep(); } });
    }
    document.getElementById("undraw").addEventListener("click", () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      if (drawn) file.value = "";
      drawn = false;
      delete canvas.dataset.kept;
    });
    file.addEventListener("change", choose);
    document.getElementById("typed").addEventListener("input", () => {
      form.querySelector("[name=way][value=typed]").checked = true;
    });
  }
})();
