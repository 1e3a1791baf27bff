// Asks the browser for a passkey, and posts its answer as a form. Without this script there is no button for it.
"use strict";
addEventListener("DOMContentLoaded", async () => {
    if (!window.PublicKeyCredential || !navigator.credentials) return;

    const bytes = (text) =>
        Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

    const read = (json) => {
        const options = JSON.parse(json);
        options.challenge = bytes(options.challenge);
        if (options.user) options.user.id = bytes(options.user.id);
        for (const known of [...(options.excludeCredentials ?? []), ...(options.allowCredentials ?? [])])
            known.id = bytes(known.id);
        return options;
    };

    const write = (credential) => {
        const response = {};
        for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
            if (credential.response[name]) response[name] = text(credential.response[name]);
        if (credential.response.getTransports) response.transports = credential.response.getTransports();
        return JSON.stringify({
            id: credential.id,
            rawId: text(credential.rawId),
            type: credential.type,
            clientExtensionResults: credential.getClientExtensionResults(),
            response,
        });
    };

    for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
    for (const form of document.querySelectorAll("form[data-passkey]")) {
        const isNew = form.dataset.passkey === "create";
        let waiting = null;
        const ask = async (how) => {
            const asked = { publicKey: read(form.dataset.options), ...how };
            const credential = isNew
                ? await navigator.credentials.create(asked) : await navigator.credentials.get(asked);
            const keep = document.querySelector("input[type=checkbox][name=keep]");
            if (keep && form.elements.keep) form.elements.keep.value = keep.checked ? "true" : "";
            form.elements.credential.value = write(credential);
            form.submit();
        };

        form.hidden = false;
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            waiting?.abort();
            try {
                await ask({});
            } catch {
                // The person closed it; the page is as it was.
            }
        });

        // Offered beside the saved names, where the browser can.
        if (form.dataset.passkey === "conditional"
            && await window.PublicKeyCredential.isConditionalMediationAvailable?.()) {
            waiting = new AbortController();
            ask({ mediation: "conditional", signal: waiting.signal }).catch(() => {});
        }
    }
});
