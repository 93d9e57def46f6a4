// What a scheme may need besides its secret, in words.

const CONFIG: Record<string, { label: string; hint: string; placeholder?: string }> = {
  url: {
    label: "Registered address",
    hint: "Exactly as the provider has it, because it is part of the signed text: scheme, host, path, trailing slash.",
    placeholder: "https://example.com/in/name",
  },
  webhook_id: { label: "Webhook id", hint: "The endpoint's id at the provider; it is part of the signed text." },
  verify_token: { label: "Verify token", hint: "The word that was agreed with the provider for its handshake." },
  client_id: { label: "Client id", hint: "Of the application at the provider." },
};

/** What a configuration key is called, and where to get its value. */
export function configWords(key: string): { label: string; hint: string; placeholder?: string } {
  const known = CONFIG[key];
  if (known) return known;
  const words = key.replaceAll("_", " ");
  return {
    label: words.charAt(0).toUpperCase() + words.slice(1),
    hint: "What the scheme needs besides the secret; the provider shows it.",
  };
}
