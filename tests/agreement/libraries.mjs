// Official npm libraries behind one door: JSON lines in, JSON lines out, in order. The first line out tells what is
// installed. See README.md.
import { Buffer } from "node:buffer";
import { createHmac, createPrivateKey, sign as signBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);

/** For a library that can only verify: what it expects, computed here. It has to accept it itself. */
const hmac = (hash, secret, text, encoding) => createHmac(hash, secret).update(text).digest(encoding);

/** A Standard Webhooks library reads the body as JSON after it has verified: what is no JSON came that far. */
function verified(work, refusal) {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof refusal) return false;
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

function refusesByThrowing(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** The body of a form as Express hands it over: repeated names become a list. */
function form(body) {
  const fields = {};
  for (const [name, value] of new URLSearchParams(body)) {
    if (name in fields) fields[name] = [].concat(fields[name], value);
    else fields[name] = value;
  }
  return fields;
}

const standard = (make, names, refusal, options) => ({
  signs: "own",
  sign: ({ secret, body, now, id }) => ({
    [names.id]: id,
    [names.timestamp]: String(now),
    [names.signature]: make(secret).sign(id, new Date(now * 1000), body),
  }),
  verify: ({ secret, body, headers }) => verified(() => make(secret).verify(body, headers, options), refusal),
});

const prefixed = (prefix) => ({
  id: `${prefix}-id`,
  timestamp: `${prefix}-timestamp`,
  signature: `${prefix}-signature`,
});

/** Loaders by package and scheme; a package that is not installed throws. */
const LIBRARIES = {
  "stripe stripe": () => {
    const Stripe = require("stripe");
    return {
      signs: "own",
      sign: ({ secret, body, now }) => ({
        "Stripe-Signature": Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: now }),
      }),
      verify: ({ secret, body, headers }) =>
        refusesByThrowing(() =>
          Stripe.webhooks.signature.verifyHeader(body, headers["stripe-signature"], secret, 300),
        ),
    };
  },
  "standardwebhooks standard-webhooks-v1": () => {
    const { Webhook, WebhookVerificationError } = require("standardwebhooks");
    const make = (secret) => new Webhook(secret);
    return standard(make, prefixed("webhook"), WebhookVerificationError, { jsonParse: false });
  },
  "svix svix-v1": () => {
    const { Webhook, WebhookVerificationError } = require("svix");
    return standard((secret) => new Webhook(secret), prefixed("svix"), WebhookVerificationError);
  },
  "@octokit/webhooks-methods github-sha256": async () => {
    const { sign, verify } = await import("@octokit/webhooks-methods");
    return {
      signs: "own",
      sign: async ({ secret, body }) => ({ "X-Hub-Signature-256": await sign(secret, body) }),
      verify: ({ secret, body, headers }) => verify(secret, body, headers["x-hub-signature-256"]),
    };
  },
  "twilio twilio-form": () => {
    const twilio = require("twilio");
    return {
      signs: "own",
      sign: ({ secret, body, url }) => ({
        "X-Twilio-Signature": twilio.getExpectedTwilioSignature(secret, url, form(body)),
      }),
      verify: ({ secret, body, url, headers }) =>
        twilio.validateRequest(secret, headers["x-twilio-signature"], url, form(body)),
    };
  },
  "twilio twilio-json": () => {
    const twilio = require("twilio");
    return {
      signs: "own",
      sign: ({ secret, url }) => ({ "X-Twilio-Signature": twilio.getExpectedTwilioSignature(secret, url, {}) }),
      verify: ({ secret, body, url, headers }) =>
        twilio.validateRequestWithBody(secret, headers["x-twilio-signature"], url, body),
    };
  },
  ...Object.fromEntries(
    [
      ["v1", false],
      ["v2", false],
      ["v3", true],
    ].map(([version, stamped]) => [
      `@hubspot/api-client hubspot-${version}`,
      () => {
        const { Signature } = require("@hubspot/api-client");
        const options = ({ secret, body, url }, timestamp) => ({
          method: "POST",
          signatureVersion: version,
          clientSecret: secret,
          requestBody: body,
          url,
          timestamp,
        });
        return {
          signs: "own",
          sign: (request) => {
            const signature = Signature.getSignature("POST", version, options(request, request.now * 1000));
            return stamped
              ? { "X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": String(request.now * 1000) }
              : { "X-HubSpot-Signature": signature, "X-HubSpot-Signature-Version": version };
          },
          verify: (request) => {
            const signature = request.headers[stamped ? "x-hubspot-signature-v3" : "x-hubspot-signature"];
            const timestamp = Number(request.headers["x-hubspot-request-timestamp"]);
            return Signature.isValid({ ...options(request, timestamp), signature });
          },
        };
      },
    ]),
  ),
  "@slack/bolt slack": () => {
    const { isValidSlackRequest, verifySlackRequest } = require("@slack/bolt");
    return {
      signs: "here",
      sign: ({ secret, body, now }) => ({
        "X-Slack-Request-Timestamp": String(now),
        "X-Slack-Signature": `v0=${hmac("sha256", secret, `v0:${now}:${body}`, "hex")}`,
      }),
      verify: ({ secret, body, headers }) => {
        const options = { signingSecret: secret, body, headers };
        return isValidSlackRequest?.(options) ?? refusesByThrowing(() => verifySlackRequest(options));
      },
    };
  },
  "@line/bot-sdk line": () => {
    const { validateSignature } = require("@line/bot-sdk");
    return {
      signs: "here",
      sign: ({ secret, body }) => ({ "x-line-signature": hmac("sha256", secret, body, "base64") }),
      verify: ({ secret, body, headers }) => validateSignature(body, secret, headers["x-line-signature"]),
    };
  },
  "@paddle/paddle-node-sdk paddle": () => {
    const { webhooks } = new (require("@paddle/paddle-node-sdk").Paddle)("none");
    return {
      signs: "here",
      sign: ({ secret, body, now }) => ({
        "Paddle-Signature": `ts=${now};h1=${hmac("sha256", secret, `${now}:${body}`, "hex")}`,
      }),
      verify: ({ secret, body, headers }) => webhooks.isSignatureValid(body, secret, headers["paddle-signature"]),
    };
  },
  "razorpay razorpay": () => {
    const Razorpay = require("razorpay");
    return {
      signs: "here",
      sign: ({ secret, body }) => ({ "X-Razorpay-Signature": hmac("sha256", secret, body, "hex") }),
      verify: ({ secret, body, headers }) =>
        Razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"], secret),
    };
  },
  "plivo plivo-v2": () => {
    const { validateSignature } = require("plivo");
    return {
      signs: "here",
      sign: ({ secret, url, nonce }) => ({
        "X-Plivo-Signature-V2-Nonce": nonce,
        "X-Plivo-Signature-V2": hmac("sha256", secret, `${url}${nonce}`, "base64"),
      }),
      verify: ({ secret, url, headers }) =>
        validateSignature(url, headers["x-plivo-signature-v2-nonce"], headers["x-plivo-signature-v2"], secret),
    };
  },
  "discord-interactions discord": () => {
    const { verifyKey } = require("discord-interactions");
    // RFC 8410 section 7: what stands before the 32 bytes of a private key in PKCS#8.
    const before = Buffer.from("302e020100300506032b657004220420", "hex");
    return {
      signs: "here",
      sign: ({ secret, body, now }) => {
        const der = Buffer.concat([before, Buffer.from(secret, "hex")]);
        const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
        return {
          "X-Signature-Timestamp": String(now),
          "X-Signature-Ed25519": signBytes(null, Buffer.from(`${now}${body}`), key).toString("hex"),
        };
      },
      verify: ({ publicKey, body, headers }) =>
        verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], publicKey),
    };
  },
};

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const loaded = {};
const hello = [];
for (const [key, load] of Object.entries(LIBRARIES)) {
  const [library, scheme] = key.split(" ");
  try {
    const manifest = JSON.parse(readFileSync(new URL(`node_modules/${library}/package.json`, import.meta.url)));
    loaded[key] = await load();
    hello.push({ library, scheme, version: manifest.version, signs: loaded[key].signs });
  } catch (error) {
    hello.push({ library, scheme, absent: String(error.message).split("\n")[0] });
  }
}
tell({ libraries: hello });

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    const library = loaded[`${request.library} ${request.scheme}`];
    request.body = Buffer.from(request.body_base64, "base64").toString();
    request.publicKey = request.public;
    if (request.direction === "sign") tell({ headers: await library.sign(request) });
    else tell({ valid: (await library.verify(request)) === true });
  } catch (error) {
    tell({ error: String(error?.stack ?? error) });
  }
}
