// Gives every password field a button that shows what is typed. Without this script there is none.
"use strict";
addEventListener("DOMContentLoaded", () => {
    const { show, hide } = document.body.dataset;
    for (const field of document.querySelectorAll("input[type=password]")) {
        const label = field.labels[0];
        const button = document.createElement("button");
        const hold = (hidden) => {
            field.type = hidden ? "password" : "text";
            button.textContent = hidden ? show : hide;
        };
        button.type = "button";
        button.className = "reveal";
        button.setAttribute("aria-controls", field.id);
        label.id ||= `${field.id}-label`;
        button.setAttribute("aria-describedby", label.id);
        button.addEventListener("click", () => hold(field.type === "text"));
        // Browsers remember what was typed into a field of text.
        field.form.addEventListener("submit", () => hold(true));
        hold(true);
        field.after(button);
    }
});
